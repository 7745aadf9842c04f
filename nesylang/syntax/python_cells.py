"""Python values as the cells of facts, a column at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from itertools import islice
from typing import Any

from nesylang.source import NesyError, Source, Span
from nesylang.syntax.column_kinds import ColumnKind, value_cells
from nesylang.syntax.statements import Cell, cell_term
from nesylang.syntax.terms import ListTerm

Complaint = Callable[[int, str, str], NesyError]
"""The error for a row in which a column "holds" something, with a hint."""

NO_TERM = "cells are strings, numbers, booleans, dates or lists of them"
NO_VALUE = "leave out the rows without a value, or fill them; an enumeration that has null reads one as null"

_PLAIN = frozenset({int, float, str})
_NOWHERE = Span(Source("rows", ""), 0, 0)


class _NoCell(Exception):
    def __init__(self, found: str, hint: str) -> None:
        super().__init__(found)
        self.found = found
        self.hint = hint


def cells_of(values: Sequence[object], kind: ColumnKind | None, complaint: Complaint) -> list[Cell]:
    """Return the cells of a column; raise what ``complaint`` returns where a value is none. None is a missing value.

    Texts become atoms unless the kind asks for strings; booleans, dates and times the atoms that they are written as.
    """
    types = set(map(type, values))
    if types <= _PLAIN and not (float in types and any(value != value for value in values)):
        plain: Any = values if isinstance(values, list) else list(values)
        return value_cells(kind, plain)
    null = None if kind is None else kind.null
    cells: list[Cell] = []
    for row, value in enumerate(values):
        try:
            cells.append(null if value is None and null is not None else _cell(value))
        except _NoCell as problem:
            raise complaint(row, problem.found, problem.hint) from None
    return value_cells(kind, cells)


def probabilities_of(values: Sequence[object], complaint: Complaint) -> tuple[float, ...]:
    """Return a column of probabilities, which are checked to be numbers only."""
    if set(map(type, values)) <= {float}:
        return tuple(values)  # type: ignore[arg-type]
    for row, value in enumerate(values):
        if not isinstance(value, int | float | Decimal):
            found = "has no value" if value is None else f"holds {_shown(value)}, which is no probability,"
            raise complaint(row, found, "a probability is a number within [0, 1]")
    return tuple(map(float, values))  # type: ignore[arg-type]


def _cell(value: object) -> Cell:
    """Return a Python value as a cell; arrays and NumPy scalars by their ``tolist``."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return int(value)
        case float() if not math.isnan(value):
            return float(value)
        case str():
            return str(value)
        case Decimal() if value.is_finite():
            return float(value)
        case date() | time() if value == value:
            return value.isoformat()
        case list() | tuple():
            return ListTerm(tuple(cell_term(_cell(item), _NOWHERE) for item in value), None, _NOWHERE)
        case None:
            raise _NoCell("has no value", NO_VALUE)
        case float():
            raise _NoCell("holds nan, which is no term,", NO_VALUE)
        case _:
            raise _NoCell(f"holds a {type(value).__name__}, which is no term,", NO_TERM)


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str) else f"a {type(value).__name__}"


def first_of_other_length(rows: Sequence[Sequence[object]]) -> int | None:
    """Return the first row that is empty or of another length than the first one, None where all have the same."""
    widths = set(map(len, rows))
    if len(widths) <= 1 and 0 not in widths:
        return None
    return next(islice((number for number, row in enumerate(rows) if len(row) != len(rows[0]) or not row), 1))
