"""The words of a file that is read line by line, and what is said about those that are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nesylang.source import NesyError, Source, Span, error

MOST_VARIABLES = 10_000_000
"""Most variables that a file may have."""

WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a line, with the place where each starts, and the place of the line."""

    source: Source
    words: tuple[str, ...]
    starts: tuple[int, ...]

    def span(self, position: int) -> Span:
        """Return the place of a word; for one beyond the last that of the last character of the line."""
        if position < len(self.words):
            return Span(self.source, self.starts[position], self.starts[position] + len(self.words[position]))
        end = self.whole.end
        return Span(self.source, end - 1, end)

    @property
    def whole(self) -> Span:
        """The place of the line's words."""
        return Span(self.source, self.starts[0], self.starts[-1] + len(self.words[-1]))

    def rest(self, position: int) -> str:
        """Return the text of the line from a word on."""
        return self.source.text[self.starts[position] : self.whole.end] if position < len(self.words) else ""

    def wrong(self, message: str, position: int | None, note: str, hint: str | None = None) -> NesyError:
        """Return E407, marked at a word, at the whole line for None."""
        return error("E407", message, self.whole if position is None else self.span(position), note, hint)

    def integer(self, position: int, meaning: str, least: int, most: int | None = None) -> int:
        """Return a word as an integer within bounds; raise E407 where it is missing, none, or out of bounds."""
        bounds = f"from {least:,} on" if most is None else f"from {least:,} to {most:,}"
        if position >= len(self.words):
            raise self.wrong(f"{meaning} is missing", position, f"expected {meaning} after this")
        number = plain_integer(self.words[position])
        if number is None:
            raise self.wrong(f"expected {meaning}, found '{self.words[position]}'", position, "expected an integer")
        if number < least or (most is not None and number > most):
            raise self.wrong(f"{meaning} is {number:,}", position, f"expected {meaning} {bounds}")
        return number

    def literal(self, position: int, variables: int = MOST_VARIABLES) -> int:
        """Return a word as a literal of variables up to some number; raise E407 where it is none."""
        found = self.integer(position, "a literal", -variables, variables)
        if found == 0:
            raise self.wrong(
                "0 is no literal", position, "expected a variable, or its number with a minus", "variables are numbered from 1"
            )
        return found

    def ends(self, count: int) -> None:
        """Raise E407 where the line has more than some number of words."""
        if len(self.words) > count:
            raise self.wrong(f"'{self.words[count]}' is one too many", count, "the line should end before this")


def plain_integer(word: str) -> int | None:
    """Return the number that a word of digits stands for, None for another word."""
    digits = word.removeprefix("-")
    return int(word) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def lines_of(source: Source) -> Iterator[Line]:
    """Yield the lines of a text that are not empty."""
    for start, end in zip(source.line_starts, [*source.line_starts[1:], len(source.text)], strict=True):
        found = [(match.group(), match.start()) for match in WORD.finditer(source.text, start, end)]
        if found:
            words, starts = zip(*found, strict=True)
            yield Line(source, words, starts)
