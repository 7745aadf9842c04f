"""Medians over fresh processes of how long a system takes to parse and ground a program, or why it does not finish."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CHECKOUT = FOLDER.parent.parent


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost (CPU seconds, GiB), how often it is repeated, and from how many seconds on it is not."""

    cap: float = 60.0
    memory: float = 8.0
    repeat: int = 3
    patience: float = 20.0


@dataclass(frozen=True, slots=True)
class System:
    """A system with the Python that has it; ``grounder`` is a row of GROUNDERS, for nesylang."""

    name: str
    python: str = sys.executable
    grounder: str = "native"


@dataclass(frozen=True, slots=True)
class Measured:
    """A finished run: CPU seconds, peak memory, and what was ground."""

    seconds: float
    megabytes: float
    rules: int
    atoms: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The runs of a system on a case; where it does not finish, ``failure`` says why and ``over_cap`` whether for its time."""

    runs: tuple[Measured, ...]
    failure: str | None = None
    over_cap: bool = False

    @property
    def seconds(self) -> float:
        """Median CPU seconds."""
        return statistics.median(run.seconds for run in self.runs)


def run_once(system: System, text: str, limits: Limits) -> Measured | str | None:
    """Return what a fresh process measures, None where it goes beyond the cap, a text where it fails."""
    command = [system.python, str(FOLDER / "worker.py"), system.name, system.grounder, str(limits.cap), str(limits.memory)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    finished = subprocess.run(command, input=text, capture_output=True, text=True, env=environment, check=False)
    if finished.returncode == -signal.SIGPROF:
        return None
    if finished.returncode != 0:
        complaint = [line for line in finished.stderr.splitlines() if line.strip()]
        return f"exit status {finished.returncode}: {complaint[-1] if complaint else 'no message'}"
    found = json.loads(finished.stdout)
    return Measured(found["seconds"], found["megabytes"], found["rules"], found["atoms"], tuple(found["answers"]))


def compare(systems: Sequence[System], text: str, limits: Limits) -> list[Outcome]:
    """Return an outcome for each system; their runs alternate."""
    runs: list[list[Measured]] = [[] for _ in systems]
    ended: dict[int, Outcome] = {}
    for _ in range(limits.repeat):
        for index, system in enumerate(systems):
            if index in ended:
                continue
            match run_once(system, text, limits):
                case Measured() as measured:
                    runs[index].append(measured)
                    if measured.seconds > limits.patience:
                        ended[index] = Outcome(tuple(runs[index]))
                case None:
                    ended[index] = Outcome((), f"more than {limits.cap:g} s", over_cap=True)
                case complaint:
                    ended[index] = Outcome((), complaint)
    return [ended.get(index, Outcome(tuple(found))) for index, found in enumerate(runs)]


def difference(first: Outcome, second: Outcome) -> str | None:
    """Return how the answers of two outcomes differ, None where they agree or one has none."""
    if not first.runs or not second.runs:
        return None
    left, right = set(first.runs[0].answers), set(second.runs[0].answers)
    if left == right:
        return None
    only = [f"{len(found)} only {side}, such as {min(found)}" for side, found in ((1, left - right), (2, right - left)) if found]
    return f"{len(left)} and {len(right)} answers: {'; '.join(only)}"


def report(outcome: Outcome) -> dict[str, object]:
    """Return an outcome as JSON has it."""
    if not outcome.runs:
        return {"failure": outcome.failure, "over_cap": outcome.over_cap}
    first = outcome.runs[0]
    return {
        "seconds": outcome.seconds,
        "runs": [run.seconds for run in outcome.runs],
        "megabytes": max(run.megabytes for run in outcome.runs),
        "rules": first.rules,
        "atoms": first.atoms,
        "answers": len(first.answers),
    }
