"""Declarations: given twice, contradicted by clauses, or of builtins."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]


def test_a_duplicate_shows_both_places(diagnose: Diagnose) -> None:
    (found,) = diagnose("type color = {red}.\npred p(color).\ntype color.\n")
    assert (found.code, found.message) == ("E206", "the type 'color' is declared twice")
    assert [(str(label.span), label.message) for label in found.labels] == [
        ("test.nesy:3:1", "declared again"),
        ("test.nesy:1:1", "declared first here"),
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("pred p(int). pred p(float).", "pred p(float)"),
        ("pred f(any, bool). neural f(any) -> bool.", "neural f(any) -> bool"),
        ("neural f(any) -> bool. neural f(any) -> bool.", "neural f(any) -> bool"),
        ("type int = 0..3.", "type int = 0..3"),
    ],
)
def test_duplicates(codes: Codes, text: str, marked: str) -> None:
    assert codes(text) == [("E206", marked)]


@pytest.mark.parametrize(
    "directive", ["table p/1", "dynamic p/1, q/2", "discontiguous([p/1, q/2])", "table p(_)", "multifile s//1", "table(p/1)"]
)
def test_directives(codes: Codes, directive: str) -> None:
    assert codes(f":- {directive}. p(1).") == []


@pytest.mark.parametrize(("directive", "marked"), [("table p", "p"), ("dynamic p/1, q/two", "q/two"), ("table p(_, min)", "p(_, min)")])
def test_directives_that_name_no_predicate(codes: Codes, directive: str, marked: str) -> None:
    assert codes(f":- {directive}. p(1).") == [("E107", marked)]


def test_other_arities_are_other_predicates(codes: Codes) -> None:
    assert codes("pred p(int). pred p(int, int). p(1). p(1, 2).") == []


def test_clauses_of_a_neural_predicate(diagnose: Diagnose) -> None:
    (found,) = diagnose("type image.\nneural digit(image) -> 0..9.\ndigit(x, 1).\ndigit(x, 2) :- true.")
    assert (found.code, found.message) == ("E209", "digit/2 is declared as neural, so it cannot have clauses")
    assert [str(label.span) for label in found.labels] == ["test.nesy:3:1", "test.nesy:2:1"]


def test_annotated_clauses_of_a_neural_predicate(codes: Codes) -> None:
    assert codes("type i. neural d(i) -> 0..1. nn(d, [X], Y, [0, 1]) :: d(X, Y).") == [("E209", "d(X, Y)")]


def test_clauses_with_another_arity_than_declared(diagnose: Diagnose) -> None:
    (found,) = diagnose("pred edge(int, int).\nedge(1, 2).\nedge(1, 2, 3).")
    assert (found.code, found.message) == ("E209", "edge/3 is defined, but edge/2 is declared")
    assert [str(label.span) for label in found.labels] == ["test.nesy:3:1", "test.nesy:1:1"]
    assert found.hint == "declare edge/3 as well if it is a predicate of its own"


@pytest.mark.parametrize("head", ["length(X, X)", "X = X", "write(X)", "call(X)", "between(X, X, X)", "X in X", "true"])
def test_definitions_of_builtins(diagnose: Diagnose, head: str) -> None:
    (found,) = [d for d in diagnose(f"q(1). {head} :- q(X).") if d.severity == "error"]
    assert found.code == "E208"
    assert "is built in and cannot be defined" in found.message


def test_library_predicates_may_be_defined(codes: Codes) -> None:
    text = ":- use_module(library(lists)). member(X, [X|_]). append(X, X). sum_list([], 0). forall(a, b). query member(1, [1])."
    assert codes(text, "test.pl") == []


def test_builtins_cannot_be_declared(codes: Codes) -> None:
    assert codes("pred length(list, int).") == [("E208", "pred length(list, int)")]
    assert codes("pred query(any).") == [("E208", "pred query(any)")]
