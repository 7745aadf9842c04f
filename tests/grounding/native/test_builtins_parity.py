"""The builtins against ProbLog's own, each asked as a one-line program."""

from __future__ import annotations

import pytest
from problog.engine import DefaultEngine
from problog.errors import ProbLogError
from problog.logic import Term
from problog.program import PrologString

from tests.grounding.native.asking import solutions


def goals(text: str) -> list[str]:
    """Return the goals of a text, which have no spaces."""
    return text.split()


ARITHMETIC = goals(
    """
2**3 2**(-1) 4/2 (-7)//2 -7//2 7rem(-3) 7div(-2) 7.5//2 exp(2,3) 2^3 2.0**3 2**0.5 integer(2.5) integer(-2.5) round(2.5)
round(3.5) float(3) float_integer_part(2.5) float_fractional_part(2.5) float_fractional_part(3) ceiling(2.1) floor(-2.1) truncate(-2.7)
sign(-2.5) sign(0) abs(-2) abs(-2.5) min(1,1.0) max(1,1.0) max(1.0,1) min(1.0,1) \\5 5/\\3 5\\/3 5#3 5><3 1<<70 -5>>1 pi e inf epsilon
sqrt(16) sin(1) cos(1) tan(1) asin(0.5) acos(0.5) atan(1) sinh(1) cosh(1) tanh(1) asinh(1) acosh(2) atanh(0.5) exp(1) log(2) log10(1000)
gamma(5) lgamma(5) erf(0.5) erfc(0.5) atan(1,2) atan2(1,2) 10**30 3-5 2.5+1 1.0*3 1-1.0 +(3) -(-(3)) 7/7 2*(3+4)-1
"""
)

FAILING_ARITHMETIC = goals("5/0 5//0 a foo(1) [1] sqrt(-1) log(0) 1>>(-1)")

TESTS = goals(
    """
1<2 2<1 1.0=:=1 1=\\=1 2>=2.0 2=<1 3>1 a@<b f(a)@>b 1==1.0 a==a f(X)==f(X) f(X)==f(Y) a\\==b a\\=b X\\=a f(X)\\=f(1,2) var(X) nonvar(X)
nonvar(a) atom(a) atom(1) atom([]) atom(f(x)) atomic(1) atomic(a) atomic(f(x)) compound(f(x)) compound(a) compound([a]) callable(a)
callable(f(x)) callable(1) number(1) number(1.5) number(a) integer(1) integer(1.0) float(1.0) float(1) rational(1) simple(X) simple(f(x))
simple(1) primitive(1) primitive(f(x)) dbreference(a) ground(f(a)) ground(f(X)) is_list([]) is_list([a,b]) is_list(a) is_list(f(x))
subsumes_term(f(_),f(a)) subsumes_term(f(a),f(_)) subsumes_chk(f(A,B),f(C,C)) subsumes_term(f(A,A),f(B,C)) between(1,3,2) between(1,3,4)
succ(1,2) succ(1,3) plus(1,2,3) plus(1,2,4)
"""
)

RELATIONS = goals(
    """
X=a f(X)=f(b) a=X succ(X,4) succ(4,X) succ(X,0) plus(1,2,X) plus(1,X,3) plus(X,2,3) between(1,4,X) between(3,1,X) functor(f(a,b),X,_)
functor(f(a,b),_,X) functor(a,_,X) functor([a],_,X) functor(X,foo,0) arg(1,f(a,b),X) arg(3,f(a,b),X) arg(0,f(a,b),X) arg(1,a,X)
f(a,b)=..X X=..[f,a] X=..[5] 5=..X foo=..X f(a)=..[X,a] compare(X,1,2) compare(X,b,a) compare(X,f(a),f(a)) compare(X,a,f(a))
sort([c,b,a,b],X) sort([],X) length([a,b],X) length([],X) numbervars(f(a),X) varnumbers(f(a),X) atom_number(abc,X) cmd_args(X) seq(X)
"""
)

MISUSES = goals(
    """
succ(X,Y) succ(a,X) plus(X,Y,1) between(X,1,2) between(1,a,X) functor(X,Y,Z) arg(1,X,Y) arg(a,f(a),X) X=..Y X=..[] X=..[5,a] X=..[f|Y]
sort(a,X) sort([a|Y],X) compare(foo,1,X) length(foo,X) length([a],foo) atom_number(X,Y) numbervars(f(Y),a,X) varnumbers(5,X)
"""
)

LISTS = goals(
    """
member(X,[a,b,c]) member(a,[a,b]) member(z,[a,b]) memberchk(X,[a,b]) memberchk(f(X),[g(1),f(2),f(3)]) append(X,[c],[a,b,c])
append([a],X,[a,b]) append([a],[b],X) append(X,_,[a,b]) delete([a,b,a,c],a,X) enum_groups([a-1,b-2,a-3],_,X) enum_groups([a-1,b-2],X,_)
enum_groups([a,b,a],[1,2,3],_,X) enum_groups([a,b,a],[1,2,3],a,X) enum_groups([a,b,a],[1,2],_,X) flatten([1,[2,[3,4],[]],5],X) flatten(a,X)
flatten([],X) flatten([[]],X) intersection([a,b,c],[c,a],X) intersection([a,a,b],[a],X) is_set([a,b]) is_set([a,b,a]) last([a,b],X)
last([],X) list_to_set([a,b,a,c,b],X) max_list([1,3,2],X) max_list([],X) max_list([1,1.0],X) min_list([1.0,1],X) min_list([3,1,2],X)
max_member([1,a,f(b)],X) nextto(X,_,[1,2,3]) nextto(a,X,[a,b,a,c]) nth0(1,[a,b,c],X) nth0(X,[a,b,a],a) nth0(X,[a,b],_) nth1(1,[a,b],X)
nth0(1,[a,b,c],_,X) nth0(X,[a,b,c],b,_) numlist(1,4,X) numlist(4,1,X) numlist(2,2,X) numlist(X,3,[1,2,3]) permutation([a,b,c],X)
prefix(X,[a,b]) prefix([a],[a,b]) proper_length([a,b],X) reverse([a,b,c],X) same_length([a],[b,c]) same_length([a],[b]) select(a,[a,b,a],X)
select(X,[a,b],[a]) select(a,X,[b]) selectchk(a,[b,a,a],X) selectchk(X,[a,b],_) subset([a,b],[b,c,a]) subset([a,d],[b,c,a]) subset([],[])
subtract([a,b,a,c],[a],X) sum_list([1,2.5],X) sum_list([],X) sum_list([1+1,2],X) union([a,b],[b,c],X) union([a,a],[b],X) sum_list(foo,X)
"""
)

STRINGS = goals(
    """concat([a,b],X) concat([],X) concat([a,b],ab) join(x,[a,b],X) str2lst(abc,X) str2lst("abc",X) lst2str([a,b],X) str2int("12",X)"""
)


def theirs(goal: str, library: str = "") -> list[str] | None:
    """Return the values of X that ProbLog finds, or ``true`` without X; None where it refuses."""
    program = (f":- use_module(library({library})).\n" if library else "") + f"q(X) :- {goal}.\n"
    engine = DefaultEngine()
    try:
        found = engine.query(engine.prepare(PrologString(program)), Term("q", None))
    except ProbLogError:
        return None
    values = ["true" if answer[0] is None or isinstance(answer[0], int) else str(answer[0]) for answer in found]
    return [value.replace(" ", "") for value in values]


def ours(goal: str, library: str = "") -> list[str] | None:
    """Return the values of X that the builtin finds, in the spelling of ProbLog."""
    found = solutions(goal, library, most=10)
    if any(solution.startswith(("E30", "infinite")) for solution in found):
        return None
    assert found[-1:] != ["..."]
    values = [dict(part.split("=", 1) for part in solution.split(", ") if "=" in part).get("X", "true") for solution in found]
    return ["true" if value.startswith("_") else value for value in values]


@pytest.mark.parametrize("expression", [*ARITHMETIC, "-7 mod 3", "7.5 mod 2", "5 xor 3"])
def test_arithmetic(expression: str) -> None:
    (found,), (expected,) = ours(f"X is {expression}") or [""], theirs(f"X is {expression}") or [""]
    # ProbLog shortens floats to 15 digits when it writes them.
    assert found == expected or ("." in expected and float(found) == pytest.approx(float(expected), rel=1e-14))
    assert ("." in found or "inf" in found) == ("." in expected or "inf" in expected)


@pytest.mark.parametrize("goal", [f"X is {expression}" for expression in [*FAILING_ARITHMETIC, "5 mod 0"]] + MISUSES)
def test_what_both_refuse(goal: str) -> None:
    assert theirs(goal) is None
    assert ours(goal) is None


@pytest.mark.filterwarnings("ignore:The use of:UserWarning")
@pytest.mark.parametrize("goal", TESTS)
def test_tests(goal: str) -> None:
    assert bool(ours(goal)) == bool(theirs(goal))


ASKED = [*(("", goal) for goal in RELATIONS), *(("lists", goal) for goal in LISTS), *(("string", goal) for goal in STRINGS)]


@pytest.mark.parametrize(("library", "goal"), ASKED)
def test_relations(library: str, goal: str) -> None:
    found, expected = ours(goal, library), theirs(goal, library)
    assert found is not None
    # The answers of ProbLog's clauses are a set, those of a builtin a list; ProbLog quotes more names.
    found = [value.strip("'") for value in dict.fromkeys(found)]
    assert expected is not None
    expected = [value.strip("'") for value in dict.fromkeys(expected)]
    assert found == expected
