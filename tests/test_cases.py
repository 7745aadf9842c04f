"""Published cases: programs with known answers, and programs that have to be rejected.

The numbers of the accepted ones are checked by tests/test_programs.py. Here the same programs, and the conformance programs, are
enumerated world by world, which shares no code with the formula, the compilers and the engines.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import nesylang as nesy
from nesylang.analysis.arithmetic import evaluate
from nesylang.grounding import GroundProgram
from nesylang.inference import Settings, compile_analysis, report_expectations
from nesylang.syntax.statements import ExpectProbability, Query
from tests.conformance import ROOT, identifier, read
from tests.reference.worlds import marginals as reference_marginals
from tests.reference.worlds import probabilities_of

CASES = ROOT / "tests" / "cases"

ACCEPTED = sorted([*(CASES / "logic").glob("*.nesy"), *(CASES / "constraints").glob("*.nesy")])

CONFORMANCE = sorted((ROOT / "tests" / "programs").glob("*.nesy"))

REJECTED = sorted((CASES / "rejected").glob("*.nesy"))

MANY_WORLDS = 5_000
"""Programs with more worlds are not enumerated."""

TOO_MANY_WORLDS = frozenset(
    f"tests/{name}"
    for name in (
        "cases/constraints/a11_permutation_matrix",
        "cases/constraints/c09_hundred_coins",
        "cases/constraints/d01_digits_with_sum",
        "cases/logic/55_counts_of_objects",
        "programs/birthdays",
        "programs/coins_of_branches",
        "programs/coins_with_local_variables",
        "programs/counts_of_many",
        "programs/diamonds",
        "programs/hidden_markov_model",
        "programs/large_disjunctions",
        "programs/libraries_of_chance",
        "programs/long_chain",
        "programs/small_probabilities",
        "programs/urn_without_replacement",
    )
)
"""The programs that have more; closed forms check them, in their ``expect`` lines."""


def worlds(ground: GroundProgram) -> int:
    """Return the number of worlds of a ground program."""
    return math.prod(len(probabilities_of(choice)) for choice in ground.choices)


def enumerated(path: Path) -> list[tuple[ExpectProbability, float]] | None:
    """Return the expected probabilities of a program with what enumeration finds, None for a program with too many worlds."""
    program = nesy.load(path)
    expected = [s for s in program.statements if isinstance(s, ExpectProbability)]
    queries = [Query(s.goal, s.condition, s.span) for s in expected]
    ground = compile_analysis(program.analysis, Settings(), queries).ground
    if worlds(ground) > MANY_WORLDS:
        return None
    found, _ = reference_marginals(ground)
    return [(statement, values[0] if values else 0.0) for statement, values in zip(expected, found, strict=True)]


@pytest.mark.parametrize("path", [*ACCEPTED, *CONFORMANCE], ids=identifier)
def test_enumeration_agrees(path: Path) -> None:
    found = enumerated(path)
    assert (found is None) == (identifier(path) in TOO_MANY_WORLDS)
    for statement, value in found or ():
        assert value == pytest.approx(float(evaluate(statement.probability)), abs=1e-6), statement.goal


@pytest.mark.parametrize("path", ACCEPTED, ids=identifier)
def test_the_first_line_says_what_is_tested(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith(("% Logic ", "% Constraint", "% Further logic cases: "))
    assert first.endswith(".")


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_wrong_programs_are_rejected(path: Path) -> None:
    report = report_expectations(read(path), path.parent, Settings())
    assert report.diagnostics == ()
    assert report.passed == 1


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_rejections_have_a_place(path: Path) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.load(path).marginals()
    for diagnostic in failure.value.diagnostics:
        assert diagnostic.span is not None
        assert diagnostic.span.source.text == path.read_text(encoding="utf-8")


def test_the_cases_are_found() -> None:
    assert len(ACCEPTED) >= 55
    assert len(REJECTED) >= 30
