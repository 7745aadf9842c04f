"""Bad programs with their exact diagnostics: ``tests/errors/NAME.nesy`` says what ``NAME.txt`` has.

What is compared is what ``nesy check`` says and, where that finds no error, what ``nesy run`` or ``nesy test`` says after it. The
option ``--update`` of this file, run as a program, writes the ``.txt`` files.
"""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nesylang.analysis import analyse, diagnose
from nesylang.compilation import CompilationBudget
from nesylang.grounding import GroundingBudget
from nesylang.inference import Settings, check_expectations, compile_analysis, marginals
from nesylang.source import Diagnostic, NesyError
from nesylang.source.codes import CODES
from nesylang.syntax import load_program
from nesylang.syntax.files import read_source
from nesylang.syntax.statements import SyntaxTree

FOLDER = Path(__file__).resolve().parent / "errors"

FUNCTIONS: dict[str, dict[str, Callable[..., object]]] = runpy.run_path(str(FOLDER / "foreign_functions.py"))["FUNCTIONS"]

PROGRAMS = sorted(FOLDER.glob("*.nesy"))

SETTINGS = {
    "endless_recursion": Settings(grounding_budget=GroundingBudget(goals=5_000)),
    "growing_terms": Settings(grounding_budget=GroundingBudget(answers=5_000)),
    "compiled_beyond_budget": Settings(compilation_budget=CompilationBudget(nodes=10)),
    **{name: Settings(functions=functions) for name, functions in FUNCTIONS.items()},
}
"""Budgets that make a program too large without making the test slow, and functions for foreign predicates."""


def diagnostics(name: str) -> tuple[Diagnostic, ...]:
    """Return everything that is said about a program in the current folder."""
    path = Path(name)
    try:
        tree = load_program(read_source(path), path.parent)
    except NesyError as failure:
        return failure.diagnostics
    found = diagnose(tree)
    if any(diagnostic.severity == "error" for diagnostic in found):
        return found
    return (*found, *evaluation_diagnostics(tree, SETTINGS.get(path.stem, Settings())))


def evaluation_diagnostics(tree: SyntaxTree, settings: Settings) -> tuple[Diagnostic, ...]:
    """Return what is said when a program is asked its queries, or else its expectations."""
    analysis = analyse(tree)
    try:
        marginals(compile_analysis(analysis, settings))
        outcomes = check_expectations(analysis, settings)
    except NesyError as failure:
        return failure.diagnostics
    return tuple(outcome.failure for outcome in outcomes if outcome.failure is not None)


def rendered(name: str) -> str:
    """Return what is said about a program in the current folder, as text."""
    return "\n\n".join(diagnostic.render() for diagnostic in diagnostics(name)) + "\n"


@pytest.fixture(autouse=True)
def _in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the folder of the programs, so that files are shown by their bare names."""
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_diagnostics(path: Path) -> None:
    assert rendered(path.name) == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_text_has_its_program() -> None:
    assert len(PROGRAMS) >= 30
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in PROGRAMS}


def test_the_header_names_the_codes() -> None:
    """The first line of a program says which codes it is about; they are among those that it gets."""
    for path in PROGRAMS:
        header = path.read_text(encoding="utf-8").partition("\n")[0]
        named = set(re.findall(r"\b[EW]\d{3}\b", header.partition(":")[0]))
        found = set(re.findall(r"^(?:error|warning)\[([EW]\d{3})\]", path.with_suffix(".txt").read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= found, path.name
        assert found, path.name


def test_every_code_of_a_program_has_an_example() -> None:
    """Codes of syntax, analysis, grounding, compilation and inference; the others are about Python and the command line."""
    found = set()
    for path in FOLDER.glob("*.txt"):
        found.update(re.findall(r"^(?:error|warning)\[([EW]\d{3})\]", path.read_text(encoding="utf-8"), re.MULTILINE))
    elsewhere = {
        "W205",  # only of ProbLog programs
        "E312",  # only of the grounder's own failures
        "E403",  # only of a process that dies
        *("E404", "E405", "E406"),  # only of files of compiled programs: tests/compilation/test_files.py, tests/cli/test_compile.py
        *("E407", "E408", "E409"),  # only of files of circuits and pictures: tests/circuit
    }
    missing = {code for code in CODES if code[:2] in ("E1", "E2", "E3", "E4", "E5", "W2")} - found - elsewhere
    assert missing == set()


def update() -> None:
    """Write the text of every program."""
    import os

    os.chdir(FOLDER)
    for path in PROGRAMS:
        path.with_suffix(".txt").write_text(rendered(path.name), encoding="utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--update"]:
    update()
