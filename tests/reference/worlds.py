"""The reference: every possible world of a ground program in turn, its atoms by the alternating fixpoint (Van Gelder 1993).

Aggregates are computed from the elements that hold, level by level: one that no other depends on comes last.
It shares no code with the formula, the breaking of loops, the compilers or the engines.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from nesylang.grounding.program import Choice, FixedWeight, GroundAggregate, GroundProgram, LearnableWeight, Number


def probabilities_of(choice: Choice) -> list[float]:
    """Return the probabilities of a choice's values, the remainder last."""
    values = []
    for weight in choice.weights:
        if isinstance(weight, FixedWeight):
            values.append(weight.probability)
        else:
            assert isinstance(weight, LearnableWeight)
            assert weight.initial is not None
            values.append(weight.initial)
    return values if choice.exhaustive else [*values, max(0.0, 1 - math.fsum(values))]


def least_model(program: GroundProgram, world: tuple[int, ...], results: set[int], assumed_true: set[int]) -> set[int]:
    """Return the atoms that follow from the results of aggregates when negated atoms hold exactly if they are not ``assumed_true``."""
    true = results | {atom for atom, (choice, value) in program.choice_atoms.items() if world[choice] == value}
    changed = True
    while changed:
        changed = False
        for rule in program.rules:
            if rule.head in true:
                continue
            if all(literal in true if literal > 0 else -literal not in assumed_true for literal in rule.body):
                true.add(rule.head)
                changed = True
    return true


def levels(program: GroundProgram) -> list[GroundAggregate]:
    """Return the aggregates in an order in which each depends on earlier ones only; assert that there is one."""
    bodies: dict[int, list[int]] = {}
    for head, body in program.pairs():
        bodies.setdefault(head, []).extend(map(abs, body))
    below: dict[int, set[int]] = {}
    for number, aggregate in enumerate(program.aggregates):
        found: set[int] = set()
        pending = [abs(element.literal) for element in aggregate.elements]
        while pending:
            atom = pending.pop()
            if atom not in found:
                found.add(atom)
                pending.extend(bodies.get(atom, ()))
        below[number] = {other for other, used in enumerate(program.aggregates) if any(result in found for _, result in used.results)}
    order: list[int] = []
    while len(order) < len(below):
        ready = [number for number, used in below.items() if number not in order and used <= set(order)]
        assert ready, "a cycle through aggregates"
        order.extend(ready)
    # What an aggregate uses through another one's elements is below that one, and so comes before it as well.
    return [program.aggregates[number] for number in order]


def value_of(aggregate: GroundAggregate, true: set[int]) -> Number | None:
    """Return the value of an aggregate whose elements are decided, None where it has none."""
    values = list(aggregate.certain)
    for element in aggregate.elements:
        if (element.literal in true) if element.literal > 0 else (-element.literal not in true):
            values.append(element.value)
    exact = sum(map(Fraction, values), Fraction(0))
    match aggregate.operation:
        case "sum":
            return int(exact) if all(isinstance(value, int) for value in values) else float(exact)
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)
        case _:
            return float(exact / len(values)) if values else None


def true_atoms(program: GroundProgram, world: tuple[int, ...], order: Sequence[GroundAggregate] | None = None) -> set[int]:
    """Return the atoms that are true in a world; assert that none is undefined. ``order`` is that of the levels of aggregates."""
    results: set[int] = set()
    for aggregate in levels(program) if order is None else order:
        value = value_of(aggregate, well_founded(program, world, results))
        if value is not None:
            (atom,) = (atom for number, atom in aggregate.results if number == value)
            results.add(atom)
    return well_founded(program, world, results)


def well_founded(program: GroundProgram, world: tuple[int, ...], results: set[int]) -> set[int]:
    """Return the atoms that follow in a world from the results of aggregates; assert that none is undefined."""
    true: set[int] = set()
    while True:
        possible = least_model(program, world, results, true)
        following = least_model(program, world, results, possible)
        if following == true:
            assert possible == true, "an atom is undefined: a cycle through negation"
            return true
        true = following


def marginals(program: GroundProgram) -> tuple[list[list[float]], float]:
    """Return the probability of every answer given the evidence (and its condition), and that of the evidence."""
    program = replace(program, rules=tuple(program.rules))
    spaces = [probabilities_of(choice) for choice in program.choices]
    joint = [[0.0 for _ in query.answers] for query in program.queries]
    given = [[0.0 for _ in query.answers] for query in program.queries]
    total = 0.0
    order = levels(program)
    for world in itertools.product(*(range(len(space)) for space in spaces)):
        weight = math.prod(space[value] for space, value in zip(spaces, world, strict=True))
        if weight == 0:
            continue
        true = true_atoms(program, world, order)

        def holds(literal: int, true: set[int] = true) -> bool:
            return literal in true if literal > 0 else -literal not in true

        if not all(holds(piece.literal) == piece.value for piece in program.evidence):
            continue
        total += weight
        for q, query in enumerate(program.queries):
            for a, answer in enumerate(query.answers):
                if answer.condition is None or holds(answer.condition):
                    given[q][a] += weight
                    joint[q][a] += weight * holds(answer.literal)
    results = [
        [j / g if g > 0 else math.nan for j, g in zip(joints, givens, strict=True)] for joints, givens in zip(joint, given, strict=True)
    ]
    return results, total
