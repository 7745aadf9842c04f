"""Tables from rows of Python data, and the listing that shows them."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from nesylang.source import Source
from nesylang.syntax import print_statement
from nesylang.syntax.python_tables import PythonTable, fact_statements
from nesylang.syntax.rows import FactListing, listed_table
from nesylang.syntax.statements import Clause, FactTable


def table(rows: object, probabilities: object = None) -> FactTable:
    """Return the table of some rows."""
    (found,) = fact_statements(PythonTable("p", rows, probabilities=probabilities))  # type: ignore[arg-type]
    assert isinstance(found, FactTable)
    return found


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ([(1, "a"), (2, "b")], ((1, "a"), (2, "b"))),
        (((1, "a"),), ((1, "a"),)),
        ([[1, 0.5]], ((1, 0.5),)),
        (iter([(1,), [2]]), ((1,), (2,))),
        (["a", "b"], (("a",), ("b",))),
        ([1, "b", 2.5], ((1,), ("b",), (2.5,))),
        ([(True, False)], (("true", "false"),)),
        (np.array([[1, 2], [3, 4]]), ((1, 2), (3, 4))),
        (np.array([1.5, 2.0]), ((1.5,), (2.0,))),
        (np.array([["a", 1]], dtype=object), (("a", 1),)),
        ([np.array([1, 2])], ((1, 2),)),
        ([(np.int64(1), np.str_("a"), np.float32(0.5), np.bool_(True))], ((1, "a", 0.5, "true"),)),
        (SimpleNamespace(to_pydict=lambda: {"from": [1, 2], "to": ["a", "b"]}), ((1, "a"), (2, "b"))),
        (SimpleNamespace(to_pylist=lambda: [{"from": 1, "to": "a"}]), ((1, "a"),)),
        (SimpleNamespace(itertuples=lambda index, name: iter([(1, "a")])), ((1, "a"),)),
    ],
)
def test_cells(rows: object, cells: tuple[tuple[object, ...], ...]) -> None:
    found = table(rows)
    assert found.rows == cells
    assert [list(map(type, row)) for row in found.rows] == [list(map(type, row)) for row in cells]


def test_no_rows() -> None:
    assert fact_statements(PythonTable("p", [])) == []
    assert fact_statements(PythonTable("p", [], probabilities=[])) == []
    assert fact_statements(PythonTable("p", np.zeros((0, 2)))) == []


def test_lists_are_terms_with_the_place_of_their_row() -> None:
    found = table([(1, [2, ["a"]]), (3, (4.5,))])
    assert print_statement(found) == "p(1,[2,[a]]).\np(3,[4.5])."
    assert found.arguments(1)[1].span.text == "p(3,[4.5])"


def test_the_listing() -> None:
    found = table([("New York", 1), ("b", 2)], np.array([0.5, 1.0]))
    assert found.probabilities == (0.5, 1.0)
    assert found.first_span.text == "0.5::p('New York',1)"
    assert str(found.fact_span(1)) == "facts of p:2:1"
    assert found.span.source.text == "0.5::p('New York',1).\n1.0::p(b,2)."
    assert found.span.source.line(2) == "1.0::p(b,2)."
    with pytest.raises(AttributeError):
        found.span.source.something  # type: ignore[attr-defined]  # noqa: B018


def test_the_listing_is_not_written_before_it_is_looked_at() -> None:
    found = table([(1, 2)] * 10)
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found
    for listing in (found.span.source, copy.span.source):
        assert isinstance(listing, FactListing)
        with pytest.raises(AttributeError):
            Source.text.__get__(listing)  # type: ignore[attr-defined]
    assert copy.fact_span(9).line == 10


@pytest.mark.parametrize(("name", "rows"), [("query", ["a"]), ("evidence", ["a"]), ("evidence", [("a", "true")])])
def test_what_asks_and_observes_is_no_table(name: str, rows: list[object]) -> None:
    (found,) = fact_statements(PythonTable(name, rows))
    assert isinstance(found, Clause)


def test_a_table_without_rows() -> None:
    empty = listed_table("nothing", "p", 2, (), None)
    assert empty.first_span == empty.span
    assert list(empty.facts()) == []
    assert print_statement(empty) == ""
