"""Which columns of a table are the arguments of a predicate, and which has the probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from nesylang.source import NesyError, Span, error
from nesylang.syntax.column_kinds import ColumnKind
from nesylang.syntax.statements import ColumnKey

SHOWN_COLUMNS = 12
"""Most columns that a hint lists."""


@dataclass(frozen=True, slots=True)
class WantedColumn:
    """A column as it is asked for; ``kind`` is None where the data decides."""

    key: ColumnKey
    kind: ColumnKind | None
    span: Span


@dataclass(frozen=True, slots=True)
class WantedTable:
    """Facts as they are asked for: ``columns`` is None for all columns, of which there have to be ``arity`` unless that is None.

    ``kinds`` are then those of the arguments, as far as they are known. ``code`` is that of a column that there is not.
    """

    predicate: str
    columns: tuple[WantedColumn, ...] | None
    arity: int | None
    kinds: tuple[ColumnKind | None, ...]
    probability: WantedColumn | None
    span: Span
    code: str

    @property
    def has_header(self) -> bool:
        """Whether the first line of a CSV file has names."""
        keys = [column.key for column in (*(self.columns or ()), *([self.probability] if self.probability else []))]
        return not keys or isinstance(keys[0], str)


@dataclass(frozen=True, slots=True)
class Selection:
    """The positions of the arguments' columns with their kinds, and that of the probabilities."""

    positions: tuple[int, ...]
    kinds: tuple[ColumnKind | None, ...]
    probability: int | None


def select(wanted: WantedTable, file: str, names: Sequence[str]) -> Selection:
    """Return the columns that are asked for among those of a file; raise NesyError where one is not there."""
    probability = None if wanted.probability is None else _position(wanted.probability, wanted, file, names)
    if wanted.columns is not None:
        positions = tuple(_position(column, wanted, file, names) for column in wanted.columns)
        return Selection(positions, tuple(column.kind for column in wanted.columns), probability)
    positions = tuple(position for position in range(len(names)) if position != probability)
    if not positions:
        raise error(wanted.code, f"{file} has no column but that of the probabilities", wanted.span, "loaded here")
    if wanted.arity is not None and len(positions) != wanted.arity:
        besides = "" if probability is None else " besides that of the probabilities"
        counted = f"{len(positions)} column{'' if len(positions) == 1 else 's'}"
        message = f"{file} has {counted}{besides}, and {wanted.predicate}/{wanted.arity} has {wanted.arity} arguments"
        hint = f"write {wanted.predicate}/{len(positions)}, or name the columns that are wanted; {_columns(names)}"
        raise error(wanted.code, message, wanted.span, f"expected {wanted.arity} columns", hint)
    kinds = wanted.kinds or (None,) * len(positions)
    return Selection(positions, kinds, probability)


def _position(column: WantedColumn, wanted: WantedTable, file: str, names: Sequence[str]) -> int:
    key = column.key
    if isinstance(key, int):
        if key <= len(names):
            return key - 1
        raise error(wanted.code, f"{file} has no column {key}", column.span, "not there", f"it has {len(names)} columns")
    found = [position for position, name in enumerate(names) if name == key]
    if len(found) == 1:
        return found[0]
    if found:
        raise error(wanted.code, f"{file} has {len(found)} columns '{key}'", column.span, "not clear", "rename one of them in the file")
    raise _missing(key, column.span, wanted, file, names)


def _missing(key: str, span: Span, wanted: WantedTable, file: str, names: Sequence[str]) -> NesyError:
    if wanted.code == "E217":
        return error("E217", f"{file} has no column '{key}'", span, "loaded here", _columns(names))
    close = get_close_matches(key.lower(), [name.lower() for name in names], n=1, cutoff=0.6)
    similar = next((name for name in names if close and name.lower() == close[0]), None)
    hint = f"did you mean '{similar}'?" if similar is not None else _columns(names)
    return error(wanted.code, f"{file} has no column '{key}'", span, "no such column", hint)


def _columns(names: Sequence[str]) -> str:
    return f"the columns are {', '.join(names[:SHOWN_COLUMNS])}{', ...' if len(names) > SHOWN_COLUMNS else ''}"
