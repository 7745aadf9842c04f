"""Tables of facts that stand in no text, and the listing that diagnostics show of them."""

from __future__ import annotations

from nesylang.source import Source, Span
from nesylang.syntax.printer import print_cell, print_name
from nesylang.syntax.statements import Cell, FactPlace, FactTable

STATED = frozenset({("query", 1), ("evidence", 1), ("evidence", 2)})
"""Facts that ask or observe, which a table cannot hold."""


def listed_table(
    source: str,
    predicate: str,
    arity: int,
    cells: tuple[tuple[Cell, ...], ...],
    probabilities: tuple[float, ...] | None,
    stated: Span | None = None,
) -> FactTable:
    """Return the table of rows that stand in no text; ``source`` names the listing that diagnostics show, ``stated`` who asks for it."""
    listing = FactListing(source, predicate, cells, probabilities)
    return FactTable(predicate, arity, cells, probabilities, Span(listing, 0, 0), listing, stated)


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
