"""Foreign declarations: which types go together, and which functions work on tensors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nesylang.analysis import analyse
from nesylang.source import Source
from nesylang.syntax import load_program

Codes = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("type v. foreign f(v) -> float.", "float"),
        ("type v. foreign f(int) -> v.", "int"),
        ("type v. foreign f(v, string).", "string"),
        ("type v. foreign f(v) -> 1..100000000.", "1..100000000"),
        ("type v. foreign f(v) -> any.", "any"),
        ("type v. foreign f(v) -> (v, v).", "v, v"),
        ("type v. foreign f -> v.", "foreign f -> v"),
    ],
)
def test_types_that_do_not_go_together(codes: Codes, text: str, marked: str) -> None:
    assert codes(text) == [("E224", marked)]


@pytest.mark.parametrize("output", ["", " -> v", " -> 0..9", " -> {a, b}", " -> bool"])
def test_functions_over_tensors_are_networks(codes: Codes, output: str) -> None:
    text = f"type v. foreign f(v, bool, 1..3){output}."
    assert codes(text) == []
    analysis = analyse(load_program(Source("test.nesy", text), Path()))
    (neural,) = analysis.neural.values()
    assert neural.is_foreign
    assert neural.returns_tensor is (output == " -> v")
    assert (neural.output is None) is (output in ("", " -> v"))
    assert analysis.foreign == {}


def test_functions_of_other_types() -> None:
    text = "foreign f(int) -> (atom, list). foreign g. foreign h -> any."
    analysis = analyse(load_program(Source("test.nesy", text), Path()))
    assert [(name, len(found.inputs), len(found.outputs)) for (name, _), found in analysis.foreign.items()] == [
        ("f", 1, 2),
        ("g", 0, 0),
        ("h", 0, 1),
    ]
    assert list(analysis.foreign) == [("f", 3), ("g", 0), ("h", 1)]
