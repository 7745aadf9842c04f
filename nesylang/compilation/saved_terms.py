"""Terms, places and texts as columns: everything is written once, and terms below others come before them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from nesylang.compilation.container import DamagedFile
from nesylang.source import Source, Span
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable, children

Item = TypeVar("Item")

VARIABLE, ATOM, INTEGER, FLOAT, STRING, COMPOUND, CLOSED_LIST, OPEN_LIST, LARGE_INTEGER = range(9)
"""Kinds of terms. An open list has its tail behind its items; a large integer is written in hexadecimal."""

SMALL = 2**63
"""Integers below this, up to the sign, are numbers of a column."""

LARGEST = 10_000_000
"""Most parts of a term that is read, its parts counted as often as they occur: few terms within each other can stand for any number."""

NUMBERS = ("term_kind", "term_span", "term_value", "term_size", "term_children", "span_source", "span_start", "span_end")


class TermWriter:
    """Collects what is to be written; ``term``, ``span``, ``text`` and ``number`` return the position that it is read back by."""

    def __init__(self) -> None:
        self.columns: dict[str, list[int]] = {name: [] for name in NUMBERS}
        self.floats: list[float] = []
        self._texts: dict[str, int] = {}
        self._sources: dict[Source, int] = {}
        self._spans: dict[Span, int] = {}
        self._known: dict[int, tuple[Term, int]] = {}
        self._terms: dict[tuple[object, ...], int] = {}

    def document(self) -> dict[str, object]:
        """Return the texts."""
        return {"texts": list(self._texts), "sources": [[source.name, source.text] for source in self._sources]}

    def text(self, text: str) -> int:
        """Return the position of a text."""
        return self._texts.setdefault(text, len(self._texts))

    def number(self, value: float) -> int:
        """Return the position of a float, which is kept to the last bit."""
        self.floats.append(float(value))
        return len(self.floats) - 1

    def span(self, span: Span) -> int:
        """Return the position of a place."""
        found = self._spans.get(span)
        if found is None:
            found = self._spans[span] = len(self._spans)
            self.columns["span_source"].append(self._sources.setdefault(span.source, len(self._sources)))
            self.columns["span_start"].append(span.start)
            self.columns["span_end"].append(span.end)
        return found

    def terms(self, terms: Iterable[Term]) -> list[int]:
        """Return the positions of terms."""
        return [self.term(term) for term in terms]

    def term(self, term: Term) -> int:
        """Return the position of a term."""
        known = self._known.get(id(term))
        if known is not None:
            return known[1]
        pending = [term]
        while pending:
            current = pending[-1]
            if id(current) in self._known:
                pending.pop()
                continue
            below = children(current)
            missing = [child for child in below if id(child) not in self._known]
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            # The term is kept as well, so that no other one gets its identity.
            self._known[id(current)] = current, self._add(current, tuple(self._known[id(child)][1] for child in below))
        return self._known[id(term)][1]

    def _add(self, term: Term, below: tuple[int, ...]) -> int:
        kind, value = self._kind(term)
        span = self.span(term.span)
        # Floats are told apart by their looks, as 0.0 equals -0.0.
        key = (kind, repr(term.value) if isinstance(term, Float) else value, span, below)
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = len(self._terms)
            self.columns["term_kind"].append(kind)
            self.columns["term_value"].append(self.number(term.value) if isinstance(term, Float) else value)
            self.columns["term_span"].append(span)
            self.columns["term_size"].append(len(below))
            self.columns["term_children"].extend(below)
        return found

    def _kind(self, term: Term) -> tuple[int, int]:
        match term:
            case Variable(name=name):
                return VARIABLE, self.text(name)
            case Atom(name=name):
                return ATOM, self.text(name)
            case Integer(value=value):
                return (INTEGER, value) if -SMALL < value < SMALL else (LARGE_INTEGER, self.text(f"{value:x}"))
            case Float():
                return FLOAT, 0
            case String(value=text):
                return STRING, self.text(text)
            case Compound(functor=functor):
                return COMPOUND, self.text(functor)
            case ListTerm(tail=tail):
                return (CLOSED_LIST if tail is None else OPEN_LIST), 0


class TermReader:
    """What a writer collected; positions that are none raise DamagedFile. ``known`` sources are taken where the saved ones equal them."""

    def __init__(
        self,
        document: Mapping[str, object],
        columns: Mapping[str, Sequence[int]],
        floats: Sequence[float],
        known: Iterable[Source] = (),
    ) -> None:
        self._texts = _texts(document.get("texts"))
        self._floats = floats
        self._spans = _spans(document.get("sources"), columns, known)
        self._terms: list[Term] = []
        self._read_terms(columns)

    def text(self, position: int) -> str:
        """Return a text."""
        return _item(self._texts, position)

    def number(self, position: int) -> float:
        """Return a float."""
        return _item(self._floats, position)

    def span(self, position: int) -> Span:
        """Return a place."""
        return _item(self._spans, position)

    def term(self, position: int) -> Term:
        """Return a term."""
        return _item(self._terms, position)

    def terms(self, positions: object) -> tuple[Term, ...]:
        """Return terms."""
        if not isinstance(positions, list | array):
            raise DamagedFile("terms are missing")
        return tuple([self.term(position) for position in positions])

    def _read_terms(self, columns: Mapping[str, Sequence[int]]) -> None:
        below = columns["term_children"]
        start = 0
        counts: list[int] = []
        for kind, value, place, size in zip(
            columns["term_kind"], columns["term_value"], columns["term_span"], columns["term_size"], strict=True
        ):
            end = start + size
            if size < 0 or end > len(below):
                raise DamagedFile("a term is cut off")
            # Only terms that come before can be found, so that no term is part of itself.
            parts = tuple([self.term(child) for child in below[start:end]])
            counts.append(1 + sum([counts[child] for child in below[start:end]]))
            if counts[-1] > LARGEST:
                raise DamagedFile(f"a term has more than {LARGEST:,} parts")
            self._terms.append(self._made(kind, value, self.span(place), parts))
            start = end

    def _made(self, kind: int, value: int, span: Span, parts: tuple[Term, ...]) -> Term:
        if kind == COMPOUND and parts:
            return Compound(self.text(value), parts, span)
        if kind == CLOSED_LIST:
            return ListTerm(parts, None, span)
        if kind == OPEN_LIST and parts:
            return ListTerm(parts[:-1], parts[-1], span)
        if parts:
            raise DamagedFile("a constant has parts")
        if kind == VARIABLE:
            return Variable(self.text(value), span)
        if kind == ATOM:
            return Atom(self.text(value), span)
        if kind == INTEGER:
            return Integer(value, span)
        if kind == FLOAT:
            return Float(self.number(value), span)
        if kind == STRING:
            return String(self.text(value), span)
        if kind == LARGE_INTEGER:
            return Integer(int(self.text(value), 16), span)
        raise DamagedFile("a term is of no kind")


def _item(items: Sequence[Item], position: object) -> Item:
    if not isinstance(position, int) or not 0 <= position < len(items):
        raise DamagedFile(f"it refers to entry {position!r} of {len(items)}")
    return items[position]


def _texts(found: object) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise DamagedFile("its texts are missing")
    return found


def _spans(found: object, columns: Mapping[str, Sequence[int]], known: Iterable[Source]) -> list[Span]:
    if not isinstance(found, list):
        raise DamagedFile("its sources are missing")
    equal = {source.name: source for source in known if type(source) is Source}
    sources: list[Source] = []
    for entry in found:
        match entry:
            case [str(name), str(text)]:
                same = equal.get(name)
                sources.append(same if same is not None and same.text == text else Source(name, text))
            case _:
                raise DamagedFile("a source has no name or text")
    spans = []
    for number, start, end in zip(columns["span_source"], columns["span_start"], columns["span_end"], strict=True):
        source = _item(sources, number)
        if not 0 <= start <= len(source.text) or end < start:
            raise DamagedFile("a place is outside of its source")
        spans.append(Span(source, start, end))
    return spans
