"""Facts from tables that Python supplies: rows, columns, arrays and data frames.

Whatever the table is, it becomes columns first: lists of Python values with a label for each, such as the names of a data frame.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import chain
from typing import Any

from nesylang.source import NesyError, error
from nesylang.source.collection import paused_collection
from nesylang.syntax.arrow_columns import arrow_table, arrow_values
from nesylang.syntax.column_kinds import declared_kinds, with_integers
from nesylang.syntax.python_cells import cells_of, first_of_other_length, probabilities_of
from nesylang.syntax.rows import STATED, listed_table
from nesylang.syntax.statements import Cell, Clause, FactTable, Statement

Values = Sequence[object]


@dataclass(frozen=True, slots=True)
class PythonTable:
    """Rows as Python gives them; ``columns`` are labels of its columns in the order of the arguments, None for all.

    ``probabilities`` has one for each row, or ``probability`` is the label of their column.
    """

    predicate: str
    rows: object
    columns: Sequence[Hashable] | None = None
    probability: Hashable | None = None
    probabilities: Iterable[object] | None = None


def fact_statements(table: PythonTable, statements: Sequence[Statement] = ()) -> list[FactTable] | list[Clause]:
    """Return the facts of the rows, a table of them where there are any, with cells of the types that the statements declare.

    Raise NesyError E606 where the rows make no facts, E612 for a column that is not there. The facts' source is a listing of the rows, one
    a line, so that diagnostics show the row. It is written where somebody looks at it.
    """
    predicate = table.predicate
    if not isinstance(predicate, str):
        raise error("E606", f"the name of a predicate must be a string, found {type(predicate).__name__}", hint='such as "edge"')
    with paused_collection():
        ready = _ready_rows(table, statements)
        if ready is not None:
            return _statements(predicate, ready, _weights(table, None, len(ready)))
        columns, labels = _chosen(table)
        count = len(columns[0]) if columns else 0
        weights = _weights(table, columns.pop() if table.probability is not None and columns else None, count)
        if not count:
            return []
        # A missing value in Python is a mistake unless an enumeration says otherwise.
        kinds = [None if kind is None or kind.name == "any" else kind for kind in declared_kinds(statements, predicate, len(columns))]
        if _is_one_float_type(table.rows):
            columns = [with_integers(kind, values) for kind, values in zip(kinds, columns, strict=False)]
        cells = [
            cells_of(values, kind, partial(_complaint, predicate, label))
            for values, kind, label in zip(columns, kinds, labels, strict=False)
        ]
        return _statements(predicate, tuple(zip(*cells, strict=True)), weights)


def _statements(predicate: str, rows: tuple[tuple[Cell, ...], ...], weights: tuple[float, ...] | None) -> list[FactTable] | list[Clause]:
    made = listed_table(f"facts of {predicate}", predicate, len(rows[0]), rows, weights)
    return list(made.facts()) if (predicate, made.arity) in STATED else [made]


def _ready_rows(table: PythonTable, statements: Sequence[Statement]) -> tuple[tuple[Cell, ...], ...] | None:
    """Return the rows where they are facts as they stand: equally long tuples of integers and texts that stay what they are."""
    rows = table.rows
    if table.columns is not None or table.probability is not None or not isinstance(rows, list | tuple) or set(map(type, rows)) != {tuple}:
        return None
    if len(set(map(len, rows))) > 1 or not rows[0] or not set(map(type, chain.from_iterable(rows))) <= {int, str}:
        return None
    kinds = declared_kinds(statements, table.predicate, len(rows[0]))
    return tuple(rows) if all(kind is None or kind.name in ("any", "int", "number", "atom") for kind in kinds) else None


def _complaint(predicate: str, label: Hashable, row: int, found: str, hint: str) -> NesyError:
    where = f" in the column '{label}'" if isinstance(label, str) else ""
    return error("E606", f"row {row + 1} of the facts of '{predicate}' {found}{where}".rstrip(","), hint=hint)


def _weights(table: PythonTable, column: Values | None, count: int) -> tuple[float, ...] | None:
    """Return the probabilities of the facts, None where they are certain."""
    predicate = table.predicate
    if table.probabilities is None:
        if column is None:
            return None
        return probabilities_of(column, partial(_complaint, predicate, table.probability))
    if table.probability is not None:
        message = f"the facts of '{predicate}' have probabilities of their own and a column of them"
        raise error("E606", message, hint="give probabilities= or probability=, not both")
    _refuse_gradients(predicate, table.probabilities)
    try:
        weights = tuple(map(float, _plain(table.probabilities)))
    except (TypeError, ValueError):
        message = f"the probabilities of the facts of '{predicate}' are not a sequence of numbers"
        hint = 'give one probability for each row; probability="column" names a column of the table'
        raise error("E606", message, hint=hint) from None
    if len(weights) != count:
        message = f"'{predicate}' has {count} rows and {len(weights)} probabilities"
        raise error("E606", message, hint="give one probability for each row")
    return weights


def _chosen(table: PythonTable) -> tuple[list[Values], list[Hashable]]:
    """Return the columns of the arguments and their labels, behind them the column of probabilities if one is named."""
    columns, labels = _columns(table.predicate, table.rows)
    if table.columns is None and table.probability is None:
        return columns, labels
    if isinstance(table.columns, str):
        hint = f'such as columns=["{table.columns}"]'
        raise error("E606", f"the columns for '{table.predicate}' are a string, not a list of names", hint=hint)
    if not columns and not labels:
        return [], []
    probability = None if table.probability is None else _position(table.predicate, table.probability, labels)
    if table.columns is None:
        positions = [position for position in range(len(labels)) if position != probability]
    else:
        positions = [_position(table.predicate, label, labels) for label in table.columns]
    if not positions:
        raise error("E606", f"the facts of '{table.predicate}' have no column for an argument", hint="facts have at least one argument")
    if probability is not None:
        positions.append(probability)
    return [columns[position] for position in positions], [labels[position] for position in positions]


def _position(predicate: str, label: Hashable, labels: list[Hashable]) -> int:
    found = [position for position, other in enumerate(labels) if type(other) is type(label) and other == label]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"the table of '{predicate}' has {len(found)} columns {label!r}"
        raise error("E612", message, hint="give its columns different names")
    names = [str(other) for other in labels]
    close = get_close_matches(str(label), names, n=1, cutoff=0.6) if isinstance(label, str) else []
    hint = f"did you mean {close[0]!r}?" if close else f"the columns are {', '.join(repr(other) for other in labels[:12])}"
    raise error(
        "E612", f"the table of '{predicate}' has no column {label!r}", hint=hint + (", ..." if len(labels) > 12 and not close else "")
    )


def _columns(predicate: str, rows: Any) -> tuple[list[Values], list[Hashable]]:
    """Return the columns of a table with their labels: names, or positions counted from 0."""
    _refuse_gradients(predicate, rows)
    if isinstance(rows, Mapping):
        return _from_mapping(predicate, rows)
    if hasattr(rows, "iloc") and hasattr(rows, "columns"):
        return [_pandas_values(rows.iloc[:, position]) for position in range(len(rows.columns))], list(rows.columns)
    is_arrow = hasattr(rows, "column_names") and hasattr(rows, "column")
    if is_arrow or (hasattr(rows, "__arrow_c_stream__") and not hasattr(rows, "to_list") and not hasattr(rows, "to_pylist")):
        found = rows if is_arrow else arrow_table(rows, predicate)
        return [arrow_values(found.column(position)) for position in range(len(found.column_names))], list(found.column_names)
    if hasattr(rows, "to_pydict"):
        return _from_mapping(predicate, rows.to_pydict())
    if hasattr(rows, "itertuples"):
        return _from_rows(predicate, list(rows.itertuples(index=False, name=None)))
    if hasattr(rows, "dtype") and hasattr(rows, "ndim") and hasattr(rows, "tolist"):
        return _from_array(predicate, rows)
    if hasattr(rows, "to_pylist"):
        rows = rows.to_pylist()
    if isinstance(rows, str) or not isinstance(rows, Iterable):
        message = f"the facts of '{predicate}' are a {type(rows).__name__}, not a sequence of rows"
        raise error("E606", message, hint="give a list of rows, a dictionary of columns, an array or a data frame")
    return _from_rows(predicate, rows if isinstance(rows, list | tuple) else list(rows))


def _refuse_gradients(predicate: str, values: object) -> None:
    if getattr(values, "requires_grad", False) is True:
        message = f"the facts of '{predicate}' are a tensor with gradients, which facts would lose"
        hint = "probabilities to train come from a neural predicate or from t(_) in the program; for plain numbers give tensor.detach()"
        raise error("E606", message, hint=hint)


def _from_mapping(predicate: str, table: Mapping[Hashable, Any]) -> tuple[list[Values], list[Hashable]]:
    columns = []
    for label, values in table.items():
        if isinstance(values, str) or not isinstance(values, Iterable):
            message = f"the column {label!r} of '{predicate}' is a {type(values).__name__}, not a sequence of values"
            raise error("E606", message, hint='a dictionary has columns: {"from": ["a", "b"], "to": ["b", "c"]}')
        columns.append(_column_values(predicate, values))
    lengths = {len(values) for values in columns}
    if len(lengths) > 1:
        listed = ", ".join(f"{label!r} {len(values)}" for label, values in zip(table, columns, strict=True))
        raise error("E606", f"the columns of '{predicate}' are not equally long: {listed}", hint="give each as many values")
    return columns, list(table)


def _column_values(predicate: str, values: Any) -> Values:
    _refuse_gradients(predicate, values)
    if hasattr(values, "iloc"):
        return _pandas_values(values)
    if hasattr(values, "to_pylist") and hasattr(values, "type"):
        return arrow_values(values)
    if hasattr(values, "dtype") and hasattr(values, "ndim") and hasattr(values, "tolist"):
        if values.ndim != 1:
            message = f"a column of '{predicate}' is an array of {values.ndim} dimensions"
            raise error("E606", message, hint="give one value for each row")
        return _array_values(values)
    return list(_plain(values))


def _from_array(predicate: str, array: Any) -> tuple[list[Values], list[Hashable]]:
    """Return the columns of a NumPy array or tensor: the fields of a structured one, the second axis of others; further axes are lists."""
    names = getattr(array.dtype, "names", None)
    if names and array.ndim == 1:
        return [_array_values(array[name]) for name in names], list(names)
    if array.ndim == 1:
        values = _array_values(array)
        return _from_rows(predicate, values) if str(array.dtype) == "object" else ([values], [0])
    if not array.ndim:
        raise error("E606", f"the facts of '{predicate}' are a single value", hint="give an array of shape (rows, arguments)")
    if not array.shape[1]:
        raise error("E606", f"row 1 of the facts of '{predicate}' is empty", hint="a row needs at least one value")
    return [_array_values(array[:, position]) for position in range(array.shape[1])], list(range(array.shape[1]))


def _is_one_float_type(rows: Any) -> bool:
    """Return whether rows are an array or tensor of floats, which cannot hold integers where its other columns need fractions."""
    dtype = getattr(rows, "dtype", None)
    return getattr(rows, "ndim", 0) == 2 and (getattr(dtype, "kind", "") == "f" or getattr(dtype, "is_floating_point", False) is True)


def _array_values(array: Any) -> list[object]:
    """Return the values of an array's only axis; dates as Python's, whatever their unit, and equal texts as one."""
    kind = getattr(array.dtype, "kind", "")
    if kind == "M":
        return list((array if str(array.dtype) == "datetime64[D]" else array.astype("datetime64[us]")).tolist())
    if kind == "m":
        return list(array.astype("timedelta64[us]").tolist())
    values: list[object] = array.tolist()
    return _shared(values) if kind in ("U", "T", "O") else values


def _pandas_values(series: Any) -> list[object]:
    """Return the values of a pandas series, None for missing ones."""
    if hasattr(series, "cat"):
        categories = [*_pandas_values(series.cat.categories.to_series()), None]
        return [categories[code] for code in series.cat.codes.tolist()]
    values: list[object] = _array_values(series.to_numpy()) if getattr(series.dtype, "kind", "") in ("M", "m") else _shared(series.tolist())
    if series.isna().any():
        return [None if is_missing else value for value, is_missing in zip(values, series.isna().tolist(), strict=True)]
    return values


def _shared(values: list[object]) -> list[object]:
    """Return the values with one object for equal texts."""
    if not values or type(values[0]) is not str:
        return values
    known: dict[object, object] = {}
    return [known.setdefault(value, value) if type(value) is str else value for value in values]


def _plain(values: Iterable[object]) -> Iterable[Any]:
    """Return the Python values of an array, other sequences as they are."""
    return values.tolist() if hasattr(values, "tolist") else values


def _from_rows(predicate: str, rows: Sequence[object]) -> tuple[list[Values], list[Hashable]]:
    """Return the columns of rows: sequences, dictionaries, or single values."""
    kinds = set(map(type, rows))
    if kinds and all(issubclass(kind, Mapping) for kind in kinds):
        return _from_records(predicate, rows)  # type: ignore[arg-type]
    if kinds <= {tuple} or kinds <= {tuple, list}:
        table: Any = rows
    else:
        table = [(row,) if isinstance(row, str) or not isinstance(row, Iterable) else tuple(_plain(row)) for row in rows]
    if not table:
        return [], []
    number = first_of_other_length(table)
    if number is not None:
        width, expected = len(table[number]), len(table[0])
        if not width:
            raise error("E606", f"row {number + 1} of the facts of '{predicate}' is empty", hint="a row needs at least one value")
        message = f"row {number + 1} of the facts of '{predicate}' has {width} values, those before it have {expected}"
        raise error("E606", message, hint="all rows of a table have the same number of values")
    labels = getattr(rows[0], "_fields", range(len(table[0])))
    return list(map(list, zip(*table, strict=True))), list(labels)


def _from_records(predicate: str, rows: Sequence[Mapping[Hashable, object]]) -> tuple[list[Values], list[Hashable]]:
    labels = list(rows[0])
    for number, row in enumerate(rows):
        if row.keys() != rows[0].keys():
            other = next(label for label in chain(labels, row) if (label in row) is not (label in rows[0]))
            message = (
                f"row {number + 1} of the facts of '{predicate}' has {'no' if other in rows[0] else 'a'} value {other!r}, unlike row 1"
            )
            raise error("E606", message, hint="all rows of a table have the same columns")
    return [[row[label] for row in rows] for label in labels], labels
