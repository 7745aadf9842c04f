"""Directives that load files: what takes their place, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.source import NesyError, Source
from nesylang.syntax import load_program, print_statement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with programs and a data file."""
    files = {
        "a.pl": "a(1). query(a(1)). evidence(a(1)).",
        "b.nesy": "b. query b. expect 1 :: b. pred c(int).",
        "rules/r.pl": ":- consult('s.pl'). r.",
        "rules/s.pl": "s. query(s).",
        "loop.pl": ":- consult('loop.pl'). :- consult('main.nesy'). loop.",
        "people.csv": "name\nann\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def load(folder: Path, text: str) -> list[str]:
    """Return the statements of a program as text."""
    return list(map(print_statement, load_program(Source("main.nesy", text), folder).statements))


@pytest.mark.parametrize(
    "directive",
    [
        "consult('a.pl')",
        'consult("a.pl")',
        "consult(a)",
        "use_module('a.pl')",
        "use_module('a.pl', [a/1])",
        "['a.pl']",
        "[a]",
        "consult('./a.pl')",
    ],
)
def test_consulted_programs_stand_in_place_with_what_they_ask(directive: str, folder: Path) -> None:
    assert load(folder, f"x. :- {directive}. y.") == ["x.", "a(1).", "query(a(1)).", "evidence(a(1)).", "y."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":- consult('b.nesy').", ["b.", "query b.", "pred c(int)."]),
        (":- ['a.pl', 'b.nesy'].", ["a(1).", "query(a(1)).", "evidence(a(1)).", "b.", "query b.", "pred c(int)."]),
        (":- [].", []),
        (":- [a]. :- consult('a.pl').", ["a(1).", "query(a(1)).", "evidence(a(1))."]),
        (":- consult('rules/r.pl').", ["s.", "query(s).", "r."]),
        ('import "rules/r.pl". x.', ["s.", "r.", 'import "rules/r.pl".', "x."]),
        (":- consult('loop.pl'). x.", ["loop.", "x."]),
        (":- writeln(a), [a], nl.", [":- writeln(a).", "a(1).", "query(a(1)).", "evidence(a(1)).", ":- nl."]),
        (":- writeln(a), nl.", [":- writeln(a),nl."]),
        (":- use_module(library(lists)).", [":- use_module(library(lists))."]),
        (":- use_module(library(db)), csv_load('people.csv', person).", [":- use_module(library(db)).", "person(ann)."]),
        (":- use_module(library(db)). :- csv_load(\"people.csv\", 'P').", [":- use_module(library(db)).", "'P'(ann)."]),
        (":- csv_load('people.csv', person).", [":- csv_load('people.csv',person)."]),
        ("p :- consult('a.pl').", ["p :- consult('a.pl')."]),
        (":- consult('code.py').", [":- consult('code.py')."]),
        (":- ['code.py'].", [":- consult('code.py')."]),
        (":- consult(X).", [":- consult(X)."]),
    ],
)
def test_what_takes_the_place_of_a_directive(text: str, expected: list[str], folder: Path) -> None:
    assert load(folder, text) == expected


def test_the_library_may_be_used_by_the_importing_program(folder: Path) -> None:
    (folder / "data.nesy").write_text(":- csv_load('people.csv', person).", encoding="utf-8")
    assert "person(ann)." in load(folder, ':- use_module(library(db)). import "data.nesy".')


@pytest.mark.parametrize(
    ("directive", "code", "marked"),
    [
        ("consult('none.pl')", "E212", "'none.pl'"),
        ("consult(none)", "E212", "none"),
        ("use_module('none.pl')", "E212", "'none.pl'"),
        ("['a.pl', none]", "E212", "none"),
        ("consult('')", "E212", "''"),
        ("consult('a\\0')", "E212", "'a\\0'"),
        (f"consult({'a' * 300})", "E212", "a" * 300),
        ("csv_load(X, p)", "E107", "csv_load(X, p)"),
        ("csv_load('people.csv')", "E107", "csv_load('people.csv')"),
        ("csv_load('people.csv', p, [header])", "E107", "csv_load('people.csv', p, [header])"),
        ("csv_load('people.csv', p, probability(name))", "E107", "csv_load('people.csv', p, probability(name))"),
        ("sqlite_load(X)", "E107", "sqlite_load(X)"),
        ("csv_load('people.csv', query)", "E208", "'people.csv'"),
    ],
)
def test_directives_that_load_nothing(directive: str, code: str, marked: str, folder: Path) -> None:
    with pytest.raises(NesyError) as failure:
        load(folder, f":- use_module(library(db)).\n:- {directive}.")
    (found,) = failure.value.diagnostics
    assert found.code == code
    assert found.span is not None
    assert (found.span.line, found.span.text) == (2, marked)


def test_errors_of_all_files(folder: Path) -> None:
    (folder / "wrong.pl").write_text("a b.", encoding="utf-8")
    with pytest.raises(NesyError) as failure:
        load(folder, ":- [wrong, none]. :- consult(missing). c d.")
    assert [d.code for d in failure.value.diagnostics] == ["E106", "E106", "E212", "E212"]
