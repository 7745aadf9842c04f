"""Data files that directives load: CSV files and SQLite databases, as tables of facts with the places of their rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nesylang.analysis import analyse
from nesylang.source import NesyError, Source
from nesylang.syntax import load_program
from nesylang.syntax.csv_files import ROWS_AT_ONCE
from nesylang.syntax.statements import FactTable, Statement

DB = ":- use_module(library(db)).\n"


def load(directory: Path, text: str) -> tuple[Statement, ...]:
    """Return the statements of a program but the first, which makes loading known."""
    return load_program(Source("main.nesy", DB + text), directory).statements[1:]


def table(directory: Path, text: str, options: str = "") -> FactTable:
    """Return the table of a CSV file."""
    (directory / "data.csv").write_text(text, encoding="utf-8")
    (found,) = load(directory, f":- csv_load('data.csv', p{options}).")
    assert isinstance(found, FactTable)
    return found


def complaints(directory: Path, text: str, options: str = "") -> list[tuple[str, str, str]]:
    """Return code, place and marked text of what is wrong with a CSV file."""
    with pytest.raises(NesyError) as failure:
        table(directory, text, options)
    return [(d.code, f"{d.span.line}:{d.span.column}", d.span.text) for d in failure.value.diagnostics if d.span is not None]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,x\n2,y\n", [(1, "x"), (2, "y")]),
        ("a,b\n1,x\n2,y", [(1, "x"), (2, "y")]),
        ("a,b\r\n1,x\r\n", [(1, "x")]),
        ("a\n007\n-3\n+4\n", [(7,), (-3,), (4,)]),
        ("a\n0.5\n3\n-1e3\n.5\n2.\n", [(0.5,), (3.0,), (-1000.0,), (0.5,), (2.0,)]),
        ("a,b\n x , 1 \n", [("x", 1)]),
        ('a\n"New York"\n"a ""b"""\nO\'Brien\n', [("New York",), ('a "b"',), ("O'Brien",)]),
        ('a,b\n"x\ny",1\nz,2\n', [("x\ny", 1), ("z", 2)]),
        ('a,b\n"1,5",2\n', [("1,5", 2)]),
        ("a,b\nx,\n,\n", [("x", ""), ("", "")]),
        ("a\n\n1\n\n\n2\n\n", [(1,), (2,)]),
        ("\n\na\n1\n", [(1,)]),
        ("a\nnan\ninf\n1_000\nTrue\n", [("nan",), ("inf",), ("1_000",), ("True",)]),
        ("a\nx\n1\n", [("x",), ("1",)]),
        ("a,b\n", []),
        ("\ufeffa\nzürich\n", [("zürich",)]),
        (f"a\n{'9' * 5000}\n", [(10**5000 - 1,)]),
    ],
)
def test_rows(text: str, rows: list[tuple[object, ...]], tmp_path: Path) -> None:
    found = table(tmp_path, text)
    assert list(found.rows) == rows
    assert [list(map(type, row)) for row in found.rows] == [list(map(type, row)) for row in rows]
    assert (found.name, found.arity, found.probabilities) == ("p", len(text.strip("\ufeff\n").split("\n")[0].split(",")), None)


def test_probabilities(tmp_path: Path) -> None:
    text = "from,weight,to\na,0.5,1\nb,1,2\nc,0,3\n"
    found = table(tmp_path, text, ", [probability(weight)]")
    assert found.rows == (("a", 1), ("b", 2), ("c", 3))
    assert found.probabilities == (0.5, 1.0, 0.0)
    assert table(tmp_path, text, ', [probability("weight")]') == found
    assert table(tmp_path, text, ", []").arity == 3


def test_places(tmp_path: Path) -> None:
    found = table(tmp_path, 'name,weight,city\nann,0.5,"New York"\nbob,0.25,Leuven\n', ", [probability(weight)]")
    place = found.places.place(1)
    assert (place.fact.text, place.probability.text, [span.text for span in place.arguments]) == (
        "bob,0.25,Leuven",
        "0.25",
        ["bob", "Leuven"],
    )
    assert str(place.fact) == f"{tmp_path}/data.csv:3:1"
    assert [span.text for span in found.places.place(0).arguments] == ["ann", '"New York"']


@pytest.mark.parametrize("text", ["a,b\n\nx,1\n\ny,2\n", 'a,b\n"x\n",1\ny,2\n', '"a\n",b\nx,1\ny,2\n'])
def test_places_behind_empty_lines_and_line_breaks(text: str, tmp_path: Path) -> None:
    found = table(tmp_path, text)
    assert found.fact_span(1).text == "y,2"
    assert [span.text for span in found.places.place(1).arguments] == ["y", "2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n3\n4,5,6\n", [("E217", "3:1", "3"), ("E217", "4:1", "4,5,6")]),
        ("a,b\n1\n", [("E217", "2:1", "1")]),
        ("a,b\n1,2\nx,3.5\n", [("E217", "3:1", "x"), ("E217", "3:3", "3.5")]),
        ("a\n1\n2_000\n", [("E217", "3:1", "2_000")]),
        ("a\n1.5\nnan\n1e999\n", [("E217", "3:1", "nan"), ("E217", "4:1", "1e999")]),
        ("a,b\n1,2\n3,\n", [("E217", "3:3", "\n")]),
        ('a\n"x\n', [("E217", "2:1", '"x')]),
        ('a\nx\n\n"y\nz\n', [("E217", "4:1", '"y')]),
        ('a\n"x"y\n', [("E217", "2:1", '"x"y')]),
        ('a,b\n1,2\n3\n"x\n', [("E217", "4:1", '"x')]),
        ("", [("E217", "2:13", "'data.csv'")]),
        ("\n\n", [("E217", "2:13", "'data.csv'")]),
    ],
)
def test_files_that_are_no_tables(text: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    assert complaints(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,w\n1,x\n", [("E210", "2:3", "x")]),
        ("a,w\n1,0.5\n2,nan\n", [("E210", "3:3", "nan")]),
        ("a,w\n1,\n2,0.5\n", [("E210", "2:3", "\n")]),
        ("a,v\n1,0.5\n", [("E217", "2:13", "'data.csv'")]),
        ("w\n0.5\n", [("E217", "2:13", "'data.csv'")]),
    ],
)
def test_columns_that_are_no_probabilities(text: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    assert complaints(tmp_path, text, ", [probability(w)]") == expected


def test_probabilities_outside_are_marked_in_their_row(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,w\n1,0.5\n2,1.5\n3,-1\n", encoding="utf-8")
    with pytest.raises(NesyError) as failure:
        analyse(load_program(Source("main.nesy", DB + ":- csv_load('data.csv', p, [probability(w)])."), tmp_path))
    found = [(d.code, str(d.span)) for d in failure.value.diagnostics]
    assert found == [("E204", f"{tmp_path}/data.csv:3:3"), ("E204", f"{tmp_path}/data.csv:4:3")]


def test_values_outside_of_a_type_are_marked_in_their_row(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\nann,1\nbob,12\n", encoding="utf-8")
    with pytest.raises(NesyError) as failure:
        analyse(load_program(Source("main.nesy", DB + "pred p(atom, 0..9). :- csv_load('data.csv', p)."), tmp_path))
    (found,) = failure.value.diagnostics
    assert (found.code, str(found.span)) == ("E203", f"{tmp_path}/data.csv:3:5")


@pytest.mark.parametrize(
    "directive",
    [
        "csv_load('none.csv', p)",
        "csv_load('.', p)",
        "csv_load('a\\0b', p)",
        "csv_load('latin.csv', p)",
        "sqlite_load('none.db')",
        "sqlite_load('latin.csv')",
        "sqlite_load('.')",
    ],
)
def test_files_that_cannot_be_read(directive: str, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"a,b\n1,caf\xe9\n" * 100)
    with pytest.raises(NesyError) as failure:
        load(tmp_path, f":- {directive}.")
    (found,) = failure.value.diagnostics
    assert (found.code, found.span.line if found.span else 0) == ("E212", 2)
    assert not (tmp_path / "none.db").exists()


def test_similar_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(NesyError, match=r"did you mean people\.csv\?"):
        load(tmp_path, ":- csv_load('peple.csv', p).")


def test_files_of_many_rows(tmp_path: Path) -> None:
    count = 2 * ROWS_AT_ONCE + 10
    found = table(tmp_path, "a,b\n" + "".join(f"n{number % 7},{number}\n" for number in range(count)))
    assert len(found.rows) == count
    assert found.rows[-1] == (f"n{(count - 1) % 7}", count - 1)
    assert found.rows[0][0] is found.rows[7][0]
    text = "a\n" + "1\n" * (ROWS_AT_ONCE + 5) + "x\n"
    assert complaints(tmp_path, text) == [("E217", f"{ROWS_AT_ONCE + 7}:1", "x")]


def test_databases(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.executescript(
        """
        create table Person(id integer primary key autoincrement, name text, weight real);
        insert into Person(name, weight) values ('ann', 2.5), (null, 3), ('New York', 4.0);
        create table "two words"(a);
        """
    )
    connection.close()
    person, empty = load(tmp_path, ":- sqlite_load('x.db').")
    assert isinstance(person, FactTable)
    assert isinstance(empty, FactTable)
    assert (person.name, person.rows) == ("Person", ((1, "ann", 2.5), (2, "null", 3.0), (3, "New York", 4.0)))
    assert (empty.name, empty.arity, empty.rows) == ("two words", 1, ())
    assert str(person.fact_span(1)) == f"{tmp_path}/x.db:Person:2:1"
    assert person.fact_span(1).text == "'Person'(2,null,3.0)"


def test_binary_values_are_no_terms(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.executescript("create table p(a, b); insert into p values (1, 2), (3, x'ff');")
    connection.close()
    with pytest.raises(NesyError, match=r"E217.*column 'b' of the table 'p' of .* holds binary data in row 2"):
        load(tmp_path, ":- sqlite_load('x.db').")
