"""Programs that have to be refused when they are ground, with the code, and what the message, the place and the hint have to name."""

from __future__ import annotations

import time

import pytest

import nesylang as nesy
from nesylang.grounding import GROUNDERS, GroundingBudget
from nesylang.inference import Settings
from nesylang.source import Diagnostic
from tests.reference.compared import COMPARED

SMALL = GroundingBudget(goals=20_000, seconds=1.0)

pytestmark = pytest.mark.parametrize("grounder", COMPARED)


def complaint(text: str, grounder: str, budget: GroundingBudget = SMALL) -> Diagnostic:
    """Return the first error that a program is refused with."""
    with pytest.raises(nesy.NesyError) as failure:
        nesy.query(nesy.loads(text, Settings(grounder=GROUNDERS[grounder], grounding_budget=budget)))
    return failure.value.diagnostics[0]


ENDLESS = [
    ("nat(s(X)) :- nat(X). nat(0). query(nat(X)).", "nat/1"),
    ("nat(0). nat(s(X)) :- nat(X). query(nat(_)).", "nat/1"),
    ("p(X) :- p(s(X)). query(p(0)).", "p/1"),
    ("count(X) :- Y is X + 1, count(Y). query(count(0)).", "count/1"),
    ("grow(L) :- grow([a|L]). query(grow([])).", "grow/1"),
    ("0.5::step(X) :- Y is X + 1, step(Y). query(step(0)).", "step/1"),
    ("ping(X) :- pong(f(X)). pong(X) :- ping(g(X)). query(ping(0)).", "p"),
    ("joined([], L, L). joined([X|R], L, [X|S]) :- joined(R, L, S). p :- joined(_, [a], L), L = [b]. query(p).", "joined/3"),
    (":- use_module(library(lists)). p(L) :- length(L, N), N < 0. query(p(_)).", ""),
]
"""Programs that never end, and the predicate that has to be named."""


@pytest.mark.parametrize(("text", "named"), ENDLESS)
def test_programs_that_never_end(text: str, named: str, grounder: str) -> None:
    started = time.monotonic()
    found = complaint(text, grounder)
    assert found.code == "E306", found.render()
    assert named in found.render()
    assert time.monotonic() - started < 20
    assert found.hint


MISTAKES = [
    # E301: unknown through a variable
    ("p :- G = missing, call(G). query(p).", "E301", "missing/0"),
    ("p :- G = missing, call(G, 1). query(p).", "E301", "missing/1"),
    ("p :- G = missing(1), call(G, 2). query(p).", "E301", "missing/2"),
    ("p(L) :- G = missing(X), findall(X, G, L). query(p(_)).", "E301", "missing/1"),
    ("p :- G =.. [missing, 1], \\+ G. query(p).", "E301", "missing/1"),
    ("p :- G = missing, (G -> true ; true). query(p).", "E301", "missing/0"),
    (":- use_module(library(apply)). p :- G = missing, maplist(G, [1]). query(p).", "E301", "missing/1"),
    ("p :- G = (true, missing), call(G). query(p).", "E301", "missing/0"),
    ("p :- G = missing, forall(true, G). query(p).", "E301", "missing/0"),
    ("p(P) :- G = missing, subquery(G, P). query(p(_)).", "E301", "missing/0"),
    # E302: builtins
    ("p :- call(_). query(p).", "E302", "call"),
    ("p :- G = 1, call(G). query(p).", "E302", "call"),
    ("p(T) :- functor(T, _, 2). query(p(_)).", "E302", "functor/3"),
    ("p(T) :- functor(T, f, a). query(p(_)).", "E302", "functor/3"),
    ("p(T) :- functor(T, f, -1). query(p(_)).", "E302", "functor/3"),
    ("p(X) :- arg(a, f(b), X). query(p(_)).", "E302", "arg/3"),
    ("p(X) :- arg(1, _, X). query(p(_)).", "E302", "arg/3"),
    ("p(T) :- T =.. _. query(p(_)).", "E302", "=../2"),
    ("p(T) :- T =.. []. query(p(_)).", "E302", "=../2"),
    ("p(T) :- T =.. [_, 1]. query(p(_)).", "E302", "=../2"),
    ("p(T) :- T =.. [1, 2]. query(p(_)).", "E302", "=../2"),
    ("p(X) :- length(X, a). query(p(_)).", "E302", "length/2"),
    ("p(N) :- length(a, N). query(p(_)).", "E302", "length/2"),
    ("p(X) :- atom_length(_, X). query(p(_)).", "E302", "atom_length/2"),
    ("p(X) :- atom_length(f(a), X). query(p(_)).", "E302", "atom_length/2"),
    ("p(X) :- atom_chars(X, _). query(p(_)).", "E302", "atom_chars/2"),
    ("p(X) :- between(a, 3, X). query(p(_)).", "E302", "between/3"),
    ("p(X) :- between(1, _, X). query(p(_)).", "E302", "between/3"),
    ("p(X) :- succ(X, _). query(p(_)).", "E302", "succ/2"),
    ("p(X) :- plus(1, X, _). query(p(_)).", "E302", "plus/3"),
    ("p(X) :- sort(a, X). query(p(_)).", "E302", "sort/2"),
    ("p(X) :- X = f(X). query(p(_)).", "E302", ""),
    ("p(X) :- X in foo. query(p(_)).", "E302", ""),
    ("p(X) :- atom_number(_, X). query(p(_)).", "E302", "atom_number/2"),
    # E303: arithmetic
    ("p(X) :- X is _ + 1. query(p(_)).", "E303", ""),
    ("p :- a < 1. query(p).", "E303", "a"),
    ("q(a). p :- q(X), X < 1. query(p).", "E303", "a"),
    ("p :- _ < 1. query(p).", "E303", ""),
    ("p :- f(1) =:= 1. query(p).", "E303", "f/1"),
    ("p(X) :- X is foo + 1. query(p(_)).", "E303", "foo"),
    ("p(X) :- X is foo(1). query(p(_)).", "E303", "foo/1"),
    ("q(0). p(X) :- q(Y), X is 1 / Y. query(p(_)).", "E303", "zero"),
    ("q(0). p(X) :- q(Y), X is 1 // Y. query(p(_)).", "E303", "zero"),
    ("q(0). p(X) :- q(Y), X is 1 mod Y. query(p(_)).", "E303", "zero"),
    ("q(-1). p(X) :- q(Y), X is sqrt(Y). query(p(_)).", "E303", ""),
    ("q(0). p(X) :- q(Y), X is log(Y). query(p(_)).", "E303", ""),
    ("q(1.5). p(X) :- q(Y), X is Y << 2. query(p(_)).", "E303", ""),
    ('q("2"). p(X) :- q(Y), X is Y + 1. query(p(_)).', "E303", ""),
    ("q([1, 2]). p(X) :- q(Y), X is Y + 1. query(p(_)).", "E303", ""),
    ("q(1.0e308). p(X) :- q(Y), X is exp(Y). query(p(_)).", "E303", ""),
    (":- use_module(library(lists)). p(S) :- sum_list([1, a], S). query(p(_)).", "E303", ""),
    ("W::p(W) :- q(W). q(a). query(p(_)).", "E303", ""),
    # E304: not ground
    ("0.5::p(X) :- q. q. query(p(_)).", "E304", ""),
    ("0.5::p(X). query(p(_)).", "E304", ""),
    ("0.5::p(X); 0.2::r(Y) :- q(X). q(1). query(p(_)).", "E304", ""),
    ("0.5::p :- (q(X) ; r(Y)). q(1). r(2). query(p).", "E304", ""),
    ("p(X) :- q. q. query(p(_)).", "E304", "p("),
    ("p([1|_]) :- q. q. query(p(_)).", "E304", "p("),
    ("p(f(X, X)). query(p(_)).", "E304", "p("),
    ("p(_). query(p(1)). evidence(p(X)).", "E304", ""),
    ("nn(m,[X])::p(X). query(p(_)).", "E304", ""),
    # E307, E308: probabilities that the body computes
    ("q(1.5). W::p(W) :- q(W). query(p(_)).", "E307", "1.5"),
    ("q(-0.5). W::p(W) :- q(W). query(p(_)).", "E307", "-0.5"),
    ("q(3). W/2::p(W) :- q(W). query(p(_)).", "E307", "1.5"),
    ("q(0.7). W::a; 0.5::b :- q(W). query(a).", "E308", "1.2"),
    ("q(0.7). W::a(1); W::a(2) :- q(W). query(a(_)).", "E308", "1.4"),
    # E309: errors that the program raises
    ("p :- error(boom). query(p).", "E309", "boom"),
    ("0.5::q. p :- q, error('no ', q). query(p).", "E309", "no q"),
    # E310: evidence
    ("p. query(p). evidence(p, maybe).", "E310", "maybe"),
    ("q(7). p. query(p). evidence(p, X) :- q(X).", "E310", "7"),
    ("p. query(p). q(X) :- fail. evidence(q(X)).", "E310", ""),
    ("p. query(X) :- X = 1.", "E310", ""),
    # E212: libraries
    (":- use_module(library(nothing)). p. query(p).", "E212", "nothing"),
    ("p :- consult('missing.pl'). query(p).", "E212", "missing.pl"),
    # E501: evidence that cannot hold
    ("0.5::p. q :- p, \\+ p. query(p). evidence(q).", "E501", ""),
    ("q. query(q). evidence(\\+ q).", "E501", ""),
]
"""Programs, the code that they are refused with, and what is named."""


@pytest.mark.parametrize(("text", "code", "named"), MISTAKES)
def test_mistakes(text: str, code: str, named: str, grounder: str) -> None:
    found = complaint(text, grounder)
    assert found.code == code, found.render()
    assert named in found.render()
    assert found.span is not None
    assert found.span.text
    assert any(label.span.source.text == text and label.span.text for label in found.labels)


CYCLES = [
    ("p :- \\+ p. query(p).", ("p",)),
    ("0.5::c. p :- c, \\+ q. q :- p. query(p).", ("p", "q")),
    ("0.5::c. p :- c, \\+ q. q :- r. r :- c, p. query(p).", ("p", "q", "r")),
    ("win(X) :- move(X, Y), \\+ win(Y). move(1, 2). move(2, 1). query(win(1)).", ("win(1)", "win(2)")),
    ("win(X) :- move(X, Y), \\+ win(Y). move(1, 2). move(2, 3). move(3, 1). query(win(1)).", ("win(1)", "win(2)", "win(3)")),
    ("0.5::c. a :- \\+ b, c. b :- \\+ a. query(a).", ("a", "b")),
    ("p(X) :- q(X), \\+ r(X). r(X) :- s(X). s(X) :- p(X). q(1). query(p(_)).", ("p(1)", "r(1)", "s(1)")),
    ("0.5::c. p :- (c -> \\+ q ; true). q :- p. query(p).", ("p", "q")),
]
"""Programs with a cycle through negation, and its atoms."""


@pytest.mark.parametrize(("text", "atoms"), CYCLES)
def test_cycles_through_negation_are_spelled_out(text: str, atoms: tuple[str, ...], grounder: str) -> None:
    found = complaint(text, grounder)
    assert found.code == "E305", found.render()
    for atom in atoms:
        assert atom in found.render()


ACCEPTED = [
    # A mistake in what is never called, or never true, is none.
    "p :- fail, missing_at_run_time. missing_at_run_time :- X is Y + 1. query(p).",
    "win(X) :- move(X, Y), \\+ win(Y). move(1, 2). move(2, 3). query(win(1)).",
    "0.5::p(X) :- q(X). q(X) :- fail. query(p(_)).",
    "q(1.5). W::p(W) :- q(W), W < 1. query(p(_)).",
    "p(X) :- q(Y), (Y = 0 -> X = none ; X is 1 / Y). q(0). q(2). query(p(_)).",
    "even(0). even(N) :- N > 0, M is N - 1, \\+ even(M). query(even(6)).",
    "nat(0). nat(s(X)) :- nat(X). query(nat(s(s(0)))).",
    "p(X) :- \\+ \\+ X = 1, X = 2. query(p(_)).",
    "p(X) :- findall(Y, q(Y, _), L), length(L, X). q(1, Z) :- Z = _. query(p(_)).",
    "p :- X = f(Y, _), Y = 1, X \\= f(2, 2). query(p).",
]
"""Programs that look like the ones above and are right."""


@pytest.mark.parametrize("text", ACCEPTED)
def test_programs_that_are_right(text: str, grounder: str) -> None:
    found = nesy.query(nesy.loads(text, Settings(grounder=GROUNDERS[grounder], grounding_budget=SMALL)))
    assert all(0 <= probability <= 1 for probability in found.values())
