"""The queries and evidence that a program states outright, as statements or as ProbLog's facts ``query(..)`` and ``evidence(..)``."""

from __future__ import annotations

from collections.abc import Iterator

from nesylang.analysis import Analysis
from nesylang.grounding.request import AskedQuery, Observation
from nesylang.source import Span, error
from nesylang.syntax import print_term
from nesylang.syntax.statements import Clause, Evidence, Query, Statement
from nesylang.syntax.terms import Atom, Compound, Term, signature


def stated_queries(analysis: Analysis) -> list[AskedQuery]:
    """Return the queries in the order of the program."""
    asked = []
    for statement in analysis.statements:
        match statement:
            case Query(goal=goal, condition=condition, span=span):
                asked.append(AskedQuery(goal, condition, span))
            case Clause(heads=(head,), body=None, span=span) if is_stated(statement):
                match head.atom:
                    case Compound(functor="query", args=(goal,)):
                        asked.append(AskedQuery(goal, None, span))
    return asked


def stated_observations(analysis: Analysis) -> list[Observation]:
    """Return the evidence in the order of the program; raise NesyError E310 where its value is neither true nor false."""
    return [observation for statement in analysis.statements for observation in _observations(statement)]


def _observations(statement: Statement) -> Iterator[Observation]:
    match statement:
        case Evidence(atom=atom, value=holds, span=span):
            yield Observation(atom, holds, span)
        case Clause(heads=(head,), body=None, span=span) if is_stated(statement):
            match head.atom:
                case Compound(functor="evidence", args=(atom,)):
                    yield observation(atom, Atom("true", span), span)
                case Compound(functor="evidence", args=(atom, value)):
                    yield observation(atom, value, span)


def observation(atom: Term, value: Term, span: Span) -> Observation:
    """Return what ``evidence(atom, value)`` says; a negated atom with value true is observed to be false."""
    if not isinstance(value, Atom) or value.name not in ("true", "false"):
        raise error("E310", f"evidence is true or false, found {print_term(value)}", span, "expected true or false")
    truth = value.name == "true"
    while isinstance(atom, Compound) and atom.functor in ("\\+", "not") and len(atom.args) == 1:
        atom, truth = atom.args[0], not truth
    return Observation(atom, truth, span)


def is_stated(statement: Statement) -> bool:
    """Return whether a statement is a fact ``query(..)`` or ``evidence(..)``, which is no clause of the program."""
    match statement:
        case Clause(heads=(head,), body=None):
            match head.probability, head.atom:
                case None, Compound(functor="query", args=(_,)) | Compound(functor="evidence", args=(_,) | (_, _)):
                    return True
    return False


def is_query(statement: Statement) -> bool:
    """Return whether a statement asks something: a query, or a clause of query/1."""
    return isinstance(statement, Query) or (isinstance(statement, Clause) and signature(statement.heads[0].atom) == ("query", 1))
