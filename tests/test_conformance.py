"""The conformance suite is large enough, and has a program and a wrong program for every construct of the language."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.conformance import ROOT, expectations_in
from tests.constructs import CONSTRUCTS, NESYLANG_LIBRARIES, PROBLOG_LIBRARIES, Construct, is_marked, libraries_in, uses

TESTS = ROOT / "tests"

PROGRAM_FOLDERS = ("programs", "cases/logic", "cases/constraints", "programs_native", "programs_foreign", "programs_networks")

PROGRAMS = sorted(path for folder in PROGRAM_FOLDERS for path in (TESTS / folder).glob("*.nesy"))

WRONG = sorted((TESTS / "errors").glob("*.nesy"))

REJECTED = sorted((TESTS / "cases" / "rejected").glob("*.nesy"))


@cache
def stated() -> tuple[Path, ...]:
    """Return the programs that state answers."""
    return tuple(path for path in PROGRAMS if expectations_in(path) > 0)


@cache
def marks(path: Path) -> frozenset[tuple[int, int]]:
    """Return the places of a wrong program that its diagnostics mark, as (line, column)."""
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    found = re.findall(r"^ *(?:-->|:::) (.*):(\d+):(\d+)$", text, re.MULTILINE)
    return frozenset((int(line), int(column)) for name, line, column in found if name == path.name)


def test_the_suite_is_large() -> None:
    assert len(stated()) >= 150
    assert len(WRONG) + len(REJECTED) >= 60


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda construct: construct.name)
def test_a_program_has_the_construct(construct: Construct) -> None:
    programs = REJECTED if construct.name == "expect error" else stated()
    assert any(uses(construct, path) for path in programs), f"no program with answers has: {construct.name}"


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=lambda construct: construct.name)
def test_a_wrong_program_has_the_construct(construct: Construct) -> None:
    found = any(is_marked(construct, path, set(marks(path))) for path in WRONG)
    assert found, f"no diagnostic of a wrong program marks: {construct.name}"


def test_every_library_is_used() -> None:
    """By a program with answers, and by a wrong program that loads it."""
    for kind, names in enumerate((NESYLANG_LIBRARIES, PROBLOG_LIBRARIES)):
        for programs, what in ((stated(), "program"), (WRONG, "wrong program")):
            loaded = set().union(*(libraries_in(path)[kind] for path in programs))
            assert set(names) - loaded == set(), f"no {what} loads these libraries"
