"""Programs with foreign predicates and ``expect`` lines, bound to the functions beside them as ``--bind`` does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.cli.bindings import bound_functions
from nesylang.inference import Settings, report_expectations
from nesylang.source import Source
from nesylang.syntax import parse, print_tree
from nesylang.syntax.imports import read_source

FOLDER = Path(__file__).resolve().parent / "programs_foreign"

PROGRAMS = sorted(FOLDER.glob("*.nesy"))


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The settings with all functions of the folder."""
    return Settings(functions=bound_functions([str(FOLDER / "functions.py")]))


def test_the_programs_are_found() -> None:
    assert len(PROGRAMS) >= 5


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_expectations_hold(path: Path, settings: Settings) -> None:
    report = report_expectations(read_source(path), FOLDER, settings)
    assert report.failed == 0, "\n".join(diagnostic.render() for diagnostic in report.diagnostics)
    assert report.passed > 0


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_printing_keeps_the_program(path: Path) -> None:
    tree = parse(read_source(path))
    assert parse(Source("printed", print_tree(tree))) == tree
