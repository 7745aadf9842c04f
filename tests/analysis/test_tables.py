"""The passes over tables of facts find what they find in the same facts one by one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nesylang.analysis import analyse, diagnose
from nesylang.analysis.names import unfit_for_facts
from nesylang.analysis.tables import REPORTED_ROWS
from nesylang.source import Source
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.python_tables import PythonTable, fact_statements
from nesylang.syntax.rows import listed_table
from nesylang.syntax.statements import FactTable, Statement, SyntaxTree, without_tables
from tests.syntax.test_fact_runs import NEVER

Found = list[tuple[str, str, list[tuple[int, int, str]], str | None]]


def found(text: str, threshold: int) -> Found:
    """Return all that is said of a program, with its places."""
    tree, problems = parse_partially(Source("test.nesy", text), threshold)
    assert not problems
    return [(d.code, d.message, [(label.span.start, label.span.end, label.message) for label in d.labels], d.hint) for d in diagnose(tree)]


DECLARATIONS = st.sampled_from(
    [
        "pred p(int).",
        "pred p(0..2).",
        "pred p({a, 1}).",
        "pred p({a, 1.0}).",
        "type t = {a, b}. pred p(t).",
        "type t. pred p(t).",
        "pred p(atom).",
        "pred p(float).",
        "pred p(number).",
        "pred p(list).",
        "pred p(any).",
        "pred p(string).",
        "pred p(bool).",
        "pred p(any, any).",
        "neural p(t). type t.",
        "pred q(int).",
        "q(X) :- p(X).",
        "q(X) :- not p(X), r(X). r(1).",
        "\\+p(X) :- q(X). q(1).",
        "p(X) :- p(X, Y).",
        "true(x).",
        "p(1,2).",
    ]
)
FACTS = st.lists(
    st.sampled_from(["p(a).", "p(1).", "p(1.0).", "p(2).", "p(7).", "p(true).", "p('[]').", "0.5::p(a).", "1::p(1)."]), max_size=8
)


@given(st.lists(DECLARATIONS, max_size=3), FACTS, st.lists(DECLARATIONS, max_size=2))
@example(["pred p(0..2)."], ["p(1).", "p(1.0).", "p(7)."], [])
@example(["pred p({a, 1})."], ["p(1).", "p(1.0).", "p(a)."], [])
def test_tables_are_checked_like_clauses(before: list[str], facts: list[str], after: list[str]) -> None:
    text = "\n".join([*before, *facts, *after])
    assert found(text, 1) == found(text, NEVER)


def codes(statements: Sequence[Statement]) -> list[str]:
    return [diagnostic.code for diagnostic in diagnose(SyntaxTree(tuple(statements)))]


def test_probabilities_of_rows() -> None:
    facts = fact_statements(PythonTable("p", [(1,), (2,), (3,), (4,)], probabilities=[0.5, 1.5, -0.5, float("nan")]))
    problems = diagnose(SyntaxTree(tuple(facts)))
    assert [(d.code, str(d.span)) for d in problems] == [("E204", f"facts of p:{row}:1") for row in (2, 3, 4)]


def test_not_all_of_a_million_rows_are_reported() -> None:
    tree, _ = parse_partially(Source("test", "pred p(atom)."))
    assert codes([*tree.statements, *fact_statements(PythonTable("p", range(10_000)))]) == ["E203"] * REPORTED_ROWS
    assert codes(fact_statements(PythonTable("p", range(10_000), probabilities=[2.0] * 10_000))) == ["E204"] * REPORTED_ROWS


def test_lists_in_rows_have_the_place_of_their_row() -> None:
    tree, _ = parse_partially(Source("test", "pred p(int)."))
    (problem,) = diagnose(SyntaxTree((*tree.statements, *fact_statements(PythonTable("p", [(1,), ([2],)])))))
    assert (problem.code, str(problem.span)) == ("E203", "facts of p:2:1")


def test_a_table_without_rows_defines_its_predicate() -> None:
    tree, _ = parse_partially(Source("test", "query p(X)."))
    empty = listed_table("nothing", "p", 1, (), None)
    assert codes(tree.statements) == ["E201"]
    assert codes([empty, *tree.statements]) == []


def test_private_predicates_in_tables() -> None:
    tree, _ = parse_partially(Source("test", "q(X) :- _p(X)."))
    assert codes([*tree.statements, *fact_statements(PythonTable("_p", [1, 2]))]) == ["E201"]
    assert codes([*fact_statements(PythonTable("_p", [1])), *fact_statements(PythonTable("_p", [2]))]) == ["E206"]


def test_tables_of_denied_predicates_are_renamed() -> None:
    text = "\\+p(X) :- q(X). q(1).\np(1).\np(2)."
    analysis = analyse(parse_partially(Source("test", text), 1)[0])
    assert [s.name for s in analysis.statements if isinstance(s, FactTable)] == ["p$derived"]
    expected = analyse(parse_partially(Source("test", text), NEVER)[0]).statements
    assert without_tables(analysis.statements) == expected


@pytest.mark.parametrize(
    ("text", "name", "arity", "hint"),
    [
        ("pred edge(any, any).", "edge", 2, None),
        ("edge(a, b).", "edge", 2, None),
        ("\n".join(["edge(a, b)."] * 100), "edge", 2, None),
        (":- unknown(fail). p :- edge(a, b).", "edge", 2, None),
        ("pred edge(any, any).", "edge", 3, None),  # E209 says more
        ("", "query", 1, None),
        ("", "length", 2, None),  # E208 says more
        ("pred edge(any, any).", "egde", 2, "did you mean 'edge'?"),
        ("pred edge(any, any).", "vertex", 1, "declare it:  pred vertex(any)."),
        ("edge(a, b).", "edge", 3, "give rows of 2 values, or declare edge/3"),
    ],
)
def test_facts_of_predicates_that_nobody_uses(text: str, name: str, arity: int, hint: str | None) -> None:
    tree, _ = parse_partially(Source("test", text))
    problem = unfit_for_facts(tree.statements, (name, arity))
    assert (None if problem is None else problem.hint) == hint
    assert problem is None or problem.code == "E606"


def test_goals_that_load_data_are_known_with_their_library() -> None:
    text = "p :- csv_load('a.csv', q), q(1). query p."
    assert [code for code, *_ in found(text, NEVER)] == ["E201", "E201"]
    assert found(f":- use_module(library(db)). {text}", NEVER) == []
