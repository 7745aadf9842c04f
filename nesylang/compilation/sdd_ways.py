"""The ways to compile a formula that are tried: which formulas are made of it, and with which vtrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nesylang.circuit import FALSE, TRUE
from nesylang.circuit.contexts import contexts
from nesylang.compilation.budget import Meter
from nesylang.compilation.candidates import CANDIDATES, Candidate, by_structure
from nesylang.compilation.definitions import Joint, in_common, joined
from nesylang.compilation.encoding import encode
from nesylang.compilation.sdd_bottom_up import BottomUp
from nesylang.compilation.sdd_reading import Reading
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula

ANSWERS, ATOMS = "answers", "atoms"
"""The joint formula of all answers, with names for these, or for all atoms that are used more than once."""

JOINT = (ANSWERS, ATOMS)

APART = "roots"
"""Each root with a vtree of its own."""

WAYS = (APART, "structure", "clauses", "occurrence", ATOMS, "separation")
"""The names of all ways in the order in which they are tried where the roots have nothing in common."""

WITH_EVIDENCE = (ANSWERS, *WAYS)
"""The names of all ways in the order in which they are tried where all roots hold together with the same evidence."""


MANY = 50
"""Roots beyond which they are not tried apart at first: a manager for each takes longer than little formulas do."""


class Work(Protocol):
    """Compiling in one way: work that can be left and taken up again.

    ``made`` is how many nodes have been made so far, ``progress`` how far it has come, from 0 to 1; ``levels`` is how deep vtrees are at
    most.
    """

    @property
    def made(self) -> int: ...

    @property
    def progress(self) -> float: ...

    @property
    def levels(self) -> int: ...

    def advance(self, limit: int) -> bool:
        """Go on until all is done, or up to a limit of nodes; return whether all is done."""

    def read(self) -> tuple[Reading, list[int]]:
        """Return a reading of what has been compiled, and the roots in it."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be compiled: a formula, the number of values of choices, and known choices that circuits may be about as well."""

    formula: Formula
    values: Sequence[int]
    known: Sequence[int]

    def ways(self) -> Sequence[str]:
        """Return the names of the ways in the order in which they are to be tried."""
        count = len(_different(self.formula.roots))
        if count > 1 and in_common(self.formula):
            return WITH_EVIDENCE
        return WAYS if count <= MANY else (*WAYS[1:], APART)

    def start(self, name: str, meter: Meter) -> Work | None:
        """Return the work of compiling in one way; None where it is not different from others.

        These are joint formulas of one answer or with names for atoms where no atom is used more than once, such as are seen to be false,
        and roots on their own where there is only one.
        """
        if name == APART:
            return _Apart(self, meter) if len(_different(self.formula.roots)) > 1 else None
        if name not in JOINT:
            return _Together(self.formula, self.counts(self.formula), CANDIDATES[name], meter)
        joint = joined(self.formula, self.values, name == ATOMS)
        if joint.count <= (joint.answers if name == ATOMS else 1) or not joint.formula.choices(joint.formula.roots):
            return None
        return _Joint(joint, self.counts(joint.formula, joint.values), meter, told=name == ANSWERS)

    def counts(self, formula: Formula, values: Sequence[int] | None = None) -> dict[int, int]:
        """Return the number of values of each choice of a formula and of the known ones."""
        numbers = self.values if values is None else values
        return {choice: numbers[choice] for choice in [*formula.choices(formula.roots), *self.known]}


def _different(roots: Iterable[int]) -> list[int]:
    """Return the nodes that some roots, or their opposites, are."""
    return [root for root in dict.fromkeys(map(abs, roots)) if root != ALWAYS]


class _Part:
    """A formula that is compiled with one vtree."""

    def __init__(self, formula: Formula, counts: Mapping[int, int], candidate: Candidate, meter: Meter) -> None:
        choices = formula.choices(formula.roots)
        self.encoding = encode({choice: counts[choice] for choice in choices})
        self.formula = formula
        tree = candidate(formula, choices, [self.encoding.variables[choice] for choice in choices])
        self.work = BottomUp(formula, self.encoding, tree, meter)

    def read(self, reading: Reading) -> list[int]:
        """Return the roots in a reading."""
        reading.enter(self.encoding)
        known = {ALWAYS: TRUE, -ALWAYS: FALSE}
        for literal, node in zip(self.formula.roots, self.work.roots(), strict=True):
            known[literal] = reading.root(node)
        return [known[root] for root in self.formula.roots]


class _Together:
    """All roots with one vtree."""

    def __init__(self, formula: Formula, counts: Mapping[int, int], candidate: Candidate, meter: Meter) -> None:
        self.counts = counts
        self.part = _Part(formula, counts, candidate, meter)

    @property
    def made(self) -> int:
        return self.part.work.made

    @property
    def progress(self) -> float:
        return self.part.work.progress

    @property
    def levels(self) -> int:
        return self.part.work.levels

    def advance(self, limit: int) -> bool:
        return self.part.work.advance(limit)

    def read(self) -> tuple[Reading, list[int]]:
        reading = Reading(self.counts)
        return reading, self.part.read(reading)


class _Joint(_Together):
    """The joint formula of all roots."""

    def __init__(self, joint: Joint, counts: Mapping[int, int], meter: Meter, told: bool) -> None:
        super().__init__(joint.formula, counts, by_structure, meter)
        self.joint = joint
        self.told = told
        """Whether its progress is told: where all atoms have names, nearly all of the work is in joining these at the end."""

    @property
    def progress(self) -> float:
        return super().progress if self.told else 0.0

    def read(self) -> tuple[Reading, list[int]]:
        """Return the contexts of the roots' names as roots; names are forgotten."""
        reading, (root,) = super().read()
        joint = self.joint
        node_of = {ALWAYS: root, -ALWAYS: FALSE}
        leaf_of = {}
        for literal in joint.names:
            if literal not in node_of:
                name = joint.formula.node(literal).children[0]
                leaf_of[literal] = reading.values(name, 1 if literal > 0 else 2)
        found = contexts(reading.sums, reading.first_sum, root, leaf_of.values())
        node_of.update((literal, found[leaf]) for literal, leaf in leaf_of.items())
        reading.forget(joint.first_name)
        return reading, [reading.forgotten(node_of[literal], joint.first_name) for literal in joint.names]


class _Apart:
    """The roots one after the other: what each is about decides alone on its vtree, and its manager is gone once it is read."""

    def __init__(self, task: Task, meter: Meter) -> None:
        self.formula = task.formula
        self.counts = task.counts(task.formula)
        self.meter = meter
        self.reading = Reading(self.counts)
        self.known = {ALWAYS: TRUE, -ALWAYS: FALSE}
        roots = set(self.formula.roots)
        self.left = [[root for root in (node, -node) if root in roots] for node in reversed(_different(self.formula.roots))]
        """The roots that are not done yet, a root and its opposite together, the last one first."""
        self.count = len(self.left)
        self.earlier = 0
        """How many nodes have been made for roots that are done."""
        self.part: _Part | None = None
        self.levels = sum((count - 1).bit_length() for count in self.counts.values())

    @property
    def made(self) -> int:
        return self.earlier + (self.part.work.made if self.part else 0)

    @property
    def progress(self) -> float:
        return 1 - len(self.left) / self.count

    def advance(self, limit: int) -> bool:
        while self.left:
            if self.part is None:
                part = Formula(self.formula.nodes, tuple(self.left[-1]))
                self.part = _Part(part, self.counts, by_structure, self.meter)
            if not self.part.work.advance(limit - self.earlier):
                return False
            self.known.update(zip(self.part.formula.roots, self.part.read(self.reading), strict=True))
            self.earlier += self.part.work.made
            self.part = None
            self.left.pop()
        return self.made <= self.meter.budget.nodes

    def read(self) -> tuple[Reading, list[int]]:
        return self.reading, [self.known[root] for root in self.formula.roots]
