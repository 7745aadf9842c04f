"""Compilation to sentential decision diagrams (Darwiche 2011) by pysdd."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from nesylang.circuit import FALSE, TRUE, Circuit
from nesylang.circuit.contexts import contexts
from nesylang.compilation.budget import Attempt, BudgetSpent, CompilationBudget, Meter
from nesylang.compilation.candidates import CANDIDATES, Candidate, by_structure
from nesylang.compilation.definitions import Joint, joined
from nesylang.compilation.encoding import Encoding, encode
from nesylang.compilation.forced import without_forced
from nesylang.compilation.sdd_bottom_up import BottomUp
from nesylang.compilation.sdd_reading import Reading
from nesylang.compilation.stack import with_room
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, expanded

FIRST_ROUND, FACTOR = 5_000, 2
"""How many nodes may be made with each vtree in the first round, and how many times more in each that follows."""


ANSWERS, ATOMS = "answers", "atoms"
"""The joint formula of all answers, with names for these, or for all atoms that are used more than once."""

JOINT = (ANSWERS, ATOMS)

WAYS = (ANSWERS, "structure", ATOMS, *(name for name in CANDIDATES if name != "structure"))
"""The names of all ways in the order in which they are tried."""


class SddCompiler:
    """Compiles all roots together, bottom-up. Several ways are tried in turns, each time a bit further, until one of them is through.

    A way is a vtree by its name in CANDIDATES, or one for the joint formula of all answers: with names for these, or for all atoms.
    """

    name = "sdd"

    def __init__(self, candidates: Sequence[str] = WAYS) -> None:
        self.candidates = tuple(candidates)

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``."""
        rest, forced = without_forced(expanded(formula), values)
        if rest.choices(rest.roots):
            ways = _ways(rest, values, forced, self.candidates)
            found, work = _Rounds(ways, budget).run()
            reading = Reading(found.encoding)
            roots = _joint_roots(reading, found.joint, work) if found.joint else _roots(reading, rest, work)
        else:
            reading = Reading(encode(list(forced), values))
            roots = [TRUE if root == ALWAYS else FALSE for root in rest.roots]
        factors = [reading.values(choice, 1 << value) for choice, value in forced.items()]
        return reading.circuit([reading.product([root, *factors]) for root in roots], SddCompiler.name)


def _roots(reading: Reading, formula: Formula, work: BottomUp) -> list[int]:
    known = {ALWAYS: TRUE, -ALWAYS: FALSE}
    for literal, node in zip(formula.roots, work.roots(), strict=True):
        known[literal] = reading.root(node)
    return [known[root] for root in formula.roots]


def _joint_roots(reading: Reading, joint: Joint, work: BottomUp) -> list[int]:
    """Return the roots that a joint formula was made of: the contexts of their names, and names forgotten."""
    (whole,) = work.roots()
    root = reading.root(whole)
    node_of = {ALWAYS: root, -ALWAYS: FALSE}
    leaf_of = {}
    for literal in joint.names:
        if literal not in node_of:
            name = joint.formula.node(literal).children[0]
            leaf_of[literal] = reading.values(name, 1 if literal > 0 else 2)
    found = contexts(reading.sums, reading.first_sum, root, leaf_of.values())
    node_of.update((literal, found[leaf]) for literal, leaf in leaf_of.items())
    reading.forget(joint.first_name)
    return [reading.forgotten(node_of[literal], joint.first_name) for literal in joint.names]


@dataclass(frozen=True, slots=True)
class _Way:
    """A formula, the vtree to compile it with, and whether its only root is the joint formula of all roots."""

    name: str
    formula: Formula
    encoding: Encoding
    candidate: Candidate
    joint: Joint | None

    def start(self, meter: Meter) -> BottomUp:
        """Return the work of compiling in this way."""
        choices = self.formula.choices(self.formula.roots)
        tree = self.candidate(self.formula, choices, [self.encoding.variables[choice] for choice in choices])
        return BottomUp(self.formula, self.encoding, tree, meter)


def _ways(formula: Formula, values: Sequence[int], forced: Iterable[int], names: Sequence[str]) -> list[_Way]:
    """Return the ways of some names, in the order in which they are tried.

    A joint formula of one answer, or with names for atoms where no atom is used more than once, is left out, and so is one that is seen
    to be false; if nothing is left then, the way is that by structure.
    """
    ways = []
    for name in names:
        joint = None
        if name in JOINT:
            joint = joined(formula, values, name == ATOMS)
            if joint.count <= (joint.answers if name == ATOMS else 1) or not joint.formula.choices(joint.formula.roots):
                continue
        whole = formula if joint is None else joint.formula
        counts = values if joint is None else joint.values
        encoding = encode([*whole.choices(whole.roots), *forced], counts)
        ways.append(_Way(name, whole, encoding, CANDIDATES.get(name, by_structure), joint))
    return ways or _ways(formula, values, forced, ["structure"])


class _Rounds:
    def __init__(self, ways: Sequence[_Way], budget: CompilationBudget) -> None:
        self.ways = ways
        self.budget = budget
        self.meter = Meter(budget)
        self.works: dict[str, BottomUp] = {}
        self.seconds: dict[str, float] = {way.name: 0.0 for way in ways}

    def run(self) -> tuple[_Way, BottomUp]:
        """Return the first way that is through, with its work; raise NesyError E401 where none is within the budget."""
        limit = FIRST_ROUND
        finished: _Way | None = None
        try:
            while finished is None:
                finished = self._round(min(limit, self.budget.nodes))
                limit *= FACTOR
        finally:
            self._record(finished)
        return finished, self.works[finished.name]

    def _round(self, limit: int) -> _Way | None:
        """Go on in each way up to a limit of nodes, and return the first that is through."""
        for way in self.ways:
            name = way.name
            self.meter.attempt = f"by {name}"
            began = self.meter.watch.seconds
            try:
                if name not in self.works:
                    self.works[name] = way.start(self.meter)
                work = self.works[name]
                if with_room(work.levels, partial(work.advance, limit), self._stop):
                    return way
            finally:
                self.seconds[name] += self.meter.watch.seconds - began
        if limit == self.budget.nodes:
            made = max(limit + 1, min(work.made for work in self.works.values()))
            tried = f"with each of {len(self.works)} vtrees" if len(self.works) > 1 else "with one vtree"
            raise BudgetSpent("nodes", f"{made:,} nodes of {limit:,} allowed, {tried}")
        return None

    def _stop(self) -> None:
        """Let the work end at its next look at the time."""
        self.meter.deadline = 0.0

    def _record(self, finished: _Way | None) -> None:
        """Note for the statistics what was tried."""
        for name, work in self.works.items():
            self.meter.watch.attempts.append(
                Attempt(f"by {name}", self.seconds[name], work.made, finished is not None and name == finished.name)
            )
