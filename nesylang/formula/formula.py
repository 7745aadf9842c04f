"""The propositional formula of a ground program: an acyclic graph of ands and ors over choice values, with negation on its edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

TRUE = 1
FALSE = -1


class Kind(IntEnum):
    """What a node of a formula is."""

    CONSTANT = 0
    LEAF = 1
    AND = 2
    OR = 3


@dataclass(frozen=True, slots=True)
class Node:
    """A node: a leaf's ``children`` are (choice, value), those of ands and ors are literals of earlier nodes."""

    kind: Kind
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """Nodes numbered from 1, children before parents; node 1 is true. A literal is a node's number, negative where it is negated."""

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]

    def node(self, literal: int) -> Node:
        """Return the node of a literal."""
        return self.nodes[abs(literal) - 1]

    def reachable(self, literals: Iterable[int]) -> list[int]:
        """Return the numbers of all nodes below some literals, children before parents."""
        marked = bytearray(len(self.nodes) + 1)
        pending = [abs(literal) for literal in literals]
        while pending:
            number = pending.pop()
            if not marked[number]:
                marked[number] = 1
                node = self.nodes[number - 1]
                if node.kind >= Kind.AND:
                    pending.extend(abs(child) for child in node.children)
        return [number for number in range(1, len(self.nodes) + 1) if marked[number]]

    def choices(self, literals: Iterable[int]) -> list[int]:
        """Return the choices below some literals, depth first, but below a node only once all nodes that depend on it are through.

        As an order of variables it keeps what joins again together: along a ladder of diamonds both ways through one of them come
        before the next diamond, where plain depth first goes down one way to the end, and the diagram has to remember all of them.
        """
        roots = list(dict.fromkeys(abs(literal) for literal in literals))
        parents = self._parents(roots)
        found: dict[int, None] = {}
        pending = [root for root in reversed(roots) if not parents[root]]
        while pending:
            node = self.nodes[pending.pop() - 1]
            if node.kind is Kind.LEAF:
                found.setdefault(node.children[0])
            elif node.kind >= Kind.AND:
                ready = []
                for number in map(abs, node.children):
                    child = self.nodes[number - 1]
                    if child.kind is Kind.LEAF:
                        found.setdefault(child.children[0])
                    parents[number] -= 1
                    if not parents[number]:
                        ready.append(number)
                pending.extend(reversed(ready))
        return list(found)

    def _parents(self, numbers: Iterable[int]) -> dict[int, int]:
        """Return, for all nodes below some, how many of these use each."""
        parents = dict.fromkeys(numbers, 0)
        pending = list(parents)
        while pending:
            node = self.nodes[pending.pop() - 1]
            if node.kind >= Kind.AND:
                for child in map(abs, node.children):
                    if child not in parents:
                        parents[child] = 0
                        pending.append(child)
                    parents[child] += 1
        return parents


class FormulaBuilder:
    """Builds formulas: equal nodes are shared, constants, repetitions and opposites simplified away."""

    def __init__(self) -> None:
        self.nodes: list[Node] = [Node(Kind.CONSTANT, ())]
        self.known: dict[tuple[Kind, tuple[int, ...]], int] = {}

    def leaf(self, choice: int, value: int) -> int:
        """Return the literal "the choice takes this value"."""
        return self._add(Kind.LEAF, (choice, value))

    def conjunction(self, literals: Sequence[int]) -> int:
        """Return the literal of a conjunction, true for no literals."""
        return self._gate(Kind.AND, literals, TRUE, FALSE)

    def disjunction(self, literals: Sequence[int]) -> int:
        """Return the literal of a disjunction, false for no literals."""
        return self._gate(Kind.OR, literals, FALSE, TRUE)

    def _gate(self, kind: Kind, literals: Sequence[int], neutral: int, absorbing: int) -> int:
        kept: dict[int, None] = {}
        for literal in literals:
            if literal == absorbing or -literal in kept:
                return absorbing
            if literal != neutral:
                kept.setdefault(literal)
        if not kept:
            return neutral
        if len(kept) == 1:
            return next(iter(kept))
        return self._add(kind, tuple(kept))

    def _add(self, kind: Kind, children: tuple[int, ...]) -> int:
        key = (kind, tuple(sorted(children)) if kind is not Kind.LEAF else children)
        number = self.known.get(key)
        if number is None:
            self.nodes.append(Node(kind, children))
            number = self.known[key] = len(self.nodes)
        return number

    def formula(self, roots: Sequence[int]) -> Formula:
        """Return the formula with the given literals as roots."""
        return Formula(tuple(self.nodes), tuple(roots))
