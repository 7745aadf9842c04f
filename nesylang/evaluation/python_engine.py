"""The engine in plain Python: exact to rounding, without torch, for running, checking and testing programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from nesylang.circuit import Circuit
from nesylang.evaluation.semirings import Semiring

Value = TypeVar("Value")


def evaluate(circuit: Circuit, probabilities: Sequence[float], semiring: Semiring[Value]) -> list[Value]:
    """Return the values of the roots, in order, for the probability of each leaf, in the order of ``circuit.leaves``.

    Raises E606 where the circuit lacks a property that the semiring requires.
    """
    semiring.check(circuit)
    assert len(probabilities) == len(circuit.leaves), f"{len(probabilities)} weights for {len(circuit.leaves)} leaves"
    values = [semiring.zero, semiring.one, *map(semiring.weight, probabilities)]
    plus, times = semiring.plus, semiring.times
    left, right, offsets = circuit.left, circuit.right, circuit.offsets
    for inner in range(circuit.inner_count):
        start, end = offsets[inner], offsets[inner + 1]
        values.append(plus([times(values[left[element]], values[right[element]]) for element in range(start, end)]))
    return [values[root] for root in circuit.roots]
