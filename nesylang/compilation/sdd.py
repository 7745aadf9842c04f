"""Compilation to sentential decision diagrams (Darwiche 2011) by pysdd."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nesylang.circuit import FALSE, TRUE, Circuit
from nesylang.compilation.budget import Attempt, BudgetSpent, CompilationBudget, Meter, Paused, RunningBudget, Tried
from nesylang.compilation.forced import without_forced
from nesylang.compilation.sdd_reading import Reading
from nesylang.compilation.sdd_ways import Task, Work
from nesylang.compilation.stack import with_room
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, expanded

FIRST_ROUND, FACTOR = 8_000, 2
"""How many nodes may be made in each way in the first round, and how many times more in each that follows."""

BEHIND = 4
"""How many times fewer nodes the ways are allowed that have not come as far as another one."""

NEARLY = 0.98
"""The part of the longest way so far that counts as no less."""

NOTHING = (0, 0.0)
"""The standing of a way that has not been tried."""


class SddCompiler:
    """Compiles bottom-up. Several ways are tried in turns, each time a bit further, until one of them is through.

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
    """Ways in rounds: in the first one mostly the first way is gone on with, in the others those that have come farthest.

    ``standing`` is how many nodes each way has been allowed, and how far it came with these.
    """

    def __init__(self, task: Task, names: Sequence[str], budget: CompilationBudget) -> None:
        self.task = task
        self.names = list(names or task.ways())
        self.budget = budget
        self.meter = Meter(budget)
        self.works: dict[str, Work] = {}
        self.seconds: dict[str, float] = {}
        self.limit = FIRST_ROUND
        self.standing: dict[str, tuple[int, float]] = {}
        self.pause = budget.pause if isinstance(budget, RunningBudget) else None
        tried = budget.tried if isinstance(budget, RunningBudget) else None
        if tried is not None:
            self.standing.update(tried.ways)
            self.names = list(tried.ways) or self.names
            while self.limit <= tried.nodes:
                self.limit *= FACTOR

    def run(self) -> Work:
        """Return the work of the first way that is through; raise NesyError E401 where none is within the budget, Paused for a pause."""
        finished: str | None = None
        try:
            while finished is None:
                if self.pause is not None and self.limit > self.pause:
                    raise Paused(Tried(self.limit // FACTOR, self.standing))
                limit = min(self.limit, self.budget.nodes)
                finished = self._round(limit) if self.standing else self._first_round(limit)
                if finished is None and limit == self.budget.nodes:
                    raise self._spent()
                self.limit *= FACTOR
        finally:
            self._record(finished)
        return self.works[finished]

    def _first_round(self, limit: int) -> str | None:
        """Go on in the first way up to a limit, and in the others a part of that; note how far each came with that part.

        What is no way is left out; if nothing is left then, the way is that by structure.
        """
        part = limit // BEHIND if limit < self.budget.nodes else limit
        for name in list(self.names):
            if self._is_through(name, part):
                return name
            if list(self.standing) == [name]:
                came = self.standing[name][1]
                if self._is_through(name, limit):
                    return name
                self.standing[name] = limit, came
        if not self.names:
            self.names.append("structure")
            if self._is_through("structure", limit):
                return "structure"
        return None

    def _round(self, limit: int) -> str | None:
        """Go on in each way as far as is its turn, and return the first that is through."""
        ahead = self._ahead() if limit < self.budget.nodes else set(self.names)
        for name in sorted(self.names, key=lambda name: name not in ahead):
            allowed = limit if name in ahead else limit // BEHIND
            if self.standing.get(name, NOTHING)[0] < allowed and self._is_through(name, allowed):
                return name
        return None

    def _spent(self) -> BudgetSpent:
        """Return that none of the ways is through with as many nodes as are allowed."""
        limit = self.budget.nodes
        made = max(limit + 1, min(work.made for work in self.works.values()))
        tried = f"with each of {len(self.works)} vtrees" if len(self.works) > 1 else "with one vtree"
        return BudgetSpent("nodes", f"{made:,} nodes of {limit:,} allowed, {tried}")

    def _ahead(self) -> set[str]:
        """Return the names of the ways that have come farthest, or nearly so."""
        came = {name: self.standing.get(name, NOTHING)[1] for name in self.names}
        return {name for name in came if came[name] >= NEARLY * max(came.values())}

    def _is_through(self, name: str, allowed: int) -> bool:
        """Go on in a way up to a number of nodes, and return whether it is through."""
        self.meter.attempt = f"by {name}"
        began = self.meter.watch.seconds
        try:
            if name not in self.works:
                work = self.task.start(name, self.meter)
                if work is None:
                    self.names.remove(name)
                    return False
                self.works[name] = work
            work = self.works[name]
            through = with_room(work.levels, partial(work.advance, allowed), self._stop)
            self.standing[name] = allowed, work.progress
            return through
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.meter.watch.seconds - began

    def _stop(self) -> None:
        """Let the work end at its next look at the time."""
        self.meter.deadline = 0.0

    def _record(self, finished: str | None) -> None:
        """Note for the statistics what was tried."""
        for name, work in self.works.items():
            self.meter.watch.attempts.append(Attempt(f"by {name}", self.seconds[name], work.made, name == finished))
