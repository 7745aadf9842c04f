"""Vtrees: their shapes, and their text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nesylang.compilation.vtree import Vtree, linear_vtree, tree_vtree

Tree = int | tuple["Tree", "Tree"]


def shape(tree: Vtree) -> Tree:
    """Return the tree as variables and pairs."""
    shapes: list[Tree] = []
    for part in tree.parts:
        shapes.append(part if isinstance(part, int) else (shapes[part[0]], shapes[part[1]]))
    return shapes[-1]


@pytest.mark.parametrize(
    ("blocks", "text"),
    [
        ([[1]], "vtree 1\nL 0 1\n"),
        ([[1], [2]], "vtree 3\nL 0 1\nL 1 2\nI 2 0 1\n"),
        ([[1, 2, 3]], "vtree 5\nL 0 1\nL 1 2\nL 2 3\nI 3 0 1\nI 4 3 2\n"),
        ([[1, 2], [3]], "vtree 5\nL 0 1\nL 1 2\nI 2 0 1\nL 3 3\nI 4 2 3\n"),
    ],
)
def test_the_text_of_small_ones(blocks: Sequence[Sequence[int]], text: str) -> None:
    assert linear_vtree(blocks).text() == text


def test_blocks_stay_together_and_in_order() -> None:
    tree = linear_vtree([[1], [2, 3, 4], [5], [6, 7]])
    assert shape(tree) == (1, (((2, 3), 4), (5, (6, 7))))
    assert tree.depth() == 4


def test_many_blocks() -> None:
    tree = linear_vtree([[variable] for variable in range(1, 10_001)])
    assert tree.text().startswith("vtree 19999\n")
    assert tree.text().count("\n") == 20_000
    assert tree.depth() == 9_999


def test_what_is_below_a_vertex_stays_together() -> None:
    """Vertices 0 to 3 are blocks, 4 and 5 gates: 0 and 1 are below gate 4, and this and 2 below 5, which is below 3."""
    tree = tree_vtree([[1], [2, 3], [4], [5]], order=[0, 1, 4, 2, 5, 3], parents=[4, 4, 5, -1, 5, 3])
    assert shape(tree) == (5, (4, (1, (2, 3))))


def test_parts_that_are_not_connected_stand_side_by_side() -> None:
    tree = tree_vtree([[1], [2], [3]], order=[0, 1, 2], parents=[1, -1, -1])
    assert shape(tree) == (3, (2, 1))


def test_many_subtrees_are_balanced() -> None:
    blocks = [[variable] for variable in range(1, 1_001)]
    tree = tree_vtree(blocks, order=range(1_001), parents=[1_000] * 1_000 + [-1])
    assert tree.depth() == 10
