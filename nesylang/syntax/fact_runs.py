"""Runs of simple facts, which become tables without tokens and terms of their own: programs carry data.

A run is facts of one predicate, all certain or all with a plain probability, whose arguments are atoms and numbers. Whatever is not
plainly so is left to the tokeniser and the parser. Where a run starts, all tokens before it are looked at, so that facts inside a
comment or behind an unfinished statement are not taken for a run.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator
from functools import cache

from lark import Token

from nesylang.source import Source, Span
from nesylang.syntax.operators import AGGREGATES, INFIX, KEYWORDS, PREFIX, QUANTIFIERS
from nesylang.syntax.statements import Cell, FactPlace, FactTable
from nesylang.syntax.tokens import read_integer, tokenise

SHORTEST_RUN = 4
"""Fewest facts that become a table."""

RESERVED = KEYWORDS | QUANTIFIERS | AGGREGATES | INFIX.keys() | PREFIX.keys()
"""Names that the parser reads in its own way."""

_NAME = "[a-z][A-Za-z0-9_]*+"
_ARGUMENT = rf"(?:{_NAME}|-?[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|'[^'\\\n]*+')"
_PROBABILITY = r"[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_ANNOTATION = r"[ \t]*+::[ \t]*+"
_END = r"\.(?=\s|%|/\*|\Z)"
_BETWEEN = r"\s*+(?:%[^\n]*+\s*+)*+"
_SHORTEST_FACT = len("p(a).\n")

_FIRST = re.compile(rf"^[ \t]*+({_PROBABILITY}{_ANNOTATION})?+({_NAME})\({_ARGUMENT}((?:, ?{_ARGUMENT})*+)\){_END}", re.MULTILINE)

_FACT = re.compile(rf"{_BETWEEN}({_PROBABILITY}{_ANNOTATION})?+({_NAME})\(({_ARGUMENT}(?:, ?{_ARGUMENT})*+)\){_END}")

LONG_RUN = 100
"""Facts from which on a pattern is made for the run's number of arguments; making one takes as long as reading some hundred facts."""

Texts = list[str] | list[tuple[str, ...]]
"""The texts of the arguments of facts, their probabilities in front; of a single one without a tuple."""


def tokens_and_tables(source: Source, threshold: int = SHORTEST_RUN) -> tuple[list[Token], list[FactTable]]:
    """Return the tokens of a source, with a token TABLE in place of each run of at least ``threshold`` facts, and the runs' tables."""
    tokens: list[Token] = []
    tables: list[FactTable] = []
    text, position, skipped = source.text, 0, 0
    for start, end, arity, is_probabilistic, texts in _runs(text, threshold):
        if start < skipped:
            continue
        piece = tokenise(source, position, start)
        comment = piece.pop() if piece and piece[-1].type == "UNFINISHED" and piece[-1].value == "/*" else None
        if any(token.type == "UNFINISHED" for token in piece):
            # A quotation may reach into the run.
            break
        if comment is not None:
            tokens += piece
            position = comment.start_pos or 0
            skipped = text.find("*/", position + 2) % (len(text) + 1)
            continue
        if not _is_between_statements(piece or tokens):
            break
        table = _table(source, start, end, arity, is_probabilistic, threshold, texts)
        if table is not None:
            tables.append(table)
            tokens += [*piece, Token("TABLE", "", start_pos=table.span.start, end_pos=end)]
            position = end
    return tokens + tokenise(source, position), tables


def _is_between_statements(tokens: list[Token]) -> bool:
    return not tokens or tokens[-1].type in ("END", "FACT", "TABLE")


def _runs(text: str, threshold: int) -> Iterator[tuple[int, int, int, bool, Texts | None]]:
    """Yield start, end, arity and whether there are probabilities of what may be a run that is long enough, and the texts of short ones."""
    if len(text) < threshold * _SHORTEST_FACT - 1:
        return
    position = 0
    while (first := _FIRST.search(text, position)) is not None:
        annotation, name, others = first.groups()
        arity = len(_arguments().findall(others)) + 1 if others else 1
        is_probabilistic = annotation is not None
        texts, position = _short_run(text, first.start(), name, arity, is_probabilistic)
        if texts is None:
            run = _run(arity, is_probabilistic).match(text, first.start())
            assert run is not None, "a run has its first fact"
            position = run.end()
        if name not in RESERVED and position - first.start() >= threshold * _SHORTEST_FACT - 1:
            yield first.start(), position, arity, is_probabilistic, texts


def _short_run(text: str, start: int, name: str, arity: int, is_probabilistic: bool) -> tuple[Texts | None, int]:
    """Return the texts and the end of a run, fact by fact; None for the texts of a long one."""
    rows: list[tuple[str, ...]] = []
    position = start
    while (fact := _FACT.match(text, position)) is not None:
        annotation, found, listed = fact.groups()
        if found != name or (annotation is not None) is not is_probabilistic:
            break
        arguments = _arguments().findall(listed)
        if len(arguments) != arity:
            break
        if len(rows) == LONG_RUN:
            return None, position
        rows.append((annotation.partition("::")[0].rstrip(), *arguments) if is_probabilistic else tuple(arguments))
        position = fact.end()
    return ([row[0] for row in rows] if arity == 1 and not is_probabilistic else rows), position


def _table(
    source: Source, start: int, end: int, arity: int, is_probabilistic: bool, threshold: int, texts: Texts | None
) -> FactTable | None:
    """Return the table of a run, None where it is too short or a number in it is unusual."""
    found = _cells(arity, is_probabilistic).findall(source.text, start, end) if texts is None else texts
    if len(found) < threshold:
        return None
    columns = [found] if arity == 1 and not is_probabilistic else list(zip(*found, strict=True))
    cells = _Cells()
    try:
        values = [tuple(map(cells.__getitem__, column)) for column in columns]
    except _Unusual:
        return None
    probabilities = None
    if is_probabilistic:
        probabilities = tuple(value for value in values.pop(0) if isinstance(value, int | float) and 0 <= value <= 1)
        if len(probabilities) < len(found):
            return None
    places = _MatchedPlaces(source, start, end)
    first = places.place(0)
    name = source.text[first.atom.start : source.text.index("(", first.atom.start)]
    return FactTable(name, arity, tuple(zip(*values, strict=True)), probabilities, Span(source, first.fact.start, end - 1), places)


class _Unusual(Exception):
    """A number or atom that the parser reads in its own way."""


class _Cells(dict[str, Cell]):
    """The cells by their texts, each made once."""

    def __missing__(self, text: str) -> Cell:
        cell: Cell
        if text[0] == "'":
            cell = text[1:-1]
        elif text[0].isalpha():
            cell = text
        elif "." in text or "e" in text or "E" in text:
            cell = float(text)
            if math.isinf(cell):
                raise _Unusual
        else:
            cell = read_integer(text) if text[0] != "-" else -read_integer(text[1:])
        if cell == "[]":
            raise _Unusual
        self[text] = cell
        return cell


class _MatchedPlaces:
    """The places of the facts of a run, found by going through it once where one of them is needed."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.starts: array[int] | None = None

    def place(self, row: int) -> FactPlace:
        """Return where a fact stands."""
        source, text = self.source, self.source.text
        if row == 0:
            start = self.start
        else:
            if self.starts is None:
                self.starts = array("q", (fact.start() for fact in _FACT.finditer(text, self.start, self.end)))
            start = self.starts[row]
        fact = _FACT.match(text, start)
        assert fact is not None, "a run has as many facts as its table"
        atom = Span(source, fact.start(2), fact.end(3) + 1)
        arguments = tuple(Span(source, *argument.span()) for argument in _arguments().finditer(text, fact.start(3), fact.end(3)))
        if fact[1] is None:
            return FactPlace(atom, Span(source, atom.start, atom.start), atom, arguments)
        length = len(fact[1].partition("::")[0].rstrip())
        probability = Span(source, fact.start(1), fact.start(1) + length)
        return FactPlace(Span(source, probability.start, atom.end), probability, atom, arguments)


@cache
def _arguments() -> re.Pattern[str]:
    """Return the pattern of one argument."""
    return re.compile(_ARGUMENT)


@cache
def _run(arity: int, is_probabilistic: bool) -> re.Pattern[str]:
    """Return the pattern of a whole run."""
    annotation = _PROBABILITY + _ANNOTATION if is_probabilistic else ""
    arguments = ", ?".join([_ARGUMENT] * arity)
    return re.compile(
        rf"[ \t]*+{annotation}(?P<name>{_NAME})\({arguments}\){_END}(?:{_BETWEEN}{annotation}(?P=name)\({arguments}\){_END})*+"
    )


@cache
def _cells(arity: int, is_probabilistic: bool) -> re.Pattern[str]:
    """Return the pattern of a fact of a run, with a group for its probability, if it has one, and for each argument."""
    annotation = f"({_PROBABILITY}){_ANNOTATION}" if is_probabilistic else ""
    arguments = ", ?".join([f"({_ARGUMENT})"] * arity)
    return re.compile(rf"{_BETWEEN}{annotation}{_NAME}\({arguments}\)\.")
