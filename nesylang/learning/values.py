"""Answers as Python values: what the variables of a query stand for in an atom that answers it."""

from __future__ import annotations

from collections.abc import Sequence

from nesylang.grounding.program import GroundQuery
from nesylang.syntax import print_term
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable

Scalar = int | float | str
Value = bool | Scalar | tuple[Scalar, ...]


def answer_values(query: GroundQuery) -> list[Value]:
    """Return a value per answer: that of the query's variable, a tuple for several variables, True where it has none.

    Variables count in order of first occurrence, each ``_`` as one of its own.
    """
    return [instance_value(query.goal, answer.atom) for answer in query.answers]


def instance_value(goal: Term, atom: Term) -> Value:
    """Return the value of one answer; variables that quantifiers and aggregates have to themselves, which stay variables, have none."""
    found = tuple(python_value(term) for term in bindings(goal, atom) if not isinstance(term, Variable))
    return True if not found else found[0] if len(found) == 1 else found


def python_value(term: Term) -> Scalar:
    """Return an int, float or str for a constant, the canonical text of any other term."""
    match term:
        case Integer(value=value):
            return value
        case Float(value=number):
            return number
        case Atom(name=text) | String(value=text):
            return text
        case _:
            return print_term(term)


def bindings(goal: Term, atom: Term) -> list[Term]:
    """Return what the variables of a goal stand for in an instance of it, in order of first occurrence.

    Variables of negations and quantifiers stand for nothing: they are variables in the instance too.
    """
    found: dict[str, Term] = {}
    pending = [(goal, atom)]
    while pending:
        pattern, term = pending.pop()
        match pattern, term:
            case Variable(name="_"), _:
                found[f"_{len(found)}"] = term
            case Variable(name=name), _:
                found.setdefault(name, term)
            case Compound(args=patterns), Compound(args=terms):
                pending.extend(reversed(list(zip(patterns, terms, strict=True))))
            case ListTerm(items=patterns, tail=tail), ListTerm(items=terms, tail=end):
                count = len(patterns)
                if tail is not None:
                    rest = ListTerm(terms[count:], end, term.span) if terms[count:] or end is None else end
                    pending.append((tail, _shortened(rest)))
                pending.extend(reversed(list(zip(patterns, terms[:count], strict=True))))
            case _:
                assert pattern == term, f"{print_term(atom)} is no instance of {print_term(goal)}"
    return [term for term in found.values() if not isinstance(term, Variable)]


def _shortened(rest: Term) -> Term:
    """Return the atom ``[]`` for a list without elements."""
    return Atom("[]", rest.span) if isinstance(rest, ListTerm) and not rest.items and rest.tail is None else rest


def instance(goal: Term, terms: Sequence[Term]) -> Term:
    """Return the goal with terms for its variables, which count as in ``bindings``."""
    remaining = iter(terms)
    known: dict[str, Term] = {}

    def written(term: Term) -> Term:
        match term:
            case Variable(name="_"):
                return next(remaining)
            case Variable(name=name):
                if name not in known:
                    known[name] = next(remaining)
                return known[name]
            case Compound(functor=functor, args=args, span=span):
                return Compound(functor, tuple([written(argument) for argument in args]), span)
            case ListTerm(items=items, tail=tail, span=span):
                return ListTerm(tuple([written(item) for item in items]), None if tail is None else written(tail), span)
            case _:
                return term

    return written(goal)
