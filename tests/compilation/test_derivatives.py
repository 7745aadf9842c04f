"""The check of derivatives itself: it accepts circuits that are right, and only these."""

from __future__ import annotations

import random
from itertools import product

import pytest

from nesylang.circuit import FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from tests.compilation.derivatives import assert_derivatives, random_weights

LEAVES = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
A, NOT_A, B, C, D = range(FIRST_LEAF, FIRST_LEAF + len(LEAVES))
EITHER = [(A, TRUE), (NOT_A, B)]
WORLDS = [world for world in product(range(2), range(3)) if world[0] == 0 or world[1] == 0]
"""The worlds of "a or b"."""


def circuit(elements: list[tuple[int, int]]) -> Circuit:
    """Return the circuit of one sum of products."""
    properties = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)
    return build_circuit(LEAVES, [elements], [FIRST_LEAF + len(LEAVES)], properties)


def assert_is_either(elements: list[tuple[int, int]], free: int = 2) -> None:
    """Assert that a sum has the derivatives of "a or b"."""
    made = circuit(elements)
    weights = random_weights(random.Random(0), [[True] * 2, [True] * 3])
    assert_derivatives(made, made.roots[0], weights, WORLDS, free)


def test_a_disjunction_has_the_derivatives_of_its_worlds() -> None:
    assert_is_either(EITHER)
    assert_is_either([(A, C), (A, D), (A, B), (NOT_A, B)], free=0)


WRONG = {
    "not deterministic": [(A, TRUE), (B, TRUE)],
    "a value is missing": [(A, C), (A, B), (NOT_A, B)],
    "not decomposable": [(A, A), (NOT_A, B)],
    "another world": [(A, TRUE), (NOT_A, C)],
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_circuits_are_noticed(name: str) -> None:
    with pytest.raises(AssertionError, match=r"worth its worlds|wrong derivatives"):
        assert_is_either(WRONG[name])


def test_a_free_choice_needs_all_of_its_values() -> None:
    with pytest.raises(AssertionError, match="wrong derivatives with respect to choice 1"):
        assert_is_either(EITHER, free=1)
