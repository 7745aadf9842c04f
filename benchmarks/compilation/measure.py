"""Medians over fresh processes of how long a system takes from a program's text to its answers, and whether these are right."""

from __future__ import annotations

import hashlib
import json
import math
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from benchmarks.compilation.case import Case
from benchmarks.processes import CHECKOUT, Limits, Running, measured

TOLERANCE = {"nesylang": 1e-12, "problog": 1e-9}
"""How far an answer may be from the exact one, relative to it."""

OURS, THEIRS = "nesylang", "problog"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The runs of a system on a case, in CPU seconds; where it does not finish, ``failure`` says why and ``over_cap`` whether for its time.

    ``wrong`` says which answer differs from the exact one. ``size`` is the number of elements of the circuit, ``compiler`` what made it.
    """

    runs: tuple[float, ...] = ()
    failure: str | None = None
    over_cap: bool = False
    wrong: str | None = None
    answers: int = 0
    size: int = 0
    compiler: str = ""
    megabytes: float = 0.0

    @property
    def seconds(self) -> float:
        """Median CPU seconds."""
        return statistics.median(self.runs)


def repetitions(seconds: float, wanted: int) -> int:
    """Return how often a run that takes so long is done."""
    return wanted if seconds < 2 else min(wanted, 3) if seconds < 10 else 1


def difference(found: Mapping[str, float], expected: Mapping[str, float], tolerance: float) -> str | None:
    """Return what is wrong with some answers, None where nothing is; answers that are impossible may be missing."""
    for answer, probability in expected.items():
        other = found.get(answer, 0.0)
        if not math.isclose(other, probability, rel_tol=tolerance, abs_tol=0.0):
            return f"{answer} is {other!r} instead of {probability!r}"
    for answer, probability in found.items():
        if probability != 0 and answer not in expected:
            return f"{answer} is {probability!r} instead of impossible"
    return None


def compare(case: Case, systems: Sequence[str], limits: Limits, repeat: int, running: Running) -> dict[str, Outcome]:
    """Return an outcome for each system; their runs alternate."""
    text, expected = case.text(), case.expected()
    runs: dict[str, list[float]] = {system: [] for system in systems}
    outcomes: dict[str, Outcome] = {}
    for attempt in range(repeat):
        for system in systems:
            if attempt and (outcomes[system].failure or attempt >= repetitions(min(runs[system]), repeat)):
                continue
            command = [sys.executable, "-m", "benchmarks.compilation.worker", system, str(limits.memory)]
            found = measured(command, text, limits, running)
            if "failure" in found:
                outcomes[system] = Outcome(failure=found["failure"], over_cap=found["over_cap"])
                continue
            runs[system].append(found["seconds"])
            wrong = difference(found["answers"], expected, TOLERANCE[system])
            before = outcomes.get(system, Outcome())
            outcomes[system] = Outcome(
                tuple(runs[system]),
                wrong=before.wrong or wrong,
                answers=len(found["answers"]),
                size=found["size"],
                compiler=found["compiler"],
                megabytes=max(before.megabytes, found["megabytes"]),
            )
    return outcomes


@cache
def fingerprint() -> str:
    """Return a digest of all files that nesylang's answers come from, changes that are not committed included."""
    digest = hashlib.sha256()
    for folder in ("nesylang", "stdlib", "grammar"):
        for file in sorted((CHECKOUT / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(CHECKOUT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def commit() -> str:
    """Return the commit of the checkout, with a mark where files differ from it; empty where there is none."""
    found = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def versions() -> dict[str, str]:
    """Return the versions of what is measured."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, "problog": version("problog"), "pysdd": version("pysdd")}


class Log:
    """Outcomes of earlier runs of the same program, sources, versions and limits, one line for each case."""

    def __init__(self, path: Path | None, conditions: Mapping[str, object], resume: bool) -> None:
        self._path = path
        self._conditions = {**conditions, "source": fingerprint(), "versions": versions()}
        self._known: dict[str, dict[str, Outcome]] = {}
        if path is None:
            return
        if resume and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:  # the last line of a run that was cut off
            return
        if entry.pop("conditions") == self._conditions:
            outcomes = {system: Outcome(**{**found, "runs": tuple(found["runs"])}) for system, found in entry["outcomes"].items()}
            self._known[f"{entry['case']} {entry['text']}"] = outcomes

    def known(self, case: Case) -> dict[str, Outcome] | None:
        """Return the outcomes of a case that was finished before."""
        return self._known.get(f"{case.name} {_digest(case)}")

    def add(self, case: Case, outcomes: Mapping[str, Outcome]) -> None:
        """Keep the outcomes of a case."""
        if self._path is None:
            return
        found = {system: asdict(outcome) for system, outcome in outcomes.items()}
        entry = {"case": case.name, "text": _digest(case), "commit": commit(), "conditions": self._conditions, "outcomes": found}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def _digest(case: Case) -> str:
    return hashlib.sha256(case.text().encode()).hexdigest()[:16]
