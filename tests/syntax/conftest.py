"""What the tests of the syntax share: short ways from text to terms, statements and errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic, Source
from nesylang.syntax import parse, parse_term
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.statements import Statement
from nesylang.syntax.terms import Term

Read = Callable[[str], Term]
Statements = Callable[[str], tuple[Statement, ...]]
Errors = Callable[[str], list[tuple[str, str]]]


@pytest.fixture
def read() -> Read:
    """A function that returns the term in a text."""
    return lambda text: parse_term(Source("test", text))


@pytest.fixture
def statements() -> Statements:
    """A function that returns the statements of a program."""
    return lambda text: parse(Source("test.nesy", text)).statements


@pytest.fixture
def diagnostics() -> Callable[[str], tuple[Diagnostic, ...]]:
    """A function that returns the syntax errors of a program."""
    return lambda text: parse_partially(Source("test.nesy", text))[1]


@pytest.fixture
def errors(diagnostics: Callable[[str], tuple[Diagnostic, ...]]) -> Errors:
    """A function that returns the code and the marked text of each syntax error."""
    return lambda text: [(diagnostic.code, diagnostic.labels[0].span.text) for diagnostic in diagnostics(text)]
