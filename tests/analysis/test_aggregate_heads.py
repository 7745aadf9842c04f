"""Heads with an aggregate: what they are rewritten to, and where they are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from problog import get_evaluatable
from problog.program import PrologString

import nesylang as nesy
from nesylang.analysis import analyse
from nesylang.grounding import GROUNDERS
from nesylang.inference import Settings
from nesylang.source import Diagnostic, Source
from nesylang.syntax import parse, print_statement

Diagnose = Callable[..., list[Diagnostic]]

LOAD = ":- use_module(library(aggregate)). "
SALARIES = """
:- use_module(library(aggregate)).
0.5::salary(a, 10). 0.4::salary(b, 20). salary(c, 20). 0::salary(d, 100).
dept(a, x). dept(b, x). dept(c, y). dept(d, y).
count(L, N) :- length(L, N).
"""


@pytest.mark.parametrize(
    ("clause", "rule"),
    [
        ("t(sum<S>) :- p(S).", "t(Result) :- aggregate(sum,S,[],p(S),([],Result))."),
        ("t(G,H,avg<S>) :- p(G,H,S),q.", "t(G,H,Result) :- aggregate(avg,S,[G,H],(p(G,H,S),q),([G,H],Result))."),
        ("t(Result,of<X>) :- p(Result,X).", "t(Result,Result') :- aggregate(of,X,[Result],p(Result,X),([Result],Result'))."),
    ],
)
def test_rewritten(clause: str, rule: str) -> None:
    program = parse(Source("test", f"{LOAD} of(1, 1). pred p(any). pred p(any, any). pred p(any, any, any). pred q. {clause}"))
    assert print_statement(analyse(program).statements[-1]) == rule


def test_heads_without_aggregates_stay() -> None:
    program = parse(Source("test", "p(1). q(X) :- p(X), X < 2."))
    assert analyse(program).statements == program.statements


def test_a_program_may_define_aggregate_itself() -> None:
    text = "p(2). aggregate(twice, X, [], G, ([], R)) :- call(G), R is 2 * X. t(twice<X>) :- p(X). query t(X). twice(_, _)."
    assert nesy.query(text) == {"t(4)": 1.0}


@pytest.mark.parametrize("grounder", sorted(GROUNDERS))
@pytest.mark.parametrize(
    "clause",
    [
        "q(D, sum<S>) :- salary(P, S), dept(P, D).",
        "q(D, max<S>) :- salary(P, S), dept(P, D).",
        "q(D, min<S>) :- salary(P, S), dept(P, D), S > 0.",
        "q(D, avg<S>) :- salary(P, S), dept(P, D).",
        "q(D, count<P>) :- salary(P, _), dept(P, D).",
        "q(1, sum<S>) :- salary(_, S).",
        "q(f(D), sum<S>) :- dept(P, D), salary(P, S), \\+ P = a.",
        "q(D, sum<S>) :- dept(P, D), (salary(P, S) ; salary(P, T), S is T + 1).",
        "q(x, sum<S>) :- dept(zoe, S).",
    ],
)
def test_answers_as_in_problog(clause: str, grounder: str) -> None:
    text = f"{SALARIES} {clause} query(q(_, _))."
    found = nesy.query(nesy.loads(text, Settings(grounder=GROUNDERS[grounder])))
    expected = get_evaluatable().create_from(PrologString(text)).evaluate()
    wanted = {str(atom).replace(" ", ""): value for atom, value in expected.items() if value > 0}
    assert {atom: value for atom, value in found.items() if value > 0} == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("clause", "marked"),
    [
        ("t(sum<X>, 1) :- p(X).", "sum<X>"),
        ("0.5 :: t(sum<X>) :- p(X).", "sum<X>"),
        ("0.5 :: t(sum<X>); 0.5 :: t :- p(X).", "sum<X>"),
        ("t(f(sum<X>)) :- p(X).", "sum<X>"),
        ("t([sum<X>]) :- p(X).", "sum<X>"),
        ("t(avg<X>).", "avg<X>"),
        ("t :- p(sum<_>).", "sum<_>"),
        ("t :- p(X), X = max<X>.", "max<X>"),
        ("query p(max<X>).", "max<X>"),
        ("query(p(max<X>)) :- p(X).", "max<X>"),
        ("evidence(p(max<X>)).", "max<X>"),
        (":- p(max<X>).", "max<X>"),
    ],
)
def test_misplaced(diagnose: Diagnose, clause: str, marked: str) -> None:
    found = [d for d in diagnose(f"{LOAD} p(1). {clause}") if d.severity == "error"]
    assert [(d.code, d.span.text if d.span else "") for d in found] == [("E218", marked)]


def test_the_library_has_to_be_loaded(diagnose: Diagnose) -> None:
    (found,) = diagnose("p(1). t(sum<X>) :- p(X).")
    assert found.span is not None
    assert (found.code, found.span.text) == ("E201", "sum<X>")
    assert found.hint == "add  :- use_module(library(aggregate))."


def test_an_unknown_function_is_marked_by_its_name(diagnose: Diagnose) -> None:
    (found,) = diagnose(f"{LOAD} p(1). t(smu<X>) :- p(X).")
    assert found.span is not None
    assert (found.code, found.span.text, found.hint) == ("E201", "smu", "did you mean sum/2?")
