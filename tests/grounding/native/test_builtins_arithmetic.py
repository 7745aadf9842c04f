"""Arithmetic: values, comparisons, relations of integers, and what is refused."""

from __future__ import annotations

import pytest

from nesylang.grounding.native.builtins.arithmetic import INLINE, evaluate
from nesylang.grounding.native.terms import Store, Value
from tests.grounding.native.asking import cases, solutions

ARITHMETIC = r"""
X is 2**3 ==> X=8
X is 2**(-1) ==> X=0.5
X is 4/2 ==> X=2.0
X is -7 // 2 ==> X=-4
X is -7 mod 3 ==> X=2
X is 7 rem -3 ==> X=-2
X is 7 div -2 ==> X=-4
X is 7.5 // 2 ==> X=3.0
X is 7.5 mod 2 ==> X=1.5
X is exp(2,3) ==> X=8.0
X is 2^3 ==> X=8
X is 2.0**3 ==> X=8.0
X is integer(2.5) ==> X=2
X is integer(-2.5) ==> X=-2
X is round(2.5) ==> X=2
X is float(3) ==> X=3.0
X is float_integer_part(2.5) ==> X=2
X is float_fractional_part(2.5) ==> X=0.5
X is float_fractional_part(3) ==> X=0
X is ceiling(2.1) ==> X=3
X is sign(-2.5) ==> X=-1
X is abs(-2) ==> X=2
X is min(1,1.0) ==> X=1
X is max(1,1.0) ==> X=1
X is max(1.0,1) ==> X=1.0
X is min(1.0,1) ==> X=1.0
X is \ 5 ==> X=-6
X is xor(5,3) ==> X=6
X is 5 xor 3 ==> X=6
X is 1 << 70 ==> X=1180591620717411303424
X is pi ==> X=3.141592653589793
X is inf ==> X=inf
X is nan ==> X=nan
X is a ==> E303 arithmetic on 'a', which is not a number
X is foo(1) ==> E303 there is no arithmetic function foo/1
X is [1] ==> E303 there is no arithmetic function ./2
X is "a" ==> E303 arithmetic on the string "a"
X is '5' ==> E303 arithmetic on '5', which is not a number
X is e ==> X=2.718281828459045
X is 5/0 ==> E303 arithmetic fails: division by zero
X is 5.0/0 ==> E303 arithmetic fails: division by zero
X is 2**0.5 ==> X=1.4142135623730951
X is (-2)**0.5 ==> E303 arithmetic fails: the value of -2**0.5 is undefined (the power is not a real number)
X is 10.0**400 ==> E303 arithmetic fails: the value of 10.0**400 is too large
X is exp(1000) ==> E303 arithmetic fails: the value of exp(1000) is too large
X is 0**(-1) ==> E303 arithmetic fails: division by zero
X is sqrt(-1) ==> E303 arithmetic fails: the value of sqrt(-1) is undefined (math domain error)
X is log(0) ==> E303 arithmetic fails: the value of log(0) is undefined (math domain error)
X is truncate(2.7) ==> X=2
X is 5 / 2.5 ==> X=2.0
X is 1.0 * 3 ==> X=3.0
X is atan(1,2) ==> X=0.4636476090008061
X is atan2(1,2) ==> X=0.4636476090008061
X is 1.5 << 2 ==> E303 arithmetic fails: the value of 1.5<<2 is undefined (it needs integers)
X is 1 >> -1 ==> E303 arithmetic fails: the value of 1>> -1 is undefined (negative shift count)
X is 2 ** 3.0 ==> X=8.0
X is gamma(5) ==> X=24.0
X is lgamma(5) ==> X=3.178053830347945
X is -(3) ==> X=-3
X is +(3) ==> X=3
X is integer(1.0e20) ==> X=100000000000000000000
X is integer(inf) ==> E303 arithmetic fails: the value of integer(inf) is too large
X is floor(nan) ==> E303 arithmetic fails: the value of floor(nan) is undefined (cannot convert float NaN to integer)
1 =:= 1.0 ==> true
nan =:= nan ==> no
1 is 1.0 ==> no
1.0 is 1 ==> no
X is random ==> E303 arithmetic on 'random', which is not a number
X is cot(1) ==> E303 there is no arithmetic function cot/1
X is max(1) ==> E303 there is no arithmetic function max/1
X is cputime ==> E303 arithmetic on 'cputime', which is not a number
X is gcd(4,6) ==> E303 there is no arithmetic function gcd/2
X is msb(8) ==> E303 there is no arithmetic function msb/1
X is trunc(2.5) ==> E303 there is no arithmetic function trunc/1
succ(X,0) ==> X=-1
succ(X,-1) ==> X=-2
succ(3,X) ==> X=4
succ(-3,X) ==> X=-2
succ(X,Y) ==> E302 succ/2 is called with too many unbound arguments
succ(a,X) ==> E302 succ/2 is called with a where it takes an integer
succ(1.0,X) ==> E302 succ/2 is called with 1.0 where it takes an integer
plus(1,2,X) ==> X=3
plus(1,X,2) ==> X=1
plus(1.5,2,X) ==> E302 plus/3 is called with 1.5 where it takes an integer
between(1,3,X) ==> X=1 ; X=2 ; X=3
between(1,inf,X) ==> X=1 ; X=2 ; X=3 ; X=4 ; ...
between(3,1,X) ==> no
between(1,3,2) ==> true
between(1,3,a) ==> E302 between/3 is called with a where it takes an integer
2 < 3 ==> true
3 =< 2 ==> no
2 > 1.5 ==> true
2 >= 2 ==> true
1 =:= 2-1 ==> true
1 =\= 1 ==> no
a < 1 ==> E303 arithmetic on 'a', which is not a number
X < 1 ==> E303 arithmetic on a variable that has no value yet
1 is 2 ==> no
X is Y+1 ==> E303 arithmetic on a variable that has no value yet
X is max(2,3)*(4-1) ==> X=9
between(1,infinite,X) ==> X=1 ; X=2 ; X=3 ; X=4 ; ...
between(X,3,1) ==> E302 between/3 is called with an unbound end of the range
between(1,X,1) ==> E302 between/3 is called with an unbound end of the range
between(3,inf,2) ==> no
between(3,inf,9) ==> true
plus(X,1,3) ==> X=2
plus(X,Y,3) ==> E302 plus/3 is called with too many unbound arguments
plus(1,2,4) ==> no
succ(3,4) ==> true
succ(3,5) ==> no
"""


@pytest.mark.parametrize(("goal", "expected"), cases(ARITHMETIC))
def test_arithmetic(goal: str, expected: list[str]) -> None:
    assert solutions(goal) == expected


def test_large_integers() -> None:
    assert solutions("X is 10**400") == ["X=1" + "0" * 400]
    assert solutions("X is 2**100000 mod 7") == ["X=2"]
    assert solutions("X is 2**(10**9)") == ["E303 arithmetic fails: the value of 2**(10**9) is too large"]
    assert solutions("X is 1 << 10**9") == ["E303 arithmetic fails: the value of 1<<10**9 is too large"]


def test_deep_terms() -> None:
    store = Store()
    term: Value = 0
    for _ in range(100_000):
        term = store.make("+", (term, 1))
    assert evaluate(store, term) == 100_000


@pytest.mark.parametrize("called", sorted(INLINE))
@pytest.mark.parametrize("operands", [(7, 2), (-7, 2), (7, -3), (1.5, 2), (2, 1.5), (-2.5, 0.5), (0, 1), (3, 3.0)])
def test_inline_expressions_are_the_functions(called: tuple[str, int], operands: tuple[float, float]) -> None:
    name, arity = called
    store = Store()
    used = operands[:arity]
    value = evaluate(store, store.make(name, tuple(store.number(operand) for operand in used)))
    inline = eval(INLINE[called].format(*(f"({operand!r})" for operand in used)))
    assert (type(inline), inline) == (type(value), value)
