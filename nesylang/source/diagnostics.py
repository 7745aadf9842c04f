"""What is said to the user about a program: diagnostics and the error that carries them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nesylang.source.codes import CODES
from nesylang.source.spans import Source, Span

MARK_WIDTH = 120
"""Columns of a source line that are shown around a mark; longer lines are cut."""


@dataclass(frozen=True, slots=True)
class Label:
    """A marked part of a source, with what is to be said about it."""

    span: Span
    message: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or warning: stable code, message, marked source parts (the first is the place), hint."""

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    hint: str | None = None

    def __post_init__(self) -> None:
        assert self.code in CODES, f"undocumented diagnostic code {self.code}"

    @property
    def severity(self) -> Literal["error", "warning"]:
        return "warning" if self.code.startswith("W") else "error"

    @property
    def span(self) -> Span | None:
        return self.labels[0].span if self.labels else None

    def render(self) -> str:
        """Return the message, its place, the marked source lines and the hint, as several lines."""
        lines = [f"{self.severity}[{self.code}]: {self.message}"]
        gutter = max((len(str(label.span.line)) for label in self.labels), default=0)
        for index, label in enumerate(self.labels):
            arrow = "-->" if index == 0 or label.span.source is not self.labels[0].span.source else ":::"
            lines.append(f"{' ' * gutter}{arrow} {label.span}")
            lines.extend(_marked(label, gutter, "^" if index == 0 else "-"))
        if self.hint:
            lines.append(f"{' ' * gutter} = hint: {self.hint}")
        return "\n".join(lines)


def _marked(label: Label, gutter: int, mark: str) -> list[str]:
    """Return the source line of a label with its span underlined."""
    source, span = label.span.source, label.span
    number, column = source.position(span.start)
    text = source.line(number)
    start = column - 1
    end = max(start + 1, min(len(text), start + span.end - span.start))
    offset = max(0, start - MARK_WIDTH // 2) if len(text) > MARK_WIDTH else 0
    shown = text[offset : offset + MARK_WIDTH]
    start, end = start - offset, min(end - offset, max(len(shown), start - offset + 1))
    padding = "".join("\t" if c == "\t" else " " * _width(c) for c in shown[:start])
    underline = mark * max(1, sum(_width(c) for c in shown[start:end]))
    note = f" {label.message}" if label.message else ""
    blank = " " * gutter
    return [f"{blank} |", f"{number:>{gutter}} | {shown}", f"{blank} | {padding}{underline}{note}"]


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class NesyError(Exception):
    """One or more mistakes in a program or in how it is used, with their places."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        assert self.diagnostics, "an error needs a diagnostic"
        super().__init__(self.render())

    def __reduce__(self) -> tuple[type[NesyError], tuple[tuple[Diagnostic, ...]]]:
        return NesyError, (self.diagnostics,)

    def render(self) -> str:
        """Return all diagnostics, an empty line between them."""
        return "\n\n".join(diagnostic.render() for diagnostic in self.diagnostics)


def error(code: str, message: str, span: Span | None = None, note: str = "", hint: str | None = None) -> NesyError:
    """Return an error with one diagnostic, marked at ``span`` with ``note``."""
    labels = (Label(span, note),) if span is not None else ()
    return NesyError([Diagnostic(code, message, labels, hint)])


def whole(name: str, text: str) -> Span:
    """Return the span of a text that is no file, such as a query given on the command line."""
    return Span(Source(name, text), 0, len(text))
