"""What becomes of the expectations of a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.inference import Report, Settings, report_expectations
from nesylang.source import Source


def report(text: str) -> Report:
    return report_expectations(Source("program.nesy", text), Path(), Settings())


def test_nothing_is_expected() -> None:
    assert report("0.5 :: a.") == Report((), (), 0)
    assert (report("").passed, report("").failed) == (0, 0)


@pytest.mark.parametrize(
    ("expected", "holds"),
    [
        ("expect 0.5 :: a(1).", True),
        ("expect 1/2 :: a(1).", True),
        ("expect 0.5000009 :: a(1).", True),
        ("expect 0.500002 :: a(1).", False),
        ("expect 0 :: a(9).", True),
        ("expect 1 :: a(1) given a(1).", True),
        ("expect 1 :: (a(1), a(2)) given a(1), a(2).", True),
        ("expect answers a(X) = {a(2), a(1)}.", True),
        ("expect answers a(X) = {a(1)}.", False),
        ("expect answers a(X) = {a(1), a(2), a(3)}.", False),
        ("expect answers b = {}.", True),
    ],
)
def test_probabilities_and_answers(expected: str, holds: bool) -> None:
    found = report(f"0.5 :: a(1). 0.25 :: a(2). 0 :: b. {expected}")
    assert (found.passed, found.failed, len(found.diagnostics)) == ((1, 0, 0) if holds else (0, 1, 1))
    assert all(diagnostic.code == "E504" for diagnostic in found.diagnostics)


def test_the_evidence_of_the_program_holds() -> None:
    assert report("0.5 :: a. b :- a. evidence b. expect 1 :: a.").passed == 1


def test_an_unexpected_error_fails_all_expectations() -> None:
    found = report("p :- q. expect 0 :: p. expect answers p = {}.")
    assert (found.passed, found.failed, [diagnostic.code for diagnostic in found.diagnostics]) == (0, 2, ["E201"])


def test_several_expected_errors() -> None:
    assert report("p :- q. 1.5 :: r. expect error E201. expect error E204.").passed == 2


def test_errors_of_the_queries_are_found_beside_those_of_the_expectations() -> None:
    text = "a(1). a(2). 0 :: b. query a(1) given b. expect 1 :: a(X). expect error E310. expect error E503."
    assert (report(text).passed, report(text).failed) == (2, 0)


def test_expectations_that_cannot_be_judged_leave_the_others() -> None:
    found = report(
        "0.5 :: p(1). 0.25 :: p(2). q(_). expect 0.5 :: p(1). expect 0.5 :: p(X). expect answers q(X) = {q(1)}. expect 1/4 :: p(2)."
    )
    assert (found.passed, found.failed, found.errors) == (2, 2, ())
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["E310", "E304"]
