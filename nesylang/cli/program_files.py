"""The FILE arguments of the commands."""

from __future__ import annotations

import sys
from pathlib import Path

from nesylang.source import Source, error
from nesylang.syntax.files import read_source

STANDARD_INPUT = "-"


def open_program(name: str) -> tuple[Source, Path]:
    """Return the source in a file, or on standard input for ``-``, and the folder that its imports are relative to.

    Raise NesyError E701 where it cannot be read.
    """
    if name != STANDARD_INPUT:
        path = Path(name)
        return read_source(path), path.parent
    try:
        return Source("<stdin>", sys.stdin.buffer.read().decode("utf-8")), Path()
    except UnicodeDecodeError as failure:
        message = f"standard input is not UTF-8 text: byte {failure.start} cannot be decoded"
        raise error("E701", message, hint="convert the program to UTF-8") from None


def is_compiled(name: str) -> bool:
    """Return whether a FILE is a compiled program: by its first bytes, or by the ending of its name where these are others."""
    # What is no plain file, such as a pipe, can be read once only.
    if name == STANDARD_INPUT or not Path(name).is_file():
        return False
    try:
        with open(name, "rb") as file:
            first = file.read(1)
    except OSError:
        return False
    # No text of a program begins with this byte, which UTF-8 has only inside of characters.
    return first == b"\x89" or name.endswith(".nesyc")
