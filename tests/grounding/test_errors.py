"""Mistakes that show when a program is grounded: their codes and the places that they mark."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

import nesylang as nesy
from nesylang.grounding import GroundingBudget
from nesylang.source import Diagnostic, NesyError

Answers = Callable[..., dict[str, float]]
Complaints = Callable[..., list[Diagnostic]]


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("p :- call(X). query p.", "E302", "call(X)"),
        ("p(X) :- X in foo. query p(X).", "E302", "foo"),
        ("type i. p(X) :- X in i. query p(X).", "E302", "i"),
        ("p(X) :- X = f(X). query p(X).", "E302", "X = f(X)"),
        ("p :- X is Y + 1, q(Y). q(1). query p.", "E303", "X is Y + 1"),
        ("p :- q(X), X > 1. q(a). query p.", "E303", "X > 1"),
        ("p :- X is foo(1). query p.", "E303", "X is foo(1)"),
        ("p :- X = 0, Y is 1 / X. query p.", "E303", "Y is 1 / X"),
        ("W::p(W) :- q(W). q(a). query p(W).", "E303", "W"),
        ("p(X) :- q. q. query p(X).", "E304", "query p(X)."),
        ("p([1|T]) :- q. q. query p(X).", "E304", "query p(X)."),
        ("0.5::p(X) :- q. q. query p(X).", "E304", "p(X)"),
        ("0.5::p(X) :- (q(X) ; r(Y)). q(1). r(2). query p(X).", "E304", "p(X)"),
        ("nn(m,[X])::p(X). query p(X).", "E304", "p(X)"),
        ("type i. neural n(i). query n(X).", "E304", "neural n(i)."),
        ("p(X). query p(1). evidence p(X).", "E304", "evidence p(X)."),
        ("p :- \\+ p. query p.", "E305", "\\+ p"),
        ("0.5::c. p :- c, not q. q :- p. query p.", "E305", "not q"),
        ("w(X) :- m(X,Y), \\+ w(Y). m(1,2). m(2,1). query w(1).", "E305", "\\+ w(Y)"),
        ("W::p(W) :- q(W). q(1.5). query p(W).", "E307", "W"),
        ("X-1::p(X) :- q(X). q(0.5). query p(W).", "E307", "X-1"),
        ("W::p(W); 0.5::r(W) :- q(W). q(0.7). query p(W).", "E308", "W::p(W); 0.5::r(W)"),
        ("p :- error(boom). query p.", "E309", "error(boom)"),
        ("p. query p. evidence(p, maybe).", "E310", "evidence(p, maybe)."),
        ("p. query p. evidence(p, X) :- q(X). q(7).", "E310", "evidence(p, X) :- q(X)."),
        ("p. query p. q(X) :- fail. evidence q(X).", "E310", "evidence q(X)."),
        ("type d = {a}. neural n(d). p(X) :- q(X), n(X). q(c). query p(X).", "E311", "neural n(d)."),
        ("t(_)::a. b :- subquery(a,P), P > 0.4. query b.", "E505", "t(_)::a"),
    ],
)
def test_mistakes(text: str, code: str, marked: str, complaints: Complaints) -> None:
    (found, *_) = complaints(text)
    assert found.code == code, found.render()
    assert found.span is not None
    assert found.span.text.removesuffix(".") == marked.removesuffix(".")
    assert "problog" not in found.render().lower()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("W::p(W) :- q(W). q(1.5). query p(W).", "is 1.5 for W = 1.5"),
        ("type d = {a}. neural n(d). p(X) :- q(X), n(X). q(c). query p(X).", "the values are a"),
        ("p :- X is Y + 1, q(Y). q(1). query p.", "bind the variable in a goal before this one"),
        ("p :- call(X). query p.", "call/1 is called with arguments that it does not take"),
        ("p :- error(boom). query p.", "boom"),
    ],
)
def test_what_is_said(text: str, said: str, complaints: Complaints) -> None:
    assert said in "\n".join(diagnostic.render() for diagnostic in complaints(text))


@pytest.mark.parametrize(
    "text",
    [
        "nat(0). nat(s(X)) :- nat(X). query nat(X).",
        "p(X) :- p(s(X)). query p(0).",
        "p(X) :- Y is X + 1, p(Y). query p(0).",
        "p(L) :- p([a|L]). query p([]).",
        "0.5::p(X) :- Y is X + 1, p(Y). query p(0).",
    ],
)
def test_programs_that_never_end(text: str, complaints: Complaints) -> None:
    started = time.monotonic()
    (found,) = complaints(text, GroundingBudget(goals=20_000, seconds=1.0))
    assert found.code == "E306", found.render()
    assert time.monotonic() - started < 30
    assert "grows with every call" in (found.hint or "")


def test_the_budget_of_goals_and_that_of_seconds_are_named(complaints: Complaints) -> None:
    (goals,) = complaints("p(X) :- Y is X + 1, p(Y). query p(0).", GroundingBudget(goals=5_000, seconds=300.0))
    assert "5,000" in goals.message
    (seconds,) = complaints("p(X) :- Y is X + 1, p(Y). query p(0).", GroundingBudget(goals=10**9, seconds=0.2))
    assert "0.2" in seconds.message


def test_terms_that_are_nested_too_deep_for_the_engine_are_refused_or_read(answers: Answers) -> None:
    assert list(answers("p(" + "s(" * 2000 + "0" + ")" * 2000 + "). query p(X).").values()) == [1.0]
    assert list(answers("p([" + ",".join(["a"] * 5000) + "]). query p(X).").values()) == [1.0]
    assert answers("q. p :- " + ",".join(["q"] * 2000) + ". query p.") == {"p": 1.0}


def test_deep_recursion_that_ends_is_no_mistake(answers: Answers) -> None:
    text = "n(0). n(X) :- X > 0, Y is X - 1, n(Y). 0.5::e :- n(3000). query e."
    assert answers(text) == {"e": 0.5}


def test_what_a_program_writes_goes_to_standard_error(answers: Answers, capfd: pytest.CaptureFixture[str]) -> None:
    assert answers("p :- writeln(hello), write(f(X)), nl. query p. :- writeln(directive).") == {"p": 1.0}
    output = capfd.readouterr()
    assert output.out == ""
    assert "hello" in output.err
    assert "directive" in output.err


@pytest.mark.parametrize(
    "text",
    [
        "p :- consult('/etc/passwd'). query p.",
        "p :- X = 'os.py', use_module(X). query p.",
        "p :- consult('missing.pl'). query p.",
    ],
)
def test_files_that_cannot_be_loaded(text: str, complaints: Complaints) -> None:
    assert {diagnostic.code for diagnostic in complaints(text)} <= {"E212", "E214", "E312"}


def test_a_file_that_problog_cannot_load_is_named() -> None:
    with pytest.raises(NesyError) as failure:
        nesy.query(":- consult('missing.pl'). a. query a.")
    (found,) = failure.value.diagnostics
    assert found.code == "E212"
    assert "missing.pl" in found.message


def test_initial_values_of_learnable_alternatives_sum_to_at_most_one() -> None:
    with pytest.raises(NesyError, match=r"E308.*sum to 1\.1, more than 1"):
        nesy.query("t(0.5) :: a; t(0.6) :: b. query a.")
