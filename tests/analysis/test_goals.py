"""The goals of bodies."""

from __future__ import annotations

from nesylang.analysis.goals import Goal, compatible, goals_of
from nesylang.source import Source
from nesylang.syntax import parse, print_term
from nesylang.syntax.statements import Clause


def goals(body: str) -> list[Goal]:
    (clause,) = parse(Source("test", f"h :- {body}.")).statements
    assert isinstance(clause, Clause)
    assert clause.body is not None
    return list(goals_of(clause.body))


def test_goals_come_in_the_order_of_the_text() -> None:
    found = goals("a, (b ; c, \\+ d), (e -> f ; g), findall(X, p(X), L), call(q, 1), Z")
    assert [print_term(goal.term) for goal in found] == [
        *["a", "b", "c", "d", "e", "f", "g"],
        *["findall(X,p(X),L)", "p(X)", "call(q,1)", "q"],
    ]
    assert [goal.signature for goal in found][-2:] == [("call", 2), ("q", 1)]


def test_negation_and_tests_are_negative() -> None:
    found = {print_term(goal.term): goal for goal in goals("a, \\+ (b, not c), (d -> e ; f), (g -> i), forall(j, k)")}
    assert {name for name, goal in found.items() if goal.negative} == {"b", "c", "d", "j", "k"}
    assert {name for name, goal in found.items() if goal.negation is not None} == {"b", "c", "j", "k"}
    assert found["b"].negation == found["c"].negation
    assert found["b"].negation != found["j"].negation


def test_branches() -> None:
    found = {print_term(goal.term): goal.branch for goal in goals("a, (b ; c, (d ; e) ; f), (g ; i)")}
    assert compatible(found["a"], found["b"])
    assert not compatible(found["b"], found["c"])
    assert not compatible(found["d"], found["e"])
    assert not compatible(found["d"], found["f"])
    assert compatible(found["c"], found["d"])
    assert compatible(found["d"], found["g"])
    assert not compatible(found["g"], found["i"])


def test_only_goals_that_keep_their_variables_enclose() -> None:
    found = {print_term(goal.term): goal.enclosed for goal in goals("findall(X, (p(X), call(q(X))), _), once(r(Y)), s")}
    assert {name for name, enclosed in found.items() if enclosed} == {"p(X)", "call(q(X))", "q(X)"}


def test_deep_bodies() -> None:
    size = 5000
    assert len(goals(",".join(["a"] * size))) == size
    assert len(goals(";".join(["a"] * size))) == size
    assert len(goals("\\+ " * size + "a")) == 1
