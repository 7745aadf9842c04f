"""Derived atoms of declared predicates against their types."""

from __future__ import annotations

import pytest

import nesylang as nesy

TYPES = "type color = {red, green}. pred paint(atom, color). thing(pen, red). thing(cup, pink). one(pen, red).\n"


@pytest.mark.parametrize(
    "text",
    [
        "paint(X, C) :- thing(X, C). query paint(X, C).",
        "0.5 :: paint(X, C) :- thing(X, C). query paint(X, C).",
        "paint(X, C) :- thing(X, C). query paint(cup, C).",
        "paint(X, C) :- thing(X, C). some :- paint(_, _). query some.",
        "paint(X, C) :- thing(X, C). some(C) :- thing(_, C), paint(_, C). query some(pink).",
        "pred all(list(color)). all(L) :- findall(C, thing(_, C), L). query all(L).",
        "pred n(0..2). n(0). n(X) :- n(Y), Y < 3, X is Y + 1. query n(X).",
    ],
)
def test_values_outside_the_types_are_errors(text: str) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.query(TYPES + text)
    assert {diagnostic.code for diagnostic in failure.value.diagnostics} == {"E311"}
    assert all(len(diagnostic.labels) >= 2 for diagnostic in failure.value.diagnostics)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paint(X, C) :- one(X, C). query paint(X, C).", {"paint(pen,red)": 1.0}),
        ("paint(X, C) :- C in color, thing(X, C). query paint(X, C).", {"paint(pen,red)": 1.0}),
        ("0.5 :: paint(X, C) :- thing(X, C), C \\= pink. query paint(X, C).", {"paint(pen,red)": 0.5}),
        ("pred n(0..3). n(0). n(X) :- n(Y), Y < 3, X is Y + 1. query n(3).", {"n(3)": 1.0}),
        ("pred n(number). n(X) :- X is 1 / 2. query n(X).", {"n(0.5)": 1.0}),
    ],
)
def test_values_of_the_types_are_answers(text: str, expected: dict[str, float]) -> None:
    assert nesy.query(TYPES + text) == expected
