"""Constant arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from problog.logic import _arithmetic_functions

from nesylang.analysis.arithmetic import FUNCTIONS, NotConstant, NotNumeric, evaluate
from nesylang.source import Source
from nesylang.syntax import parse, print_term
from nesylang.syntax.statements import Clause
from nesylang.syntax.terms import Compound, Term


def term(text: str) -> Term:
    (clause,) = parse(Source("test", f"p({text}).")).statements
    assert isinstance(clause, Clause)
    atom = clause.heads[0].atom
    assert isinstance(atom, Compound)
    return atom.args[0]


def test_functions_are_those_of_the_engine() -> None:
    assert set(_arithmetic_functions) == FUNCTIONS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/6", 1 / 6),
        ("0.5*0.2", 0.1),
        ("1-0.3", 0.7),
        ("2**-2", 0.25),
        ("2^3", 8),
        ("7 // 2", 3),
        ("-7 mod 3", 2),
        ("1 - (1 - 0.1)**2", 0.19),
        ("min(0.2, 0.3) + max(1, 2)", 2.2),
        ("sqrt(0.25)", 0.5),
        ("pi/4", 0.7853981633974483),
        ("\\ 5", -6),
        ("6 /\\ 3 \\/ 8", 10),
        ("1 << 3", 8),
        ("abs(-0.4)", 0.4),
        ("sign(-3)", -1),
        ("-(-(0.4))", 0.4),
    ],
)
def test_values(text: str, value: float) -> None:
    assert evaluate(term(text)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("1/0", "1/0", "divides by zero"),
        ("0.5 * abc", "abc", "not a number"),
        ('"0.5"', '"0.5"', "not a number"),
        ("[1]", "[1]", "not a number"),
        ("1 + foo(2)", "foo(2)", "no arithmetic function foo/1"),
        ("9**(9**9)", "9**(9**9)", "too large"),
        ("10**100000000", "10**100000000", "too large"),
        ("1 << 100000000", "1<<100000000", "too large"),
        ("exp(10000)", "exp(10000)", "too large"),
        ("sqrt(-1)", "sqrt(-1)", "undefined"),
        ("0.5 /\\ 1", "0.5/\\1", "undefined"),
        ("(-1)**0.5", "-1**0.5", "undefined"),
        ("integer(inf)", "integer(inf)", "too large"),
        ("integer(nan)", "integer(nan)", "undefined"),
    ],
)
def test_terms_without_value(text: str, part: str, reason: str) -> None:
    with pytest.raises(NotNumeric, match=reason) as failure:
        evaluate(term(text))
    assert print_term(failure.value.part) == part


def test_variables_are_not_constant() -> None:
    with pytest.raises(NotConstant):
        evaluate(term("1/X"))
    with pytest.raises(NotConstant):
        evaluate(term("1/(X*0)"))
    with pytest.raises(NotNumeric):
        evaluate(term("X + abc"))


def test_deep_terms_are_evaluated() -> None:
    assert evaluate(term("+".join(["1"] * 5000))) == 5000


@given(st.integers(-50, 50), st.integers(-50, 50), st.sampled_from(["+", "-", "*", "//", "mod"]))
def test_integer_arithmetic_agrees_with_python(left: int, right: int, operator: str) -> None:
    text = f"({left}) {operator} ({right})"
    python = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "//": int.__floordiv__, "mod": int.__mod__}[operator]
    if right == 0 and operator in ("//", "mod"):
        with pytest.raises(NotNumeric):
            evaluate(term(text))
    else:
        assert evaluate(term(text)) == python(left, right)
