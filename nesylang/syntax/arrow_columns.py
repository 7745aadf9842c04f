"""Columns of Arrow tables as lists of Python values, texts shared; and Parquet files as such tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nesylang.source import NesyError, Span, error

INSTALLATION = "pip install 'nesylang[parquet]'"
"""What brings pyarrow."""


def arrow_table(values: object, predicate: str) -> Any:
    """Return the Arrow table of an object that offers itself as one; raise NesyError E233 without pyarrow, E606 where it is no table."""
    pyarrow = _pyarrow(f"the table of '{predicate}'", None)
    try:
        return pyarrow.table(values)
    except (TypeError, ValueError, pyarrow.ArrowException) as failure:
        message = f"the facts of '{predicate}' are a {type(values).__name__}, which is no table for Arrow: {str(failure).splitlines()[0]}"
        raise error("E606", message, hint="give a list of rows, a dictionary of columns, an array or a data frame") from None


def _pyarrow(what: str, span: Span | None) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise error(
            "E233", f"{what} is read by pyarrow, which is not installed", span, "loaded here", f"install it:  {INSTALLATION}"
        ) from None
    return pyarrow


class ParquetFile:
    """A Parquet file that is open; raise NesyError E233 without pyarrow, E212 for a file that cannot be read, E217 for no Parquet file."""

    def __init__(self, path: Path, span: Span) -> None:
        self.path = path
        self.span = span
        pyarrow = _pyarrow(str(path), span)
        import pyarrow.parquet as parquet

        self.failures: tuple[type[Exception], ...] = (pyarrow.ArrowException, OSError)
        try:
            # The reader takes the dictionaries of texts as they are in the file instead of a text for each cell.
            schema = parquet.read_schema(path)
            texts = [field.name for field in schema if str(field.type) in ("string", "large_string")]
            self.file = parquet.ParquetFile(path, read_dictionary=texts)
        except FileNotFoundError:
            raise
        except self.failures as failure:
            raise self._unreadable(failure) from None
        self.names: list[str] = list(self.file.schema_arrow.names)

    def columns(self, positions: tuple[int, ...]) -> list[list[object]]:
        """Return the values of some columns."""
        wanted = [self.names[position] for position in positions]
        try:
            table = self.file.read(columns=list(dict.fromkeys(wanted)))
        except self.failures as failure:
            raise self._unreadable(failure) from None
        return [arrow_values(table.column(name)) for name in wanted]

    def _unreadable(self, failure: Exception) -> NesyError:
        reason = str(failure).split("\n")[0].rstrip(".")
        return error("E217", f"{self.path} is no Parquet file that can be read: {reason}", self.span, "loaded here")


def arrow_values(column: Any) -> list[object]:
    """Return the values of a column, an array in one piece or in several; missing ones are None."""
    kind = str(column.type)
    if kind in ("string", "large_string", "string_view"):
        column = column.cast("string").dictionary_encode() if kind == "string_view" else column.dictionary_encode()
    if str(column.type).startswith("dictionary<"):
        return [value for chunk in _chunks(column) for value in _from_dictionary(chunk)]
    if column.null_count == 0 and (kind.startswith(("int", "uint")) or kind in ("float", "double")):
        return [value for chunk in _chunks(column) for value in chunk.to_numpy(zero_copy_only=False).tolist()]
    return list(column.to_pylist())


def _chunks(column: Any) -> list[Any]:
    if not hasattr(column, "chunks"):
        return [column]
    return list(column.unify_dictionaries().chunks if str(column.type).startswith("dictionary<") else column.chunks)


def _from_dictionary(chunk: Any) -> list[object]:
    words = chunk.dictionary.to_pylist()
    indices = chunk.indices
    if indices.null_count:
        indices = indices.cast("int64").fill_null(len(words))
        words.append(None)
    return list(map(words.__getitem__, indices.to_numpy(zero_copy_only=False).tolist()))
