"""Facts from rows of Python data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, cast

from nesylang.source import Source, Span, error
from nesylang.source.collection import paused_collection
from nesylang.syntax.printer import print_cell, print_name
from nesylang.syntax.statements import Cell, Clause, FactPlace, FactTable, cell_term
from nesylang.syntax.terms import ListTerm

_NOWHERE = Span(Source("rows", ""), 0, 0)
_CELLS = frozenset({int, float, str})

STATED = frozenset({("query", 1), ("evidence", 1), ("evidence", 2)})
"""Facts that ask or observe, which a table cannot hold."""


def fact_statements(predicate: str, rows: Iterable[object], probabilities: Sequence[float] | None) -> list[FactTable] | list[Clause]:
    """Return the facts of the rows, a table of them where there are any; raise NesyError E606 where the rows make none.

    The facts' source is a listing of the rows, one a line, so that diagnostics show the row. It is written where somebody looks at it.
    """
    if not isinstance(predicate, str):
        raise error("E606", f"the name of a predicate must be a string, found {type(predicate).__name__}", hint='such as "edge"')
    with paused_collection():
        weights = None if probabilities is None else _weights(predicate, probabilities)
        cells = _table(predicate, rows)
        if weights is not None and len(weights) != len(cells):
            message = f"'{predicate}' has {len(cells)} rows and {len(weights)} probabilities"
            raise error("E606", message, hint="give one probability for each row")
        if not cells:
            return []
        table = listed_table(f"facts of {predicate}", predicate, len(cells[0]), cells, weights)
        return list(table.facts()) if (predicate, table.arity) in STATED else [table]


def listed_table(
    source: str, predicate: str, arity: int, cells: tuple[tuple[Cell, ...], ...], probabilities: tuple[float, ...] | None
) -> FactTable:
    """Return the table of rows that stand in no text; ``source`` names the listing that diagnostics show."""
    listing = FactListing(source, predicate, cells, probabilities)
    return FactTable(predicate, arity, cells, probabilities, Span(listing, 0, 0), listing)


class FactListing(Source):
    """The listing of a table's facts, one a line, that is written when it is first looked at; and the places in it."""

    __slots__ = ("cells", "predicate", "probabilities")

    predicate: str
    cells: tuple[tuple[Cell, ...], ...]
    probabilities: tuple[float, ...] | None

    def __init__(self, name: str, predicate: str, cells: tuple[tuple[Cell, ...], ...], probabilities: tuple[float, ...] | None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "predicate", predicate)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "probabilities", probabilities)

    def __reduce__(self) -> tuple[type[FactListing], tuple[object, ...]]:
        return FactListing, (self.name, self.predicate, self.cells, self.probabilities)

    def __getattr__(self, attribute: str) -> object:
        # The slots of the text and of its lines are empty until they are needed.
        if attribute not in ("text", "line_starts"):
            raise AttributeError(attribute)
        Source.__init__(self, self.name, "\n".join(map(self._line, range(len(self.cells)))))
        return object.__getattribute__(self, attribute)

    def _line(self, row: int) -> str:
        weight = "" if self.probabilities is None else f"{self.probabilities[row]!r}::"
        return f"{weight}{print_name(self.predicate)}({','.join(map(print_cell, self.cells[row]))})."

    def place(self, row: int) -> FactPlace:
        """Return where a fact stands, which is also said to be the place of its parts."""
        start = self.line_starts[row] if row else 0
        span = Span(self, start, start + len(self._line(row)) - 1)
        return FactPlace(span, span, span, (span,) * len(self.cells[row]))


def _weights(predicate: str, probabilities: Sequence[float]) -> tuple[float, ...]:
    try:
        return tuple(map(float, _plain(probabilities)))
    except (TypeError, ValueError):
        message = f"the probabilities of the facts of '{predicate}' are not a sequence of numbers"
        raise error("E606", message, hint="give one probability for each row") from None


def _plain(values: Iterable[object]) -> Iterable[Any]:
    """Return the Python values of an array, other sequences as they are."""
    return values.tolist() if hasattr(values, "tolist") else values


def _table(predicate: str, rows: Iterable[object]) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows as cells; raise NesyError E606 where they make no facts."""
    table = _tuples(_rows(predicate, rows))
    for number in _rows_of_other_width(table):
        width, expected = len(table[number]), len(table[0])
        if not width:
            raise error("E606", f"row {number + 1} of the facts of '{predicate}' is empty", hint="a row needs at least one value")
        message = f"row {number + 1} of the facts of '{predicate}' has {width} values, those before it have {expected}"
        raise error("E606", message, hint="all rows of a table have the same number of values")
    kinds = set(map(type, chain.from_iterable(table)))
    if kinds <= _CELLS and not (float in kinds and any(cell != cell for cell in chain.from_iterable(table))):
        return table
    return tuple(tuple(_cell(value, predicate, number) for value in row) for number, row in enumerate(table))


def _rows_of_other_width(table: tuple[tuple[Any, ...], ...]) -> Iterator[int]:
    widths = set(map(len, table))
    if len(widths) > 1 or 0 in widths:
        yield from (number for number, row in enumerate(table) if len(row) != len(table[0]) or not row)


def _rows(predicate: str, rows: Iterable[object]) -> Iterable[object]:
    """Return the rows of a sequence, an array, a data frame (``itertuples``) or an Arrow table (``to_pydict``, ``to_pylist``)."""
    if hasattr(rows, "itertuples"):
        return cast("Iterable[object]", rows.itertuples(index=False, name=None))
    if hasattr(rows, "to_pydict"):
        return zip(*rows.to_pydict().values(), strict=True)
    if hasattr(rows, "to_pylist"):
        return [tuple(record.values()) if isinstance(record, dict) else record for record in rows.to_pylist()]
    if isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        message = f"the facts of '{predicate}' are a {type(rows).__name__}, not a sequence of rows"
        raise error("E606", message, hint="give a list of rows, a two-dimensional array or a table")
    return cast("Iterable[object]", _plain(rows))


def _tuples(rows: Iterable[object]) -> tuple[tuple[Any, ...], ...]:
    listed = rows if isinstance(rows, list | tuple) else list(rows)
    kinds = set(map(type, listed))
    if kinds <= {tuple}:
        return tuple(listed)
    if kinds <= {tuple, list}:
        return tuple(map(tuple, listed))
    return tuple((row,) if isinstance(row, str) or not isinstance(row, Iterable) else tuple(_plain(row)) for row in listed)


def _cell(value: object, predicate: str, row: int) -> Cell:
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
        case list() | tuple():
            return ListTerm(tuple(cell_term(_cell(item, predicate, row), _NOWHERE) for item in value), None, _NOWHERE)
        case _:
            found = "nan" if isinstance(value, float) else f"a {type(value).__name__}"
            message = f"row {row + 1} of the facts of '{predicate}' holds {found}, which is no term"
            raise error("E606", message, hint="cells are strings, numbers, booleans or lists of them")
