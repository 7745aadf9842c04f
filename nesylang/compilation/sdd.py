"""Compilation to sentential decision diagrams (Darwiche 2011) by pysdd."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nesylang.circuit import FALSE, TRUE, Circuit
from nesylang.compilation.budget import Attempt, BudgetSpent, CompilationBudget, Meter
from nesylang.compilation.candidates import CANDIDATES
from nesylang.compilation.encoding import Encoding, encode
from nesylang.compilation.forced import without_forced
from nesylang.compilation.sdd_bottom_up import BottomUp
from nesylang.compilation.sdd_reading import Reading
from nesylang.compilation.stack import with_room
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, expanded

FIRST_ROUND, FACTOR = 20_000, 2
"""How many nodes may be made with each vtree in the first round, and how many times more in each that follows."""


class SddCompiler:
    """Compiles all roots together, bottom-up. Several vtrees are tried in turns, each time a bit further, until one of them is through."""

    name = "sdd"

    def __init__(self, candidates: Sequence[str] = tuple(CANDIDATES)) -> None:
        self.candidates = tuple(candidates)

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``."""
        rest, forced = without_forced(expanded(formula), values)
        choices = rest.choices(rest.roots)
        encoding = encode([*choices, *forced], values)
        reading = Reading(encoding)
        known = {ALWAYS: TRUE, -ALWAYS: FALSE}
        if choices:
            work = _Rounds(rest, choices, encoding, self.candidates, budget).run()
            for literal, node in zip(rest.roots, work.roots(), strict=True):
                known[literal] = reading.root(node)
        factors = [reading.values(choice, 1 << value) for choice, value in forced.items()]
        roots = [reading.product([known[root], *factors]) for root in rest.roots]
        return reading.circuit(roots, SddCompiler.name)


class _Rounds:
    def __init__(
        self, formula: Formula, choices: Sequence[int], encoding: Encoding, candidates: Sequence[str], budget: CompilationBudget
    ) -> None:
        self.formula = formula
        self.choices = choices
        self.encoding = encoding
        self.candidates = candidates
        self.budget = budget
        self.meter = Meter(budget)
        self.blocks = [encoding.variables[choice] for choice in choices]
        self.works: dict[str, BottomUp] = {}
        self.seconds: dict[str, float] = dict.fromkeys(candidates, 0.0)

    def run(self) -> BottomUp:
        """Return the first work that is through; raise NesyError E401 where none is within the budget."""
        limit = FIRST_ROUND
        finished = None
        try:
            while finished is None:
                finished = self._round(min(limit, self.budget.nodes))
                limit *= FACTOR
        finally:
            self._record(finished)
        return self.works[finished]

    def _round(self, limit: int) -> str | None:
        """Go on with each vtree up to a limit of nodes, and return the name of the first that is through."""
        for name in self.candidates:
            self.meter.attempt = f"by {name}"
            began = self.meter.watch.seconds
            try:
                if name not in self.works:
                    tree = CANDIDATES[name](self.formula, self.choices, self.blocks)
                    self.works[name] = BottomUp(self.formula, self.encoding, tree, self.meter)
                work = self.works[name]
                if with_room(work.levels, partial(work.advance, limit), self._stop):
                    return name
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

    def _record(self, finished: str | None) -> None:
        """Note for the statistics what was tried."""
        for name, work in self.works.items():
            self.meter.watch.attempts.append(Attempt(f"by {name}", self.seconds[name], work.made, name == finished))
