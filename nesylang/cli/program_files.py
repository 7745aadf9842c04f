"""The FILE arguments of the commands."""

from __future__ import annotations

import sys
from pathlib import Path

from nesylang.source import Source, Span, error
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


def read_values(name: str) -> dict[str, object]:
    """Return the JSON object in a file; raise NesyError E701 where it cannot be read, E606 where it holds anything else."""
    import json

    source = read_source(Path(name))
    try:
        values = json.loads(source.text)
    except json.JSONDecodeError as failure:
        place = Span(source, failure.pos, min(failure.pos + 1, len(source.text)))
        raise error("E606", f"{name} is no JSON: {failure.msg}", place, "here") from None
    if not isinstance(values, dict):
        hint = 'such as {"label": 7}'
        raise error("E606", f"{name} must hold an object with the values of inputs by name, found a {type(values).__name__}", hint=hint)
    return values
