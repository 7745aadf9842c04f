"""Declared types against constants."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]

TYPES = "type digit = 0..9. type color = {red, green}. type image. neural digit(image) -> digit. pred paint(digit, color).\n"


def test_the_constant_and_the_declaration_are_marked(diagnose: Diagnose) -> None:
    (found,) = diagnose("type digit = 0..9.\npred p(digit, any).\np(12, a).")
    assert (found.code, found.message) == ("E203", "12 is not a value of the type digit")
    assert [(str(label.span), label.message) for label in found.labels] == [
        ("test.nesy:3:3", "expected an integer in 0..9"),
        ("test.nesy:2:8", "declared here"),
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("paint(10, red).", ["10"]),
        ("paint(-1, red).", ["-1"]),
        ("paint(5.0, red).", ["5.0"]),
        ("paint(5, blue).", ["blue"]),
        ('paint(5, "red").', ['"red"']),
        ("paint(a, 5).", ["a", "5"]),
        ("paint(f(1), red).", ["f(1)"]),
        ("0.3 :: paint(10, red).", ["10"]),
        ("0.3 :: paint(10, red); 0.2 :: paint(11, red).", ["10", "11"]),
        ("paint(10, C) :- C = red.", ["10"]),
        ("p(X) :- paint(X, blue).", ["blue"]),
        ("p(X) :- \\+ paint(X, blue), (paint(X, pink) ; paint(X, red)).", ["blue", "pink"]),
        ("p(L) :- findall(X, paint(X, blue), L).", ["blue"]),
        ("query paint(X, blue).", ["blue"]),
        ("query paint(X, red) given paint(X, blue).", ["blue"]),
        ("query(paint(1, blue)).", ["blue"]),
        ("evidence paint(1, blue).", ["blue"]),
        ("evidence(\\+ paint(1, blue)).", ["blue"]),
        ("expect 0.5 :: paint(1, blue).", ["blue"]),
        ("expect answers paint(1, C) = {paint(1, blue)}.", ["blue"]),
        ("query digit(x, 10).", ["10"]),
        ("p :- call(paint, 10, red), call(paint(10), red).", ["10"]),
    ],
)
def test_constants_outside_their_types(codes: Codes, text: str, marked: list[str]) -> None:
    assert codes(TYPES + text) == [("E203", part) for part in marked]


@pytest.mark.parametrize(
    "text",
    [
        "paint(0, red). paint(9, green).",
        "query paint(_, C).",
        "query digit(x(1), 9).",
        "query digit(f(x), D).",
        "paint(X, C) :- X in 0..3, C = red.",
    ],
)
def test_values_of_their_types(codes: Codes, text: str) -> None:
    assert codes(TYPES + text) == []


@pytest.mark.parametrize(
    ("type_", "wrong", "hint"),
    [
        ("float", "3", "write 3.0"),
        ("string", "a", 'write "a"'),
        ("{red, green}", "grene", "did you mean 'green'?"),
        ("int", "1+2", "arithmetic in an argument is a term; compute it first, as in:  X is Y + 1"),
        ("atom", "3", None),
    ],
)
def test_hints(diagnose: Diagnose, type_: str, wrong: str, hint: str | None) -> None:
    (found,) = diagnose(f"pred p({type_}). p({wrong}).")
    assert (found.code, found.hint) == ("E203", hint)
