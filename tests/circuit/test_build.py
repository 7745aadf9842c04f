"""Flat circuits: what is simplified, shared, dropped, and how nodes are levelled."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from tests.circuit.properties import assert_well_formed, truth

NOTHING = Properties(decomposable=False, deterministic=False, value_smooth=False, smooth=False, nnf=False)
LEAVES = [(0, 0), (0, 1), (1, 0), (1, 1)]
A, NOT_A, B, NOT_B = range(FIRST_LEAF, FIRST_LEAF + 4)
FIRST = FIRST_LEAF + 4


def build(sums: list[list[tuple[int, int]]], roots: list[int]) -> Circuit:
    circuit = build_circuit(LEAVES, sums, roots, NOTHING)
    assert_well_formed(circuit)
    return circuit


def test_a_sum_of_products() -> None:
    circuit = build([[(A, B), (NOT_A, NOT_B)]], [FIRST])
    assert circuit.leaves == tuple(LEAVES)
    assert circuit.roots == (FIRST,)
    assert list(circuit.elements(0)) == [(A, B), (NOT_A, NOT_B)]
    assert (circuit.inner_count, circuit.size, circuit.node_count) == (1, 2, 7)
    assert circuit.levels == ((0, 1),)
    assert circuit.properties is NOTHING


@pytest.mark.parametrize("root", [FALSE, TRUE])
def test_constants_as_roots(root: int) -> None:
    circuit = build([[(A, B)]], [root])
    assert circuit.roots == (root,)
    assert (circuit.leaves, circuit.inner_count, circuit.levels) == ((), 0, ())


def test_a_leaf_as_a_root() -> None:
    circuit = build([], [NOT_B, NOT_B])
    assert circuit.leaves == ((1, 1),)
    assert circuit.roots == (FIRST_LEAF, FIRST_LEAF)


def test_products_with_false_are_dropped() -> None:
    circuit = build([[(A, B), (NOT_A, FALSE), (FALSE, B)]], [FIRST])
    assert list(circuit.elements(0)) == [(FIRST_LEAF, FIRST_LEAF + 1)]
    assert circuit.leaves == ((0, 0), (1, 0))


def test_sums_of_nothing_are_false() -> None:
    assert build([[(A, FALSE)], [(FIRST, B)], []], [FIRST, FIRST + 1, FIRST + 2]).roots == (FALSE, FALSE, FALSE)


def test_sums_of_one_product_with_true_are_that_node() -> None:
    circuit = build([[(A, TRUE), (NOT_A, FALSE)], [(TRUE, TRUE)], [(FIRST + 1, B)]], [FIRST, FIRST + 1, FIRST + 2])
    assert circuit.roots == (FIRST_LEAF, TRUE, FIRST_LEAF + 1)
    assert circuit.inner_count == 0


def test_equal_sums_are_shared_whatever_the_order() -> None:
    circuit = build([[(A, B), (NOT_A, NOT_B)], [(NOT_B, NOT_A), (B, A)], [(FIRST, A)], [(A, FIRST + 1)]], [FIRST + 2, FIRST + 3])
    assert circuit.inner_count == 2
    assert circuit.roots[0] == circuit.roots[1]


def test_nodes_that_no_root_reaches_are_dropped() -> None:
    circuit = build([[(A, B), (NOT_A, TRUE)], [(A, NOT_B), (NOT_A, B)], [(FIRST, B)]], [FIRST + 1])
    assert circuit.inner_count == 1
    assert list(circuit.elements(0)) == [(A, NOT_B), (NOT_A, B)]


def test_levels() -> None:
    sums = [[(A, B), (NOT_A, TRUE)], [(FIRST, B), (NOT_B, TRUE)], [(A, NOT_B), (NOT_A, B)], [(FIRST + 1, FIRST + 2), (FIRST, A)]]
    circuit = build(sums, [FIRST + 3])
    assert circuit.levels == ((0, 2), (2, 3), (3, 4))
    assert circuit.roots == (circuit.node_count - 1,)


def test_a_chain_of_a_hundred_thousand_sums() -> None:
    sums = [[(A, B), (NOT_A, NOT_B)]] + [[(FIRST + number, A), (NOT_A, TRUE)] for number in range(100_000)]
    circuit = build_circuit(LEAVES, sums, [FIRST + 100_000], NOTHING)
    assert len(circuit.levels) == 100_001


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[tuple[int, int]]], list[int]]:
    """Draw sums of products over earlier nodes, and roots."""
    sums = []
    for count in range(draw(st.integers(0, 8))):
        node = st.integers(0, FIRST + count - 1)
        sums.append(draw(st.lists(st.tuples(node, node), max_size=4)))
    return sums, draw(st.lists(st.integers(0, FIRST + len(sums) - 1), min_size=1, max_size=4))


@given(graphs())
def test_simplification_keeps_the_meaning(drawn: tuple[list[list[tuple[int, int]]], list[int]]) -> None:
    sums, roots = drawn
    circuit = build_circuit(LEAVES, sums, roots, NOTHING)
    for first, second in itertools.product(range(2), repeat=2):
        expected = [False, True, first == 0, first == 1, second == 0, second == 1]
        for elements in sums:
            expected.append(any(expected[left] and expected[right] for left, right in elements))
        found = truth(circuit, {0: first, 1: second})
        assert [found[root] for root in circuit.roots] == [expected[root] for root in roots]


@given(graphs())
def test_levels_use_earlier_levels_only(drawn: tuple[list[list[tuple[int, int]]], list[int]]) -> None:
    circuit = build_circuit(LEAVES, *drawn, NOTHING)
    boundaries = [0, *(end for _, end in circuit.levels)]
    assert circuit.levels == tuple(itertools.pairwise(boundaries))
    assert boundaries[-1] == circuit.inner_count
    for start, end in circuit.levels:
        for inner in range(start, end):
            assert all(max(pair) < circuit.first_inner + start for pair in circuit.elements(inner))
