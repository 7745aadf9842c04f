"""Directives without parentheses, and their words as ordinary names."""

from __future__ import annotations

import pytest

import nesylang as nesy
from nesylang.source import NesyError, Source
from nesylang.syntax import parse, print_tree


@pytest.mark.parametrize("word", ["dynamic", "discontiguous", "multifile", "table"])
@pytest.mark.parametrize("listed", ["path/2", "path/2, edge/2", "'two words'/1", "(path/2, edge/2)"])
def test_directives_without_parentheses(word: str, listed: str) -> None:
    tree = parse(Source("test", f":- {word} {listed}.\np(1)."))
    assert tree == parse(Source("test", f":- {word}(({listed})).\np(1)."))
    assert parse(Source("printed", print_tree(tree))) == tree


def test_the_predicates_are_known() -> None:
    assert nesy.query(":- table path/2. query path(a, b).") == {"path(a,b)": 0.0}


@pytest.mark.parametrize(
    "text", ["table.", "p(table).", "p :- table, dynamic.", "table(1).", ":- table(p/1).", "query table.", "table :- p."]
)
def test_the_words_are_names_elsewhere(text: str) -> None:
    tree = parse(Source("test", text))
    assert parse(Source("printed", print_tree(tree))) == tree


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("p :- table q.", "E106", None),
        ("Likes(ann).", "E106", "likes(...)"),
        ("p :- Q(1).", "E106", "q(...)"),
        ("0.5: rain.", "E108", "0.5 :: rain"),
        ("1: rain(X) :- p(X).", "E108", "1 :: rain(X)"),
        ("?- rain.", "E105", "query goal."),
    ],
)
def test_what_newcomers_write(text: str, code: str, hint: str | None) -> None:
    with pytest.raises(NesyError) as failure:
        parse(Source("test", text))
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == code
    assert hint is None or hint in (diagnostic.hint or "")
