"""Conjunctions taken apart by cases: one half depends on the choices that it shares with the other half only through a few conditions.

Given which of these conditions hold, the halves share no choice any more. In the addition of two numbers they are the carries of the digit
before, in a chain of states the last state; a choice that both halves depend on is such a separator as well, with its values as conditions.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Mapping, Sequence
from math import prod

from nesylang.formula import FALSE, TRUE, FormulaBuilder, Kind
from nesylang.formula.conditioning import Conditioning
from nesylang.formula.stepwise import answer
from nesylang.grounding.exclusion import Exclusion, components

CONDITIONS = 10
"""Most conditions that separate two halves."""

CASES = 16
"""Most cases that are told apart."""

Case = tuple[int, int]
"""The literal of what is left of the one half, and that of the other half together with the case."""

Family = Sequence[tuple[Mapping[int, bool], Sequence[int]]]
"""The cases of some conditions: which of them hold, and the literals that say so."""


class Separators:
    """Finds cases in which two halves of a conjunction of one builder share no choice."""

    def __init__(self, builder: FormulaBuilder, exclusion: Exclusion, conditioning: Conditioning) -> None:
        self.builder = builder
        self.exclusion = exclusion
        self.conditioning = conditioning

    def cases(self, half: Sequence[int], rest: Sequence[int]) -> list[Case] | None:
        """Return cases that exclude each other and of which one holds wherever the conjunction does; None if there are too many."""
        below = 0
        for literal in rest:
            below |= self.exclusion.support(literal)
        conditions = self._conditions(half, below)
        if not conditions:
            return None
        families: list[Family] = []
        for numbers in components(conditions, self.exclusion.support):
            family = self._family(numbers)
            if family is None:
                return None
            families.append(family)
        if prod(map(len, families)) > CASES:
            return None
        found = []
        for joint in itertools.product(*families):
            known = {number: value for case, _ in joint for number, value in case.items()}
            left = self._left(half, below, known)
            if left != FALSE:
                other = self.builder.conjunction([*rest, *(literal for _, assumed in joint for literal in assumed)])
                if other != FALSE:
                    found.append((left, other))
        return found

    def _conditions(self, half: Sequence[int], below: int) -> list[int] | None:
        """Return the topmost nodes under some literals that depend on some choices only; None for too many, or for states below."""
        found: dict[int, None] = {}
        seen = set()
        pending = list(map(abs, reversed(half)))
        while pending:
            number = pending.pop()
            if number in seen:
                continue
            seen.add(number)
            self.conditioning.charge()
            support = self.exclusion.support(number)
            if not support & below:
                continue
            if not support & ~below:
                found.setdefault(number)
                if len(found) > CONDITIONS:
                    return None
                continue
            node = self.builder.nodes[number - 1]
            if node.kind is Kind.RESULT:
                return None
            pending.extend(map(abs, reversed(node.children)))
        return list(found)

    def _family(self, numbers: Sequence[int]) -> Family | None:
        """Return the cases of conditions that share choices: which of them hold, and the literals that say so."""
        if len(numbers) > 1 and self.exclusion.exclusive(numbers):
            cases = [(dict.fromkeys(numbers, False) | {number: True}, [number]) for number in numbers]
            return [*cases, (dict.fromkeys(numbers, False), [-number for number in numbers])]
        if 1 << len(numbers) > CASES:
            return None
        return [
            (dict(zip(numbers, values, strict=True)), [number if value else -number for number, value in zip(numbers, values, strict=True)])
            for values in itertools.product((True, False), repeat=len(numbers))
        ]

    def _left(self, half: Sequence[int], below: int, known: Mapping[int, bool]) -> int:
        """Return what is left of some literals together where it is known whether the conditions hold."""
        values = {number: TRUE if value else FALSE for number, value in known.items()}

        def ask(number: int) -> Generator[int, int, int]:
            self.conditioning.charge()
            if not self.exclusion.support(number) & below:
                return number
            node = self.builder.nodes[number - 1]
            children = []
            for child in node.children:
                meant = yield abs(child)
                children.append(meant if child > 0 else -meant)
            return self.builder.conjunction(children) if node.kind is Kind.AND else self.builder.disjunction(children)

        left = []
        for literal in half:
            meant = answer(abs(literal), ask, values)
            left.append(meant if literal > 0 else -meant)
        return self.builder.conjunction(left)
