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
