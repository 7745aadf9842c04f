"""What the tests of the passes share: a program text and what is said about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.analysis import analyse
from nesylang.source import Diagnostic, NesyError, Source
from nesylang.syntax import parse

Diagnose = Callable[..., list[Diagnostic]]
Codes = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def diagnose() -> Diagnose:
    """A function that returns the errors of a program, or its warnings where it has none."""

    def run(text: str, name: str = "test.nesy") -> list[Diagnostic]:
        tree = parse(Source(name, text))
        try:
            return list(analyse(tree).warnings)
        except NesyError as failure:
            return list(failure.diagnostics)

    return run


@pytest.fixture
def codes(diagnose: Diagnose) -> Codes:
    """A function that returns the code and the marked text of each error, or warning where there is no error."""

    def run(text: str, name: str = "test.nesy") -> list[tuple[str, str]]:
        found = diagnose(text, name)
        return [(diagnostic.code, diagnostic.span.text) for diagnostic in found if diagnostic.span is not None]

    return run
