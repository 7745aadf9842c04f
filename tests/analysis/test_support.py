"""What is parsed and refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("constraint one : p(1).", "constraint one : p(1)"),
        ("constraint 1.5 :: p(1).", "constraint 1.5 :: p(1)"),
        ("loss one : p(1).", "loss one : p(1)"),
        ("?::d.", "?::d"),
        ("?::d(X) :- p(X).", "?::d(X)"),
        ("q :- p(1), !.", "!"),
    ],
)
def test_refusals(diagnose: Diagnose, text: str, marked: str) -> None:
    (found,) = diagnose(f"p(1). p(2). {text}")
    assert found.code == "E109"
    assert found.span is not None
    assert found.span.text == marked
    assert found.message.endswith(" is not supported yet")


@pytest.mark.parametrize(
    "text",
    [
        "p(1). q((a => b)). query q(X).",
        "q(X) :- X is 5 xor 3.",
        "p(1). q :- forall(p(X), X > 0).",
        "p(1). a. query p(X) given a, not p(2).",
        "p(1). expect 1 :: p(1). expect answers p(X) = {p(1)}. expect error E304.",
        "p(1). q(Y) :- p(X), X in 0..3, (X > 2 -> Y = a ; Y = b).",
        ":- use_module(library(collect)). p(1). q(R) :- (p(X) => list(X, R)).",
    ],
)
def test_what_is_supported(diagnose: Diagnose, text: str) -> None:
    assert [d for d in diagnose(text) if d.severity == "error"] == []


@pytest.mark.parametrize("goal", ["use_module('net.py')", 'use_module("net.py")', "use_module('net.py', [f/1])", "consult('x.py')"])
def test_python_is_refused(diagnose: Diagnose, goal: str) -> None:
    (found,) = diagnose(f":- {goal}.")
    assert (found.code, found.message) == ("E214", "a program cannot load Python code")


def test_unknown_libraries(diagnose: Diagnose) -> None:
    (found,) = diagnose(":- use_module(library(list)).")
    assert (found.code, found.message, found.hint) == ("E212", "there is no library 'list'", "did you mean 'lists'?")
