"""Places in texts: lines, columns, spans."""

from __future__ import annotations

import pickle

import pytest

from nesylang.source import Source, Span, whole


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        ("abc", 0, (1, 1)),
        ("abc", 2, (1, 3)),
        ("abc", 3, (1, 4)),
        ("", 0, (1, 1)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\r\nbc", 4, (2, 2)),
        ("\n\n\n", 2, (3, 1)),
        ("é\né", 3, (2, 2)),
    ],
)
def test_position(text: str, offset: int, position: tuple[int, int]) -> None:
    assert Source("f", text).position(offset) == position


def test_lines_come_without_their_ends() -> None:
    source = Source("f", "first\r\nsecond\n\nlast")
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["first", "second", "", "last"]


def test_a_text_that_ends_with_a_line_break_has_an_empty_last_line() -> None:
    source = Source("f", "a.\n")
    assert source.line_starts == (0, 3)
    assert source.line(2) == ""


def test_sources_compare_by_identity() -> None:
    assert Source("f", "a") != Source("f", "a")


def test_a_span_knows_its_text_and_place() -> None:
    source = Source("dir/f.nesy", "p(a).\nq(b).\n")
    span = Span(source, 6, 10)
    assert (span.text, span.line, span.column, str(span)) == ("q(b)", 2, 1, "dir/f.nesy:2:1")


def test_spans_are_joined() -> None:
    source = Source("f", "one two three")
    assert Span(source, 0, 3).to(Span(source, 8, 13)).text == "one two three"
    assert Span(source, 0, 13).to(Span(source, 4, 7)).text == "one two three", "a span inside does not make it smaller"


def test_the_whole_of_a_text() -> None:
    assert whole("query", "p(X)").text == "p(X)"


def test_spans_pickle_with_their_source() -> None:
    first, second = pickle.loads(pickle.dumps((Span(source := Source("f", "abc"), 0, 1), Span(source, 1, 3))))
    assert (first.text, second.text) == ("a", "bc")
    assert first.source is second.source
