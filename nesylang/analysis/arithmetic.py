"""Constant arithmetic: the functions that ``is`` and probabilities may use, evaluated without side effects or blow-up."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping

from nesylang.syntax.terms import Atom, Compound, Float, Integer, Term, Variable

Number = int | float

LARGEST_CONSTANT = 4096
"""Bits of the largest integer that a constant power or shift may build."""


def _integers(function: Callable[[int, int], Number]) -> Callable[[Number, Number], Number]:
    """Return the function restricted to integers."""

    def restricted(first: Number, second: Number) -> Number:
        if not isinstance(first, int) or not isinstance(second, int):
            raise ValueError("it needs integers")
        return function(first, second)

    return restricted


def power(largest_bits: int) -> Callable[[Number, Number], Number]:
    """Return the power function that raises OverflowError for integers of more bits."""

    def limited(base: Number, exponent: Number) -> Number:
        integers = isinstance(base, int) and isinstance(exponent, int)
        if integers and abs(base) > 1 and abs(exponent) * int(base).bit_length() > largest_bits:
            raise OverflowError("the power is too large")
        result = base**exponent
        if isinstance(result, complex):
            raise ValueError("the power is not a real number")
        return result

    return limited


def shift_left(largest_bits: int) -> Callable[[Number, Number], Number]:
    """Return the shift to the left that raises OverflowError for integers of more bits."""

    def limited(first: int, second: int) -> int:
        if first and second + first.bit_length() > largest_bits:
            raise OverflowError("the shifted number is too large")
        return first << second

    return _integers(limited)


UNARY: Mapping[str, Callable[[Number], Number]] = {
    "+": lambda a: a,
    "-": lambda a: -a,
    "\\": lambda a: _integers(lambda x, _: ~x)(a, 0),
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "integer": int,
    "float": float,
    "float_integer_part": int,
    "float_fractional_part": lambda a: a - int(a),
    "ceiling": math.ceil,
    "floor": math.floor,
    "round": round,
    "truncate": math.trunc,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "asinh": math.asinh,
    "acosh": math.acosh,
    "atanh": math.atanh,
    "gamma": math.gamma,
    "lgamma": math.lgamma,
    "erf": math.erf,
    "erfc": math.erfc,
}
"""Name -> function of one number."""

BINARY: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "rem": lambda a, b: a % b,
    "div": lambda a, b: (a - a % b) // b,
    "**": power(LARGEST_CONSTANT),
    "^": power(LARGEST_CONSTANT),
    "exp": math.pow,
    "min": min,
    "max": max,
    "atan": math.atan2,
    "atan2": math.atan2,
    "/\\": _integers(lambda a, b: a & b),
    "\\/": _integers(lambda a, b: a | b),
    "xor": _integers(lambda a, b: a ^ b),
    "#": _integers(lambda a, b: a ^ b),
    "><": _integers(lambda a, b: a ^ b),
    "<<": shift_left(LARGEST_CONSTANT),
    ">>": _integers(lambda a, b: a >> b),
}
"""Name -> function of two numbers."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "epsilon": sys.float_info.epsilon}
"""Atoms that are numbers in arithmetic."""

FUNCTIONS: frozenset[tuple[str, int]] = frozenset(
    {*((name, 0) for name in CONSTANTS), *((name, 1) for name in UNARY), *((name, 2) for name in BINARY)}
)
"""Signatures of the arithmetic functions, those of ProbLog."""


class NotConstant(Exception):
    """The term has a variable, so that its value is known only when it is grounded."""


class NotNumeric(Exception):
    """A part of the term has no value: ``part`` and why."""

    def __init__(self, part: Term, reason: str) -> None:
        super().__init__(reason)
        self.part = part
        self.reason = reason


def evaluate(term: Term) -> Number:
    """Return the value of a ground arithmetic term; raises NotConstant where it has variables, NotNumeric where it has none."""
    pending: list[tuple[Term, bool]] = [(term, False)]
    values: list[Number] = []
    open_term = False
    while pending:
        current, arguments_done = pending.pop()
        match current:
            case Integer(value=integer):
                values.append(integer)
            case Float(value=real):
                values.append(real)
            case Variable():
                open_term = True
                values.append(1)
            case Atom(name=name) if name in CONSTANTS:
                values.append(CONSTANTS[name])
            case Compound(functor=functor, args=args) if (functor, len(args)) in FUNCTIONS:
                if not arguments_done:
                    pending.append((current, True))
                    pending.extend((argument, False) for argument in reversed(args))
                    continue
                operands = values[len(values) - len(args) :]
                del values[len(values) - len(args) :]
                values.append(1 if open_term else _apply(current, operands))
            case Compound(functor=functor) if functor[-2:] == "{}":
                raise NotNumeric(current, "an aggregate has its value in a body")
            case Compound(functor=functor, args=args):
                raise NotNumeric(current, f"there is no arithmetic function {functor}/{len(args)}")
            case _:
                raise NotNumeric(current, "it is not a number")
    if open_term:
        raise NotConstant
    return values[0]


def _apply(term: Compound, operands: list[Number]) -> Number:
    try:
        result = UNARY[term.functor](operands[0]) if len(operands) == 1 else BINARY[term.functor](operands[0], operands[1])
    except ZeroDivisionError:
        raise NotNumeric(term, "it divides by zero") from None
    except OverflowError:
        raise NotNumeric(term, "its value is too large") from None
    except ValueError as problem:
        raise NotNumeric(term, f"its value is undefined ({problem})") from None
    return result
