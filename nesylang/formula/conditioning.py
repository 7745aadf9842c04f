"""What a formula becomes where a choice has a known value."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from nesylang.formula.distributions import Block
from nesylang.formula.formula import FALSE, TRUE, FormulaBuilder, Kind
from nesylang.formula.stepwise import answer
from nesylang.grounding.aggregates import State
from nesylang.grounding.exclusion import IMPOSSIBLE, Exclusion


class Given(NamedTuple):
    """A node, or with ``distribution`` a distribution, where a choice has a value."""

    number: int
    choice: int
    value: int
    distribution: bool = False


Step = Generator[Given, int, int]


class ExhaustedError(RuntimeError):
    """More nodes would have to be conditioned than allowed."""


class Conditioning:
    """Conditions literals of one builder; nodes that do not depend on a choice stay what they are."""

    def __init__(self, builder: FormulaBuilder, exclusion: Exclusion, limit: int | None = None) -> None:
        self.builder = builder
        self.exclusion = exclusion
        self.limit = limit
        self.steps = 0
        """How many nodes have been conditioned."""
        self._known: dict[Given, int] = {}

    def literal(self, literal: int, choice: int, value: int) -> int:
        """Return what a literal means where a choice has a value; raise ExhaustedError where that takes more than the limit."""
        if not self._depends(literal, choice):
            return literal
        found = answer(Given(abs(literal), choice, value), self._ask, self._known)
        return found if literal > 0 else -found

    def _depends(self, literal: int, choice: int) -> bool:
        return bool(self.exclusion.support(literal) >> self.exclusion.position(choice) & 1)

    def _allows(self, literal: int, choice: int, value: int) -> bool:
        """Return whether it is not known that a literal is false where a choice has a value."""
        allowed = self.exclusion.allowed(literal)
        return allowed is not IMPOSSIBLE and bool(allowed.get(choice, -1) >> value & 1)

    def charge(self) -> None:
        """Count a node that has been looked at; raise ExhaustedError where that is more than the limit."""
        self.steps += 1
        if self.limit is not None and self.steps > self.limit:
            raise ExhaustedError

    def _ask(self, given: Given) -> Step:
        self.charge()
        return self._distribution(given) if given.distribution else self._node(given)

    def _node(self, given: Given) -> Step:
        number, choice, value, _ = given
        node = self.builder.nodes[number - 1]
        if node.kind is Kind.LEAF:
            return TRUE if node.children == (choice, value) else FALSE if node.children[0] == choice else number
        if node.kind is Kind.RESULT:
            distribution, states = node.children
            conditioned = yield Given(distribution, choice, value, True)
            old, new = self.builder.distributions[distribution].states, self.builder.distributions[conditioned].states
            kept = 0
            for position, state in enumerate(new):
                if states >> old.index(state) & 1:
                    kept |= 1 << position
            return self.builder.result(conditioned, kept)
        conjunction = node.kind is Kind.AND
        children = []
        for child in node.children:
            if self._depends(child, choice):
                # What excludes the value need not be looked at.
                if not self._allows(child, choice, value):
                    found = FALSE
                elif not self._allows(-child, choice, value):
                    found = TRUE
                else:
                    found = yield Given(abs(child), choice, value)
                    found = found if child > 0 else -found
                if found == (FALSE if conjunction else TRUE):
                    return found
                child = found
            children.append(child)
        return self.builder.conjunction(children) if conjunction else self.builder.disjunction(children)

    def _distribution(self, given: Given) -> Step:
        number, choice, value, _ = given
        distribution = self.builder.distributions[number]
        if not isinstance(distribution, Block):
            if not self._depends(distribution.witness, choice):
                return number
            left = yield Given(distribution.left, choice, value, True)
            right = yield Given(distribution.right, choice, value, True)
            return self.builder.merge(distribution.operation, left, right)
        literals: dict[State, int] = {}
        for state, literal in zip(distribution.states, distribution.literals, strict=True):
            if self._depends(literal, choice):
                found = yield Given(abs(literal), choice, value)
                literal = found if literal > 0 else -found
            literals[state] = literal
        rest = None if distribution.rest is None else distribution.states[distribution.rest]
        return self.builder.block(distribution.operation, literals, rest)
