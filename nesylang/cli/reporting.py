"""What is said about programs: diagnostics, always on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from nesylang.cli.command import WRONG_PROGRAM, WRONG_USAGE
from nesylang.source import Diagnostic, NesyError

UNREADABLE = "E701"


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Write diagnostics to standard error, an empty line behind each, after everything that was printed before."""
    sys.stdout.flush()
    for diagnostic in diagnostics:
        print(f"{diagnostic.render()}\n", file=sys.stderr)
    sys.stderr.flush()


def report_failure(failure: NesyError) -> int:
    """Write the diagnostics of an error and return the exit status: wrong usage where only files cannot be read or written."""
    report(failure.diagnostics)
    return WRONG_USAGE if all(diagnostic.code == UNREADABLE for diagnostic in failure.diagnostics) else WRONG_PROGRAM


def say(message: str) -> None:
    """Write a line that is no result to standard error."""
    sys.stdout.flush()
    print(message, file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "error"), counted(2, "warning")
    ('1 error', '2 warnings')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")
