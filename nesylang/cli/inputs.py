"""The option that names a file with the values of inputs."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nesylang.analysis import Analysis

Values = Mapping[str, object]


def add_inputs(parser: ArgumentParser) -> None:
    """Add the option to a command."""
    parser.add_argument("--inputs", metavar="JSON", help="a file with the program's inputs, a JSON object of their values by name")


def read_values(name: str | None) -> Values:
    """Return the JSON object in a file, nothing for None; raise NesyError E701 for an unreadable file, E606 for anything but an object."""
    import json

    from nesylang.source import Span, error
    from nesylang.syntax.files import read_source

    if name is None:
        return {}
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


def declared_values(analysis: Analysis, values: Values) -> Values:
    """Return the values of the inputs that a program declares."""
    declared = {found.name for found in analysis.inputs.values()}
    return {name: value for name, value in values.items() if name in declared}


def with_values(analysis: Analysis, values: Values) -> Analysis:
    """Return a program with facts instead of the inputs that have values; raise NesyError where one does not fit, or is not declared."""
    from nesylang.analysis import analyse
    from nesylang.analysis.input_values import with_input_values
    from nesylang.syntax.statements import SyntaxTree

    return analyse(SyntaxTree(with_input_values(analysis, values))) if values else analysis
