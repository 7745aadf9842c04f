"""What problog's engine lacks: callable connectives, membership, ranges, and an order of terms that compares numbers by value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cmp_to_key

from problog.engine_builtin import check_mode
from problog.engine_stack import BooleanBuiltIn, SimpleBuiltIn
from problog.engine_unify import UnifyError, unify_value
from problog.logic import And, Not, Or, Var, is_variable
from problog.logic import Clause as ProblogClause
from problog.logic import Constant as ProblogConstant
from problog.logic import Term as ProblogTerm

from nesylang.grounding.problog_terms import MEMBER, RANGE

Rows = list[tuple[ProblogTerm | None, ...]]


def library_clauses() -> Iterator[ProblogTerm]:
    """Yield the clauses of the predicates that every program has."""
    first, second, rest = Var("A"), Var("B"), Var("T")
    yield ProblogTerm(MEMBER, first, ProblogTerm(".", first, rest))
    yield ProblogClause(ProblogTerm(MEMBER, first, ProblogTerm(".", second, rest)), ProblogTerm(MEMBER, first, rest))
    low, high = Var("L"), Var("H")
    between = ProblogTerm("between", low, high, first)
    for test in ("var", "integer"):
        yield ProblogClause(ProblogTerm(RANGE, low, high, first), And(ProblogTerm(test, first), between))
    # The engine compiles connectives in bodies, but finds no predicate where a variable or call/1 holds one.
    call_first, call_second = ProblogTerm("call", first), ProblogTerm("call", second)
    yield ProblogClause(ProblogTerm(",", first, second), And(call_first, call_second))
    yield ProblogClause(ProblogTerm(";", first, second), Or(call_first, call_second))
    for negation in ("\\+", "not"):
        yield ProblogClause(ProblogTerm(negation, first), Not("\\+", call_first))
    implied, implying = (Not("\\+", And(one, Not("\\+", other))) for one, other in ((call_first, call_second), (call_second, call_first)))
    yield ProblogClause(ProblogTerm("'<=>'", first, second), And(implied, implying))
    yield ProblogClause(ProblogTerm("'xor'", first, second), Not("\\+", And(implied, implying)))


def order_builtins() -> Iterator[tuple[str, int, object]]:
    """Yield the builtins of the standard order of terms, with name and arity, to stand in for the engine's own.

    The engine's compare numbers as text where they differ, so that ``10 @< 9`` holds.
    """
    tests: dict[str, Callable[[int], bool]] = {
        "@<": lambda order: order < 0,
        "@=<": lambda order: order <= 0,
        "@>": lambda order: order > 0,
        "@>=": lambda order: order >= 0,
    }
    for name, test in tests.items():
        yield name, 2, BooleanBuiltIn(_test(test))
    yield "compare", 3, SimpleBuiltIn(_compare)
    yield "sort", 2, SimpleBuiltIn(_sort)


def _test(test: Callable[[int], bool]) -> Callable[..., bool]:
    def holds(first: ProblogTerm, second: ProblogTerm, **_: object) -> bool:
        return test(compare_terms(first, second))

    return holds


def _compare(order: ProblogTerm, first: ProblogTerm, second: ProblogTerm, **arguments: object) -> Rows:
    check_mode((order, first, second), ["<**", "v**"], functor="compare", **arguments)
    found = ProblogTerm(("'='", "'>'", "'<'")[compare_terms(first, second)])
    return [(found, first, second)] if is_variable(order) or order.functor == found.functor else []


def _sort(unsorted: ProblogTerm, ordered: ProblogTerm, **arguments: object) -> Rows:
    check_mode((unsorted, ordered), ["L*"], functor="sort", **arguments)
    elements = []
    rest = unsorted
    while rest.functor == ".":
        elements.append(rest.args[0])
        rest = rest.args[1]
    result = ProblogTerm("[]")
    last: Sequence[ProblogTerm] = ()
    for element in sorted(elements, key=cmp_to_key(compare_terms), reverse=True):
        if not last or compare_terms(element, last[0]) != 0:
            result = ProblogTerm(".", element, result)
            last = (element,)
    try:
        return [(unsorted, unify_value(ordered, result, {}))]
    except UnifyError:
        return []


def compare_terms(first: ProblogTerm, second: ProblogTerm) -> int:
    """Return -1, 0 or 1 as the first term comes before the second in the standard order, is the same, or comes after it.

    Variables come first, then numbers by value (a float before the equal integer), strings, and atoms and compounds by number of
    arguments, name and arguments.
    """
    pending = [(first, second)]
    while pending:
        left, right = pending.pop()
        left_key, right_key = _key(left), _key(right)
        if left_key != right_key:
            return -1 if left_key < right_key else 1
        if left_key[0] == _COMPOUND:
            pending.extend(reversed(list(zip(left.args, right.args, strict=True))))
    return 0


_VARIABLE, _NUMBER, _STRING, _COMPOUND = range(4)


def _key(term: ProblogTerm | int | None) -> tuple[int, int | float, int | str]:
    """Return what terms are compared by before their arguments."""
    if term is None or isinstance(term, int):
        return _VARIABLE, -(term or 0), ""
    if isinstance(term, Var):
        return _VARIABLE, 0, str(term.functor)
    if isinstance(term, ProblogConstant):
        value = term.functor
        return (_STRING, 0, value) if isinstance(value, str) else (_NUMBER, value, int(isinstance(value, int)))
    return _COMPOUND, len(term.args), str(term.functor).strip("'")
