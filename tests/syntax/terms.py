"""Terms written short, for the tests to compare with: spans are left out of equality."""

from __future__ import annotations

from nesylang.source import whole
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable

HERE = whole("test", "here")

Short = Term | str | int | float


def term(value: Short) -> Term:
    """Return the term of a Python value: names that start with a capital or ``_`` become variables, others atoms."""
    match value:
        case str():
            is_variable = value[:1].isupper() or value.startswith("_")
            return Variable(value, HERE) if is_variable else Atom(value, HERE)
        case int():
            return Integer(value, HERE)
        case float():
            return Float(value, HERE)
        case _:
            return value


def compound(functor: str, *arguments: Short) -> Compound:
    """Return a compound of arguments written short."""
    return Compound(functor, tuple(term(argument) for argument in arguments), HERE)


def items(*elements: Short, tail: Short | None = None) -> ListTerm:
    """Return a list of elements written short."""
    return ListTerm(tuple(term(element) for element in elements), None if tail is None else term(tail), HERE)


def string(value: str) -> String:
    """Return a string."""
    return String(value, HERE)
