"""Terms and goals between nesylang and problog's engine."""

from __future__ import annotations

import re
from collections.abc import Mapping

from problog.logic import And, Not, Or, Var
from problog.logic import Constant as ProblogConstant
from problog.logic import Term as ProblogTerm

from nesylang.analysis.types import EnumerationType, RangeType, Type
from nesylang.source import Span, error
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable

SIMPLE_NAME = re.compile(r"[a-z][A-Za-z0-9_]*\Z|\[\]\Z")
QUOTED_OPERATORS = frozenset({"is", "as", "xor", "mod", "rem", "div", "rdiv"})
"""Names that problog quotes where they are binary operators."""

MEMBER = "$member"
"""Internal predicate behind ``X in [a, b]``, so that no library needs to be loaded."""

RANGE = "$range"
"""Internal predicate behind ``X in 1..3``: between/3 that fails for what is no integer."""


class Place:
    """The location that problog's terms carry: our span. Problog indexes locations and formats them into messages."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def __getitem__(self, index: int) -> int:
        """Return 0, the number of the main file, which problog resolves relative file names against."""
        if index:
            raise IndexError
        return 0

    def __str__(self) -> str:
        return str(self.span)


class TermWriter:
    """Turns nesylang's terms into problog's; ``types`` are the types that ``in`` may range over."""

    def __init__(self, types: Mapping[str, Type]) -> None:
        self.types = types

    def term(self, term: Term) -> ProblogTerm:
        """Return a term as data or as a goal: problog writes both in one way."""
        match term:
            case Variable(name=name):
                return Var(name)
            case Atom(name=name):
                return ProblogTerm(_functor(name), location=Place(term.span))
            case Integer(value=value) | Float(value=value):
                return _number(value)
            case String(value=value):
                return ProblogConstant('"' + value + '"')
            case ListTerm(items=items, tail=tail):
                current = ProblogTerm("[]") if tail is None else self.term(tail)
                for item in reversed(items):
                    current = ProblogTerm(".", self.term(item), current)
                return current
            case Compound():
                return self._compound(term)

    @staticmethod
    def head(name: str, arity: int) -> ProblogTerm:
        """Return a head whose arguments are different variables."""
        return ProblogTerm(_functor(name), *(Var(f"X{position}") for position in range(arity)))

    def _compound(self, term: Compound) -> ProblogTerm:
        place = Place(term.span)
        match term:
            case Compound(functor=",", args=(left, right)):
                return And(self.term(left), self.term(right), location=place)
            case Compound(functor=";", args=(Compound(functor="->", args=(test, then)), otherwise)):
                return Or(And(self.term(test), self.term(then)), And(Not("\\+", self.term(test)), self.term(otherwise)), location=place)
            case Compound(functor=";", args=(left, right)):
                return Or(self.term(left), self.term(right), location=place)
            case Compound(functor="->", args=(test, then)):
                return And(self.term(test), self.term(then), location=place)
            case Compound(functor="\\+" | "not" as functor, args=(first, *others)):
                negated = first
                for other in others:
                    negated = Compound(",", (negated, other), term.span)
                return Not(functor, self.term(negated), location=place)
            case Compound(functor="in", args=(element, domain)):
                return self._membership(element, domain, place)
            case Compound(functor=functor, args=args):
                name = f"'{functor}'" if functor in QUOTED_OPERATORS and len(args) == 2 else _functor(functor)
                return ProblogTerm(name, *(self.term(argument) for argument in args), location=place)

    def _membership(self, element: Term, domain: Term, place: Place) -> ProblogTerm:
        subject = self.term(element)
        match domain:
            case Compound(functor="..", args=(Integer() as low, Integer() as high)):
                return ProblogTerm(RANGE, self.term(low), self.term(high), subject, location=place)
            case Compound(functor="..", args=(low, high)):
                # Bounds may be expressions, which between/3 does not evaluate.
                low_value, high_value = self._fresh(place, 0), self._fresh(place, 1)
                bounds = And(ProblogTerm("'is'", low_value, self.term(low)), ProblogTerm("'is'", high_value, self.term(high)))
                return And(bounds, ProblogTerm(RANGE, low_value, high_value, subject, location=place), location=place)
            case Compound(functor="{}", args=(members,)):
                values: list[Term] = []
                while isinstance(members, Compound) and members.functor == ",":
                    values.append(members.args[0])
                    members = members.args[1]
                return ProblogTerm(MEMBER, subject, self.term(ListTerm((*values, members), None, domain.span)), location=place)
            case Atom(name=name) if name in self.types:
                return self._typed(subject, self.types[name], domain.span, place)
            case ListTerm() | Variable():
                return ProblogTerm(MEMBER, subject, self.term(domain), location=place)
            case _:
                message = "'in' ranges over low..high, {value, ...}, a list or a declared type"
                raise error("E302", message, domain.span, "none of these")

    @staticmethod
    def _fresh(place: Place, number: int) -> Var:
        return Var(f"Bound{number}__{place.span.start}")

    def _typed(self, subject: ProblogTerm, type_: Type, span: Span, place: Place) -> ProblogTerm:
        match type_:
            case RangeType(low=low, high=high):
                return ProblogTerm(RANGE, ProblogConstant(low), ProblogConstant(high), subject, location=place)
            case EnumerationType(constants=constants):
                return ProblogTerm(MEMBER, subject, self.term(ListTerm(constants, None, span)), location=place)
            case _:
                raise error("E302", "'in' needs a type with finitely many values", span, "this type cannot be enumerated")


def _functor(name: str) -> str:
    """Return a name as problog writes it: quoted where it is not a plain one, without escapes."""
    return name if SIMPLE_NAME.match(name) else f"'{name}'"


def _number(value: int | float) -> ProblogConstant:
    """Return a number unrounded: problog's constructor keeps just 15 decimals of a float, which would make 1e-16 zero."""
    constant = ProblogConstant(0)
    constant._Term__functor = value
    return constant


def read_term(term: ProblogTerm, span: Span) -> Term:
    """Return a problog term as one of ours, everything in it placed at ``span``; unbound variables are numbers or None."""
    if term is None:
        return Variable("_", span)
    if isinstance(term, int):
        return Variable(f"_{abs(term)}", span)
    if isinstance(term, Var):
        return Variable(str(term.functor), span)
    if isinstance(term, ProblogConstant):
        return _read_constant(term.functor, span)
    if term.functor == "." and term.arity == 2:
        return _read_list(term, span)
    if isinstance(term, And | Or):
        return Compound("," if isinstance(term, And) else ";", tuple(read_term(argument, span) for argument in term.args), span)
    name = str(term.functor)
    if name.startswith("'") and name.endswith("'") and len(name) > 1:
        name = name[1:-1]
    if name == "[]":
        return ListTerm((), None, span)
    if term.arity == 0:
        return Atom(name, span)
    return Compound(name, tuple(read_term(argument, span) for argument in term.args), span)


def _read_constant(value: object, span: Span) -> Term:
    if isinstance(value, bool | int):
        return Integer(int(value), span)
    if isinstance(value, float):
        return Float(value, span)
    text = str(value)
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return String(text[1:-1], span)
    return Atom(text[1:-1] if text.startswith("'") and text.endswith("'") and len(text) > 1 else text, span)


def _read_list(term: ProblogTerm, span: Span) -> Term:
    items: list[Term] = []
    while isinstance(term, ProblogTerm) and term.functor == "." and term.arity == 2:
        items.append(read_term(term.args[0], span))
        term = term.args[1]
    tail = read_term(term, span)
    return ListTerm(tuple(items), None if isinstance(tail, ListTerm) and not tail.items else tail, span)
