"""Inference: what predicates may hold for, what can never be, and what must not be complained about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nesylang import loads
from nesylang.analysis import analyse, predicate_types
from nesylang.source import Diagnostic, Source
from nesylang.syntax import load_program, parse

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]

DECLARED = "type color = {red, green}. type animal = {cat, dog}. pred paint(color, int). pred owns(animal, int).\n"


def types(text: str) -> list[str]:
    return list(predicate_types(parse(Source("test.nesy", text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p(red). p(green).", ["p({green, red})"]),
        ("p(1). p(a).", ["p({1, a})"]),
        ("p(X, Y) :- q(Y, X). q(1, a).", ["p({a}, {1})", "q({1}, {a})"]),
        ("e(a, b). p(X, Y) :- e(X, Y). p(X, Y) :- p(X, Z), e(Z, Y).", ["e({a}, {b})", "p({a}, {b})"]),
        ("len([], 0). len([_|T], N) :- len(T, M), N is M + 1.", ["len(list, int)"]),
        ("app([], L, L). app([H|T], L, [H|R]) :- app(T, L, R).", ["app(list, any, any)"]),
        ("up(0). up(N) :- up(M), M < 9, N is M + 1.", ["up(int)"]),
        ("half(X) :- n(Y), X is Y / 2. n(3).", ["half(float)", "n({3})"]),
        ("type d = 0..9. p(X) :- X in d.", ["p(d)"]),
        ("p(L) :- findall(X, q(X), L). q(1). q(2).", ["p(list({1, 2}))", "q({1, 2})"]),
        ("p(X) :- q(L), X in L. q([1, 2]).", ["p({1, 2})", "q(list({1, 2}))"]),
        ("p(X) :- (q(X) ; r(X)). q(a). r(1).", ["p({1, a})", "q({a})", "r({1})"]),
        ("nn(net, [X], Y, [cat, dog]) :: p(X, Y).", ["p(any, {cat, dog})"]),
        ("type image. neural d(image) -> 0..9. s(X, D) :- d(X, D).", ["neural d(image) -> 0..9", "s(image, 0..9)"]),
        ("p. q(X) :- p, X = 3.", ["p", "q({3})"]),
        (":- dynamic(p/1). p(1).", ["p(any)"]),
        ("a(X) :- b(X). b(X) :- a(X).", ["a(any)", "b(any)"]),
        ("_p(1). q(X) :- _p(X).", ["_p({1})", "q({1})"]),
    ],
)
def test_types_of_predicates(text: str, expected: list[str]) -> None:
    assert types(text) == expected


def test_the_types_are_part_of_the_analysis() -> None:
    analysis = analyse(parse(Source("test", "type c = {a, b}. pred p(c). q(X) :- p(X). r(1).")))
    assert {found: [str(each) for each in values] for found, values in analysis.inferred.items()} == {
        ("p", 1): ["{a, b}"],
        ("q", 1): ["{a, b}"],
        ("r", 1): ["{1}"],
    }


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("p(X) :- paint(X, _), owns(X, _).", ["X"]),
        ("p(X) :- paint(X, _), owns(_, X).", ["X"]),
        ("p(X) :- paint(X, _), not owns(X, _).", ["X"]),
        ("p(X) :- q(X), owns(X, _). q(X) :- r(X). r(X) :- paint(X, _).", ["X"]),
        ("paint(X, 1) :- owns(X, _).", ["X"]),
        ("0.5 :: paint(X, 1) :- owns(X, _).", ["X"]),
        ("p :- findall(X, (paint(X, _), owns(X, _)), L), L = [].", ["X"]),
        ("p(X) :- (paint(X, _) ; owns(_, X)), paint(_, X), owns(X, _).", ["X"]),
        ("p(X) :- X in animal, paint(X, _).", ["X"]),
        ("p(X, N) :- paint(X, _), atom_length(X, N), paint(N, _).", ["N"]),
        ("p(X) :- paint(Y, _), X = Y, owns(X, _).", ["X"]),
        ("p(X) :- [X|_] = [Y], X = Y, paint(Y, _), owns(Y, _).", ["Y"]),
        ("query paint(X, _) given owns(X, _).", ["X"]),
        ("s(one). p(X) :- s(X), owns(_, X).", ["X"]),
    ],
)
def test_types_that_are_at_odds(codes: Codes, text: str, marked: list[str]) -> None:
    assert codes(DECLARED + text) == [("E227", each) for each in marked]


@pytest.mark.parametrize(
    "text",
    [
        "p(X) :- paint(X, _). p(X) :- owns(X, _).",
        "p(X) :- paint(X, _) ; owns(X, _).",
        "q(red). q(cat). p(X) :- q(X), paint(X, _), owns(_, 1).",
        "p(X) :- paint(_, X), owns(_, X).",
        "p(X) :- paint(_, N), X is N // 2, owns(_, X).",
        "p(X) :- paint(_, N), X is N * 1.5.",
        "q(1). q(f(2)). p(X) :- q(X), integer(X), owns(_, X).",
        "p(Y) :- paint(X, _), atom_length(X, Y), owns(_, Y).",
        ":- dynamic(q/1). q(one). p(X) :- q(X), owns(_, X).",
        "p(X) :- X = pi, Y is X * 2, Y > 1.",
        "p(X) :- X = 1 + 2, Y is X * 2, Y > 1.",
        "p(X) :- paint(X, _), (X == red -> owns(cat, _) ; owns(dog, _)).",
        "expect 0 :: paint(red, 2).",
    ],
)
def test_types_that_agree(codes: Codes, text: str) -> None:
    assert codes(DECLARED + text) == []


def test_both_places_and_both_types_are_shown(diagnose: Diagnose) -> None:
    (found,) = diagnose("type color = {red, green}.\npred paint(color).\npred size(int).\np(X) :- paint(X), size(X).\n")
    assert (found.code, found.message) == ("E227", "X is used as int and as color, which have no value in common")
    assert [(str(label.span), label.message) for label in found.labels] == [
        ("test.nesy:4:24", "int: argument 1 of size/1"),
        ("test.nesy:4:15", "color: argument 1 of paint/1"),
        ("test.nesy:3:11", "declared here"),
        ("test.nesy:2:12", "declared here"),
    ]


FACTS = "color(red). color(green). edge(a, b). edge(b, c). age(ann, 3).\n"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("p :- color(gren).", ["gren"]),
        ("p :- edge(a, c).", ["edge(a, c)"]),
        ("p :- not color(gren).", ["gren"]),
        ("p(X) :- color(X), age(_, X).", ["X"]),
        ("p(X) :- color(X), X = grean.", ["grean"]),
        ("p(X) :- color(X), X == grean.", ["grean"]),
        ("p(Y) :- color(X), Y is X + 1.", ["X"]),
        ("p(X) :- color(X), X < 3.", ["X"]),
        ("p :- color([]).", ["[]"]),
        ("p(X) :- color([X]).", ["[X]"]),
        ("p(N) :- length([a], N), color(N).", ["N"]),
        ("p :- forall(color(X), X = rad).", ["rad"]),
        ("query color(gren).", ["gren"]),
        ("query color(X) given edge(d, _).", ["d"]),
        ("evidence not color(gren).", ["gren"]),
        ("query(color(gren)).", ["gren"]),
        ("expect 0.5 :: color(gren).", ["gren"]),
        ("p(X) :- color(X). q :- p(gren).", ["gren"]),
    ],
)
def test_goals_that_never_hold(codes: Codes, text: str, marked: list[str]) -> None:
    assert codes(FACTS + text) == [("W208", each) for each in marked]


@pytest.mark.parametrize(
    "text",
    [
        "expect 0 :: color(gren).",
        "expect answers color(gren) = {}.",
        "expect 1 :: not color(gren).",
        "query edge(a, c).",
        "p :- not edge(a, c).",
        "query color(X), X == gren.",
        "color(X) :- age(X, _). p :- color(ann).",
        "pred new(atom). p :- new(gren).",
        ":- dynamic(color/1). p :- color(gren).",
        "likes(ann, _). p :- likes(ann, gren).",
        "p(X) :- color(X), \\+ X = gren.",
        "p(X) :- color(X), \\+ number(X).",
        "a(X) :- a(X). p :- a(1).",
    ],
)
def test_goals_that_may_hold_or_fail_on_purpose(codes: Codes, text: str) -> None:
    assert codes(FACTS + text) == []


def test_misspelt_constants_get_a_suggestion(diagnose: Diagnose) -> None:
    (found,) = diagnose("color(red). color(green).\np :- color(gren).")
    assert found.hint == "did you mean 'green'?"
    assert [(str(label.span), label.message) for label in found.labels] == [
        ("test.nesy:2:12", "takes {green, red}"),
        ("test.nesy:1:1", "defined here"),
    ]


def test_a_cause_is_reported_once(codes: Codes) -> None:
    """What depends on an impossible goal is not reported again."""
    assert codes("color(red). p(X) :- color(X), X = rad. q(X) :- p(X). r :- q(rot). s :- r.") == [("W208", "rad")]


def test_data_may_be_more_another_time(tmp_path: Path) -> None:
    (tmp_path / "colors.csv").write_text("name\nred\ngreen\n")
    text = ":- use_module(library(db)). :- csv_load('colors.csv', color). p :- color(blue). q :- color(3)."
    analysis = analyse(load_program(Source("main.nesy", text), tmp_path))
    assert [warning.labels[0].span.text for warning in analysis.warnings] == ["3"]
    program = loads("pred color(any). p :- color(blue).").with_facts("color", ["red"])
    assert program.warnings == ()


def test_types_of_lists(diagnose: Diagnose) -> None:
    found = diagnose("pred p(list(0..9)). p([1, 10]). p(3). p([1|T]) :- p(T). q(X) :- p([X|_]), X = 12.")
    assert [(d.code, d.span.text if d.span else "") for d in found] == [("E203", "[1, 10]"), ("E203", "3"), ("W208", "12")][:2]


@pytest.mark.parametrize("text", ["type a = list(a).", "type a = list(b). type b = list(a)."])
def test_types_of_lists_that_are_defined_by_themselves(codes: Codes, text: str) -> None:
    assert {code for code, _ in codes(text)} == {"E207"}


def test_deep_bodies() -> None:
    body = "\\+ " * 3000 + "p(1)"
    assert types(f"p(1). q(X) :- {body}, X = 1.") == ["p({1})", "q({1})"]
