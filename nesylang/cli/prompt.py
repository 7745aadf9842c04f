"""Lines from a terminal, with prompts and a history, or from a pipe, without."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FIRST = "?- "
CONTINUED = "|  "
HISTORY = Path("~/.nesy_history")
HISTORY_LINES = 1000


def is_interactive() -> bool:
    """Return whether somebody sits at a terminal, both to type and to read."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def accept_any_bytes() -> None:
    """Read standard input as UTF-8 with a mark in place of bytes that are none, so that a bad line fails alone."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        with suppress(io.UnsupportedOperation):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def read_line(interactive: bool, continued: bool) -> str | None:
    """Return the next line without its end, None behind the last."""
    if interactive:
        try:
            return input(CONTINUED if continued else FIRST)
        except EOFError:
            print()
            return None
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


@contextmanager
def history() -> Iterator[None]:
    """Edit lines and keep them for the next session, where the system can."""
    try:
        import readline
    except ImportError:
        yield
        return
    path = os.path.expanduser(HISTORY)
    with suppress(OSError):
        readline.read_history_file(path)
    readline.set_history_length(HISTORY_LINES)
    try:
        yield
    finally:
        with suppress(OSError):
            readline.write_history_file(path)
