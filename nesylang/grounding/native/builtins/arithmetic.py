"""Arithmetic: the values of terms, comparisons of values, and the relations between integers."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Mapping

from nesylang.analysis.arithmetic import BINARY, CONSTANTS, UNARY, Number, power, shift_left
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation, Test
from nesylang.grounding.native.convert import show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import Real, Store, Struct, Text, Value, Var

LARGEST_INTEGER = 1 << 24
"""Bits of the largest integer that a power or shift may build."""

BINARY_FUNCTIONS: Mapping[str, Callable[[Number, Number], Number]] = {
    **BINARY,
    "**": power(LARGEST_INTEGER),
    "^": power(LARGEST_INTEGER),
    "<<": shift_left(LARGEST_INTEGER),
}
"""Name -> function of two numbers."""

INLINE: Mapping[tuple[str, int], str] = {
    ("+", 1): "({0})",
    ("-", 1): "(-{0})",
    ("abs", 1): "abs({0})",
    ("+", 2): "({0} + {1})",
    ("-", 2): "({0} - {1})",
    ("*", 2): "({0} * {1})",
    ("//", 2): "({0} // {1})",
    ("mod", 2): "({0} % {1})",
    ("rem", 2): "({0} % {1})",
    ("min", 2): "min({0}, {1})",
    ("max", 2): "max({0}, {1})",
}
"""Functions that are a Python expression over int and float; it may raise ZeroDivisionError and OverflowError."""

COMPARISONS: Mapping[str, Callable[[Number, Number], bool]] = {
    "=:=": operator.eq,
    "=\\=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=<": operator.le,
    ">=": operator.ge,
}
"""Name -> comparison of two numbers."""


def evaluate(store: Store, term: Value) -> Number:
    """Return the value of a resolved term; GoalError E303 if it has none. Deep terms are no problem."""
    kind = type(term)
    if kind is int:
        return term  # type: ignore[return-value]
    if kind is Real:
        return term.value  # type: ignore[union-attr,return-value]
    pending: list[tuple[Value, bool]] = [(term, False)]
    values: list[Number] = []
    while pending:
        current, ready = pending.pop()
        if isinstance(current, int):
            values.append(current)
        elif isinstance(current, Real):
            values.append(current.value)
        elif isinstance(current, Struct):
            count = len(current.args)
            if ready:
                operands = values[len(values) - count :]
                del values[len(values) - count :]
                values.append(_applied(current, operands))
                continue
            if current.name not in (UNARY if count == 1 else BINARY_FUNCTIONS if count == 2 else ()):
                raise GoalError("E303", f"there is no arithmetic function {current.name}/{count}")
            pending.append((current, True))
            pending.extend([(argument, False) for argument in reversed(current.args)])
        else:
            values.append(_constant(current))
    return values[0]


def _constant(term: Value) -> Number:
    if isinstance(term, str) and term in CONSTANTS:
        return CONSTANTS[term]
    if isinstance(term, str):
        hint = "numbers are compared with <, =<, =:=, terms with @<, ==, ="
        raise GoalError("E303", f"arithmetic on '{term}', which is not a number", hint)
    if isinstance(term, Text):
        raise GoalError("E303", f"arithmetic on the string {show(term)}", "number_string/2 reads a number from a string")
    raise GoalError("E303", "arithmetic on a variable that has no value yet", "bind the variable in a goal before this one")


def _applied(term: Struct, operands: list[Number]) -> Number:
    try:
        return UNARY[term.name](operands[0]) if len(operands) == 1 else BINARY_FUNCTIONS[term.name](operands[0], operands[1])
    except ZeroDivisionError:
        raise GoalError("E303", "arithmetic fails: division by zero") from None
    except OverflowError:
        raise GoalError("E303", f"arithmetic fails: the value of {show(term)} is too large") from None
    except ValueError as problem:
        raise GoalError("E303", f"arithmetic fails: the value of {show(term)} is undefined ({problem})") from None


def is_value(store: Store, result: Value, term: Value) -> list[tuple[Value, ...]]:
    """Return the solutions of ``is``."""
    value = evaluate(store, term)
    return [(store.real(value) if isinstance(value, float) else value, term)]


def _comparison(name: str, compared: Callable[[Number, Number], bool]) -> Test:
    def holds(store: Store, first: Value, second: Value) -> bool:
        return compared(evaluate(store, first), evaluate(store, second))

    return Test(name, 2, holds)


def _integer(name: str, term: Value) -> int | None:
    """Return an argument that is an integer or a variable, which gives None."""
    if isinstance(term, int) or type(term) is Var:
        return term if isinstance(term, int) else None
    raise GoalError("E302", f"{name} is called with {show(term)} where it takes an integer")


def _unbound(name: str, count: str) -> GoalError:
    return GoalError("E302", f"{name} is called with too many unbound arguments", f"bind {count} in a goal before this one")


def succ(store: Store, first: Value, second: Value) -> list[tuple[Value, ...]]:
    """Return the integer before or after another one."""
    low, high = _integer("succ/2", first), _integer("succ/2", second)
    if low is not None:
        return [(low, low + 1)]
    if high is None:
        raise _unbound("succ/2", "one of the two")
    return [(high - 1, high)]


def plus(store: Store, first: Value, second: Value, total: Value) -> list[tuple[Value, ...]]:
    """Return the sum of two integers, or what has to be added to one of them."""
    left, right, both = _integer("plus/3", first), _integer("plus/3", second), _integer("plus/3", total)
    if left is not None and right is not None:
        return [(left, right, left + right)]
    if both is not None and left is not None:
        return [(left, both - left, both)]
    if both is not None and right is not None:
        return [(both - right, right, both)]
    raise _unbound("plus/3", "two of the three")


def between(store: Store, low: Value, high: Value, value: Value) -> Iterable[tuple[Value, ...]]:
    """Return the integers of a range; without an upper end they go on for ever."""
    first = _integer("between/3", low)
    last = None if high in ("inf", "infinite") or (isinstance(high, Real) and high.value == float("inf")) else _integer("between/3", high)
    tested = _integer("between/3", value)
    if first is None or type(high) is Var:
        raise GoalError("E302", "between/3 is called with an unbound end of the range", "bind both ends in a goal before this one")
    if tested is not None:
        return [(low, high, value)] if first <= tested and (last is None or tested <= last) else []
    numbers = itertools.count(first) if last is None else range(first, last + 1)
    return ((low, high, number) for number in numbers)


ARITHMETIC: tuple[NativeBuiltin, ...] = (
    Relation("is", 2, is_value, (((), (0, 1)),)),
    *(_comparison(name, compared) for name, compared in COMPARISONS.items()),
    Relation("succ", 2, succ, (((), (0, 1)),)),
    Relation("plus", 3, plus, (((), (0, 1, 2)),)),
    Relation("between", 3, between, (((), (0, 1, 2)),)),
)
"""The predicates of arithmetic."""
