"""Every program with ``expect`` lines, and the round trip of every program through the printer."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.source import Source
from nesylang.syntax import parse, print_tree
from tests.conformance import ROOT, assert_expectations_hold, expectations_in, identifier, read

OWN = sorted((ROOT / "tests" / "programs").glob("*.nesy"))
"""The conformance programs: each construct of the language, each boundary of what it does."""

CASES = sorted(path for folder in ("logic", "constraints") for path in (ROOT / "tests" / "cases" / folder).glob("*.nesy"))
"""Published cases with known answers."""

EXAMPLES = sorted((ROOT / "examples").rglob("*.nesy"))

STDLIB = sorted((ROOT / "stdlib").glob("*.nesy"))

IMPORTED = sorted((ROOT / "tests" / "programs" / "imported").glob("*.nesy"))
"""What the conformance programs import."""


def test_the_programs_are_found() -> None:
    assert len(OWN) >= 45
    assert len(CASES) >= 30
    assert STDLIB
    assert IMPORTED


@pytest.mark.parametrize("path", [*OWN, *CASES, *STDLIB], ids=identifier)
def test_every_program_states_answers(path: Path) -> None:
    assert expectations_in(path) > 0


@pytest.mark.parametrize("path", [*OWN, *CASES, *STDLIB, *(path for path in EXAMPLES if expectations_in(path))], ids=identifier)
def test_expectations_hold(path: Path) -> None:
    assert_expectations_hold(path)


@pytest.mark.parametrize("path", [*OWN, *CASES, *STDLIB, *EXAMPLES, *IMPORTED], ids=identifier)
def test_printing_keeps_the_program(path: Path) -> None:
    tree = parse(read(path))
    printed = print_tree(tree)
    assert parse(Source("printed", printed)) == tree
    assert print_tree(parse(Source("printed", printed))) == printed
