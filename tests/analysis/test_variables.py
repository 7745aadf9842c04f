"""Variables that are not bound, bound too late, or used once; arithmetic in arguments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.analysis import diagnose as diagnose_all
from nesylang.analysis.variables import bound_variables
from nesylang.source import Diagnostic, Source
from nesylang.syntax import parse
from nesylang.syntax.statements import Clause

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("p(X), q(Y)", {"X", "Y"}),
        ("p(X), \\+ q(Y)", {"X"}),
        ("not q(Y)", set()),
        ("p(X) ; q(X, Y)", {"X"}),
        ("p(X, Y) ; q(X, Y)", {"X", "Y"}),
        ("(p(X) ; q(Y)), r(Z)", {"Z"}),
        ("p(X) ; fail", {"X"}),
        ("p(X) ; fail, q(Y)", {"X"}),
        ("p(C) -> q(X, C) ; q(X)", {"X"}),
        ("X = a", {"X"}),
        ("X = f(Y), p(Y)", {"X", "Y"}),
        ("p(Y), X = Y", {"X", "Y"}),
        ("X = Y", set()),
        ("X = f(X)", set()),
        ("X is Y + 1", {"X"}),
        ("X > 3, X \\= Y, X == Y", set()),
        ("var(X), atom(Y)", set()),
        ("X in 0..9", {"X"}),
        ("findall(X, p(X, Z), L)", {"L"}),
        ("forall(p(X), q(X))", set()),
        ("call(p(X))", {"X"}),
        ("once((p(X) ; q(Y)))", set()),
        ("between(1, 3, X)", {"X"}),
        ("fail", None),
        ("fail ; false", None),
        ("true", set()),
    ],
)
def test_bound_variables(body: str, bound: set[str] | None) -> None:
    (clause,) = parse(Source("test", f"h :- {body}.")).statements
    assert isinstance(clause, Clause)
    assert clause.body is not None
    assert bound_variables(clause.body) == bound


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("p(X, 1).", "X"),
        ("p(_, 1).", "_"),
        ("0.5 :: p(X, 1).", "X"),
        ("p(X, Y) :- q(X), Y = Z, r(Z2), X \\= Z2.", "Y"),
        ("p(X, Y) :- q(X), \\+ q(Y).", "Y"),
        ("p(X, Y) :- q(X), (q(Y) ; r(X)).", "Y"),
        ("p(X, f(Y)) :- q(X).", "Y"),
        ("0.3 :: p(X, Y); 0.2 :: s(X) :- q(X).", "Y"),
    ],
)
def test_heads_of_declared_predicates_are_bound(codes: Codes, text: str, marked: str) -> None:
    assert codes(f"pred p(any, any). q(1). r(1). {text}") == [("E215", marked)]


def test_both_places_are_shown(diagnose: Diagnose) -> None:
    (found,) = diagnose("pred p(any).\np(X) :- true.")
    assert found.message == "the variable X in the head of p/1 is not bound by the body"
    assert [str(label.span) for label in found.labels] == ["test.nesy:2:3", "test.nesy:1:1"]


@pytest.mark.parametrize(
    "text",
    [
        "p(X, Y) :- q(X), Y is X + 1.",
        "p(X, Y) :- p(X, Z), p(Z, Y).",
        "p(X, Y) :- q(X), (X = 1 -> Y = a ; Y = b).",
        "nn(f, [X], D, [0, 1]) :: p(X, D).",
        "s(X, Y) :- q(X).",
        "s(X, Y).",
        "p(X, X) :- q(X).",
    ],
)
def test_heads_that_are_bound(diagnose: Diagnose, text: str) -> None:
    assert [d for d in diagnose(f"pred p(any, any). q(1). {text}") if d.severity == "error"] == []


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("r :- \\+ p(X), p(X).", [("W201", "X")]),
        ("r :- not p(X), q(X).", [("W201", "X")]),
        ("r :- not (p(X), q(Y)), q(Y), p(X).", [("W201", "X"), ("W201", "Y")]),
        ("r :- X > 1, not p(X), q(X).", [("W201", "X")]),
        ("r :- (not p(X) ; q(1)), q(X).", [("W201", "X")]),
        ("r :- (not p(X), q(X) ; q(1)).", [("W201", "X")]),
        ("r :- forall(p(Y), Y = X), q(X).", [("W201", "X")]),
        ("r :- q(X), not p(X).", []),
        ("r(X) :- not p(X), q(X).", [("W201", "X")]),
        ("r(X) :- not p(X), s(X). s(X) :- q(X).", []),
        ("r :- not (p(X), q(X)).", []),
        ("r :- not (p(X), q(X)), not (q(X), p(X)).", []),
        ("r :- (not (p(X), q(X)) ; q(X), p(X)).", []),
        ("r :- X = 1, not p(X), q(X).", []),
        ("r :- (p(X) ; q(X)), not p(X).", []),
        ("r(L) :- \\+ (p(X), q(X)), findall(X, p(X), L).", []),
    ],
)
def test_negation_before_binding(codes: Codes, text: str, marked: list[tuple[str, str]]) -> None:
    assert [found for found in codes(f"p(1). q(1). {text}") if found[0] == "W201"] == marked


def test_the_binding_goal_is_shown(diagnose: Diagnose) -> None:
    (found,) = diagnose("p(1). q(1).\nr :- not p(X),\n  q(X).")
    assert found.message == "the variable X is negated before it is bound"
    assert [str(label.span) for label in found.labels] == ["test.nesy:2:12", "test.nesy:3:3"]
    assert found.hint == "move the negation behind the goal that binds it"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("c(X) :- p(X-1).", ["X-1"]),
        ("c(X) :- \\+ p(X*2).", ["X*2"]),
        ("c(X) :- q(X), p(X+X).", ["X+X"]),
        ("c(X) :- p(-X).", ["-X"]),
        ("c(X+1) :- p(X).", ["X+1"]),
        ("query p(1+2).", ["1+2"]),
        ("c(X) :- q(X), Y is X - 1, p(Y).", []),
        ("c(X, Y) :- p(X-Y).", []),
        ("c(X) :- p(a-X), p(key-1), p(f/2), p(x+1).", []),
        ("d(X+Y, X) :- p(Y).", []),
        ("p(3-1). c(X) :- X = 1-2.", []),
        ("c(X) :- Y = X-1, p(Y).", []),
    ],
)
def test_arithmetic_in_arguments(codes: Codes, text: str, marked: list[str]) -> None:
    assert [part for code, part in codes(f"p(1). q(1). {text}") if code == "W202"] == marked


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("r(X) :- p(Y).", ["X", "Y"]),
        ("r(X).", ["X"]),
        ("r(X, [X|T]).", ["T"]),
        ("r(X) :- p(X), p(_), p(_Y).", []),
        ("P :: r :- p(P).", []),
        ("t(_, X) :: r(X).", []),
        ("query p(X).", []),
        ("query(p(X)).", []),
        ("nn(f, [X], D, [0]) :: r(X, D).", []),
        ("0.5 :: r(X); 0.5 :: s(X).", []),
    ],
)
def test_singletons(codes: Codes, text: str, marked: list[str]) -> None:
    assert [part for code, part in codes(f"p(1). {text}") if code == "W203"] == marked


def test_singletons_of_problog_programs_are_left_alone(codes: Codes) -> None:
    assert codes("r(X) :- p(Y). p(1).", "old.pl") == []


def test_a_variable_that_is_an_error_is_no_warning() -> None:
    found = diagnose_all(parse(Source("test", "pred p(any). p(X) :- q(Y). q(1).")))
    assert [(d.code, d.span.text) for d in found if d.span is not None] == [("E215", "X"), ("W203", "Y")]
