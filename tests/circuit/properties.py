"""Checks of what ``Circuit.properties`` claims, by what the words mean: nothing is taken from the compiler's word."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit


def supports(circuit: Circuit) -> list[frozenset[int]]:
    """Return the choices below each node."""
    found = [frozenset(), frozenset(), *(frozenset([choice]) for choice, _ in circuit.leaves)]
    for inner in range(circuit.inner_count):
        found.append(frozenset().union(*(found[left] | found[right] for left, right in circuit.elements(inner))))
    return found


def worlds(circuit: Circuit, values: Sequence[int]) -> Iterator[dict[int, int]]:
    """Yield all worlds over the choices that the circuit has leaves of; ``values[c]`` is the number of values of choice ``c``."""
    choices = sorted({choice for choice, _ in circuit.leaves})
    for world in itertools.product(*(range(values[choice]) for choice in choices)):
        yield dict(zip(choices, world, strict=True))


def truth(circuit: Circuit, world: dict[int, int]) -> list[bool]:
    """Return for each node whether it holds in a world."""
    found = [False, True, *(world[choice] == value for choice, value in circuit.leaves)]
    for inner in range(circuit.inner_count):
        found.append(any(found[left] and found[right] for left, right in circuit.elements(inner)))
    return found


def assert_well_formed(circuit: Circuit) -> None:
    """Assert what the docstring of ``Circuit`` says about its arrays: children first, levels, nothing dead, nothing trivial."""
    assert len(set(circuit.leaves)) == len(circuit.leaves)
    assert len(circuit.left) == len(circuit.right) == circuit.size == circuit.offsets[-1]
    assert circuit.first_inner == FIRST_LEAF + len(circuit.leaves)
    assert circuit.node_count == circuit.first_inner + circuit.inner_count
    position = 0
    for start, end in circuit.levels:
        assert start == position < end
        position = end
        for inner in range(start, end):
            elements = list(circuit.elements(inner))
            assert elements, "a sum of nothing is false"
            assert len(set(elements)) == len(elements)
            for left, right in elements:
                assert 0 < left < circuit.first_inner + start, "elements use earlier levels, and not false"
                assert 0 < right < circuit.first_inner + start, "elements use earlier levels, and not false"
            assert len(elements) > 1 or TRUE not in elements[0], "a sum of one product with true is that node"
    assert position == circuit.inner_count
    used = {*circuit.roots, *circuit.left, *circuit.right}
    assert used >= set(range(FIRST_LEAF, circuit.node_count)), "every node is used"
    assert all(0 <= root < circuit.node_count for root in circuit.roots)


def assert_decomposable(circuit: Circuit) -> None:
    """Assert that the factors of no product share a choice."""
    below = supports(circuit)
    for inner in range(circuit.inner_count):
        for left, right in circuit.elements(inner):
            assert not below[left] & below[right]


def assert_deterministic(circuit: Circuit, values: Sequence[int]) -> None:
    """Assert that in no world two products of one sum hold."""
    for world in worlds(circuit, values):
        holds = truth(circuit, world)
        for inner in range(circuit.inner_count):
            assert sum(holds[left] and holds[right] for left, right in circuit.elements(inner)) <= 1


def assert_smooth(circuit: Circuit, values: Sequence[int]) -> None:
    """Assert smoothness as ``Properties`` reads it: with the weights of each choice summing to one, every root is worth its worlds.

    Weights are distinct primes over their sum, so that no value that a sum leaves out can be made up for by another one.
    """
    weights = {choice: prime_weights(choice, values[choice]) for choice in {choice for choice, _ in circuit.leaves}}
    found = [0.0, 1.0, *(weights[choice][value] for choice, value in circuit.leaves)]
    for inner in range(circuit.inner_count):
        found.append(sum(found[left] * found[right] for left, right in circuit.elements(inner)))
    expected = [0.0] * len(circuit.roots)
    for world in worlds(circuit, values):
        weight = 1.0
        for choice, value in world.items():
            weight *= weights[choice][value]
        holds = truth(circuit, world)
        for position, root in enumerate(circuit.roots):
            expected[position] += weight * holds[root]
    for root, value in zip(circuit.roots, expected, strict=True):
        assert abs(found[root] - value) < 1e-9


PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)


def prime_weights(choice: int, count: int) -> list[float]:
    """Return ``count`` different weights that sum to one, different for each choice."""
    raw = [PRIMES[(3 * choice + value) % len(PRIMES)] for value in range(count)]
    return [weight / sum(raw) for weight in raw]


def assert_properties(circuit: Circuit, values: Sequence[int]) -> None:
    """Assert everything that the circuit claims of itself; ``values[c]`` is the number of values of choice ``c``."""
    assert_well_formed(circuit)
    assert all(0 <= value < values[choice] for choice, value in circuit.leaves)
    if circuit.properties.decomposable:
        assert_decomposable(circuit)
    if circuit.properties.deterministic:
        assert_deterministic(circuit, values)
    if circuit.properties.value_smooth:
        assert_smooth(circuit, values)
    assert all(root != FALSE or not any(truth(circuit, world)[root] for world in worlds(circuit, values)) for root in circuit.roots)
