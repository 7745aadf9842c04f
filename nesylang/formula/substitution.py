"""Formulas in which some nodes are replaced: by variables that stand in for them, or by what they are known to be."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from nesylang.formula.distributions import Block, Distribution
from nesylang.formula.formula import FALSE, TRUE, Formula, FormulaBuilder, Kind
from nesylang.formula.stepwise import answer

Leaf = tuple[int, int]
"""A choice and its value."""

ROOT = 0
"""Asks for a root that is taken apart although it is replaced elsewhere."""


def substituted(source: Formula | FormulaBuilder, roots: Sequence[int], leaves: Mapping[int, Leaf | bool]) -> Formula:
    """Return the formula of some literals in which nodes are replaced by values of choices, or by true and false.

    A root that a value of a choice stands in for is taken apart: what is replaced by it is what is below the roots.
    """
    substitution = _Substitution(source, leaves)
    return substitution.target.formula([substitution.root(root) for root in roots])


def meanings(source: FormulaBuilder, target: FormulaBuilder, literals: Sequence[int], leaves: Mapping[int, Leaf | bool]) -> dict[int, int]:
    """Return the literals of another builder that mean the same as some literals, with nodes replaced; nodes that it lacks are added."""
    substitution = _Substitution(source, leaves)
    substitution.target = target
    return {literal: substitution.root(literal) for literal in literals}


class _Substitution:
    """Nodes are asked for by their numbers, distributions by numbers below zero: -1 for the first."""

    def __init__(self, source: Formula | FormulaBuilder, leaves: Mapping[int, Leaf | bool]) -> None:
        self.source = source
        self.target = FormulaBuilder()
        self.leaves = leaves
        self.known: dict[int, int] = {}

    def root(self, literal: int) -> int:
        """Return the literal that means the same as one, which is taken apart."""
        number = abs(literal)
        if isinstance(self.leaves.get(number), tuple):
            found = answer(ROOT, lambda asked: self._node(asked) if asked != ROOT else self._plain(number), self.known)
            del self.known[ROOT]
        else:
            found = answer(number, self._node, self.known)
        return found if literal > 0 else -found

    def _node(self, number: int) -> Generator[int, int, int]:
        if number < 0:
            return (yield from self._distribution(self.source.distributions[-number - 1]))
        leaf = self.leaves.get(number)
        if isinstance(leaf, bool):
            return TRUE if leaf else FALSE
        if leaf is not None:
            return self.target.leaf(*leaf)
        return (yield from self._plain(number))

    def _plain(self, number: int) -> Generator[int, int, int]:
        node = self.source.nodes[number - 1]
        if node.kind is Kind.CONSTANT:
            return number
        if node.kind is Kind.LEAF:
            return self.target.leaf(*node.children)
        if node.kind is Kind.RESULT:
            return (yield from self._result(*node.children))
        children = yield from self._literals(node.children)
        return self.target.conjunction(children) if node.kind is Kind.AND else self.target.disjunction(children)

    def _result(self, number: int, states: int) -> Generator[int, int, int]:
        replaced = yield -number - 1
        place = {state: position for position, state in enumerate(self.source.distributions[number].states)}
        kept = 0
        for position, state in enumerate(self.target.distributions[replaced].states):
            kept |= (states >> place[state] & 1) << position
        return self.target.result(replaced, kept)

    def _distribution(self, distribution: Distribution) -> Generator[int, int, int]:
        if isinstance(distribution, Block):
            literals = yield from self._literals(distribution.literals)
            rest = None if distribution.rest is None else distribution.states[distribution.rest]
            return self.target.block(distribution.operation, dict(zip(distribution.states, literals, strict=True)), rest)
        left, right = (yield -distribution.left - 1), (yield -distribution.right - 1)
        return self.target.merge(distribution.operation, left, right)

    def _literals(self, literals: Sequence[int]) -> Generator[int, int, list[int]]:
        found = []
        for literal in literals:
            meant = yield abs(literal)
            found.append(meant if literal > 0 else -meant)
        return found
