"""Programs whose facts are tables have the answers that they have with clauses."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings

from nesylang.analysis import analyse
from nesylang.grounding import GROUNDERS, GroundingRequest, stated_queries
from nesylang.inference import Settings, compile_analysis, marginals
from nesylang.source import Source
from nesylang.syntax import print_term
from nesylang.syntax.classify import parse_partially
from tests.reference.programs import graph_programs


def answers(text: str, threshold: int, grounder: str) -> dict[str, float]:
    """Return the answers of a program in which so many facts make a table."""
    analysis = analyse(parse_partially(Source("test", text), threshold)[0])
    results = marginals(compile_analysis(analysis, Settings(grounder=GROUNDERS[grounder])))
    return {print_term(answer.atom): round(answer.probability, 12) for query in results for answer in query.answers}


@pytest.mark.parametrize("grounder", sorted(GROUNDERS))
@settings(max_examples=25)
@given(graph_programs())
def test_tables_mean_what_clauses_mean(grounder: str, text: str) -> None:
    assert answers(text, 1, grounder) == answers(text, sys.maxsize, grounder)


REPEATED = "0.5::p(a).\n0.5::p(a).\n0.25::p(b).\n1::p(c).\n0::p(d).\nr :- p(a).\n0.5::p(e) :- r.\nquery(p(_)).\nquery(r)."


@pytest.mark.parametrize("grounder", sorted(GROUNDERS))
def test_equal_rows_are_choices_of_their_own(grounder: str) -> None:
    expected = {"p(a)": 0.75, "p(b)": 0.25, "p(c)": 1.0, "p(d)": 0.0, "p(e)": 0.375, "r": 0.75}
    assert answers(REPEATED, 1, grounder) == expected
    assert answers(REPEATED, sys.maxsize, grounder) == expected


@pytest.mark.parametrize("grounder", sorted(GROUNDERS))
def test_choices_name_the_table_and_the_row(grounder: str) -> None:
    analysis = analyse(parse_partially(Source("test", "a.\n0.5::p(1,x).\n0.25::p(2,'Y').\nquery p(2,X)."), 1)[0])
    ground = GROUNDERS[grounder].ground(GroundingRequest(analysis, tuple(stated_queries(analysis)), ()))
    (choice,) = ground.choices
    assert (choice.clause, [print_term(term) for term in choice.bindings]) == (1, ["2", "'Y'"])
    assert choice.span.text == "0.25::p(2,'Y')"
    assert choice.weights[0].probability == 0.25  # type: ignore[union-attr]


@pytest.mark.parametrize("grounder", sorted(GROUNDERS))
def test_cells_of_every_kind(grounder: str) -> None:
    facts = "p(1).\np(1.0).\np(a).\np('New York').\np(-3).\np('').\n"
    text = f"{facts}q(X) :- p(X), X == 1.\nr(X) :- p(X), atom(X).\nquery p(X). query q(X). query r(X)."
    found = answers(text, 1, grounder)
    assert found == answers(text, sys.maxsize, grounder)
    assert {"p(1)", "p(1.0)", "p(a)", "p('New York')", "p(-3)", "p('')", "q(1)", "r(a)"} <= found.keys()
