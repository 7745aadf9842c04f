"""Graphs of ands and ors over the values of choices: what exclusion is shown on, and ground rules as such a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from nesylang.grounding.program import GroundAggregate

BODIES = 1 << 40
"""Where the numbers of nodes for the bodies of rules start."""


class Gate(NamedTuple):
    """A node with children: an and, an or, or (``conjunction`` None) anything else that depends on them."""

    conjunction: bool | None
    children: Sequence[int]


class Member(NamedTuple):
    """A node that stands for some states of a variable: nodes of one ``family`` whose ``states`` have no common bit exclude each other."""

    family: int
    states: int


class Graph(Protocol):
    """Nodes numbered from 1; a literal is a node's number, negative where it is negated.

    ``is_ordered`` tells that all nodes have children with smaller numbers only.
    """

    is_ordered: bool

    def choice_value(self, node: int) -> tuple[int, int] | None:
        """Return the choice and the value that a node stands for, None if it is no leaf."""

    def values(self, choice: int) -> int:
        """Return the number of values of a choice."""

    def gate(self, node: int) -> Gate:
        """Return the children of a node that is no leaf."""

    def member(self, node: int) -> Member | None:
        """Return the states that a node stands for, None if it stands for none."""


class RuleGraph(Protocol):
    """Ground rules by atom."""

    def bodies(self, atom: int) -> Sequence[tuple[int, ...]]:
        """Return the bodies of an atom's rules."""

    def choice_value(self, atom: int) -> tuple[int, int] | None:
        """Return the choice and the value that an atom stands for, None if it is derived."""

    def values(self, choice: int) -> int:
        """Return the number of values of a choice."""

    def aggregate(self, atom: int) -> GroundAggregate | None:
        """Return the aggregate that an atom is a result of, None if it is none."""


class RuleNodes:
    """Ground rules as a graph of ands and ors: an atom is the or of its rules, a body of several literals a node of its own."""

    is_ordered = False

    def __init__(self, rules: RuleGraph) -> None:
        self._rules = rules
        self._bodies: list[tuple[int, ...]] = []
        self._gates: dict[int, Gate] = {}
        self._families: dict[int, int] = {}
        self._aggregates: list[GroundAggregate] = []

    def choice_value(self, node: int) -> tuple[int, int] | None:
        """Return the choice and the value that an atom stands for."""
        return None if node >= BODIES else self._rules.choice_value(node)

    def values(self, choice: int) -> int:
        """Return the number of values of a choice."""
        return self._rules.values(choice)

    def gate(self, node: int) -> Gate:
        """Return the bodies of an atom's rules, or the literals of a body."""
        if node >= BODIES:
            return Gate(True, self._bodies[node - BODIES])
        known = self._gates.get(node)
        if known is None:
            aggregate = self._rules.aggregate(node)
            if aggregate is not None:
                known = Gate(None, tuple(element.literal for element in aggregate.elements))
            else:
                known = Gate(False, [body[0] if len(body) == 1 else self._body(body) for body in self._rules.bodies(node)])
            self._gates[node] = known
        return known

    def member(self, node: int) -> Member | None:
        """Return which results of an aggregate an atom stands for."""
        aggregate = None if node >= BODIES else self._rules.aggregate(node)
        if aggregate is None:
            return None
        family = self._families.get(id(aggregate))
        if family is None:
            family = self._families[id(aggregate)] = len(self._aggregates)
            self._aggregates.append(aggregate)
        return Member(family, sum(1 << position for position, (_, atom) in enumerate(aggregate.results) if atom == node))

    def _body(self, body: tuple[int, ...]) -> int:
        self._bodies.append(body)
        return BODIES + len(self._bodies) - 1
