"""Smooth circuits: every term of a sum, and every root, mentions all choices, and the weights of no choice have to sum to 1."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from nesylang.circuit.gates import Gates, circuit_of
from nesylang.circuit.smoothing import smoothed
from tests.circuit.files import deterministic_gates
from tests.circuit.properties import assert_properties, supports, truth, worlds

GOOD = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)


def assert_smooth(circuit: Circuit, choices: set[int]) -> None:
    below = supports(circuit)
    for inner in range(circuit.inner_count):
        terms = {below[left] | below[right] for left, right in circuit.elements(inner)}
        assert len({term & choices for term in terms}) == 1
    assert all(below[root] & choices == choices for root in circuit.roots if root != FALSE)


@given(deterministic_gates())
def test_every_term_mentions_all_choices(gates: Gates) -> None:
    circuit = circuit_of(gates, GOOD)
    smooth = smoothed(circuit, dict.fromkeys(range(4), 2))
    assert smooth.properties.smooth
    assert_smooth(smooth, set(range(4)))
    assert_properties(smooth, [2] * 4)
    for world in itertools.product(range(2), repeat=4):
        numbered = dict(enumerate(world))
        assert [truth(smooth, numbered)[root] for root in smooth.roots] == [truth(circuit, numbered)[root] for root in circuit.roots]


def test_choices_with_many_values() -> None:
    leaves = [(0, 0), (0, 1), (1, 2)]
    circuit = build_circuit(leaves, [[(FIRST_LEAF, FIRST_LEAF + 2), (FIRST_LEAF + 1, TRUE)]], [FIRST_LEAF + 3, TRUE], GOOD)
    smooth = smoothed(circuit, {0: 2, 1: 3})
    values: list[Fraction] = [Fraction(0), Fraction(1), *(Fraction(10 * choice + value + 1) for choice, value in smooth.leaves)]
    for inner in range(smooth.inner_count):
        values.append(sum((values[left] * values[right] for left, right in smooth.elements(inner)), Fraction(0)))
    # 1 * 13 + 2 * (11 + 12 + 13), and (1 + 2) * (11 + 12 + 13)
    assert [values[root] for root in smooth.roots] == [13 + 2 * 36, 3 * 36]


def test_only_the_choices_that_are_asked_for() -> None:
    leaves = [(0, 0), (0, 1), (1, 0)]
    circuit = build_circuit(leaves, [[(FIRST_LEAF, FIRST_LEAF + 2), (FIRST_LEAF + 1, TRUE)]], [FIRST_LEAF + 3], GOOD)
    assert not smoothed(circuit, {1: 2}).properties.smooth
    assert_smooth(smoothed(circuit, {1: 2}), {1})
    assert smoothed(circuit, {}).leaves == circuit.leaves
    assert len(list(worlds(smoothed(circuit, {1: 2}), [2, 2]))) == 4
