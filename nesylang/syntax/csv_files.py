"""Tables of facts from CSV files: comma-separated values, or values with tabs between them.

As in ProbLog's library ``db``, the first line names the columns and the first row of data decides whether a column without a type holds
integers, floats or atoms.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from math import isfinite

from nesylang.source import Diagnostic, Label, NesyError, Source, Span, error
from nesylang.syntax.column_kinds import EXPECTED, FLOAT, INTEGER, ColumnKind, inferred_kind, is_float, text_cell
from nesylang.syntax.selection import Selection, WantedTable, select
from nesylang.syntax.statements import Cell, FactPlace, FactTable

ROWS_AT_ONCE = 65536
"""Rows that are held as texts at a time."""

REPORTED_ROWS = 20
"""Most rows of a file that are reported."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """What is wrong with a row, or with the cell of one of its columns, whose type stands at ``type``."""

    row: int
    column: int | None
    code: str
    message: str
    hint: str | None
    type: Span | None = None


def csv_table(source: Source, wanted: WantedTable, delimiter: str = ",") -> FactTable:
    """Return the facts in the text of a CSV file.

    Raise NesyError E217 for a file that is no table and for rows that do not fit its columns, E232 for cells that do not fit their types,
    E210 where a probability is no number, and ``wanted.code`` where a column is not there.
    """
    reader = csv.reader(StringIO(source.text), strict=True, delimiter=delimiter)
    rows: list[tuple[Cell, ...]] = []
    probabilities: list[float] = []
    count = 0
    try:
        header = next(filter(None, reader), None)
        if header is None:
            hint = "its first line has the names of the columns" if wanted.has_header else "it has no row"
            raise error("E217", f"{source.name} is empty", wanted.span, "loaded here", hint)
        first_line = reader.line_num
        names = [name.strip() for name in header] if wanted.has_header else [str(position + 1) for position in range(len(header))]
        columns = _Columns(source, len(names), select(wanted, source.name, names), wanted.has_header)
        before = 1
        if not wanted.has_header:
            reader = csv.reader(StringIO(source.text), strict=True, delimiter=delimiter)
            before = 0
        while chunk := list(islice(reader, ROWS_AT_ONCE)):
            records = list(filter(None, chunk))
            if not records:
                continue
            values = columns.values(records, count)
            count += len(records)
            if columns.problems:
                break
            if columns.probability is not None:
                probabilities.extend(cell for cell in values.pop() if isinstance(cell, float))
            rows.extend(zip(*values, strict=True))
        is_regular = not columns.problems and reader.line_num == count + before and first_line == 1
        lines = None if is_regular else array("q", _lines(source, delimiter, wanted.has_header))
        places = CsvPlaces(source, lines, columns.width, columns.positions, columns.probability, delimiter, before)
        if not columns.problems:
            weights = tuple(probabilities) if columns.probability is not None else None
            span = Span(source, 0, len(source.text))
            return FactTable(wanted.predicate, len(columns.positions), tuple(rows), weights, span, places, wanted.span)
    except csv.Error:
        raise _unreadable(source, delimiter) from None
    raise NesyError(_diagnostic(places, problem) for problem in columns.problems[:REPORTED_ROWS])


class _Columns:
    """The columns of a file that are read; ``problems`` collects what does not fit them."""

    def __init__(self, source: Source, width: int, selection: Selection, has_header: bool) -> None:
        self.width = width
        self.positions = selection.positions
        self.probability = selection.probability
        self.has_header = has_header
        self.kinds: list[ColumnKind | None] = list(selection.kinds)
        self.problems: list[_Problem] = []
        self.seen: dict[str, str] = {}
        # Python reads more as numbers than digits with a sign, a point and an exponent.
        self.is_plain = source.text.isascii() and "_" not in source.text

    def values(self, records: list[list[str]], first: int) -> list[tuple[Cell, ...]]:
        """Return the values of records by column, those of the probabilities last; ``first`` is the number of their first row."""
        if set(map(len, records)) - {self.width}:
            for row, record in enumerate(records, first):
                if len(record) != self.width:
                    expected = f"names {self.width} columns" if self.has_header else f"has {self.width}"
                    message = f"the row has {len(record)} cell{'' if len(record) == 1 else 's'}, the first line {expected}"
                    hint = "put cells with commas in double quotes" if len(record) > self.width else None
                    self.problems.append(_Problem(row, None, "E217", message, hint))
            return []
        texts = list(zip(*records, strict=True))
        values = []
        for number, position in enumerate(self.positions):
            kind = self.kinds[number]
            if kind is None:
                kind = self.kinds[number] = inferred_kind(texts[position][0])
            values.append(self._column(kind, position, texts[position], first))
        if self.probability is not None:
            values.append(self._probabilities(self.probability, texts[self.probability], first))
        return values

    def _column(self, kind: ColumnKind, position: int, column: tuple[str, ...], first: int) -> tuple[Cell, ...]:
        if kind.name == "atom" and kind.type is None:
            stripped = list(map(str.strip, column))
            return tuple(map(self.seen.setdefault, stripped, stripped))
        numbers = self._numbers(kind.name, column)
        if numbers is not None:
            return numbers
        known = {text: text_cell(kind, text.strip()) for text in dict.fromkeys(column)}
        misfits = {text for text, cell in known.items() if cell is None}
        if misfits:
            rows = islice((row for row, text in enumerate(column) if text in misfits), REPORTED_ROWS)
            self.problems.extend(self._misfit(kind, first + row, position, column[row]) for row in rows)
        shared = {text: self.seen.setdefault(cell, cell) if isinstance(cell, str) else cell for text, cell in known.items()}
        return tuple([cell for text in column if (cell := shared[text]) is not None])

    def _numbers(self, kind: str, column: tuple[str, ...]) -> tuple[Cell, ...] | None:
        """Return the numbers of a column that has nothing else, None for other columns."""
        if kind not in ("int", "float"):
            return None
        try:
            values: tuple[int | float, ...] = tuple(map(int, column)) if kind == "int" else tuple(map(float, column))
        except ValueError:
            return None
        if self.is_plain or all(map(INTEGER.fullmatch if kind == "int" else FLOAT.fullmatch, column)):
            return values if kind == "int" or all(map(isfinite, values)) else None
        return None

    def _probabilities(self, position: int, column: tuple[str, ...], first: int) -> tuple[Cell, ...]:
        numbers = self._numbers("float", column)
        if numbers is not None:
            return numbers
        for row in islice((row for row, text in enumerate(column) if not is_float(text)), REPORTED_ROWS):
            message = f"{_found(column[row])} no probability"
            self.problems.append(_Problem(first + row, position, "E210", message, "a probability is a number within [0, 1]"))
        return ()

    def _misfit(self, kind: ColumnKind, row: int, position: int, cell: str) -> _Problem:
        message = f"{_found(cell)} {EXPECTED.get(kind.name, 'no value of the type')}"
        if kind.type is not None:
            hint = None if cell.strip() else "the type any reads an empty cell as null, and so does an enumeration that has null"
            if kind.name == "int" and FLOAT.fullmatch(cell):
                hint = "the types number and float take numbers with a decimal point"
            return _Problem(row, position, "E232", message, hint, kind.type)
        hint = f"the first row of data has {'an integer' if kind.name == 'int' else 'a number'} in this column, so all rows have"
        if kind.name == "int" and FLOAT.fullmatch(cell):
            hint += "; write that one as a float"
        return _Problem(row, position, "E217", message, hint)


def _found(cell: str) -> str:
    return f"'{cell.strip()}' is" if cell.strip() else "an empty cell is"


def _lines(source: Source, delimiter: str, has_header: bool) -> Iterator[int]:
    """Yield the first line of each row of data, counted from 1."""
    reader = csv.reader(StringIO(source.text), strict=True, delimiter=delimiter)
    before, is_header = 0, has_header
    with suppress(csv.Error):
        for record in reader:
            if record and not is_header:
                yield before + 1
            is_header = is_header and not record
            before = reader.line_num


def _unreadable(source: Source, delimiter: str) -> NesyError:
    """Return what is wrong with the first row that cannot be read."""
    reader = csv.reader(StringIO(source.text), strict=True, delimiter=delimiter)
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
    labels = (Label(span),) if problem.type is None else (Label(span), Label(problem.type, "declared here"))
    return Diagnostic(problem.code, problem.message, labels, problem.hint)


@dataclass(frozen=True, slots=True)
class CsvPlaces:
    """The places of the rows of a CSV file: in ``lines``, counted from 1, or one behind the other after ``before`` lines.

    ``positions`` are those of the arguments among the ``width`` cells of a row.
    """

    source: Source
    lines: array[int] | None
    width: int
    positions: tuple[int, ...]
    probability: int | None
    delimiter: str
    before: int

    def line(self, row: int) -> Span:
        """Return the line that a row starts in."""
        line = row + 1 + self.before if self.lines is None else self.lines[row]
        start = self.source.line_starts[line - 1]
        return Span(self.source, start, start + len(self.source.line(line)))

    def cells(self, row: int) -> list[Span]:
        """Return the cells of a row, its line for each where it goes over several."""
        line = self.line(row)
        mark = re.escape(self.delimiter)
        found = list(re.finditer(rf'(?:^|{mark})("(?:[^"]|"")*"|[^{mark}]*)', line.text))
        if len(found) != self.width:
            return [line] * self.width
        return [Span(self.source, line.start + cell.start(1), line.start + max(cell.end(1), cell.start(1) + 1)) for cell in found]

    def place(self, row: int) -> FactPlace:
        """Return where a fact stands."""
        line, cells = self.line(row), self.cells(row)
        probability = line if self.probability is None else cells[self.probability]
        return FactPlace(line, probability, line, tuple(cells[position] for position in self.positions))
