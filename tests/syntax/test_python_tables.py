"""Facts from tables of Python: columns and their labels, whatever the table is."""

from __future__ import annotations

from collections import namedtuple
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas
import pyarrow
import pytest

import nesylang as nesy
from nesylang.source import NesyError
from nesylang.syntax import print_statement
from nesylang.syntax.python_tables import PythonTable, fact_statements

ROWS = {"name": ["a", "b"], "count": [1, 2], "weight": [0.5, 0.25]}
Row = namedtuple("Row", "name count weight")


class Stream:
    """What offers itself by Arrow's protocol and has nothing else."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def facts(rows: object, **options: Any) -> str:
    """Return the facts of a table as text."""
    return " ".join(print_statement(found).replace("\n", " ") for found in fact_statements(PythonTable("p", rows, **options)))


def code(rows: object, **options: Any) -> str:
    """Return the code of what is wrong with a table."""
    with pytest.raises(NesyError) as failure:
        fact_statements(PythonTable("p", rows, **options))
    (found,) = failure.value.diagnostics
    return found.code


TABLES = [
    ROWS,
    {label: np.array(values) for label, values in ROWS.items()},
    {label: pandas.Series(values) for label, values in ROWS.items()},
    {label: pyarrow.array(values) for label, values in ROWS.items()},
    pandas.DataFrame(ROWS),
    pandas.DataFrame(ROWS, index=[7, 9]),
    pandas.DataFrame(ROWS).astype({"name": "category", "count": "Int64"}),
    pyarrow.table(ROWS),
    pyarrow.table(ROWS).to_batches()[0],
    pyarrow.concat_tables([pyarrow.table(ROWS).slice(0, 1), pyarrow.table(ROWS).slice(1)]),
    Stream(pyarrow.table(ROWS)),
    np.array(list(zip(*ROWS.values(), strict=True)), dtype=[("name", "U5"), ("count", int), ("weight", float)]),
    [dict(zip(ROWS, values, strict=True)) for values in zip(*ROWS.values(), strict=True)],
    [Row(*values) for values in zip(*ROWS.values(), strict=True)],
    SimpleNamespace(to_pydict=lambda: ROWS),
]


@pytest.mark.parametrize("rows", TABLES)
def test_tables_with_names(rows: object) -> None:
    assert facts(rows) == "p(a,1,0.5). p(b,2,0.25)."
    assert facts(rows, columns=["count", "name"]) == "p(1,a). p(2,b)."
    assert facts(rows, probability="weight") == "0.5::p(a,1). 0.25::p(b,2)."
    assert facts(rows, columns=["name"], probability="weight") == "0.5::p(a). 0.25::p(b)."
    assert code(rows, columns=["nam"]) == "E612"
    assert code(rows, columns=[0]) == "E612"
    assert code(rows, probability="weigt") == "E612"


@pytest.mark.parametrize("rows", [np.array([[1, 2], [3, 4]]), [(1, 2), (3, 4)], [[1, 2], (3, 4)]])
def test_tables_with_positions(rows: object) -> None:
    assert facts(rows, columns=[1]) == "p(2). p(4)."
    assert facts(rows, columns=[1, 0]) == "p(2,1). p(4,3)."
    assert code(rows, columns=["a"]) == "E612"
    assert code(rows, columns=[2]) == "E612"


@pytest.mark.parametrize(
    "rows", [{}, [], {"a": [], "b": []}, pandas.DataFrame({"a": []}), pyarrow.table({"a": pyarrow.array([], "int64")})]
)
def test_tables_without_rows(rows: object) -> None:
    assert facts(rows) == ""


def test_the_row_of_a_probability_is_that_of_its_fact() -> None:
    assert facts([(1, 0.5), (2, 1)], probability=1) == "0.5::p(1). 1.0::p(2)."
    assert code(ROWS, probability="name") == "E606"
    assert code(ROWS, probability="weight", probabilities=[0.5, 0.5]) == "E606"
    assert code({"weight": [0.5]}, probability="weight") == "E606"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array(["2024-01-02"], dtype="datetime64[D]"), "p('2024-01-02')."),
        (np.array(["2024-01-02T03:04:05"], dtype="datetime64[ns]"), "p('2024-01-02T03:04:05')."),
        (pandas.Series(pandas.to_datetime(["2024-01-02"])), "p('2024-01-02T00:00:00')."),
        ([date(2024, 1, 2)], "p('2024-01-02')."),
        (pandas.Series([True]), "p(true)."),
        (np.array([[1, 2]]).reshape(1, 2)[:, 0], "p(1)."),
        (pyarrow.array([[1, 2]]), "p([1,2])."),
    ],
)
def test_values(values: object, expected: str) -> None:
    assert facts({"x": values}) == expected


@pytest.mark.parametrize(
    "values",
    [
        [None],
        pandas.Series([1.0, None]),
        pandas.Series([1, None], dtype="Int64"),
        pandas.Series(["x", None]),
        pandas.Series(["x", None], dtype="category"),
        pandas.Series(pandas.to_datetime(["2024-01-02", None])),
        pandas.Series(pandas.to_timedelta([1])),
        np.array(["NaT"], dtype="datetime64[D]"),
        np.array([1], dtype="timedelta64[D]"),
        pyarrow.array([1, None]),
        pyarrow.array(["x", None]),
        np.array([1j]),
        [object()],
        5,
        "text",
    ],
)
def test_values_that_are_no_terms(values: object) -> None:
    assert code({"x": values}) == "E606"


def test_the_row_and_the_column_are_named() -> None:
    with pytest.raises(NesyError, match="row 2 of the facts of 'p' has no value in the column 'x'"):
        fact_statements(PythonTable("p", {"x": ["a", None]}))


def test_tensors() -> None:
    import torch

    assert facts(torch.tensor([[1, 2]])) == "p(1,2)."
    assert facts(torch.tensor([0.5]), probabilities=torch.tensor([0.25])) == "0.25::p(0.5)."
    assert code(torch.tensor([0.5], requires_grad=True)) == "E606"
    assert code([1], probabilities=torch.tensor([0.5], requires_grad=True)) == "E606"


def test_what_is_no_table_for_arrow() -> None:
    assert code(Stream(pyarrow.chunked_array([[1]]))) == "E606"


def test_types_of_the_predicate() -> None:
    program = nesy.loads('pred p(string, float, {red, "blue", null}, bool).')
    found = program.with_facts("p", [("x", 1, "red", True), ("y", 2.5, "blue", False), ("z", 3, None, True)])
    assert nesy.query(found, "p(A, B, C, D)") == {'p("x",1.0,red,true)': 1.0, 'p("y",2.5,"blue",false)': 1.0, 'p("z",3.0,null,true)': 1.0}
    with pytest.raises(NesyError, match="E203"):
        program.with_facts("p", [("x", 2**53 + 1, "red", True)])
    with pytest.raises(NesyError, match="E606"):
        nesy.loads("pred q(any).").with_facts("q", [None])


def test_same_name_twice() -> None:
    frame = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    assert facts(frame) == "p(1,2)."
    assert code(frame, columns=["a"]) == "E612"


def test_arrays_of_floats_hold_the_integers_that_the_program_declares() -> None:
    program = nesy.loads("type digit = {1, 2}. pred f(int, float). pred g(digit, 0..9).")
    array = np.array([[1, 0.5], [2, 2]])
    assert nesy.query(program.with_facts("f", array), "f(X, Y)") == {"f(1,0.5)": 1.0, "f(2,2.0)": 1.0}
    assert nesy.query(program.with_facts("g", array[1:]), "g(X, Y)") == {"g(2,2)": 1.0}
    for predicate, rows in (("f", np.array([[1.5, 1]])), ("g", np.array([[3, 1.0]])), ("f", [(1.0, 1.0)]), ("f", np.array([[np.inf, 1]]))):
        with pytest.raises(NesyError):
            nesy.query(program.with_facts(predicate, rows), f"{predicate}(X, Y)")
    assert nesy.query(nesy.loads("pred h(any, any).").with_facts("h", array), "h(1.0, X)") == {"h(1.0,0.5)": 1.0}
