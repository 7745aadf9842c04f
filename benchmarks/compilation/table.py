"""The table of a comparison: a row for each case, the geometric mean of the ratios, and everything that went wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.compilation.measure import Outcome

FACTOR, SECONDS = 1.1, 0.020
"""A case is slower where nesylang takes both this many times as long and this much longer."""

HEADER = """\
| case | nesylang s | ProbLog s | ratio | answers | compiler | elements | ProbLog's elements |
|---|---:|---:|---:|---:|---|---:|---:|"""


@dataclass(frozen=True, slots=True)
class Row:
    """A case with its outcomes, None for a system that is not run. A system that does not finish counts as ``cap`` seconds."""

    case: str
    ours: Outcome | None
    theirs: Outcome | None
    cap: float

    @property
    def ratio(self) -> float | None:
        """Their seconds by ours: above 1 nesylang is faster."""
        if self.ours is None or self.theirs is None:
            return None
        return self._counted(self.theirs) / self._counted(self.ours)

    @property
    def slower(self) -> bool:
        """Whether nesylang takes notably longer."""
        if self.ours is None or self.theirs is None:
            return False
        ours, theirs = self._counted(self.ours), self._counted(self.theirs)
        return ours > FACTOR * theirs and ours - theirs > SECONDS

    def _counted(self, outcome: Outcome) -> float:
        return self.cap if outcome.failure else outcome.seconds

    def problems(self) -> list[str]:
        """Return what must not happen: nesylang does not finish, or an answer is wrong."""
        found = [f"{self.case}: nesylang: {self.ours.failure}"] if self.ours is not None and self.ours.failure else []
        for name, outcome in (("nesylang", self.ours), ("ProbLog", self.theirs)):
            if outcome is not None and outcome.wrong:
                found.append(f"{self.case}: WRONG ANSWER of {name}: {outcome.wrong}")
        return found

    def line(self) -> str:
        """Return the line of the table."""
        ratio = "-"
        if self.ratio is not None:
            bound = f"{'<' * _unfinished(self.ours)}{'>' * _unfinished(self.theirs)}"
            ratio = f"{bound}{' ' * bool(bound)}{self.ratio:.3g}"
        finished = [outcome for outcome in (self.ours, self.theirs) if outcome is not None and outcome.runs]
        answers = f"{finished[0].answers:,}" if finished else "-"
        compiler = self.ours.compiler if self.ours is not None and self.ours.runs else "-"
        sizes = [f"{outcome.size:,}" if outcome is not None and outcome.runs else "-" for outcome in (self.ours, self.theirs)]
        return f"| {' | '.join([self.case, self._shown(self.ours), self._shown(self.theirs), ratio, answers, compiler, *sizes])} |"

    def _shown(self, outcome: Outcome | None) -> str:
        if outcome is None:
            return "-"
        if outcome.failure:
            return f"> {self.cap:g}" if outcome.over_cap else "failed"
        return f"{outcome.seconds:.4f}" if outcome.seconds < 1 else f"{outcome.seconds:.2f}"


def _unfinished(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.failure is not None


def summary(rows: Sequence[Row]) -> str:
    """Return the lines below the table."""
    ratios = [row.ratio for row in rows if row.ratio is not None]
    lines = []
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        both = [row for row in rows if row.ratio is not None]
        theirs, ours = sum(_unfinished(row.theirs) for row in both), sum(_unfinished(row.ours) for row in both)
        bounds = f"ProbLog did not finish {theirs} of these cases and nesylang {ours}, which count as the cap."
        lines.append(f"Geometric mean of {len(ratios)} ratios: {mean:.3g}. {bounds}")
        slower = [row.case for row in both if row.slower]
        what = f"Cases in which nesylang takes more than {FACTOR:g} times as long and {SECONDS * 1000:g} ms longer: {len(slower)}"
        lines.append(f"{what}{': ' * bool(slower)}{', '.join(slower)}.")
    for name, outcomes in (("nesylang", [row.ours for row in rows]), ("ProbLog", [row.theirs for row in rows])):
        run = [outcome for outcome in outcomes if outcome is not None]
        if run:
            seconds = sum(outcome.seconds for outcome in run if outcome.runs)
            lines.append(f"{name}: {len(run)} cases, {sum(map(_unfinished, run))} not finished, {seconds:.1f} s for the others together.")
    return "\n\n".join(lines)
