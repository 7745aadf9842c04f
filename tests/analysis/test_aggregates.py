"""Aggregates in goals: whose variables are whose, sums of several, what is refused and what is warned of."""

from __future__ import annotations

import pytest

from nesylang.analysis.aggregates import linear_sum, named_apart, operands, outer_variables, visible_variables
from nesylang.source import Source
from nesylang.syntax import print_term
from nesylang.syntax.parser import parse_term
from nesylang.syntax.terms import Term
from tests.analysis.conftest import Codes, Diagnose


def term(text: str) -> Term:
    return parse_term(Source("test", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count{X : p(X)} = N", ["N"]),
        ("p(Y), S = sum{X, Y : q(X, Y)}", ["Y", "S"]),
        ("max{X : p(X)} - Z < 3, not q(W)", ["Z", "W"]),
        ("p(X, [Y|T])", ["X", "Y", "T"]),
    ],
)
def test_variables_outside_of_aggregates(text: str, expected: list[str]) -> None:
    assert outer_variables(term(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p(X), not q(Y), findall(Z, r(Z), L)", ["X", "L"]),
        ("(p(X) ; q(Y) -> r(Z))", ["X", "Y", "Z"]),
        ("forall(p(X), q(X)), count{Y : p(Y)} > N", ["N"]),
    ],
)
def test_variables_that_other_goals_see(text: str, expected: list[str]) -> None:
    assert visible_variables(term(text)) == expected


@pytest.mark.parametrize(
    ("text", "outer", "expected"),
    [
        ("p(X),q(Y)", [], "p(X),q(Y)"),
        ("count{X : p(X)}>count{X : q(X)}", [], "count{X'2 : p(X'2)}>count{X'1 : q(X'1)}"),
        ("count{X : p(X,G)}=N", ["G"], "count{X'1 : p(X'1,G)}=N"),
        ("q(G),count{X : p(X,G)}=N", [], "q(G),count{X'1 : p(X'1,G)}=N"),
        ("not q(X),count{X : p(X)}=1", [], "not q(X),count{X'1 : p(X'1)}=1"),
        ("not (q(X),count{Y : p(X,Y)}=1)", [], "not (q(X),count{Y'1 : p(X,Y'1)}=1)"),
        ("findall(X,(q(X),count{Y : p(X,Y)}=1),L)", [], "findall(X,(q(X),count{Y'1 : p(X,Y'1)}=1),L)"),
        ("count{X : p(X),count{Y : q(X,Y)}=1}=N", [], "count{X'1 : p(X'1),count{Y'2 : q(X'1,Y'2)}=1}=N"),
        ("r([X,Y|T]),sum{X,Z : p(X,Z,T)}=S", [], "r([X,Y|T]),sum{X,Z'1 : p(X,Z'1,T)}=S"),
    ],
)
def test_own_variables_get_names_of_their_own(text: str, outer: list[str], expected: str) -> None:
    assert print_term(named_apart(term(text), outer)) == expected


@pytest.mark.parametrize(
    ("text", "parts", "rest"),
    [
        ("count{X : p(X)} + 1", ["1*count{X : p(X)}"], "1"),
        ("count{X : p(X)} - 2 * sum{X : q(X)}", ["1*count{X : p(X)}", "-2*sum{X : q(X)}"], None),
        ("K * count{X : p(X)} - (N - count{X : q(X)})", ["K*count{X : p(X)}", "1*count{X : q(X)}"], "-N"),
        ("-count{X : p(X)} * 3", ["-3*count{X : p(X)}"], None),
        ("2 * (count{X : p(X)} + N)", ["2*count{X : p(X)}"], "2*N"),
    ],
)
def test_sums_of_aggregates(text: str, parts: list[str], rest: str | None) -> None:
    found = linear_sum(term(text))
    assert found is not None
    assert [f"{print_term(factor)}*{print_term(part)}" for factor, part in found.parts] == parts
    assert (None if found.rest is None else print_term(found.rest)) == rest


@pytest.mark.parametrize("text", ["count{X : p(X)} * count{X : q(X)}", "count{X : p(X)} / 2", "max{X : p(X)} + 1", "count{X : p(X)} mod 2"])
def test_what_is_no_sum_of_aggregates(text: str) -> None:
    assert linear_sum(term(text)) is None


def test_operands_are_in_order_and_not_those_of_other_goals() -> None:
    goal = term("count{X : p(X), count{Y : q(Y)} > 1} + 2 * sum{X : p(X)} > min{X : p(X)}")
    assert [print_term(operand)[:3] for operand in operands(goal)] == ["cou", "sum", "min"]
    assert list(operands(term("p(count{X : p(X)})"))) == []
    assert [print_term(o) for o in operands(term("X in 1..count{Y : p(Y)}"))] == ["count{Y : p(Y)}"]


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("a :- count{p(1)} = 1.", "E219", "count{p(1)}"),
        ("a :- count{X : p(X)}.", "E219", "count{X : p(X)}"),
        ("a :- \\+ sum{X : p(X)}.", "E219", "sum{X : p(X)}"),
        ("a(max{X : p(X)}).", "E219", "max{X : p(X)}"),
        ("a :- p(count{X : p(X)} + 1).", "E219", "count{X : p(X)}"),
        ("a :- count{X : p(X)} \\== 1.", "E219", "count{X : p(X)}"),
        ("query p(count{X : p(X)}).", "E219", "count{X : p(X)}"),
        ("a :- count{Y : p(1)} = 1.", "E220", "Y"),
        ("a :- min{_ : p(_)} = 1.", "E220", "_"),
        ("a(G) :- count{X : p(X), q(X)} = G.", "E201", "q(X)"),
        ("a :- count{X : p(X, 2)} = 1.", "E202", "p(X, 2)"),
    ],
)
def test_what_is_refused(codes: Codes, text: str, code: str, marked: str) -> None:
    assert (code, marked) in codes(f"p(1). {text}")


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("a(S) :- S = sum{V : r(_, V)}.", True),
        ("a(S) :- S = avg{V : (r(K, V), r(K, 1))}.", True),
        ("a(S) :- S = sum{V, K : r(K, V)}.", False),
        ("a(S) :- S = sum{V : r(_K, V)}.", False),
        ("a(S) :- S = max{V : r(_, V)}.", False),
        ("a(K, S) :- S = sum{V : r(K, V)}.", False),
        ("a(S) :- S = count{V : r(_, V)}.", False),
    ],
)
def test_sums_that_lose_equal_values(diagnose: Diagnose, text: str, warned: bool) -> None:
    assert any(d.code == "W206" for d in diagnose(f"r(1, 2). r(2, 2). {text}")) == warned


def test_recursion_through_an_aggregate(diagnose: Diagnose) -> None:
    (found,) = diagnose("p(1). p(N) :- N = count{X : q(X)}. q(X) :- p(X).")
    assert found.code == "W204"
    assert found.message == "recursion through an aggregate: p/1 -> all q/1 -> p/1"
    assert found.labels[0].message == "aggregated here"


def test_an_aggregate_binds_variables_of_heads(diagnose: Diagnose) -> None:
    assert diagnose("pred size(any, int). m(1, g). size(G, N) :- N = count{X : m(X, G)}.") == []
    found = diagnose("pred big(any, any). m(1, g). big(G, K) :- count{X : m(X, G)} > 2.")
    assert [d.code for d in found if d.severity == "error"] == ["E215"]
