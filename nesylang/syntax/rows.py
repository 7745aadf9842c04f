"""Facts from rows of Python data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nesylang.source import Source, Span, error
from nesylang.source.collection import paused_collection
from nesylang.syntax import print_term
from nesylang.syntax.statements import Clause, Head
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, Term

NOWHERE = Span(Source("rows", ""), 0, 0)


def fact_statements(predicate: str, rows: Iterable[object], probabilities: Sequence[float] | None) -> list[Clause]:
    """Return a fact for each row; raise NesyError E606 where the rows make none.

    The facts' source is a listing of the rows, one a line, so that diagnostics show the row.
    """
    weights = None if probabilities is None else _weights(predicate, probabilities)
    facts = []
    arity: int | None = None
    for number, row in enumerate(_rows(predicate, rows)):
        terms = tuple(_term(value, predicate, number) for value in _cells(row))
        if not terms:
            raise error("E606", f"row {number} of the facts of '{predicate}' is empty", hint="a row needs at least one value")
        if arity is not None and len(terms) != arity:
            message = f"row {number} of the facts of '{predicate}' has {len(terms)} values, those before it have {arity}"
            raise error("E606", message, hint="all rows of a table have the same number of values")
        arity = len(terms)
        facts.append(Compound(predicate, terms, NOWHERE))
    if weights is not None and len(weights) != len(facts):
        raise error(
            "E606", f"'{predicate}' has {len(facts)} rows and {len(weights)} probabilities", hint="give one probability for each row"
        )
    with paused_collection():
        return _placed(predicate, facts, weights)


def _placed(predicate: str, facts: list[Compound], weights: list[float] | None) -> list[Clause]:
    """Return the facts as clauses of a source that lists them."""
    lines = [print_term(fact) for fact in facts]
    if weights is not None:
        lines = [f"{weight!r}::{line}" for weight, line in zip(weights, lines, strict=True)]
    source = Source(f"facts of {predicate}", ".\n".join(lines) + ".")
    clauses = []
    for number, fact in enumerate(facts):
        start = source.line_starts[number]
        span = Span(source, start, start + len(lines[number]))
        probability = None if weights is None else Float(weights[number], span)
        placed = Compound(predicate, tuple(_at(argument, span) for argument in fact.args), span)
        clauses.append(Clause((Head(probability, placed),), None, span))
    return clauses


def _at(term: Term, span: Span) -> Term:
    if isinstance(term, Atom | Integer | Float):
        term.span = span
    return term


def _weights(predicate: str, probabilities: Sequence[float]) -> list[float]:
    try:
        return [float(value) for value in probabilities]
    except (TypeError, ValueError):
        message = f"the probabilities of the facts of '{predicate}' are not a sequence of numbers"
        raise error("E606", message, hint="give one probability for each row") from None


def _rows(predicate: str, rows: Iterable[object]) -> Iterator[object]:
    """Yield the rows of a sequence, of a data frame (``itertuples``) or of an Arrow table (``to_pylist``)."""
    if hasattr(rows, "itertuples"):
        yield from rows.itertuples(index=False, name=None)
    elif hasattr(rows, "to_pylist"):
        for record in rows.to_pylist():
            yield tuple(record.values()) if isinstance(record, dict) else record
    elif isinstance(rows, str | Mapping) or not isinstance(rows, Iterable):
        message = f"the facts of '{predicate}' are a {type(rows).__name__}, not a sequence of rows"
        raise error("E606", message, hint="give a list of rows, a two-dimensional array or a table")
    else:
        yield from rows


def _cells(row: object) -> Iterable[object]:
    if isinstance(row, str) or not isinstance(row, Iterable):
        return (row,)
    return row


def _term(value: object, predicate: str, row: int) -> Term:
    """Return a Python value as a term; arrays and NumPy scalars by their ``tolist``."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case bool():
            return Atom("true" if value else "false", NOWHERE)
        case int():
            return Integer(value, NOWHERE)
        case float() if not math.isnan(value):
            return Float(value, NOWHERE)
        case str():
            return Atom(value, NOWHERE)
        case list() | tuple():
            return ListTerm(tuple(_term(item, predicate, row) for item in value), None, NOWHERE)
        case _:
            found = "nan" if isinstance(value, float) else f"a {type(value).__name__}"
            message = f"row {row} of the facts of '{predicate}' holds {found}, which is no term"
            raise error("E606", message, hint="cells are strings, numbers, booleans or lists of them")
