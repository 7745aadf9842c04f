"""Programs that state their own answers: where they are, and how they are checked."""

from __future__ import annotations

from pathlib import Path

import nesylang as nesy
from nesylang.inference import check_expectations
from nesylang.source import Source
from nesylang.syntax import parse
from nesylang.syntax.statements import ExpectAnswers, ExpectProbability

ROOT = Path(__file__).resolve().parent.parent

EXPECTATIONS = (ExpectProbability, ExpectAnswers)


def read(path: Path) -> Source:
    """Return the source in a file, under its name without folders."""
    return Source(path.name, path.read_text(encoding="utf-8"))


def expectations_in(path: Path) -> int:
    """Return how many ``expect`` lines about probabilities and answers a file has."""
    return sum(isinstance(statement, EXPECTATIONS) for statement in parse(read(path)).statements)


def identifier(path: Path) -> str:
    """Return what a program's test is called."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def assert_expectations_hold(path: Path) -> None:
    """Assert that each ``expect`` line of a program was checked and holds."""
    program = nesy.load(path)
    outcomes = check_expectations(program.analysis, program.settings)
    assert len(outcomes) == expectations_in(path)
    failures = [outcome.failure.render() for outcome in outcomes if outcome.failure is not None]
    assert failures == [], "\n\n".join(failures)
