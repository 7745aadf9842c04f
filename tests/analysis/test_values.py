"""Sets of terms: what is in them, what two of them have in common, how they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesylang.analysis.types import BUILTIN_TYPES, EnumerationType, ListOf, OpaqueType, RangeType
from nesylang.analysis.values import (
    ANY,
    ATOM,
    INTEGER,
    LARGEST_SET,
    LIST,
    NOTHING,
    NUMBER,
    STRING,
    Interval,
    Values,
    is_exactly_within,
    join,
    join_all,
    meet,
    of_constant,
    of_type,
)
from nesylang.source import Source, Span
from nesylang.syntax.parser import parse_term
from nesylang.syntax.terms import Term

SPAN = Span(Source("test", ""), 0, 0)
TEXTS = ["1", "7", "-3", "2.5", '"text"', "red", "green", "[]", "f(1)", "g(1, 2)", "[1, 2]", "[a]", "[[1]]"]


def term(text: str) -> Term:
    return parse_term(Source("test", text))


SETS = [
    NOTHING,
    ANY,
    INTEGER,
    NUMBER,
    STRING,
    ATOM,
    LIST,
    Values(integers=Interval(0, 9)),
    Values(integers=frozenset({1, 7})),
    Values(atoms=frozenset({"red", "[]"})),
    Values(compounds=frozenset({("f", 1)})),
    Values(lists=True, elements=INTEGER),
    Values(lists=True, elements=Values(atoms=frozenset({"a"}))),
    *(of_constant(term(text)) for text in TEXTS),
]

drawn = st.lists(st.sampled_from(SETS), min_size=1, max_size=3).map(join_all)


@given(drawn, drawn, st.sampled_from(TEXTS))
def test_what_is_in_one_or_in_both(first: Values, second: Values, text: str) -> None:
    """Never less than the sets: joins have all of both, meets all that both have."""
    found = term(text)
    assert join(first, second).accepts(found) or not (first.accepts(found) or second.accepts(found))
    assert meet(first, second).accepts(found) == (first.accepts(found) and second.accepts(found))


@given(drawn, drawn)
def test_laws(first: Values, second: Values) -> None:
    assert meet(first, second) == meet(second, first)
    assert join(first, second) == join(second, first)
    assert meet(first, ANY) == first
    assert join(first, NOTHING) == first
    assert meet(first, NOTHING).is_empty
    assert meet(first, join(first, second)) == first


def test_many_constants_become_their_kind() -> None:
    integers = join_all(Values(integers=frozenset({number})) for number in range(LARGEST_SET + 1))
    assert integers.integers == Interval(0, LARGEST_SET)
    atoms = join_all(Values(atoms=frozenset({f"a{number}"})) for number in range(LARGEST_SET + 1))
    assert atoms == ATOM


def test_tensors_of_two_types_have_nothing_in_common() -> None:
    image, sound = (of_type(OpaqueType(name, SPAN)) for name in ("image", "sound"))
    assert meet(image, sound).is_empty
    assert not meet(image, INTEGER).is_empty
    assert str(image) == "image"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (NOTHING, "nothing"),
        (ANY, "any"),
        (INTEGER, "int"),
        (NUMBER, "number"),
        (Values(integers=Interval(0, 9)), "0..9"),
        (Values(integers=frozenset({3, 1, 2})), "1..3"),
        (Values(integers=frozenset({3, 1})), "{1, 3}"),
        (Values(atoms=frozenset({"red", "New York"})), "{'New York', red}"),
        (LIST, "list"),
        (Values(atoms=frozenset({"[]"}), lists=True, elements=INTEGER), "list(int)"),
        (join(INTEGER, STRING), "int | string"),
        (Values(compounds=frozenset({("f", 1), ("+", 2)})), "+/2 | f/1"),
    ],
)
def test_how_they_are_shown(values: Values, shown: str) -> None:
    assert str(values) == shown


def test_types_as_values() -> None:
    digit = RangeType("digit", 0, 9, SPAN)
    color = EnumerationType("color", (term("red"), term("3")), SPAN)
    assert of_type(digit) == Values(integers=Interval(0, 9))
    assert of_type(color) == Values(integers=frozenset({3}), atoms=frozenset({"red"}))
    assert of_type(ListOf("list(digit)", digit)).accepts(term("[1, 9]"))
    assert not of_type(ListOf("list(digit)", digit)).accepts(term("[1, 10]"))
    assert of_type(BUILTIN_TYPES["any"]) == ANY


def test_what_is_surely_of_a_type() -> None:
    digit = RangeType("digit", 0, 9, SPAN)
    assert is_exactly_within(Values(integers=frozenset({0, 9})), digit)
    assert not is_exactly_within(Values(integers=frozenset({0, 10})), digit)
    assert is_exactly_within(ANY, OpaqueType("image", SPAN))
    halves = EnumerationType("halves", (term("0.5"),), SPAN)
    assert not is_exactly_within(of_constant(term("0.5")), halves)
    assert is_exactly_within(of_constant(term("[]")), ListOf("list(digit)", digit))
    assert not is_exactly_within(LIST, ListOf("list(digit)", digit))
