"""Compilation to sentential decision diagrams (Darwiche 2011) by pysdd."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nesylang.circuit import FALSE, TRUE, Circuit
from nesylang.compilation.budget import Attempt, BudgetSpent, CompilationBudget, Meter
from nesylang.compilation.forced import without_forced
from nesylang.compilation.sdd_reading import Reading
from nesylang.compilation.sdd_ways import Task, Work
from nesylang.compilation.stack import with_room
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, expanded

FIRST_ROUND, FACTOR = 5_000, 2
"""How many nodes may be made with each vtree in the first round, and how many times more in each that follows."""


class SddCompiler:
    """Compiles all roots together, bottom-up. Several ways are tried in turns, each time a bit further, until one of them is through.

    A way is a vtree by its name in CANDIDATES, one for each root, or one for the joint formula of all answers: with names for these, or for
    all atoms.
    """

    name = "sdd"

    def __init__(self, candidates: Sequence[str] = ()) -> None:
        self.candidates = tuple(candidates)

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``."""
        rest, forced = without_forced(expanded(formula), values)
        if rest.choices(rest.roots):
            reading, roots = _Rounds(Task(rest, values, list(forced)), self.candidates, budget).run().read()
        else:
            reading = Reading({choice: values[choice] for choice in forced})
            roots = [TRUE if root == ALWAYS else FALSE for root in rest.roots]
        factors = [reading.values(choice, 1 << value) for choice, value in forced.items()]
        return reading.circuit([reading.product([root, *factors]) for root in roots], SddCompiler.name)


class _Rounds:
    def __init__(self, task: Task, names: Sequence[str], budget: CompilationBudget) -> None:
        self.task = task
        self.names = list(names or task.ways())
        self.budget = budget
        self.meter = Meter(budget)
        self.works: dict[str, Work] = {}
        self.seconds: dict[str, float] = {}

    def run(self) -> Work:
        """Return the work of the first way that is through; raise NesyError E401 where none is within the budget."""
        limit = FIRST_ROUND
        finished: str | None = None
        try:
            while finished is None:
                finished = self._round(min(limit, self.budget.nodes))
                limit *= FACTOR
        finally:
            self._record(finished)
        return self.works[finished]

    def _round(self, limit: int) -> str | None:
        """Go on in each way up to a limit of nodes, and return the first that is through; ways that are no ways are left out."""
        for name in list(self.names):
            self.meter.attempt = f"by {name}"
            began = self.meter.watch.seconds
            try:
                if name not in self.works:
                    work = self.task.start(name, self.meter)
                    if work is None:
                        self.names.remove(name)
                        continue
                    self.works[name] = work
                work = self.works[name]
                if with_room(work.levels, partial(work.advance, limit), self._stop):
                    return name
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + self.meter.watch.seconds - began
        if not self.works:
            self.names.append("structure")
            return self._round(limit)
        if limit == self.budget.nodes:
            made = max(limit + 1, min(work.made for work in self.works.values()))
            tried = f"with each of {len(self.works)} vtrees" if len(self.works) > 1 else "with one vtree"
            raise BudgetSpent("nodes", f"{made:,} nodes of {limit:,} allowed, {tried}")
        return None

    def _stop(self) -> None:
        """Let the work end at its next look at the time."""
        self.meter.deadline = 0.0

    def _record(self, finished: str | None) -> None:
        """Note for the statistics what was tried."""
        for name, work in self.works.items():
            self.meter.watch.attempts.append(Attempt(f"by {name}", self.seconds[name], work.made, name == finished))
