"""Aggregates as formulas: a chain over the elements with a node for each intermediate value."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from nesylang.formula.formula import TRUE, FormulaBuilder
from nesylang.grounding.program import GroundAggregate, Number


def distribution(builder: FormulaBuilder, aggregate: GroundAggregate, members: Sequence[tuple[Number, int]]) -> dict[Number, int]:
    """Return the literal of each value that an aggregate may have; ``members`` are its elements with the literals of their conditions."""
    if aggregate.operation in ("min", "max"):
        return _extreme(builder, aggregate, members)
    start = (sum(map(Fraction, aggregate.certain), Fraction(0)), len(aggregate.certain))
    states = {start: TRUE}
    average = aggregate.operation == "avg"
    for value, literal in members:
        following: dict[tuple[Fraction, int], list[int]] = {}
        for (total, number), reached in states.items():
            following.setdefault((total, number), []).append(builder.conjunction([reached, -literal]))
            added = (total + Fraction(value), number + average)
            following.setdefault(added, []).append(builder.conjunction([reached, literal]))
        states = {state: builder.disjunction(ways) for state, ways in following.items()}
    found: dict[Number, list[int]] = {}
    real = any(isinstance(value, float) for value in aggregate.certain) or any(isinstance(value, float) for value, _ in members)
    for (total, number), reached in states.items():
        if not average:
            found.setdefault(float(total) if real else int(total), []).append(reached)
        elif number:
            found.setdefault(float(total / number), []).append(reached)
    return {value: builder.disjunction(ways) for value, ways in found.items()}


def _extreme(builder: FormulaBuilder, aggregate: GroundAggregate, members: Sequence[tuple[Number, int]]) -> dict[Number, int]:
    """Return for each value: an element with it holds, and none that would come before."""
    by_value: dict[Number, list[int]] = {value: [TRUE] for value in aggregate.certain}
    for value, literal in members:
        by_value.setdefault(value, []).append(literal)
    found: dict[Number, int] = {}
    refused: list[int] = []
    for value in sorted(by_value, reverse=aggregate.operation == "max"):
        reached = builder.disjunction(by_value[value])
        found[value] = builder.conjunction([*refused, reached])
        refused.append(-reached)
    return found
