"""Tables of facts from SQLite databases."""

from __future__ import annotations

import os
import sqlite3
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from nesylang.source import NesyError, Span, error
from nesylang.syntax.rows import listed_table
from nesylang.syntax.statements import FactTable


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
