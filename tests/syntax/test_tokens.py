"""Tokens: numbers, names, quoted texts with their escapes, comments, and the periods between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesylang.source import Source
from nesylang.syntax.tokens import quote, read_integer, tokenise, unquote


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.type, str(token.value)) for token in tokenise(Source("test", text))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0", "INTEGER"),
        ("0x1Fa", "INTEGER"),
        ("12345678901234567890", "INTEGER"),
        ("1.5", "FLOAT"),
        ("1.5e-3", "FLOAT"),
        ("2e10", "FLOAT"),
        ("2E+1", "FLOAT"),
        (".5", "FLOAT"),
        ("0'a", "CHARACTER_CODE"),
        ("0'''", "CHARACTER_CODE"),
        ("0'\\n", "CHARACTER_CODE"),
        ("0' ", "CHARACTER_CODE"),
        ("X", "VARIABLE"),
        ("_", "VARIABLE"),
        ("_name", "VARIABLE"),
        ("Émile", "VARIABLE"),
        ("red", "NAME"),
        ("isX9_", "NAME"),
        ("éa", "NAME"),
        ("λ", "NAME"),
        ("漢字", "NAME"),
        ("'New York'", "QUOTED"),
        ("'it''s'", "QUOTED"),
        ("'a\\'b'", "QUOTED"),
        ("'\\x41\\'", "QUOTED"),
        ("'a\\\nb'", "QUOTED"),
        ('"text"', "STRING"),
        ('"a""b"', "STRING"),
        ('"\\"', "UNFINISHED"),
        ("'", "UNFINISHED"),
        ("/*", "UNFINISHED"),
        ("$", "UNKNOWN"),
        ("`", "UNKNOWN"),
        ("\x00", "UNKNOWN"),
        ("@<", "OPERATOR"),
        ("~=/=", "OPERATOR"),
        ("=..", "OPERATOR"),
        (".", "END"),
    ],
)
def test_the_kind_of_a_token(text: str, kind: str) -> None:
    assert tokenise(Source("test", text))[0].type == kind
    if kind not in ("UNFINISHED", "UNKNOWN"):
        assert kinds(text) == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0..9", [("INTEGER", "0"), ("OPERATOR", ".."), ("INTEGER", "9")]),
        ("1.0..2", [("FLOAT", "1.0"), ("OPERATOR", ".."), ("INTEGER", "2")]),
        ("1. ", [("INTEGER", "1"), ("END", ".")]),
        ("1.e5", [("INTEGER", "1"), ("UNKNOWN", "."), ("NAME", "e5")]),
        ("2e", [("INTEGER", "2"), ("NAME", "e")]),
        ("a.%c", [("NAME", "a"), ("END", ".")]),
        ("a./*c*/b.", [("NAME", "a"), ("END", "."), ("NAME", "b"), ("END", ".")]),
        ("a.b", [("NAME", "a"), ("UNKNOWN", "."), ("NAME", "b")]),
        ("a:-b", [("NAME", "a"), ("OPERATOR", ":-"), ("NAME", "b")]),
        ("X=<Y", [("VARIABLE", "X"), ("OPERATOR", "=<"), ("VARIABLE", "Y")]),
        ("a<=>b", [("NAME", "a"), ("OPERATOR", "<=>"), ("NAME", "b")]),
        ("\\+a", [("OPERATOR", "\\+"), ("NAME", "a")]),
        ("a\\==b", [("NAME", "a"), ("OPERATOR", "\\=="), ("NAME", "b")]),
        ("[H|T]", [("PUNCTUATION", "["), ("VARIABLE", "H"), ("OPERATOR", "|"), ("VARIABLE", "T"), ("PUNCTUATION", "]")]),
    ],
)
def test_sequences(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize("text", ["p(a).", "p(a,b).", "p(a, b).", "p(-1,2.5).", "p(0).", "edge_1(nodeA,-0.5)."])
def test_a_simple_fact_is_one_token(text: str) -> None:
    assert kinds(text + "\n") == [("FACT", text)]


@pytest.mark.parametrize(
    "text", ["p(X).", "p( a).", "p(a ,b).", "p(f(a)).", "p('a').", "p(1e5).", "p(- 1).", "p(0x1).", "'p'(a).", "p().", "p(a)"]
)
def test_other_facts_are_not(text: str) -> None:
    assert all(kind != "FACT" for kind, _ in kinds(text + "\n"))


def test_a_fact_ends_at_its_own_period_only() -> None:
    assert kinds("p(a).q(b).")[0][0] != "FACT"
    assert kinds("p(a).%c") == [("FACT", "p(a).")]
    assert kinds("p(a)./* c */") == [("FACT", "p(a).")]


@pytest.mark.parametrize("text", ["% a comment", "/* several\n lines */", "/**/", "/* * ** /* */", "#!/usr/bin/env nesy run", " \t\r\n\f"])
def test_what_is_skipped(text: str) -> None:
    assert kinds(text) == []
    assert kinds(text + "\na.") == [("NAME", "a"), ("END", ".")]


def test_a_shebang_counts_only_at_the_start() -> None:
    assert kinds(" #!x")[0] == ("OPERATOR", "#")


def test_tokens_know_their_places() -> None:
    text = "/* é */ p( 'a b',\n\t0'c )."
    places = [(text[token.start_pos : token.end_pos], str(token.value)) for token in tokenise(Source("test", text))]
    assert all(found == value for found, value in places)
    assert [value for _, value in places] == ["p", "(", "'a b'", ",", "0'c", ")", "."]


def test_a_comment_that_does_not_end_is_the_last_token() -> None:
    assert kinds("a. /* b. 'c") == [("NAME", "a"), ("END", "."), ("UNFINISHED", "/*")]


def test_many_comments_that_do_not_end_take_linear_time() -> None:
    assert kinds("/* " * 50_000) == [("UNFINISHED", "/*")]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("''", ""),
        ("'a b'", "a b"),
        ("'it''s'", "it's"),
        ("'it\\'s'", "it's"),
        ('"say ""hi"""', 'say "hi"'),
        ("'a\\nb\\tc\\\\d'", "a\nb\tc\\d"),
        ("'\\x41\\\\x1F600\\'", "A\U0001f600"),
        ("'\\x41'", "x41"),
        ("'\\0\\a\\b\\f\\v\\r'", "\0\a\b\f\v\r"),
        ("'one \\\nline'", "one line"),
        ("'\\q'", "q"),
        ("'\\x000041\\B'", "AB"),
        ("'\\xD800\\!'", "xD800!"),
    ],
)
def test_escapes(text: str, content: str) -> None:
    assert unquote(text) == content


def test_codes_beyond_unicode_are_no_characters() -> None:
    assert kinds("'\\x110000\\'")[0][0] == "UNFINISHED"


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), st.sampled_from("'\""))
def test_quoting_is_undone(text: str, mark: str) -> None:
    quoted = quote(text, mark)
    assert unquote(quoted) == text
    assert kinds(quoted) == [("QUOTED" if mark == "'" else "STRING", quoted)]


@pytest.mark.parametrize("digits", [1, 3999, 4000, 4001, 8000, 12345])
def test_integers_of_any_size(digits: int) -> None:
    value = read_integer("7" * digits)
    assert value == 7 * (10**digits - 1) // 9
