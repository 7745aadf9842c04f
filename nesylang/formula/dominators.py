"""Parts of formulas that share no choice with what is around them: nodes through which alone all their choices are reached."""

from __future__ import annotations

from collections.abc import Sequence

from nesylang.formula.distributions import Block
from nesylang.formula.formula import FormulaBuilder, Kind

TOP = 0
"""The vertex above all roots."""


class Dominators:
    """The tree of immediate dominators of what is below some literals (Cooper, Harvey and Kennedy 2001; one pass, as there are no cycles).

    Its vertices are nodes by their numbers, and distributions and choices, which have numbers below zero.
    """

    def __init__(self, builder: FormulaBuilder, roots: Sequence[int]) -> None:
        self._builder = builder
        self._first_choice = -len(builder.distributions) - 1
        order, below = self._ordered(roots)
        self.inner = {child for vertex, children in below.items() if vertex != TOP for child in children}
        """The vertices that are below others and not only roots."""
        self._parent = {TOP: TOP}
        self._depth = {TOP: 0}
        # A second way upwards, which skips vertices, so that common ancestors of deep vertices are found in few steps (Myers 1983).
        self._jump = {TOP: TOP}
        self.inside: dict[int, list[int]] = {vertex: [] for vertex in order}
        """The vertices right below each vertex of the tree."""
        above: dict[int, int] = {}
        for vertex in order:
            if vertex != TOP:
                self._place(vertex, above[vertex])
            for child in below[vertex]:
                above[child] = vertex if child not in above else self._common(above[child], vertex)
        self.dominated: dict[int, int] = dict.fromkeys(order, 0)
        """How many choices are reached through each vertex alone."""
        for vertex in reversed(order):
            self.dominated[vertex] += vertex <= self._first_choice
            if vertex != TOP:
                self.dominated[self._parent[vertex]] += self.dominated[vertex]

    def _below(self, vertex: int) -> list[int]:
        if vertex <= self._first_choice:
            return []
        if vertex < 0:
            distribution = self._builder.distributions[-vertex - 1]
            if isinstance(distribution, Block):
                return list(map(abs, distribution.literals))
            return [-distribution.left - 1, -distribution.right - 1]
        node = self._builder.nodes[vertex - 1]
        if node.kind is Kind.LEAF:
            return [self._first_choice - node.children[0]]
        if node.kind is Kind.RESULT:
            return [-node.children[0] - 1]
        return list(map(abs, node.children))

    def _ordered(self, roots: Sequence[int]) -> tuple[list[int], dict[int, list[int]]]:
        """Return all vertices, parents before children, and those below each."""
        below: dict[int, list[int]] = {TOP: list(dict.fromkeys(map(abs, roots)))}
        order = []
        pending = [(TOP, iter(below[TOP]))]
        while pending:
            vertex, children = pending[-1]
            for child in children:
                if child not in below:
                    below[child] = self._below(child)
                    pending.append((child, iter(below[child])))
                    break
            else:
                order.append(vertex)
                pending.pop()
        return order[::-1], below

    def _place(self, vertex: int, parent: int) -> None:
        jump = self._jump[parent]
        even = self._depth[parent] - self._depth[jump] == self._depth[jump] - self._depth[self._jump[jump]]
        self._parent[vertex] = parent
        self._depth[vertex] = self._depth[parent] + 1
        self._jump[vertex] = self._jump[jump] if even else parent
        self.inside[parent].append(vertex)

    def _common(self, one: int, other: int) -> int:
        """Return the lowest vertex above two others, these included."""
        if self._depth[one] < self._depth[other]:
            one, other = other, one
        while self._depth[one] > self._depth[other]:
            one = self._jump[one] if self._depth[self._jump[one]] >= self._depth[other] else self._parent[one]
        while one != other:
            if self._jump[one] != self._jump[other]:
                one, other = self._jump[one], self._jump[other]
            else:
                one, other = self._parent[one], self._parent[other]
        return one
