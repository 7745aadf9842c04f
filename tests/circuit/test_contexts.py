"""Contexts of leaves: what has to hold outside of a leaf for the root to hold with it."""

from __future__ import annotations

import random

import pytest

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Properties, build_circuit
from nesylang.circuit.contexts import contexts
from nesylang.evaluation import SEMIRINGS, evaluate
from tests.circuit.properties import assert_properties

PROPERTIES = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)

A, NOT_A, B, NOT_B, C, NOT_C = range(FIRST_LEAF, FIRST_LEAF + 6)
LEAVES = [(choice, value) for choice in range(3) for value in range(2)]
FIRST = FIRST_LEAF + len(LEAVES)


def test_the_contexts_of_a_product_of_a_sum() -> None:
    """The root is a (b or not b and c): the context of a is the sum, that of c is a and not b, and nothing depends on not c."""
    sums = [[(B, TRUE), (NOT_B, C)], [(A, FIRST)]]
    found = contexts(sums, FIRST, FIRST + 1, [A, C, NOT_C])
    assert found[A] == FIRST
    assert found[NOT_C] == FALSE
    circuit = build_circuit(LEAVES, sums, [found[A], found[C], found[NOT_C], FIRST + 1], PROPERTIES)
    weight = {(0, 0): 0.3, (0, 1): 0.7, (1, 0): 0.2, (1, 1): 0.8, (2, 0): 0.9, (2, 1): 0.1}
    values = evaluate(circuit, [weight[leaf] for leaf in circuit.leaves], SEMIRINGS["probability"])
    assert values == pytest.approx([0.92, 0.24, 0.0, 0.276])


@pytest.mark.parametrize("root", [A, TRUE, FALSE])
def test_roots_that_are_no_sums(root: int) -> None:
    assert contexts([], FIRST, root, [A]) == {A: TRUE if root == A else FALSE}


@pytest.mark.parametrize("seed", range(50))
def test_contexts_are_derivatives(seed: int) -> None:
    """On random decision trees over shared parts: the weight of a context is what the root gains for each unit of the leaf's weight."""
    generator = random.Random(seed)
    choices = 6
    leaves = [(choice, value) for choice in range(choices) for value in range(2)]
    first = FIRST_LEAF + len(leaves)
    sums: list[list[tuple[int, int]]] = []
    below = [FALSE, TRUE]
    for choice in reversed(range(choices)):
        made = []
        for _ in range(3):
            subs = [generator.choice(below) for _ in range(2)]
            elements = [(FIRST_LEAF + 2 * choice + value, sub) for value, sub in enumerate(subs) if sub != FALSE]
            if len(set(subs)) > 1 and elements:
                sums.append(elements)
                made.append(first + len(sums) - 1)
        below = [*below, *made]
    root = below[-1]
    nodes = range(FIRST_LEAF, first)
    plain = build_circuit(leaves, sums, [root], PROPERTIES)
    found = contexts(sums, first, root, nodes)
    circuit = build_circuit(leaves, sums, [found[node] for node in nodes], PROPERTIES)
    assert_properties(circuit, [2] * choices)
    weights = {leaf: generator.random() for leaf in leaves}

    def value(changed: tuple[int, int], by: float) -> float:
        given = [weights[leaf] + (by if leaf == changed else 0.0) for leaf in plain.leaves]
        return evaluate(plain, given, SEMIRINGS["probability"])[0]

    values = evaluate(circuit, [weights[leaf] for leaf in circuit.leaves], SEMIRINGS["probability"])
    # The root is linear in each leaf, so that a difference is the derivative up to rounding.
    assert values == pytest.approx([value(leaf, 1.0) - value(leaf, 0.0) for leaf in leaves], abs=1e-12)
