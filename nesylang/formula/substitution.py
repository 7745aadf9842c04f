"""Formulas in which variables stand in for some of their nodes."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from nesylang.formula.distributions import Block, Distribution
from nesylang.formula.formula import Formula, FormulaBuilder, Kind
from nesylang.formula.stepwise import answer

ROOT = 0
"""Asks for a root that is taken apart although a variable stands in for it elsewhere."""


def substituted(builder: FormulaBuilder, roots: Sequence[int], variables: Mapping[int, int]) -> Formula:
    """Return the formula of some literals with choices of two values, by ``variables``, for nodes below them: value 0 where they hold.

    What is substituted is what is below the roots: a root that is itself a node of ``variables`` is taken apart.
    """
    substitution = _Substitution(builder, variables)
    return substitution.target.formula([substitution.root(root) for root in roots])


class _Substitution:
    """Nodes are asked for by their numbers, distributions by numbers below zero: -1 for the first."""

    def __init__(self, builder: FormulaBuilder, variables: Mapping[int, int]) -> None:
        self.source = builder
        self.target = FormulaBuilder()
        self.variables = variables
        self.known: dict[int, int] = {}

    def root(self, literal: int) -> int:
        """Return the literal that means the same as one, which is taken apart."""
        number = abs(literal)
        if number in self.variables:
            found = answer(ROOT, lambda asked: self._node(asked) if asked != ROOT else self._plain(number), self.known)
            del self.known[ROOT]
        else:
            found = answer(number, self._node, self.known)
        return found if literal > 0 else -found

    def _node(self, number: int) -> Generator[int, int, int]:
        if number < 0:
            return (yield from self._distribution(self.source.distributions[-number - 1]))
        if number in self.variables:
            return self.target.leaf(self.variables[number], 0)
        return (yield from self._plain(number))

    def _plain(self, number: int) -> Generator[int, int, int]:
        node = self.source.nodes[number - 1]
        if node.kind is Kind.CONSTANT:
            return number
        if node.kind is Kind.LEAF:
            return self.target.leaf(*node.children)
        if node.kind is Kind.RESULT:
            return self.target.result((yield -node.children[0] - 1), node.children[1])
        children = yield from self._literals(node.children)
        return self.target.conjunction(children) if node.kind is Kind.AND else self.target.disjunction(children)

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
