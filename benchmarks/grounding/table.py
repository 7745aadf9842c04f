"""The table of a comparison: a row for each case, the geometric mean of the ratios, and everything that went wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from measure import Limits, Outcome, difference, report


@dataclass(frozen=True, slots=True)
class Row:
    """A case with its outcomes."""

    case: str
    ours: Outcome
    theirs: Outcome
    cap: float

    @property
    def ratio(self) -> float | None:
        """Their seconds by ours, the cap standing for those beyond it; None where neither or a failed side leaves nothing to compare."""
        if self.ours.runs and (self.theirs.runs or self.theirs.over_cap):
            return (self.theirs.seconds if self.theirs.runs else self.cap) / self.ours.seconds
        if self.theirs.runs and self.ours.over_cap:
            return self.theirs.seconds / self.cap
        return None

    @property
    def bound(self) -> str:
        """What the ratio is: exact (empty), a lower bound (>) or an upper one (<)."""
        return ">" if self.theirs.over_cap else "<" if self.ours.over_cap else ""

    def problems(self, ours: str, theirs: str) -> list[str]:
        """Return what must not happen: we do not finish, they fail for another reason than time, or the answers differ."""
        found = []
        if self.ours.failure:
            found.append(f"{self.case}: {ours}: {self.ours.failure}")
        if self.theirs.failure and not self.theirs.over_cap:
            found.append(f"{self.case}: {theirs}: {self.theirs.failure}")
        differing = difference(self.ours, self.theirs)
        if differing:
            found.append(f"{self.case}: DIFFERENT ANSWERS of {ours} (1) and {theirs} (2), {differing}")
        return found


def header(ours: str, theirs: str) -> str:
    """Return the two first lines of the table."""
    return (
        f"| case | {ours} s | {theirs} s | ratio | answers | {ours} rules, atoms | {theirs} nodes, atoms |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )


def line(row: Row) -> str:
    """Return the line of a case."""
    ratio = "-" if row.ratio is None else f"{row.bound}{' ' * bool(row.bound)}{row.ratio:.3g}"
    finished = row.ours if row.ours.runs else row.theirs
    answers = f"{len(finished.runs[0].answers):,}" if finished.runs else "-"
    cells = [row.case, _seconds(row.ours, row.cap), _seconds(row.theirs, row.cap), ratio, answers, _size(row.ours), _size(row.theirs)]
    return f"| {' | '.join(cells)} |"


def _seconds(outcome: Outcome, cap: float) -> str:
    if outcome.runs:
        return f"{outcome.seconds:.4f}" if outcome.seconds < 1 else f"{outcome.seconds:.2f}"
    return f"> {cap:g}" if outcome.over_cap else "failed"


def _size(outcome: Outcome) -> str:
    return f"{outcome.runs[0].rules:,}, {outcome.runs[0].atoms:,}" if outcome.runs else "-"


def geometric_mean(rows: Sequence[Row]) -> float | None:
    """Return the geometric mean of the ratios, None where there are none."""
    ratios = [row.ratio for row in rows if row.ratio is not None]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def summary(rows: Sequence[Row]) -> str:
    """Return the line below the table."""
    mean = geometric_mean(rows)
    compared = [row for row in rows if row.ratio is not None]
    lower, upper = (sum(row.bound == sign for row in compared) for sign in "><")
    bounds = f", {lower} of them lower bounds" * bool(lower) + f", {upper} of them upper bounds" * bool(upper)
    return f"geometric mean of {len(compared)} ratios{bounds}: {'-' if mean is None else f'{mean:.3g}'}"


def document(rows: Sequence[Row], limits: Limits, about: dict[str, str]) -> dict[str, object]:
    """Return the comparison as JSON has it."""
    return {
        **about,
        "cap": limits.cap,
        "repeat": limits.repeat,
        "geometric_mean": geometric_mean(rows),
        "cases": [
            {"case": row.case, "ratio": row.ratio, "bound": row.bound, "ours": report(row.ours), "theirs": report(row.theirs)}
            for row in rows
        ],
    }
