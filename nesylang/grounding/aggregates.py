"""The values that aggregates may have."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from nesylang.grounding.program import AggregateElement, GroundAggregate, Number


class RuleGraph(Protocol):
    """What is known of atoms while a program is ground."""

    def bodies(self, atom: int) -> Sequence[tuple[int, ...]]:
        """Return the bodies of an atom's rules."""

    def choice_value(self, atom: int) -> tuple[int, int] | None:
        """Return the choice and value that an atom is, None for other atoms."""

    def values(self, choice: int) -> int:
        """Return how many values a choice has."""

    def aggregate(self, atom: int) -> GroundAggregate | None:
        """Return the aggregate that an atom is a result of, None for other atoms."""


def possible_values(operation: str, certain: Sequence[Number], elements: Sequence[AggregateElement], graph: RuleGraph) -> list[Number]:
    """Return in order every value that some world may give an aggregate, and perhaps more."""
    if operation in ("min", "max"):
        return sorted(dict.fromkeys([*certain, *(element.value for element in elements)]))
    real = any(isinstance(value, float) for value in (*certain, *(element.value for element in elements)))
    blocks: dict[object, list[Fraction]] = {}
    for number, element in enumerate(elements):
        found = graph.choice_value(element.literal) if element.literal > 0 else None
        blocks.setdefault(number if found is None else found, []).append(Fraction(element.value))
    exclusive: dict[object, list[Fraction]] = {}
    for key, values in blocks.items():
        exclusive.setdefault(key[0] if isinstance(key, tuple) else (key,), []).append(sum(values, Fraction(0)))
    sums = {(sum(map(Fraction, certain), Fraction(0)), len(certain))}
    for options in exclusive.values():
        sums |= {(total + option, number + 1) for total, number in sums for option in options}
    if operation == "avg":
        return sorted({float(total / number) for total, number in sums if number})
    return sorted({float(total) if real else int(total) for total, _ in sums})
