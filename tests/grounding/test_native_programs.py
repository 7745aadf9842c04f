"""Conformance programs that only grounders other than problog's can answer: Prolog's builtins, and Prolog where problog differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.grounding import GROUNDERS
from nesylang.inference import Settings, report_expectations
from tests.conformance import ROOT, expectations_in, identifier, read
from tests.reference.compared import COMPARED

PROGRAMS = sorted((ROOT / "tests" / "programs_native").glob("*.nesy"))


@pytest.mark.parametrize("grounder", COMPARED)
@pytest.mark.parametrize("path", PROGRAMS, ids=identifier)
def test_expectations_hold(path: Path, grounder: str) -> None:
    report = report_expectations(read(path), path.parent, Settings(grounder=GROUNDERS[grounder]))
    assert [diagnostic.render() for diagnostic in report.diagnostics] == []
    assert report.passed == expectations_in(path)


def test_the_programs_are_found() -> None:
    assert len(PROGRAMS) >= 5
    assert all(expectations_in(path) > 0 for path in PROGRAMS)
