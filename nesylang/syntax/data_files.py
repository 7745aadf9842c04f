"""Tables of facts from data files: comma-separated values and SQLite databases.

As in ProbLog's library ``db``, the first line of a CSV file names the columns and its first row of data decides whether a column holds
integers, floats or atoms.
"""

from __future__ import annotations

import csv
import os
import re
import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from urllib.parse import quote

from nesylang.source import Diagnostic, Label, NesyError, Source, Span, error
from nesylang.syntax.rows import listed_table
from nesylang.syntax.statements import Cell, FactPlace, FactTable
from nesylang.syntax.tokens import read_integer

ROWS_AT_ONCE = 65536
"""Rows that are held as texts at a time."""

REPORTED_ROWS = 20
"""Most rows of a file that are reported."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
_FLOAT = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
_CELL = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^,]*)')

Kind = type[int] | type[float] | type[str]


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is wrong with a row, or with the cell of one of its columns."""

    row: int
    column: int | None
    code: str
    message: str
    hint: str | None


def csv_table(source: Source, predicate: str, probability: str | None, directive: Span) -> FactTable:
    """Return the facts in the text of a CSV file; ``probability`` names the column of their probabilities.

    Raise NesyError E217 for a file that is no table and for rows that do not fit its columns, E210 where a probability is no number.
    """
    reader = csv.reader(StringIO(source.text), strict=True)
    rows: list[tuple[Cell, ...]] = []
    probabilities: list[float] = []
    count = 0
    try:
        header = next(filter(None, reader), None)
        if header is None:
            raise error("E217", f"{source.name} is empty", directive, "loaded here", "its first line has the names of the columns")
        columns = _Columns(source, header, probability, directive)
        while chunk := list(islice(reader, ROWS_AT_ONCE)):
            records = list(filter(None, chunk))
            if not records:
                continue
            values = columns.values(records, count)
            count += len(records)
            if columns.problems:
                break
            if columns.probability is not None:
                probabilities.extend(cell for cell in values.pop(columns.probability) if isinstance(cell, float))
            rows.extend(zip(*values, strict=True))
        else:
            is_regular = reader.line_num == count + 1
            places = CsvPlaces(source, None if is_regular else array("q", _lines(source)), columns.width, columns.probability)
            weights = tuple(probabilities) if columns.probability is not None else None
            return FactTable(predicate, columns.arity, tuple(rows), weights, Span(source, 0, len(source.text)), places)
    except csv.Error:
        raise _unreadable(source) from None
    places = CsvPlaces(source, array("q", _lines(source)), columns.width, columns.probability)
    raise NesyError(_diagnostic(places, problem) for problem in columns.problems[:REPORTED_ROWS])


class _Columns:
    """The columns of a file; ``problems`` collects what does not fit them."""

    def __init__(self, source: Source, header: list[str], probability: str | None, directive: Span) -> None:
        names = [name.strip() for name in header]
        if probability is not None and probability not in names:
            hint = f"the columns are {', '.join(names)}"
            raise error("E217", f"{source.name} has no column '{probability}'", directive, "loaded here", hint)
        self.width = len(header)
        self.probability = None if probability is None else names.index(probability)
        self.arity = self.width - (probability is not None)
        if not self.arity:
            raise error("E217", f"{source.name} has no column but that of the probabilities", directive, "loaded here")
        self.kinds: list[Kind] = []
        self.problems: list[_Problem] = []
        self.seen: dict[str, str] = {}
        # Python reads more as numbers than digits with a sign, a point and an exponent.
        self.is_plain = source.text.isascii() and "_" not in source.text

    def values(self, records: list[list[str]], first: int) -> list[tuple[Cell, ...]]:
        """Return the values of records by column; ``first`` is the number of their first row."""
        if set(map(len, records)) - {self.width}:
            for row, record in enumerate(records, first):
                if len(record) != self.width:
                    message = f"the row has {len(record)} cell{'' if len(record) == 1 else 's'}, the first line names {self.width} columns"
                    hint = "put cells with commas in double quotes" if len(record) > self.width else None
                    self.problems.append(_Problem(row, None, "E217", message, hint))
            return []
        if not self.kinds:
            self.kinds = [_kind(cell) for cell in records[0]]
            if self.probability is not None:
                self.kinds[self.probability] = float
        return [self._column(position, column, first) for position, column in enumerate(zip(*records, strict=True))]

    def _column(self, position: int, column: tuple[str, ...], first: int) -> tuple[Cell, ...]:
        kind = self.kinds[position]
        if kind is str:
            stripped = list(map(str.strip, column))
            return tuple(map(self.seen.setdefault, stripped, stripped))
        try:
            values: tuple[int | float, ...] = tuple(map(int, column)) if kind is int else tuple(map(float, column))
        except ValueError:
            values = ()
        if values and (self.is_plain or all(map(_INTEGER.fullmatch if kind is int else _FLOAT.fullmatch, column))):
            if kind is int or all(map(isfinite, values)):
                return values
        misfits = list(islice((row for row, cell in enumerate(column) if not _fits(cell, kind)), REPORTED_ROWS))
        self.problems.extend(self._misfit(first + row, position, column[row]) for row in misfits)
        return () if misfits else tuple(_integer(cell) if kind is int else float(cell) for cell in column)

    def _misfit(self, row: int, position: int, cell: str) -> _Problem:
        found = f"'{cell.strip()}' is" if cell.strip() else "an empty cell is"
        if position == self.probability:
            return _Problem(row, position, "E210", f"{found} no probability", "a probability is a number within [0, 1]")
        kind = "integer" if self.kinds[position] is int else "number"
        hint = f"the first row of data has {'an integer' if kind == 'integer' else 'a number'} in this column, so all rows have"
        if kind == "integer" and _FLOAT.fullmatch(cell):
            hint += "; write that one as a float"
        return _Problem(row, position, "E217", f"{found} no {kind}", hint)


def _kind(cell: str) -> Kind:
    if _INTEGER.fullmatch(cell):
        return int
    return float if _fits(cell, float) else str


def _fits(cell: str, kind: Kind) -> bool:
    if kind is int:
        return _INTEGER.fullmatch(cell) is not None
    return _FLOAT.fullmatch(cell) is not None and isfinite(float(cell))


def _integer(cell: str) -> int:
    digits = cell.strip().lstrip("+-")
    return -read_integer(digits) if cell.strip()[0] == "-" else read_integer(digits)


def _lines(source: Source) -> Iterator[int]:
    """Yield the first line of each row of data, counted from 1."""
    reader = csv.reader(StringIO(source.text), strict=True)
    before, is_header = 0, True
    with suppress(csv.Error):
        for record in reader:
            if record and not is_header:
                yield before + 1
            is_header = is_header and not record
            before = reader.line_num


def _unreadable(source: Source) -> NesyError:
    """Return what is wrong with the first row that cannot be read."""
    reader = csv.reader(StringIO(source.text), strict=True)
    before = 0
    try:
        for _ in reader:
            before = reader.line_num
    except csv.Error as failure:
        start = source.line_starts[before]
        span = Span(source, start, start + len(source.line(before + 1)))
        if "end of data" in str(failure):
            return error("E217", "a quote that is not closed", span, "in this row", 'a quote inside of quotes is written ""')
        return error("E217", f"the row cannot be read: {failure}", span, "here", 'cells with quotes are written "a ""quoted"" word"')
    raise AssertionError("the file was read before")


def _diagnostic(places: CsvPlaces, problem: _Problem) -> Diagnostic:
    span = places.line(problem.row) if problem.column is None else places.cells(problem.row)[problem.column]
    return Diagnostic(problem.code, problem.message, (Label(span),), problem.hint)


@dataclass(frozen=True, slots=True)
class CsvPlaces:
    """The places of the rows of a CSV file: in ``lines``, counted from 1, or one behind the other after the first line."""

    source: Source
    lines: array[int] | None
    width: int
    probability: int | None

    def line(self, row: int) -> Span:
        """Return the line that a row starts in."""
        line = row + 2 if self.lines is None else self.lines[row]
        start = self.source.line_starts[line - 1]
        return Span(self.source, start, start + len(self.source.line(line)))

    def cells(self, row: int) -> list[Span]:
        """Return the cells of a row, its line for each where it goes over several."""
        line = self.line(row)
        found = list(_CELL.finditer(line.text))
        if len(found) != self.width:
            return [line] * self.width
        return [Span(self.source, line.start + cell.start(1), line.start + max(cell.end(1), cell.start(1) + 1)) for cell in found]

    def place(self, row: int) -> FactPlace:
        """Return where a fact stands."""
        line, cells = self.line(row), self.cells(row)
        probability = line if self.probability is None else cells.pop(self.probability)
        return FactPlace(line, probability, line, tuple(cells))


def sqlite_tables(path: Path, directive: Span) -> list[FactTable]:
    """Return the tables of an SQLite database, one for each of its tables, columns in order; NULL is the atom ``null``.

    Raise NesyError E212 for a file that is no database, E217 for a value that is no term.
    """
    if not os.path.isfile(path):
        raise error("E212", f"cannot read {path}: there is no such file", directive, "loaded here")
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
    except sqlite3.Error as failure:
        raise _no_database(path, failure, directive) from None
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid")]
        return [_sqlite_table(connection, path, name, directive) for name in names if not name.startswith("sqlite_")]
    except sqlite3.Error as failure:
        raise _no_database(path, failure, directive) from None
    finally:
        connection.close()


def _no_database(path: Path, failure: sqlite3.Error, directive: Span) -> NesyError:
    return error("E212", f"cannot read {path} as an SQLite database: {failure}", directive, "loaded here")


def _sqlite_table(connection: sqlite3.Connection, path: Path, name: str, directive: Span) -> FactTable:
    escaped = name.replace('"', '""')
    cursor = connection.execute(f'SELECT * FROM "{escaped}"')
    columns = [column[0] for column in cursor.description]
    rows = tuple(cursor)
    kinds = set(map(type, chain.from_iterable(rows)))
    if bytes in kinds:
        row, column = next((row, columns[cells.index(cell)]) for row, cells in enumerate(rows) for cell in cells if type(cell) is bytes)
        message = f"column '{column}' of the table '{name}' of {path} holds binary data in row {row + 1}, which is no term"
        raise error("E217", message, directive, "loaded here", "load a database, or a view saved as a table, without that column")
    if type(None) in kinds:
        rows = tuple(tuple("null" if cell is None else cell for cell in cells) for cells in rows)
    return listed_table(f"{path}:{name}", name, len(columns), rows, None)
