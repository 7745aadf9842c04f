"""Checks of whole tables of facts, column by column; a row is looked at only where its column has something wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from nesylang.analysis.types import RangeType, TermType, Type
from nesylang.source import Source, Span
from nesylang.syntax.statements import Cell, FactTable, cell_term

REPORTED_ROWS = 100
"""Most rows of one table that are reported."""

_NOWHERE = Span(Source("<table>", ""), 0, 0)


def rows_outside(table: FactTable, types: Sequence[tuple[int, Type]]) -> Iterator[int]:
    """Yield the rows in which an argument is no value of its type; ``types`` are positions with their types."""
    wrong = [(position, type_) for position, type_ in types if not _is_column_of(table, position, type_)]
    for number, row in enumerate(table.rows) if wrong else ():
        if not all(_accepts(type_, row[position]) for position, type_ in wrong):
            yield number


def _is_column_of(table: FactTable, position: int, type_: Type) -> bool:
    column = list(map(itemgetter(position), table.rows))
    kinds = dict(zip(map(type, column), column, strict=True))
    match type_:
        case RangeType(low=low, high=high):
            return kinds.keys() == {int} and _lies_between(column, low, high)
        case _ if type(type_) is TermType:
            return all(_accepts(type_, cell) for cell in kinds.values())
        case _:
            # Equal numbers of different types are different terms.
            return all(_accepts(type_, cell) for _, cell in set(zip(map(type, column), column, strict=True)))


def _lies_between(column: list[Cell], low: int, high: int) -> bool:
    integers = [cell for cell in column if isinstance(cell, int)]
    return low <= min(integers) and max(integers) <= high


def _accepts(type_: Type, cell: Cell) -> bool:
    return type_.accepts(cell_term(cell, _NOWHERE))


def rows_without_probability(table: FactTable) -> Iterator[int]:
    """Yield the rows whose probability is outside [0, 1], or no number."""
    if table.probabilities is not None and not all(0 <= probability <= 1 for probability in table.probabilities):
        yield from (row for row, probability in enumerate(table.probabilities) if not 0 <= probability <= 1)
