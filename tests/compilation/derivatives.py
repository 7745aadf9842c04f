"""Derivatives of circuits with respect to the weights of their leaves, held to every possible world in exact arithmetic.

A root is linear in the weights of each choice. Where these sum to one it is worth its worlds, so that its derivatives with respect to two
values of a choice differ by as much as the worlds with the one value weigh more than those with the other, without the weight of the
choice itself. Numbers are those of a field of primes: sums and products are exact, and as good as never equal by chance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from nesylang.circuit import FIRST_LEAF, Circuit

PRIME = (1 << 61) - 1
"""The size of the field."""

Weights = Sequence[Sequence[int]]
"""The weight of each value of each choice; zero for values that no world has."""


def random_weights(rng: random.Random, possible: Sequence[Sequence[bool]]) -> Weights:
    """Return weights of the possible values of choices; those of each choice sum to one."""
    found = []
    for values in possible:
        weights = [rng.randrange(1, PRIME) if value else 0 for value in values]
        share = pow(sum(weights), -1, PRIME)
        found.append([weight * share % PRIME for weight in weights])
    return found


def assert_derivatives(circuit: Circuit, root: int, weights: Weights, worlds: Sequence[Sequence[int]], free: int) -> None:
    """Assert that a root and its derivatives are worth the worlds in which it holds: the values of all choices in these.

    Choices from ``free`` on need not sum to one: their derivatives are those weights themselves.
    """
    value, gradients = _gradients(circuit, root, weights)
    inverse = [[pow(weight, -1, PRIME) if weight else 0 for weight in values] for values in weights]
    expected = [[0] * len(values) for values in weights]
    total = 0
    for world in worlds:
        product = 1
        for choice, number in enumerate(world):
            product = product * weights[choice][number] % PRIME
        total += product
        for choice, number in enumerate(world):
            expected[choice][number] += product * inverse[choice][number]
    assert value == total % PRIME, "a root is not worth its worlds"
    for choice, values in enumerate(weights):
        possible = [number for number, weight in enumerate(values) if weight]
        found = [gradients.get((choice, number), 0) - expected[choice][number] for number in possible]
        wrong = [number for number, off in zip(possible, found, strict=True) if (off - (0 if choice >= free else found[0])) % PRIME]
        assert not wrong, f"wrong derivatives with respect to choice {choice}, values {wrong}"


def _gradients(circuit: Circuit, root: int, weights: Weights) -> tuple[int, dict[tuple[int, int], int]]:
    """Return the value of a node, and its derivative with respect to each leaf."""
    values = [0, 1, *(weights[choice][number] for choice, number in circuit.leaves)]
    for inner in range(circuit.inner_count):
        values.append(sum(values[left] * values[right] for left, right in circuit.elements(inner)) % PRIME)
    gradients = [0] * len(values)
    gradients[root] = 1
    for inner in range(circuit.inner_count - 1, -1, -1):
        gradient = gradients[circuit.first_inner + inner] % PRIME
        if gradient:
            for left, right in circuit.elements(inner):
                gradients[left] += gradient * values[right]
                gradients[right] += gradient * values[left]
    return values[root], {leaf: gradients[FIRST_LEAF + place] for place, leaf in enumerate(circuit.leaves)}
