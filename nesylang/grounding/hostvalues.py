"""Between terms and Python values, as the declared types of foreign predicates say."""

from __future__ import annotations

import math

from nesylang.analysis.types import EnumerationType, Type
from nesylang.grounding.forms import Compound as HostCompound
from nesylang.grounding.forms import Text
from nesylang.source import Span
from nesylang.syntax import print_term
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term


class Unfit(Exception):
    """A Python value is none of a type; ``expected`` says what it has to be."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def host_value(term: Term, type_: Type) -> object:
    """Return what a function gets for a ground term.

    Numbers are numbers, atoms and strings ``str``, values of ``bool`` bools, lists lists. Where the type leaves open what is in it, a
    string is a ``Text`` and a compound a ``Compound``.
    """
    if type_.name == "bool" and isinstance(term, Atom):
        return term.name == "true"
    if type_.name == "string" and isinstance(term, String):
        return term.value
    if isinstance(term, String) and isinstance(type_, EnumerationType):
        return term.value
    return _plain(term)


def _plain(term: Term) -> object:
    match term:
        case Integer(value=integer):
            return integer
        case Float(value=real):
            return real
        case String(value=text):
            return Text(text)
        case Atom(name="[]"):
            return []
        case Atom(name=name):
            return name
        case ListTerm(items=items, tail=None):
            return [_plain(item) for item in items]
        case ListTerm(items=items, tail=tail):
            assert tail is not None
            return HostCompound(".", (*map(_plain, items), _plain(tail)))
        case Compound(functor=functor, args=args):
            return HostCompound(functor, tuple(_plain(argument) for argument in args))
        case _:
            raise AssertionError(f"{print_term(term)} has a variable")


def host_term(value: object, type_: Type, span: Span) -> Term:
    """Return the term of a value that a function returned; raise Unfit where it is no value of the type."""
    value = _scalar(value)
    for term in _candidates(value, type_, span):
        if type_.accepts(term):
            return term
    raise Unfit(type_.expectation())


def _candidates(value: object, type_: Type, span: Span) -> list[Term]:
    """Return the terms that a value may stand for, given the type that is wanted."""
    if isinstance(value, bool):
        return [Atom("true" if value else "false", span)]
    if isinstance(value, str) and not isinstance(value, Text):
        if type_.name == "string":
            return [String(value, span)]
        if isinstance(type_, EnumerationType):
            return [Atom(value, span), String(value, span)]
    if isinstance(value, int) and type_.name == "float":
        value = float(value)
    return [_term(value, type_, span)]


def _term(value: object, type_: Type, span: Span) -> Term:
    value = _scalar(value)
    match value:
        case bool():
            return Atom("true" if value else "false", span)
        case int():
            return Integer(int(value), span)
        case float() if math.isfinite(value):
            return Float(float(value), span)
        case Text():
            return String(str(value), span)
        case str():
            return Atom(str(value), span)
        case list() | tuple():
            return ListTerm(tuple(_term(item, type_, span) for item in value), None, span)
        case HostCompound(functor=str() as functor, args=args) if args:
            return Compound(functor, tuple(_term(argument, type_, span) for argument in args), span)
        case _:
            raise Unfit(type_.expectation())


def _scalar(value: object) -> object:
    """Return what NumPy arrays and numbers, and torch tensors, are as plain Python values; other values as they are."""
    listed = getattr(value, "tolist", None)
    return listed() if callable(listed) and hasattr(value, "dtype") else value
