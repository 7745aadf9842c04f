"""The facts that declarations of data files bring, once all types of the program are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from nesylang.source import Diagnostic, Label, NesyError, Span, error
from nesylang.syntax.arrow_columns import ParquetFile
from nesylang.syntax.column_kinds import ColumnKind, column_kinds, declared_kinds
from nesylang.syntax.csv_files import csv_table
from nesylang.syntax.files import read_source, unreadable
from nesylang.syntax.python_cells import cells_of, probabilities_of
from nesylang.syntax.rows import STATED, listed_table
from nesylang.syntax.selection import WantedColumn, WantedTable, select
from nesylang.syntax.statements import (
    DataDeclaration,
    FactTable,
    NamedType,
    PredicateDeclaration,
    Statement,
    TypeReference,
)

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
"""Suffixes of files with a row in each line -> what stands between the cells."""


def with_tables_of_data(
    statements: tuple[Statement, ...], files: Mapping[Span, Path], diagnostics: list[Diagnostic]
) -> tuple[Statement, ...]:
    """Return the statements with tables, and declarations of types, in place of declarations of data.

    ``files`` are those of the declarations by their places; what is wrong is added to ``diagnostics``.
    """
    if not any(isinstance(statement, DataDeclaration) for statement in statements):
        return statements
    kind_of = column_kinds(statements)
    declared = [s for s in statements if isinstance(s, PredicateDeclaration)]
    found: list[Statement] = []
    for statement in statements:
        if not isinstance(statement, DataDeclaration):
            found.append(statement)
            continue
        types = _types(statement)
        if types is not None and not any((d.name, d.arguments) == (statement.name, types) for d in declared):
            declared.append(PredicateDeclaration(statement.name, types, statement.span))
            found.append(declared[-1])
        try:
            found.append(_table(statement, files[statement.span], statements, kind_of))
        except NesyError as failure:
            diagnostics.extend(failure.diagnostics)
    return tuple(found)


def _types(declaration: DataDeclaration) -> tuple[TypeReference, ...] | None:
    """Return the types of a predicate's arguments, None where no column has one."""
    columns = declaration.columns
    if columns is None or all(column.type is None for column in columns):
        return None
    return tuple(column.type or NamedType("any", column.span) for column in columns)


def _table(
    declaration: DataDeclaration, path: Path, statements: tuple[Statement, ...], kind_of: Callable[[TypeReference], ColumnKind]
) -> FactTable:
    span = declaration.file_span
    if (declaration.name, declaration.arity) in STATED:
        message = f"{declaration.name}/{declaration.arity} asks or observes and is no predicate that data could be loaded into"
        raise NesyError([Diagnostic("E208", message, (Label(span, "loaded here"),), "choose another name")])
    wanted = _wanted(declaration, statements, kind_of)
    suffix = path.suffix.lower()
    if suffix in DELIMITERS:
        return csv_table(read_source(path, span, "loaded here"), wanted, DELIMITERS[suffix])
    if suffix == ".parquet":
        return _parquet_table(path, wanted)
    message = (
        f"{path} has the suffix '{suffix}', which says nothing of its format" if suffix else f"{path} has no suffix that says its format"
    )
    raise error("E233", message, span, "loaded here", f"data files end with {', '.join(DELIMITERS)} or .parquet")


def _wanted(declaration: DataDeclaration, statements: tuple[Statement, ...], kind_of: Callable[[TypeReference], ColumnKind]) -> WantedTable:
    known = declared_kinds(statements, declaration.name, declaration.arity)
    columns = None
    if declaration.columns is not None:
        columns = tuple(
            WantedColumn(column.key, kind if column.type is None else kind_of(column.type), column.span)
            for column, kind in zip(declaration.columns, known, strict=True)
        )
    probability = declaration.probability
    weights = None if probability is None else WantedColumn(probability.key, None, probability.span)
    return WantedTable(declaration.name, columns, declaration.arity, known, weights, declaration.file_span, "E231")


def _parquet_table(path: Path, wanted: WantedTable) -> FactTable:
    try:
        file = ParquetFile(path, wanted.span)
    except FileNotFoundError as failure:
        raise unreadable(path, failure, wanted.span, "loaded here") from None
    selection = select(wanted, str(path), file.names)
    positions = selection.positions if selection.probability is None else (*selection.positions, selection.probability)
    columns = file.columns(positions)

    def complaint(position: int, row: int, found: str, hint: str) -> NesyError:
        kind = selection.kinds[position] if position < len(selection.kinds) else None
        labels = [Label(wanted.span, "loaded here")]
        if kind is not None and kind.type is not None:
            labels.append(Label(kind.type, "declared here"))
        message = f"the column '{file.names[positions[position]]}' of {path} {found} in row {row + 1}"
        return NesyError([Diagnostic("E232", message, tuple(labels), hint)])

    probabilities = None
    if selection.probability is not None:
        probabilities = probabilities_of(columns.pop(), partial(complaint, len(columns)))
    cells = [
        cells_of(values, kind, partial(complaint, position))
        for position, (values, kind) in enumerate(zip(columns, selection.kinds, strict=True))
    ]
    rows = tuple(zip(*cells, strict=True))
    return listed_table(f"rows of {path}", wanted.predicate, len(cells), rows, probabilities, wanted.span)
