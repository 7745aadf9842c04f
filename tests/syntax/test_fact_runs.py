"""Runs of facts that become tables: the same facts, places and errors as one by one."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nesylang.source import Diagnostic, Source
from nesylang.syntax import parse, print_tree
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.fact_runs import RESERVED, SHORTEST_RUN
from nesylang.syntax.statements import Clause, FactTable, Statement, without_tables
from nesylang.syntax.terms import Float, Integer, Term, subterms

NEVER = sys.maxsize

Place = tuple[str, int, int]


def places(statement: Statement) -> list[Place]:
    """Return the places of a statement and, in a clause, of all its terms, each with the kind of what stands there."""
    found: list[tuple[str, int, int]] = [("statement", statement.span.start, statement.span.end)]
    if isinstance(statement, Clause):
        terms: list[Term] = [term for head in statement.heads for term in (head.probability, head.atom) if term is not None]
        terms += [statement.body] if statement.body is not None else []
        found += [(type(part).__name__, part.span.start, part.span.end) for term in terms for part in subterms(term)]
    return found


def reading(text: str, threshold: int) -> tuple[tuple[Statement, ...], list[list[Place]], list[tuple[str, str, int, int, str | None]]]:
    tree, diagnostics = parse_partially(Source("test", text), threshold)
    clauses = without_tables(tree.statements)
    return clauses, [places(clause) for clause in clauses], [shown(diagnostic) for diagnostic in diagnostics]


def shown(diagnostic: Diagnostic) -> tuple[str, str, int, int, str | None]:
    span = diagnostic.labels[0].span
    return diagnostic.code, diagnostic.message, span.start, span.end, diagnostic.hint


def tables(text: str, threshold: int = 1) -> list[FactTable]:
    """Return the tables of a program."""
    return [s for s in parse_partially(Source("test", text), threshold)[0].statements if isinstance(s, FactTable)]


LINES = st.one_of(
    st.sampled_from(
        [
            "p(a).",
            "p(b).",
            "  p(a).  ",
            "p(a,b).",
            "p(a, b).",
            "p(a,  b).",
            "p( a).",
            "q(1).",
            "q(-1). q(2.5).",
            "q(1e3). q(-1.0e-2).",
            "q(1.0e999).",
            "q(0x1f).",
            "q(007).",
            "q(0'a).",
            "p('New York').",
            "p('').",
            "p('[]').",
            "p('a''b').",
            "p('a\\nb').",
            "p('a\\",
            "p(X).",
            "p(é).",
            "p(mod,not).",
            'p("s").',
            "p([]).",
            "p(f(a)).",
            "p.",
            "p(a)",
            "p(a),",
            "p(a) .",
            "p(a). % p(b).",
            "% p(a).",
            "p(a). /* p(b).",
            "p(a)./* x */",
            "/*",
            "*/",
            "*/ p(a).",
            "'",
            '"',
            "0.5::p(a).",
            "0.5 :: p(b).",
            "1::p(a).",
            "0::p(a). 1.0::p(b).",
            "1.5::p(a).",
            "1/2::p(a).",
            "t(0.5)::p(a).",
            "0.5::p(a); 0.5::p(b).",
            "0.5::p(1,b).",
            "x :- p(a).",
            "x :-",
            "query(p).",
            "query(p(a)).",
            "query p(a).",
            "query",
            "evidence(p).",
            "evidence(p,true).",
            "not(p).",
            "\\+p(a).",
            "type(x).",
            "sum(a).",
            "forall(a,b).",
            "is(a,b).",
            "X is 7",
            "mod(3).",
            ":- p(a).",
            "a b.",
            ").",
            ". p(a).",
            "",
        ]
    ),
    st.text(st.sampled_from("p(a,1.)'%/*:-\\ \n\""), max_size=8),
)


@given(st.lists(LINES, max_size=14).map("\n".join))
@example("#!p\np(a).\np(b).")
@example("p(a).\r\np(b).\r\n")
@example("x('a\\\np(a).\np('b').")
@example("'\\\n/* \\\np('b').\n*/")
@example("p(a).")
@example("p(a).\n.")
@example("p('a').\n.")
@example("p(a)")
@example("p(a).\n p(b)\np(c).\np(d).\n")
@example("/*/\np(a).\n*/ p(b).")
@example("x. /*\np(a).\np(b).\n*/\np(c).\n/* p(d).\n")
@example("p(a). % it's\np(b). p(c). % 'x\n\n\np(d).")
@example("0.5::p(a).\n0.5::p(b).\n1.5::p(c).")
@example("p(a).\np(a,b).\np(b).\nq(b).")
def test_facts_in_tables_are_the_same_facts(text: str) -> None:
    expected = reading(text, NEVER)
    assert reading(text, 1) == expected
    assert reading(text, 3) == expected


@given(st.lists(LINES, max_size=14).map("\n".join))
def test_no_table_is_shorter_than_it_has_to_be(text: str) -> None:
    assert all(len(table.rows) >= 3 for table in tables(text, 3))


def test_what_a_table_has() -> None:
    (table,) = tables("edge(a,-1).\nedge('New York', 2.5).\n\n% more\nedge(b,3). edge(c,4).\n")
    assert (table.name, table.arity, table.probabilities) == ("edge", 2, None)
    assert table.rows == (("a", -1), ("New York", 2.5), ("b", 3), ("c", 4))
    assert table.span.text == "edge(a,-1).\nedge('New York', 2.5).\n\n% more\nedge(b,3). edge(c,4)"
    assert [table.fact_span(row).text for row in (3, 1, 0)] == ["edge(c,4)", "edge('New York', 2.5)", "edge(a,-1)"]
    assert str(table.fact_span(2)) == "test:5:1"
    assert [clause.span for clause in table.facts()] == [table.fact_span(row) for row in range(4)]


def test_what_a_probabilistic_table_has() -> None:
    (table,) = tables("0.5::p(a).\n1 :: p(b).\n0::p(c).\n")
    assert table.rows == (("a",), ("b",), ("c",))
    assert table.probabilities == (0.5, 1, 0)
    assert [table.fact_span(row).text for row in range(3)] == ["0.5::p(a)", "1 :: p(b)", "0::p(c)"]
    assert [type(clause.heads[0].probability) for clause in table.facts()] == [Float, Integer, Integer]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("p(a).\np(b).\nq(a).\np(c).", ["p", "q", "p"]),
        ("p(a).\n0.5::p(b).\np(c).", ["p", "p", "p"]),
        ("p(a).\np(a,b).", ["p", "p"]),
        ("p(a).\n1.5::p(b).\np(c).", ["p", "p"]),
        ("/* p(a). */\np(b).\n/*\np(c).\n*/\np(d).", ["p", "p"]),
        ("x :- y,\np(a).\np(b).", []),
        ("query(a).\nevidence(b).\nevidence(c,true).", []),
        ("p(X).\np(Y).", []),
    ],
)
def test_what_becomes_a_table(text: str, names: list[str]) -> None:
    assert [table.name for table in tables(text)] == names


@pytest.mark.parametrize("name", sorted(name for name in RESERVED if name.isalpha()))
def test_names_that_the_parser_reads_in_its_own_way(name: str) -> None:
    assert tables(f"{name}(a,b).\n{name}(c,d).\n{name}(e).") == []


def test_short_runs_stay_clauses() -> None:
    facts = [f"p({number}).\n" for number in range(SHORTEST_RUN)]
    (table,) = parse(Source("test", "".join(facts))).statements
    assert isinstance(table, FactTable)
    assert len(table.rows) == SHORTEST_RUN
    assert all(isinstance(statement, Clause) for statement in parse(Source("test", "".join(facts[1:]))).statements)


def test_tables_stand_in_their_place() -> None:
    text = "a. p(x).\np(1).\np(2).\nb :- p(X).\nq(1).\nq(2).\nquery b."
    kinds = [type(statement).__name__ for statement in parse_partially(Source("test", text), 2)[0].statements]
    assert kinds == ["Clause", "Clause", "FactTable", "Clause", "FactTable", "Query"]


def test_a_last_fact_without_its_period() -> None:
    text = "".join(f"p({number}).\n" for number in range(200)) + "p(200)"
    assert reading(text, SHORTEST_RUN) == reading(text, NEVER)
    assert [code for code, *_ in reading(text, SHORTEST_RUN)[2]] == ["E103"]


def test_integers_of_any_size() -> None:
    (table,) = tables(f"p({'9' * 5000}).\np(-{'9' * 5000}).")
    assert table.rows == ((10**5000 - 1,), (1 - 10**5000,))


def test_tables_are_compared_by_their_facts() -> None:
    first, same = tables("p(1).\np(2).")[0], tables("\n\np(1).  p(2).")[0]
    assert first == same
    assert hash(first) == hash(same)
    for text in ("p(1).\np(3).", "p(1.0).\np(2).", "q(1).\nq(2).", "p(1).", "0.5::p(1).\n0.5::p(2)."):
        assert first != tables(text)[0]
    assert tables("1::p(1).\n1::p(2).")[0] != tables("1.0::p(1).\n1.0::p(2).")[0]
    assert first != "p"
    assert replace(first, name="q") == tables("q(1).\nq(2).")[0]


def test_tables_are_pickled() -> None:
    (table,) = tables("p(1).\n0.5::q(a).\np(2).\np(3).")[2:]
    copy = pickle.loads(pickle.dumps(table))
    assert copy == table
    assert str(copy.fact_span(1)) == "test:4:1"


def test_printing() -> None:
    text = "p(1,a).\np(2,'New York').\n"
    assert print_tree(parse_partially(Source("test", text), 1)[0]) == text


def test_many_short_runs_take_no_longer_than_they_have_to() -> None:
    """Rejected runs do not make the tokeniser start over."""
    text = "x('\n" + "".join(f"p{number % 2}(a).\n" * SHORTEST_RUN for number in range(400))
    assert reading(text, SHORTEST_RUN) == reading(text, NEVER)
