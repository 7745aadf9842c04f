"""Answers as text: tables for people, JSON and CSV for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from nesylang.syntax import print_term

if TYPE_CHECKING:
    from nesylang.inference import QueryMarginals

INDENT = "  "
NO_ANSWERS = "no answers"
IMPOSSIBLE = "impossible condition"


def table(results: Sequence[QueryMarginals]) -> str:
    """Return a line for each answer with its probability to 10 significant digits.

    Several queries have a heading each, unless each of them has itself as its only answer.
    """
    if not results:
        return ""
    if len(results) == 1:
        return "".join(f"{line}\n" for line in _answers(results[0]))
    if all([print_term(answer.atom) for answer in result.answers] == [result.name] for result in results):
        return "".join(f"{line}\n" for line in _lines([row for result in results for row in _rows(result)]))
    return "".join(f"{line}\n" for result in results for line in (f"{result.name}:", *(INDENT + line for line in _answers(result))))


def _rows(result: QueryMarginals) -> list[tuple[str, str]]:
    return [(print_term(answer.atom), f"{answer.probability:.10g}") for answer in result.answers]


def _answers(result: QueryMarginals) -> list[str]:
    return [IMPOSSIBLE] if result.impossible and not result.answers else _lines(_rows(result))


def _lines(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max((len(atom) for atom, _ in rows), default=0)
    return [f"{atom:<{width}}{INDENT}{probability}" for atom, probability in rows] or [NO_ANSWERS]


def json_text(results: Sequence[QueryMarginals], more: Mapping[str, object] | None = None) -> str:
    """Return a line of JSON: ``{"results": [{"query": ..., "answers": [{"atom": ..., "probability": ...}]}]}``, and ``more`` behind it.

    A query with an impossible condition has an ``error`` besides, its code.
    """
    import json

    document: list[dict[str, object]] = []
    for result in results:
        answers = [{"atom": print_term(answer.atom), "probability": answer.probability} for answer in result.answers]
        impossible = {"error": result.impossible[0].code} if result.impossible else {}
        document.append({"query": result.name, "answers": answers, **impossible})
    return json.dumps({"results": document, **(more or {})}, ensure_ascii=False) + "\n"


def csv_text(results: Sequence[QueryMarginals]) -> str:
    """Return a header and a row for each answer: query, atom, probability."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("query", "atom", "probability"))
    for result in results:
        writer.writerows((result.name, print_term(answer.atom), repr(answer.probability)) for answer in result.answers)
    return text.getvalue()


FORMATS: dict[str, Callable[[Sequence[QueryMarginals]], str]] = {"table": table, "json": json_text, "csv": csv_text}
"""Formats of answers by name; the first is the default."""
