"""Imports, whose statements come before those of the file that imports them, and files that directives load, in their place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nesylang.resources import stdlib_directory
from nesylang.source import Diagnostic, Label, NesyError, Source, Span
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.csv_files import csv_table
from nesylang.syntax.data_loading import with_tables_of_data
from nesylang.syntax.databases import sqlite_tables
from nesylang.syntax.files import read_source
from nesylang.syntax.loading import Consultation, CsvFile, Loading, SqliteFile, parts_of, uses_data
from nesylang.syntax.modules import clashes
from nesylang.syntax.rows import STATED
from nesylang.syntax.selection import WantedColumn, WantedTable
from nesylang.syntax.statements import (
    Clause,
    DataDeclaration,
    Directive,
    Evidence,
    ExpectAnswers,
    Expectation,
    ExpectError,
    ExpectProbability,
    FactTable,
    Import,
    Query,
    Statement,
    SyntaxTree,
)
from nesylang.syntax.terms import ListTerm, signature

OWN = (Query, Evidence, ExpectProbability, ExpectAnswers, ExpectError)


def load_program(source: Source, directory: Path) -> SyntaxTree:
    """Return the statements of a source with those of everything that it imports, each file once, imports first.

    Relative imports are looked up in ``directory``. Imported files bring rules, types and declarations, never queries, evidence or
    expectations. A directive that loads a file is replaced by what is in the file: tables of data, or the statements of a program with
    its queries and evidence. Raise NesyError with the syntax errors of all files, or for a file that cannot be read, a cycle of imports,
    or a predicate that two files define without declaring it.
    """
    tree, diagnostics = parse_partially(source)
    return load_imports(tree, directory, (directory / Path(source.name).name).resolve(), diagnostics)


def load_imports(
    tree: SyntaxTree, directory: Path, path: Path | None = None, diagnostics: Sequence[Diagnostic] = (), typed: Sequence[Statement] = ()
) -> SyntaxTree:
    """Return the statements of a program with those of what it imports, as ``load_program`` does.

    ``path`` is its file, if it has one, ``diagnostics`` what is wrong with its other statements. ``typed`` are those of its statements that
    somebody typed, who may add to what any file defines.
    """
    loader = _Loader()
    loader.diagnostics.extend(diagnostics)
    if path is not None:
        loader.open.append(path)
    own = loader.load(tree, directory)
    if loader.files and not loader.diagnostics:
        sources = {statement.span.source for statement in typed}
        written = [statement for statement in own if statement.span.source not in sources]
        loader.diagnostics.extend(clashes([*loader.files, written], STATED))
    statements = with_tables_of_data((*loader.statements, *own), loader.files_of_data, loader.diagnostics)
    if loader.diagnostics:
        raise NesyError(loader.diagnostics)
    return SyntaxTree(statements)


class _Loader:
    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.files: list[list[Statement]] = []
        self.diagnostics: list[Diagnostic] = []
        self.loaded: set[Path] = set()
        self.open: list[Path] = []
        self.with_data = False
        self.files_of_data: dict[Span, Path] = {}

    def load(self, tree: SyntaxTree, directory: Path) -> list[Statement]:
        """Add what the imports of a program bring; return its own statements, those of loaded files in place of their directives.

        It calls itself through ``_read`` only, so that long chains of files stay within Python's stack.
        """
        self.with_data = self.with_data or any(map(uses_data, tree.statements))
        statements: list[Statement] = []
        for part in (part for statement in tree.statements for part in self._parts(statement)):
            try:
                match part:
                    case Import(span=span):
                        statements.append(part)
                        shown = _locate(part, directory)
                        self._check_cycle(shown.resolve(), span)
                        brought = [s for s in self._read(shown, span, "imported here") if not _is_own(s)]
                        self.statements.extend(brought)
                        self.files.append(brought)
                    case Consultation(file=file, term=term):
                        shown = _consulted(file, term.span, directory)
                        statements.extend(s for s in self._read(shown, term.span, "loaded here") if not isinstance(s, Expectation))
                    case DataDeclaration(file=file, file_span=span):
                        _check_name(file, span)
                        self.files_of_data[part.span] = directory / file
                        statements.append(part)
                    case CsvFile() | SqliteFile():
                        statements.extend(_tables(part, directory))
                    case _:
                        statements.append(part)
            except NesyError as failure:
                self.diagnostics.extend(failure.diagnostics)
        return statements

    def _parts(self, statement: Statement) -> Sequence[Statement | Loading]:
        """Return a statement, or what it loads."""
        if not isinstance(statement, Directive):
            return (statement,)
        try:
            parts = list(parts_of(statement, self.with_data))
        except NesyError as failure:
            self.diagnostics.extend(failure.diagnostics)
            return ()
        if all(isinstance(part, Directive) for part in parts) and not isinstance(statement.goal, ListTerm):
            return (statement,)
        return parts

    def _check_cycle(self, path: Path, span: Span) -> None:
        if path in self.open:
            names = " -> ".join(p.name for p in [*self.open[self.open.index(path) :], path])
            raise NesyError([Diagnostic("E213", f"the imports form a cycle: {names}", (Label(span, "closes the cycle"),))])

    def _read(self, shown: Path, span: Span, note: str) -> list[Statement]:
        """Return the statements of a file, none where it was read before; add what it imports."""
        path = shown.resolve()
        if path in self.loaded or path in self.open:
            return []
        self.loaded.add(path)
        tree, problems = parse_partially(read_source(shown, span, note))
        self.diagnostics.extend(problems)
        self.open.append(path)
        statements = self.load(tree, shown.parent)
        self.open.pop()
        return statements


def _consulted(file: str, span: Span, directory: Path) -> Path:
    """Return the file that a directive names, as messages are to show it; ``.pl`` may be left out."""
    _check_name(file, span)
    path = directory / file
    return path if path.suffix or os.path.exists(path) else path.with_name(f"{path.name}.pl")


def _tables(part: CsvFile | SqliteFile, directory: Path) -> list[FactTable]:
    """Return the tables in a data file."""
    span = part.term.span
    _check_name(part.file, span)
    path = directory / part.file
    if isinstance(part, SqliteFile):
        tables = sqlite_tables(path, span)
    else:
        probability = None if part.probability is None else WantedColumn(part.probability, None, span)
        wanted = WantedTable(part.predicate, None, None, (), probability, span, "E217")
        tables = [csv_table(read_source(path, span, "loaded here"), wanted)]
    return [_checked(table, span) for table in tables]


def _locate(statement: Import, directory: Path) -> Path:
    """Return the file of an import, relative to where the importing file is, as messages are to show it."""
    if not statement.library:
        if statement.target.endswith(".py"):
            message = "a program cannot load Python code"
            hint = "bind Python functions and networks from the embedding Python program"
            raise NesyError([Diagnostic("E214", message, (Label(statement.span),), hint)])
        _check_name(statement.target, statement.span)
        return directory / statement.target
    path = stdlib_directory() / f"{statement.target}.nesy"
    if not path.is_file():
        names = ", ".join(sorted(p.stem for p in stdlib_directory().glob("*.nesy")))
        message = f"there is no library '{statement.target}'"
        hint = f'the libraries are: {names}; a file of your own is imported as "{statement.target}.nesy"'
        raise NesyError([Diagnostic("E212", message, (Label(statement.span, "unknown library"),), hint)])
    return path


def _check_name(name: str, span: Span) -> None:
    if "\0" in name:
        raise NesyError([Diagnostic("E212", "no file has a zero byte in its name", (Label(span),))])


def _checked(table: FactTable, span: Span) -> FactTable:
    """Return a table unless it has what queries and evidence are stated by."""
    if (table.name, table.arity) in STATED:
        message = f"{table.name}/{table.arity} asks or observes and is no predicate that data could be loaded into"
        raise NesyError([Diagnostic("E208", message, (Label(span, "loaded here"),), "choose another name")])
    return table


def _is_own(statement: Statement) -> bool:
    """Return whether a statement asks something rather than says something, and so stays with its own file."""
    if isinstance(statement, OWN):
        return True
    return isinstance(statement, Clause) and signature(statement.heads[0].atom) in STATED
