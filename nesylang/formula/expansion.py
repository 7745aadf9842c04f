"""Formulas without results: the distributions of aggregates as ands and ors, for compilers that know nothing else."""

from __future__ import annotations

from collections.abc import Generator

from nesylang.formula.distributions import Block
from nesylang.formula.formula import Formula, FormulaBuilder, Kind
from nesylang.formula.stepwise import answer


def expanded(formula: Formula) -> Formula:
    """Return a formula with roots of the same meaning that has no results; the formula itself if it has none.

    Distributions are written as chains, block after block: in the order of its variables, a decision diagram of a chain has a node for each
    block and state, while a balanced tree of merges would first be compiled for parts that stand anywhere in this order.
    """
    if not formula.distributions:
        return formula
    expansion = _Expansion(formula)
    return expansion.builder.formula([expansion.literal(root) for root in formula.roots])


class _Expansion:
    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self.source = FormulaBuilder.of(formula)
        self.builder = FormulaBuilder()
        self.chains: dict[int, int] = {}
        self.known: dict[int, int] = {}

    def literal(self, literal: int) -> int:
        """Return the literal of the expansion that means the same."""
        found = answer(abs(literal), self._node, self.known)
        return found if literal > 0 else -found

    def _node(self, number: int) -> Generator[int, int, int]:
        node = self.source.nodes[number - 1]
        if node.kind is Kind.CONSTANT:
            return number
        if node.kind is Kind.LEAF:
            return self.builder.leaf(*node.children)
        if node.kind is not Kind.RESULT:
            children = yield from self._literals(node.children)
            return self.builder.conjunction(children) if node.kind is Kind.AND else self.builder.disjunction(children)
        chain = self.source.distributions[self._chain(node.children[0])]
        assert not isinstance(chain, Block)
        parts = self.source.distributions[chain.left], self.source.distributions[chain.right]
        terms = []
        for left, right in chain.split(node.children[1], *parts):
            pair = self.source.result(chain.left, left), self.source.result(chain.right, right)
            terms.append(self.builder.conjunction((yield from self._literals(pair))))
        return self.builder.disjunction(terms)

    def _literals(self, literals: tuple[int, ...]) -> Generator[int, int, list[int]]:
        found = []
        for literal in literals:
            meant = yield abs(literal)
            found.append(meant if literal > 0 else -meant)
        return found

    def _chain(self, number: int) -> int:
        """Return the number of a distribution over the same states: the first of its blocks merged with the chain of the others."""
        if number not in self.chains:
            blocks = []
            pending = [number]
            while pending:
                part = pending.pop()
                distribution = self.source.distributions[part]
                if isinstance(distribution, Block):
                    blocks.append(part)
                else:
                    pending += [distribution.right, distribution.left]
            operation = self.source.distributions[number].operation
            chain = blocks.pop()
            while blocks:
                chain = self.source.merge(operation, blocks.pop(), chain)
                self.chains[chain] = chain
            self.chains[number] = chain
        return self.chains[number]
