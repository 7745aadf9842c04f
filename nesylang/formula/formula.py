"""The propositional formula of a ground program: an acyclic graph of ands and ors over choice values, with negation on its edges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from nesylang.formula.distributions import Block, Distribution, Merge

if TYPE_CHECKING:
    from nesylang.grounding.aggregates import Operation, State

TRUE = 1
FALSE = -1

CHECKED = 256
"""Nodes that are made between two checks."""


class Kind(IntEnum):
    """What a node of a formula is."""

    CONSTANT = 0
    LEAF = 1
    AND = 2
    OR = 3
    RESULT = 4


GATES = frozenset({Kind.AND, Kind.OR})


@dataclass(frozen=True, slots=True)
class Node:
    """A node: a leaf's ``children`` are (choice, value), those of ands and ors are literals of earlier nodes.

    A result says that an aggregate is in one of some states: its ``children`` are the number of a distribution, and the states as bits.
    """

    kind: Kind
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """Nodes numbered from 1, children before parents; node 1 is true. A literal is a node's number, negative where it is negated.

    Results refer to the ``distributions``; ``expanded`` in ``formula/expansion.py`` writes them as ands and ors.
    """

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]
    distributions: tuple[Distribution, ...] = ()

    def node(self, literal: int) -> Node:
        """Return the node of a literal."""
        return self.nodes[abs(literal) - 1]

    def below(self, number: int) -> Sequence[int]:
        """Return the literals that a node depends on directly; for a result one that stands for all states of its distribution."""
        return literals_below(self.nodes[number - 1], number, self.distributions)

    def reachable(self, literals: Iterable[int]) -> list[int]:
        """Return the numbers of all nodes below some literals, children before parents."""
        nodes = self.nodes
        marked = bytearray(len(nodes) + 1)
        found = []
        pending = [abs(literal) for literal in literals]
        while pending:
            number = pending.pop()
            if not marked[number]:
                marked[number] = 1
                found.append(number)
                node = nodes[number - 1]
                pending.extend(map(abs, node.children if node.kind in GATES else self.below(number)))
        found.sort()
        return found

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
            parent = pending.pop()
            node = self.nodes[parent - 1]
            if node.kind is Kind.LEAF:
                found.setdefault(node.children[0])
            elif node.kind >= Kind.AND:
                ready = []
                for number in map(abs, node.children if node.kind in GATES else self.below(parent)):
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
            number = pending.pop()
            node = self.nodes[number - 1]
            for child in map(abs, node.children if node.kind in GATES else self.below(number)):
                if child not in parents:
                    parents[child] = 0
                    pending.append(child)
                parents[child] += 1
        return parents


def literals_below(node: Node, number: int, distributions: Sequence[Distribution]) -> Sequence[int]:
    """Return the literals that a node depends on directly."""
    if node.kind < Kind.AND:
        return ()
    if node.kind is not Kind.RESULT:
        return node.children
    distribution = distributions[node.children[0]]
    assert isinstance(distribution, Merge), "states of a block are ors"
    if number != distribution.witness:
        return (distribution.witness,)
    parts = distributions[distribution.left], distributions[distribution.right]
    return [literal for part in parts for literal in (part.literals if isinstance(part, Block) else (part.witness,))]


class FormulaBuilder:
    """Builds formulas: equal nodes are shared, constants, repetitions and opposites simplified away.

    ``check`` is called now and then while the formula grows; what it raises ends the building. ``atoms`` are the literals that atoms of a
    ground program mean, where the formula is made from one.
    """

    def __init__(self, check: Callable[[], None] | None = None) -> None:
        self.check = check
        self.atoms: Mapping[int, int] = {}
        self.nodes: list[Node] = [Node(Kind.CONSTANT, ())]
        self.known: dict[tuple[Kind, tuple[int, ...]], int] = {}
        self.distributions: list[Distribution] = []
        self._results: dict[int, tuple[int, int]] = {}
        self._blocks: dict[tuple[int, tuple[State, ...], tuple[int, ...]], int] = {}
        self._merges: dict[tuple[int, int, int], int] = {}

    @classmethod
    def of(cls, formula: Formula) -> FormulaBuilder:
        """Return a builder that goes on where a formula ends: its literals keep their numbers."""
        builder = cls()
        builder.nodes = list(formula.nodes)
        for number, node in enumerate(formula.nodes, 1):
            if node.kind is not Kind.CONSTANT:
                builder.known[_key(node.kind, node.children)] = number
            if node.kind is Kind.RESULT:
                builder._results[number] = (node.children[0], node.children[1])
        builder.distributions = list(formula.distributions)
        for number, distribution in enumerate(builder.distributions):
            if isinstance(distribution, Block):
                builder._blocks[id(distribution.operation), tuple(distribution.states), distribution.literals] = number
            else:
                builder._merges[id(distribution.operation), distribution.left, distribution.right] = number
        return builder

    def implies(self, literal: int, other: int) -> bool:
        """Return whether a literal is seen to imply another at once: it is an and of it, or the other one is an or of it."""
        if literal in (other, FALSE) or other == TRUE:
            return True
        upper = self._children(other, Kind.OR)
        lower = self._children(literal, Kind.AND)
        if other in lower or literal in upper or not set(lower).isdisjoint(upper):
            return True
        found = self._children(other, Kind.AND)
        return bool(found) and set(lower).issuperset(found)

    def _children(self, literal: int, kind: Kind) -> tuple[int, ...]:
        """Return the children of a literal that is a gate of some kind, none for any other."""
        node = self.nodes[abs(literal) - 1]
        return node.children if literal > 0 and node.kind is kind else ()

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
        if self._results:
            literals = self._joined(kind, literals)
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
        key = _key(kind, children)
        number = self.known.get(key)
        if number is None:
            self.nodes.append(Node(kind, children))
            number = self.known[key] = len(self.nodes)
            if self.check is not None and number % CHECKED == 0:
                self.check()
        return number

    def block(self, operation: Operation, literals: Mapping[State, int], rest: State | None = None) -> int:
        """Return the number of a distribution over states of which exactly one is true in each world, as its literal says.

        The literal of ``rest``, where it is one of them, says that none of the others is true.
        """
        certain = [state for state, literal in literals.items() if literal == TRUE]
        possible = certain[:1] or [state for state, literal in literals.items() if literal != FALSE]
        states = operation.sorted(possible)
        found = tuple(literals[state] for state in states)
        key = id(operation), tuple(states), found
        if key not in self._blocks:
            self._blocks[key] = self._distribution(Block(operation, states, found, None if rest not in possible else states.index(rest)))
        return self._blocks[key]

    def merge(self, operation: Operation, left: int, right: int) -> int:
        """Return the number of the distribution over the merged states of two others; raise NesyError E402 for too many states."""
        key = id(operation), left, right
        if key not in self._merges:
            parts = self.distributions[left], self.distributions[right]
            states = operation.combined(parts[0].states, parts[1].states)
            number = len(self.distributions)
            witness = self._add(Kind.RESULT, (number, 1))
            self._results[witness] = (number, 1)
            self._merges[key] = self._distribution(Merge(operation, states, left, right, witness))
        return self._merges[key]

    def result(self, number: int, states: int) -> int:
        """Return the literal "the distribution is in one of these states", given as bits."""
        distribution = self.distributions[number]
        if states == 0:
            return FALSE
        if states == distribution.every:
            return TRUE
        if isinstance(distribution, Merge):
            literal = self._add(Kind.RESULT, (number, states))
            self._results[literal] = (number, states)
            return literal
        rest = distribution.rest
        within = rest is None or not states >> rest & 1
        named = [literal for position, literal in enumerate(distribution.literals) if bool(states >> position & 1) is within]
        return self.disjunction(named) if within else -self.disjunction(named)

    def plain(self, literal: int) -> int:
        """Return a literal that means the same: of the other states where it is a result that is negated."""
        if literal > 0 or -literal not in self._results:
            return literal
        number, states = self._results[-literal]
        return self.result(number, self.distributions[number].every ^ states)

    def _joined(self, kind: Kind, literals: Sequence[int]) -> list[int]:
        """Return the literals of a gate, those of results of one distribution as one."""
        joined: dict[int, int] = {}
        others = []
        for literal in literals:
            found = self._results.get(abs(literal))
            if found is None:
                others.append(literal)
                continue
            number, states = found
            if literal < 0:
                states ^= self.distributions[number].every
            if number in joined:
                states = joined[number] & states if kind is Kind.AND else joined[number] | states
            joined[number] = states
        return others + [self.result(number, states) for number, states in joined.items()]

    def _distribution(self, distribution: Distribution) -> int:
        self.distributions.append(distribution)
        return len(self.distributions) - 1

    def formula(self, roots: Sequence[int]) -> Formula:
        """Return the formula with the given literals as roots."""
        return Formula(tuple(self.nodes), tuple(roots), tuple(self.distributions))


def _key(kind: Kind, children: tuple[int, ...]) -> tuple[Kind, tuple[int, ...]]:
    return kind, tuple(sorted(children)) if kind in (Kind.AND, Kind.OR) else children
