"""What the grounder adds to problog's engine: the standard order, ranges, connectives as predicates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from problog.logic import Constant, Term, Var

import nesylang as nesy
from nesylang.grounding.problog_library import compare_terms
from nesylang.grounding.problog_terms import TermWriter
from nesylang.source import Source
from nesylang.syntax import parse_term

ASCENDING = ["-2", "1.0", "1", "9", "10", "100.5", '"a"', '"b"', "[]", "a", "b", "f(a)", "f(b)", "g(a)", "[1]", "[2]", "f(a, b)"]


def written(text: str) -> Term:
    return TermWriter({}).term(parse_term(Source("term", text)))


def test_terms_are_ordered() -> None:
    """By kind, numbers by value, compounds by number of arguments, name and arguments."""
    ordered = [text for text in ASCENDING if not text.startswith("[")]
    for i, first in enumerate(ordered):
        for j, second in enumerate(ordered):
            assert compare_terms(written(first), written(second)) == (i > j) - (i < j), (first, second)


def test_variables_come_first() -> None:
    assert compare_terms(Var("X"), Constant(1)) == -1
    assert compare_terms(-1, Constant(-5)) == -1
    assert compare_terms(Term("a"), None) == 1


@given(st.lists(st.sampled_from(ASCENDING), min_size=3, max_size=3))
def test_the_order_is_transitive(texts: list[str]) -> None:
    first, second, third = (written(text) for text in texts)
    if compare_terms(first, second) <= 0 and compare_terms(second, third) <= 0:
        assert compare_terms(first, third) <= 0


def test_long_lists_are_compared() -> None:
    """Without recursion."""
    left = written(f"[{', '.join(['a'] * 20_000)}]")
    right = written(f"[{', '.join(['a'] * 19_999)}, b]")
    assert compare_terms(left, right) == -1
    assert compare_terms(left, left) == 0


@pytest.mark.parametrize(
    ("goal", "holds"),
    [
        ("9 @< 10", True),
        ("10 @< 9", False),
        ("2 @>= 10", False),
        ("compare(<, 9, 10)", True),
        ("compare(>, 9, 10)", False),
        ("sort([10, 9, 100, 9], [9, 10, 100])", True),
        ("sort([], [])", True),
        ("sort([b, a], [b, a])", False),
        ("2 in 1..3", True),
        ("a in 1..3", False),
        ("2.0 in 1..3", False),
    ],
)
def test_goals(goal: str, holds: bool) -> None:
    assert list(nesy.query("p :- " + goal + ".", "p").values()) == [float(holds)]


def test_equal_elements_are_sorted_out() -> None:
    assert nesy.query("p(L) :- sort([1, 1.0, a, 1], L).", "p(L)") == {"p([1.0,1,a])": 1.0}


def test_a_sorted_list_must_be_one() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.query("p(L) :- sort(a, L).", "p(L)")
    assert [diagnostic.code for diagnostic in failure.value.diagnostics] == ["E302"]


def test_connectives_can_be_called() -> None:
    program = """
        0.5 :: a. 0.4 :: b.
        run(and) :- G = (a, b), call(G).
        run(or) :- call((a ; b)).
        run(not) :- G = (not a), G.
        run(minus) :- call(\\+, a).
    """
    found = nesy.query(program, "run(X)")
    expected = {"run(and)": 0.2, "run(or)": 0.7, "run(not)": 0.5, "run(minus)": 0.5}
    assert found == {atom: pytest.approx(probability) for atom, probability in expected.items()}
