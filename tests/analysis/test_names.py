"""Unknown predicates and numbers of arguments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]


def test_a_misspelt_predicate(diagnose: Diagnose) -> None:
    (found,) = diagnose("edge(a, b).\nreach(X, Y) :- egde(X, Y).")
    assert (found.code, found.message, found.hint) == ("E201", "unknown predicate egde/2", "did you mean edge/2?")
    assert [str(label.span) for label in found.labels] == ["test.nesy:2:16"]


def test_another_number_of_arguments(diagnose: Diagnose) -> None:
    (found,) = diagnose("edge(a, b).\nreach(X, Y) :- edge(X, Y, _).")
    assert (found.code, found.message, found.hint) == ("E202", "edge/3 is not defined, but edge/2 is", "give edge 2 arguments")
    assert [(str(label.span), label.message) for label in found.labels] == [
        ("test.nesy:2:16", "called here"),
        ("test.nesy:1:1", "edge/2 is defined here"),
    ]


def test_several_numbers_of_arguments(diagnose: Diagnose) -> None:
    (found,) = diagnose("p(a). p(a, b). p(a, b, c). query p.")
    assert found.message == "p/0 is not defined, but p/1, p/2 and p/3 are"
    assert found.hint == "give p 1, 2 or 3 arguments"
    (found,) = diagnose("p. query p(1).")
    assert found.hint == "write p without arguments"


def test_arities_of_builtins(diagnose: Diagnose) -> None:
    (found,) = diagnose("q :- between(1, 2).")
    assert (found.code, found.message) == ("E202", "between/2 is not defined, but between/3 is")


def test_nothing_alike(diagnose: Diagnose) -> None:
    (found,) = diagnose("reach(X) :- zigzag(X, X).")
    assert found.hint == "define it, or declare it with  pred zigzag(any, any).  if its facts come from elsewhere"


def test_one_report_for_all_calls(diagnose: Diagnose) -> None:
    (found,) = diagnose("a :- zork.\nb :- zork.\nc :- \\+ zork.\nd :- zork.")
    assert [str(label.span) for label in found.labels] == ["test.nesy:1:6", "test.nesy:2:6", "test.nesy:3:9"]


@pytest.mark.parametrize(
    "text",
    [
        "p :- zork.",
        "p :- true, (fail ; zork).",
        "p :- \\+ zork.",
        "p :- not (true, zork).",
        "p :- (zork -> true ; true).",
        "p :- (true -> zork ; true).",
        "p :- (true -> true ; zork).",
        "p :- findall(x, zork, _).",
        "p :- all(x, zork, _).",
        "p :- forall(zork, true).",
        "p :- forall(true, zork).",
        "p :- once(zork).",
        "p :- call(zork).",
        "p :- call((true, zork)).",
        "p :- subquery(zork, _).",
        "query zork.",
        "query \\+ zork.",
        "p. query p given zork.",
        "evidence zork.",
        "evidence not zork.",
        "p. expect 0.5 :: zork.",
        "p. expect 0.5 :: p given zork.",
        "expect answers zork = {}.",
        "query(zork).",
        "query(zork) :- true.",
        "evidence(zork).",
        "evidence(\\+ zork).",
        "evidence(zork, true).",
        ":- zork.",
        "0.5 :: p :- zork.",
        "0.5 :: p; 0.5 :: q :- zork.",
    ],
)
def test_all_places_of_calls(codes: Codes, text: str) -> None:
    assert codes(text) == [("E201", "zork")]


def test_calls_with_further_arguments(codes: Codes) -> None:
    assert codes("sq(1, 1). p(L, M) :- call(sq, L, M), call(sqr, L, M), call(sq(L), M), call(sq, L).") == [("E201", "sqr"), ("E202", "sq")]
    library = ":- use_module(library(apply))."
    assert codes(f"{library} sq(1, 1). p(L, M) :- maplist(sq, L, M), maplist(sqr, L, M).") == [("E201", "sqr")]
    assert codes(f"{library} p(L, M) :- foldl(plus, L, 0, M).") == []
    assert codes(f"{library} p(L, M) :- foldl(plus(1), L, 0, M).") == [("E202", "plus(1)")]


@pytest.mark.parametrize(
    "text",
    [
        "p(X) :- X.",
        "p(X) :- call(X), call(X, 1), findall(Y, X, Y), \\+ X.",
        "p :- try_call(zork).",
        "p :- clause(zork, _).",
        ":- unknown(fail). p :- zork.",
        ":- consult('other.pl'). p :- zork.",
        ":- use_module('other.pl'). p :- zork.",
        ":- [other]. p :- zork.",
        ":- dynamic(zork/0). p :- zork.",
        ":- use_module(library(assert)). :- assertz(zork). p :- zork.",
        ":- use_module(library(assert)). :- assertz((zork :- true)). p :- zork.",
        ":- use_module(library(lists), [member/2 as zork]). p :- zork(1, [1]).",
        ":- use_module(library(db)). :- csv_load('a.csv', zork). p :- zork.",
        "pred zork(any). p :- zork(1).",
        "neural zork(any) -> bool. p :- zork(x, true).",
        "query(a, b).",
    ],
)
def test_what_may_be_called(diagnose: Diagnose, text: str) -> None:
    assert [d for d in diagnose(text) if d.severity == "error"] == []


def test_library_predicates_need_their_library(diagnose: Diagnose) -> None:
    (found,) = diagnose("p(X) :- member(X, [1]).")
    assert (found.code, found.message) == ("E201", "unknown predicate member/2")
    assert found.hint == "it is in a library; add  import lists.  or  :- use_module(library(lists))."
    (found,) = diagnose("p(X) :- maplist(p, [X]).")
    assert found.hint == "it is in a library; add  import apply.  or  :- use_module(library(apply))."
    (found,) = diagnose("p(X) :- number_text(X, [a], []).")
    assert found.hint == "it is in a library; add  import grammars."
    assert diagnose(":- use_module(library(lists)). p(X) :- member(X, [1]).") == []


def test_arithmetic_has_no_truth(diagnose: Diagnose) -> None:
    assert [(d.code, d.message) for d in diagnose('p :- 3. q :- "a".')] == [
        ("E201", "a number cannot be called"),
        ("E201", "a string cannot be called"),
    ]


def test_problog_files_get_a_warning(diagnose: Diagnose) -> None:
    (found,) = diagnose("unused :- zork. p. query(p).", "old.pl")
    assert (found.code, found.severity, found.message) == ("W205", "warning", "unknown predicate zork/0")
    (found,) = diagnose("edge(1). unused :- edge(1, 2).", "old.pl")
    assert (found.code, found.message) == ("W205", "edge/2 is not defined, but edge/1 is")
