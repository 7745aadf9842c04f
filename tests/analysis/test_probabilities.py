"""Annotations of heads: probabilities, sums, learnable ones, networks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("1.5 :: a.", "E204", "1.5"),
        ("-0.1 :: a.", "E204", "-0.1"),
        ("3/2 :: a.", "E204", "3/2"),
        ("nan :: a.", "E204", "nan"),
        ("inf :: a.", "E204", "inf"),
        ("2 :: p(X) :- q(X). q(1).", "E204", "2"),
        ("0.5 :: a; 1.5 :: b.", "E204", "1.5"),
        ("t(2) :: a.", "E204", "2"),
        ("t(1.5, X) :: p(X) :- q(X). q(1).", "E204", "1.5"),
        ("a. expect 1.5 :: a.", "E204", "1.5"),
        ("abc :: a.", "E210", "abc"),
        ('"0.5" :: a.', "E210", '"0.5"'),
        ("0.5 + abc :: a.", "E210", "abc"),
        ("1/0 :: a.", "E210", "1/0"),
        ("1/(1-1) :: a; 0.5 :: b.", "E210", "1/(1-1)"),
        ("foo(X) :: p(X) :- q(X). q(1).", "E210", "foo(X)"),
        ("t(abc) :: a.", "E210", "abc"),
        ("a. expect P :: a.", "E210", "P"),
        ("0.7 :: a; 0.7 :: b.", "E205", "0.7 :: a; 0.7 :: b"),
        ("0.7 :: a; t(_) :: c; 0.7 :: b :- true.", "E205", "0.7 :: a; t(_) :: c; 0.7 :: b"),
        ("P :: a.", "E215", "P"),
        ("_ :: a.", "E215", "_"),
        ("P :: a; 0.5 :: b.", "E215", "P"),
        ("t(_, X) :: a.", "E215", "X"),
    ],
)
def test_wrong_probabilities(codes: Codes, text: str, code: str, marked: str) -> None:
    assert codes(text) == [(code, marked)]


@pytest.mark.parametrize(
    "text",
    [
        "0 :: a. 1 :: b. 0.0 :: c. 1.0 :: d. 0.5 :: e.",
        "1/6 :: d(1); 1/6 :: d(2); 1/6 :: d(3); 1/6 :: d(4); 1/6 :: d(5); 1/6 :: d(6).",
        "0.1 :: a; 0.2 :: b; 0.7 :: c.",
        "0.5 :: a; 0.5 :: a.",
        "1-0.3 :: a. 2**-1 :: b. sqrt(0.25) :: c. pi/4 :: d. 1.0e-5 :: e.",
        "t(0.5) :: a. t(_) :: b. t(1/2) :: c. t(0.9) :: d; t(0.9) :: e.",
        "t(_, X) :: p(X) :- q(X). q(1).",
        "P :: p(P).",
        "P :: p :- w(P). w(0.5).",
        "1/W :: p(X) :- w(X, W). w(a, 2).",
        "P :: a; 1-P :: b :- w(P). w(0.3).",
    ],
)
def test_probabilities(codes: Codes, text: str) -> None:
    assert [found for found in codes(text, "test.pl") if found[0].startswith("E")] == []


def test_the_sum_is_shown(diagnose: Diagnose) -> None:
    (found,) = diagnose("0.6 :: a; 0.7 :: b.")
    assert found.message == "the probabilities of a disjunction sum to 1.3, more than 1"
    assert found.labels[0].message == "these sum to 1.3"


def test_rounding_is_tolerated(codes: Codes) -> None:
    assert codes("0.500000001 :: a; 0.5 :: b.") == []
    assert codes("0.50000002 :: a; 0.5 :: b.") == [("E205", "0.50000002 :: a; 0.5 :: b")]


def test_messages(diagnose: Diagnose) -> None:
    found = diagnose("30 :: a.\n3/2 :: b.\n1.25 :: c. 1/0 :: d.")
    assert [d.message for d in found] == [
        "the probability 30 is outside [0, 1]",
        "the probability 3/2 = 1.5 is outside [0, 1]",
        "the probability 1.25 is outside [0, 1]",
        "the probability 1/0 cannot be evaluated",
    ]
    assert found[0].hint == "30 % is written 0.3"
    assert found[3].labels[0].message == "it divides by zero"


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("nn(1, [X], D, [0, 1]) :: p(X, D).", "E211", "1"),
        ("nn(f, X, D, [0, 1]) :: p(X, D).", "E211", "X"),
        ("nn(f, [], D, [0, 1]) :: p(D).", "E211", "[]"),
        ("nn(f, [X|T], D, [0, 1]) :: p(X, D, T).", "E211", "[X|T]"),
        ("nn(f, [X], 3, [0, 1]) :: p(X).", "E211", "3"),
        ("nn(f, [X], D, [0, 1]) :: p(X).", "E211", "D"),
        ("nn(f, [X], D, L) :: p(X, D, L).", "E211", "L"),
        ("nn(f, [X], D, []) :: p(X, D).", "E211", "[]"),
        ("nn(f, [X], D, [0|T]) :: p(X, D, T).", "E211", "[0|T]"),
        ("nn(f, [X], D, [0, 1, 0]) :: p(X, D).", "E211", "0"),
        ("nn(f, [X], D, [0, Y]) :: p(X, D, Y).", "E211", "Y"),
        ("nn(f) :: p(X, X).", "E211", "nn(f)"),
        ("nn(f, [X], D, [0], 3) :: p(X, D).", "E211", "nn(f, [X], D, [0], 3)"),
        ("nn(f, [X]) :: p(X); 0.5 :: q(X).", "E211", "nn(f, [X]) :: p(X)"),
        ("nn(f, [X], 3) :: p(X, D).", "E211", "3"),
        ("nn(f, [X], D) :: p(X).", "E211", "D"),
        ("nn(f, X, D) :: p(X, D).", "E211", "X"),
        ("nn(f, [X, Y], D, [0, 1]) :: p(X, D).", "E215", "Y"),
    ],
)
def test_malformed_network_annotations(codes: Codes, text: str, code: str, marked: str) -> None:
    assert codes(text) == [(code, marked)]


@pytest.mark.parametrize(
    "text",
    ["nn(f, [X], D, [0, 1]) :: p(X, D).", "nn(f, [X]) :: p(X).", "nn(f, [X, Y], D, [a, b(1)]) :: p(X, D) :- q(X, Y). q(1, 2)."],
)
def test_network_annotations(codes: Codes, text: str) -> None:
    assert codes(text) == []
