"""The reference: every possible world of a ground program in turn, its atoms by the alternating fixpoint (Van Gelder 1993).

It shares no code with the formula, the breaking of loops, the compilers or the engines.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from nesylang.grounding.program import Choice, FixedWeight, GroundProgram, LearnableWeight


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


def least_model(program: GroundProgram, world: tuple[int, ...], assumed_true: set[int]) -> set[int]:
    """Return the atoms that follow when negated atoms hold exactly if they are not in ``assumed_true``."""
    true = {atom for atom, (choice, value) in program.choice_atoms.items() if world[choice] == value}
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


def true_atoms(program: GroundProgram, world: tuple[int, ...]) -> set[int]:
    """Return the atoms that are true in a world; assert that none is undefined."""
    true: set[int] = set()
    while True:
        possible = least_model(program, world, true)
        following = least_model(program, world, possible)
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
    for world in itertools.product(*(range(len(space)) for space in spaces)):
        weight = math.prod(space[value] for space, value in zip(spaces, world, strict=True))
        if weight == 0:
            continue
        true = true_atoms(program, world)

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
