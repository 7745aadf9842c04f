"""Elimination orders: their widths on graphs where it is known, and what a tree has to be."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import networkx
import pytest

from nesylang.compilation.elimination import Elimination, eliminate, structure
from nesylang.formula import FormulaBuilder


def graph_of(count: int, edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    graph: list[set[int]] = [set() for _ in range(count)]
    for one, other in edges:
        graph[one].add(other)
        graph[other].add(one)
    return graph


def grid(side: int) -> list[tuple[int, int]]:
    right = [(row * side + column, row * side + column + 1) for row in range(side) for column in range(side - 1)]
    down = [(row * side + column, (row + 1) * side + column) for row in range(side - 1) for column in range(side)]
    return right + down


@pytest.mark.parametrize(
    ("count", "edges", "width"),
    [
        (1, [], 0),
        (5, [], 0),
        (6, [(0, node) for node in range(1, 6)], 1),
        (50, [(node, node + 1) for node in range(49)], 1),
        (50, [(node, (node + 1) % 50) for node in range(50)], 2),
        (6, [(one, other) for one in range(6) for other in range(one)], 5),
        (16, grid(4), 4),
    ],
)
def test_known_widths(count: int, edges: Sequence[tuple[int, int]], width: int) -> None:
    assert eliminate(graph_of(count, edges)).width == width


def assert_elimination_tree(edges: Sequence[tuple[int, int]], found: Elimination) -> None:
    """Assert that the ends of every edge are one below the other: what a tree decomposition is made of."""
    positions = {vertex: position for position, vertex in enumerate(found.order)}
    assert sorted(positions) == list(range(len(found.order)))
    for one, other in edges:
        lower, upper = sorted((one, other), key=positions.__getitem__)
        while lower not in (upper, -1):
            lower = found.parents[lower]
        assert lower == upper
    for vertex, parent in enumerate(found.parents):
        assert parent == -1 or positions[vertex] < positions[parent]


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs(seed: int) -> None:
    generator = random.Random(seed)
    count = generator.randrange(2, 40)
    edges = [(one, other) for one in range(count) for other in range(one) if generator.random() < 3 / count]
    found = eliminate(graph_of(count, edges))
    assert_elimination_tree(edges, found)
    graph = networkx.Graph(edges)
    graph.add_nodes_from(range(count))
    assert found.width <= networkx.algorithms.approximation.treewidth_min_degree(graph)[0] + 2
    assert found == eliminate(graph_of(count, edges))


def test_wide_graphs_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of a graph that is too dense to eliminate stands one below the other, so that every edge is still within one branch."""
    monkeypatch.setattr("nesylang.compilation.elimination.WIDEST", 3)
    edges = [(one, other) for one in range(8) for other in range(one)] + [(8, 0), (9, 8), (10, 4)]
    found = eliminate(graph_of(11, edges))
    assert_elimination_tree(edges, found)
    assert found.order[:3] == (9, 8, 10)
    assert found.width == 7


def test_a_large_ladder() -> None:
    """Near-linear: 20,000 vertices."""
    edges = [(2 * step, 2 * step + 1) for step in range(10_000)]
    edges += [(vertex, vertex + 2) for vertex in range(19_998)]
    assert eliminate(graph_of(20_000, edges)).width == 2


def test_the_structure_of_a_formula() -> None:
    builder = FormulaBuilder()
    one, other, third = builder.leaf(4, 0), builder.leaf(7, 0), builder.leaf(4, 2)
    both = builder.conjunction([one, -other])
    root = builder.disjunction([-both, third])
    assert structure(builder.formula([root]), [7, 4]) == [{2}, {2, 3}, {0, 1, 3}, {1, 2}]
    assert structure(builder.formula([root]), [7, 4], clique=12) == [{1, 2}, {0, 2, 3}, {0, 1, 3}, {1, 2}]
