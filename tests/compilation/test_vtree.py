"""The text of vtrees."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nesylang.compilation.vtree import vtree_text


@pytest.mark.parametrize(
    ("blocks", "text"),
    [
        ([[1]], "vtree 1\nL 0 1\n"),
        ([[1], [2]], "vtree 3\nL 0 1\nL 1 2\nI 2 0 1\n"),
        ([[1, 2, 3]], "vtree 5\nL 0 1\nL 1 2\nL 2 3\nI 3 0 1\nI 4 3 2\n"),
        ([[1, 2], [3]], "vtree 5\nL 0 1\nL 1 2\nI 2 0 1\nL 3 3\nI 4 2 3\n"),
    ],
)
def test_small_ones(blocks: Sequence[Sequence[int]], text: str) -> None:
    assert vtree_text(blocks) == text


Tree = int | tuple["Tree", "Tree"]


def read(text: str) -> Tree:
    """Return the tree of a text: variables, and pairs of trees."""
    nodes: dict[int, Tree] = {}
    for line in text.splitlines()[1:]:
        kind, number, *rest = line.split()
        nodes[int(number)] = int(rest[0]) if kind == "L" else (nodes.pop(int(rest[0])), nodes.pop(int(rest[1])))
    (root,) = nodes.values()
    return root


def test_blocks_stay_together_and_in_order() -> None:
    assert read(vtree_text([[1], [2, 3, 4], [5], [6, 7]])) == (1, (((2, 3), 4), (5, (6, 7))))


def test_many_blocks() -> None:
    text = vtree_text([[variable] for variable in range(1, 10_001)])
    assert text.startswith("vtree 19999\n")
    assert text.count("\n") == 20_000
