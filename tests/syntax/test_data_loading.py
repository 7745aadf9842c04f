"""Declarations of data files: CSV files as csv_load reads them, files with tabs, Parquet files."""

from __future__ import annotations

import builtins
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from nesylang.analysis import analyse
from nesylang.source import NesyError, Source
from nesylang.syntax import load_program, parse, print_statement
from nesylang.syntax.statements import FactTable, PredicateDeclaration, Statement


def load(directory: Path, text: str) -> tuple[Statement, ...]:
    """Return the statements of an analysed program."""
    return analyse(load_program(Source("main.nesy", text), directory)).statements


def table(directory: Path, text: str) -> FactTable:
    """Return the only table of a program."""
    (found,) = [statement for statement in load(directory, text) if isinstance(statement, FactTable)]
    return found


def codes(directory: Path, text: str) -> list[str]:
    """Return the codes of what is wrong with a program."""
    with pytest.raises(NesyError) as failure:
        load(directory, text)
    return [diagnostic.code for diagnostic in failure.value.diagnostics]


def write(directory: Path, **columns: Any) -> None:
    """Write the columns to the file t.parquet, in groups of two rows, so that columns come in several pieces."""
    parquet.write_table(pyarrow.table(columns), directory / "t.parquet", row_group_size=2)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,x\n2,y\n",
        "a,b\n1.5, x\n2,\n",
        'a,b\n"New York","a ""b"""\nx,\n',
        'a,b\n"x\ny",1\n\nz,2\n',
        "a,b\n\n007,-1e3\n",
        "a,b\n",
        "\ufeffa,b\nz\u00fcrich,1\n",
    ],
)
def test_columns_without_types_are_what_csv_load_makes_of_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    loaded = table(tmp_path, ":- use_module(library(db)).\n:- csv_load('t.csv', p).")
    declared = table(tmp_path, 'data p/2 = "t.csv".')
    named = table(tmp_path, 'data p(a, b) = "t.csv".')
    assert loaded == declared == named
    assert [loaded.fact_span(row).text for row in range(len(loaded.rows))] == [named.fact_span(row).text for row in range(len(named.rows))]


@pytest.mark.parametrize(
    ("type_", "text", "cell"),
    [
        ("int", "7", "7"),
        ("float", "7", "7.0"),
        ("number", "7", "7"),
        ("number", "7.5", "7.5"),
        ("atom", "7", "'7'"),
        ("string", "7", '"7"'),
        ("string", "", '""'),
        ("bool", "TRUE", "true"),
        ("any", "x", "x"),
        ("any", "-7", "-7"),
        ("any", "", "null"),
        ("0..9", "7", "7"),
        ('{"a", b, 1, 2.5}', "a", '"a"'),
        ('{"a", b, 1, 2.5}', "b", "b"),
        ('{"a", b, 1, 2.5}', "1", "1"),
        ('{"a", b, 1, 2.5}', "2.5", "2.5"),
        ("{a, null}", "", "null"),
        ("size", "7", "7"),
        ("image", "x", "x"),
        ("alias", "7", '"7"'),
    ],
)
def test_types_of_columns(tmp_path: Path, type_: str, text: str, cell: str) -> None:
    (tmp_path / "t.csv").write_text(f"n,v\n1,{text}\n", encoding="utf-8")
    types = "type size = 0..9. type image. type alias = string.\n"
    assert print_statement(table(tmp_path, f'data p(v : {type_}) = "t.csv".\n{types}')) == f"p({cell})."


@pytest.mark.parametrize(
    ("type_", "text", "code"),
    [
        ("int", "7.0", "E232"),
        ("int", "x", "E232"),
        ("int", "", "E232"),
        ("float", "inf", "E232"),
        ("number", "1_000", "E232"),
        ("atom", "", "E232"),
        ("bool", "1", "E232"),
        ("0..9", "10", "E203"),
        ("{a, b}", "c", "E203"),
        ("{a, b}", "", "E232"),
        ("{a, b}", "null", "E203"),
        ("nothing", "x", "E207"),
    ],
)
def test_cells_that_are_no_values(tmp_path: Path, type_: str, text: str, code: str) -> None:
    (tmp_path / "t.csv").write_text(f"n,v\n1,{text}\n", encoding="utf-8")
    assert codes(tmp_path, f'data p(v : {type_}) = "t.csv".') == [code]


def test_the_types_are_those_of_the_predicate(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\nx,1\n", encoding="utf-8")
    first = load(tmp_path, 'data p(b : float, a) = "t.csv". data p(b : float, a) = "t.csv".')
    assert [print_statement(s) for s in first if isinstance(s, PredicateDeclaration)] == ["pred p(float, any)."]
    assert codes(tmp_path, 'data p(a : atom) = "t.csv". query p(7).') == ["E203"]
    assert print_statement(table(tmp_path, 'pred p(string, float). data p(a, b) = "t.csv".')) == 'p("x",1.0).'
    assert codes(tmp_path, 'pred p(string, float). data p(a : atom, b) = "t.csv".') == ["E206", "E203"]


def test_positions_and_tabs(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("a b\t1\t0.5\nc,d\t2\t1\n", encoding="utf-8")
    found = table(tmp_path, 'data 3 :: p(2, 1) = "t.tsv".')
    assert (found.rows, found.probabilities) == (((1, "a b"), (2, "c,d")), (0.5, 1.0))
    assert [span.text for span in found.places.place(1).arguments] == ["2", "c,d"]
    assert found.places.place(0).probability.text == "0.5"
    assert codes(tmp_path, 'data p(4) = "t.tsv".') == ["E231"]


def test_private_facts_belong_to_the_file_that_declares_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "rules.nesy").write_text('data _p(a) = "t.csv". q(X) :- _p(X).', encoding="utf-8")
    assert table(tmp_path, 'import "rules.nesy". query q(_).').rows == ((1,),)
    assert codes(tmp_path, 'import "rules.nesy". query _p(_).') == ["E201"]
    tables = [found for found in load(tmp_path, 'import "rules.nesy". data _p(a) = "t.csv".') if isinstance(found, FactTable)]
    assert [found.rows for found in tables] == [((1,),), ((1,),)]


def test_files_of_imports_are_beside_them(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "t.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "inner" / "rules.nesy").write_text('data p(a) = "t.csv".', encoding="utf-8")
    assert table(tmp_path, 'import "inner/rules.nesy".').rows == ((1,),)


def test_parquet(tmp_path: Path) -> None:
    write(
        tmp_path,
        i=[1, 2, 3],
        f=[0.5, 1.0, 2.0],
        s=["x", "New York", "x"],
        b=[True, False, True],
        d=[date(2024, 1, 2)] * 3,
        n=[Decimal("1.50")] * 3,
        l=[[1, 2], [], [3]],
        c=pyarrow.array(["u", "v", "u"]).dictionary_encode(),
        u=pyarrow.array([2**63, 0, 1], pyarrow.uint64()),
        p=[0.25, 0.5, 1.0],
    )
    found = table(tmp_path, 'data p :: t/9 = "t.parquet".')
    assert found.rows == (
        (1, 0.5, "x", "true", "2024-01-02", 1.5, found.rows[0][6], "u", 2**63),
        (2, 1.0, "New York", "false", "2024-01-02", 1.5, found.rows[1][6], "v", 0),
        (3, 2.0, "x", "true", "2024-01-02", 1.5, found.rows[2][6], "u", 1),
    )
    assert print_statement(table(tmp_path, 'data t(l) = "t.parquet".')) == "t([1,2]).\nt([]).\nt([3])."
    assert found.probabilities == (0.25, 0.5, 1.0)
    assert found.rows[0][2] is found.rows[2][2]
    assert str(found.fact_span(2)) == f"rows of {tmp_path}/t.parquet:3:1"
    assert print_statement(table(tmp_path, 'data t(s : string, i : float) = "t.parquet".')).startswith('t("x",1.0).\n')
    assert table(tmp_path, 'data 10 :: t(3, 1) = "t.parquet".').rows[1] == ("New York", 2)


def test_missing_values_of_parquet(tmp_path: Path) -> None:
    write(tmp_path, i=[1, None, 3], s=["x", None, "y"], p=[0.5, None, 1.0])
    assert table(tmp_path, 'data t(i : any, s : {x, y, null}) = "t.parquet".').rows == ((1, "x"), ("null", "null"), (3, "y"))
    assert codes(tmp_path, 'data t(i) = "t.parquet".') == ["E232"]
    assert codes(tmp_path, 'data t(s : atom) = "t.parquet".') == ["E232"]
    assert codes(tmp_path, 'data p :: t(s : any) = "t.parquet".') == ["E232"]


def test_what_is_wrong_with_parquet(tmp_path: Path) -> None:
    write(tmp_path, i=[1, 2], f=[0.5, float("nan")], y=[b"x", b"y"], p=[0.5, 2.0], w=["a", "b"])
    assert codes(tmp_path, 'data t(j) = "t.parquet".') == ["E231"]
    assert codes(tmp_path, 'data t/3 = "t.parquet".') == ["E231"]
    assert codes(tmp_path, 'data t(f) = "t.parquet".') == ["E232"]
    assert codes(tmp_path, 'data t(y) = "t.parquet".') == ["E232"]
    assert codes(tmp_path, 'data w :: t(i) = "t.parquet".') == ["E232"]
    assert codes(tmp_path, 'data p :: t(i) = "t.parquet".') == ["E204"]
    assert codes(tmp_path, 'data t(i : atom) = "t.parquet".') == ["E203", "E203"]
    assert codes(tmp_path, 'data t(i) = "u.parquet".') == ["E212"]
    (tmp_path / "broken.parquet").write_text("nothing", encoding="utf-8")
    assert codes(tmp_path, 'data t(i) = "broken.parquet".') == ["E217"]


def test_parquet_needs_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, i=[1])
    plain = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return plain(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NesyError, match=r"pip install 'nesylang\[parquet\]'") as failure:
        load(tmp_path, 'data t(i) = "t.parquet".')
    assert [diagnostic.code for diagnostic in failure.value.diagnostics] == ["E233"]


@pytest.mark.parametrize("suffix", [".txt", "", ".xlsx"])
def test_formats(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"t{suffix}").write_text("a\n1\n", encoding="utf-8")
    assert codes(tmp_path, f'data t(a) = "t{suffix}".') == ["E233"]


@pytest.mark.parametrize(
    "text",
    [
        'data road(from,to)="roads.csv".',
        'data open::road(from:atom,km:0..9,\'a b\':{a,b,"c"})="roads.csv".',
        'data 3::road(1,2:string)="roads.csv".',
        'data road/3="roads.csv".',
        'data p::road/3="a \\"b\\".csv".',
        "data 'is'('in',mod)=\"f.csv\".",
    ],
)
def test_printing(text: str) -> None:
    tree = parse(Source("t", text))
    (statement,) = tree.statements
    assert parse(Source("t", print_statement(statement))) == tree
