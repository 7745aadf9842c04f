"""Directives that load files, which are carried out when a program is read: consulted programs, and tables of data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nesylang.source import error
from nesylang.syntax.statements import Directive, Statement
from nesylang.syntax.terms import Atom, Compound, ListTerm, String, Term, conjuncts, signature

DATA_LIBRARY = "db"
"""ProbLog's library that has the goals which load data."""

FORMS = {
    "csv_load": ":- csv_load('people.csv', person).   :- csv_load('edges.csv', edge, [probability(weight)]).",
    "sqlite_load": ":- sqlite_load('people.db').",
}


@dataclass(frozen=True, slots=True)
class Consultation:
    """``:- consult('rules.pl').``, in any of its spellings."""

    file: str
    term: Term


@dataclass(frozen=True, slots=True)
class CsvFile:
    """``:- csv_load('edges.csv', edge).``; ``probability`` names the column of the facts' probabilities."""

    file: str
    predicate: str
    probability: str | None
    term: Term


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """``:- sqlite_load('people.db').``"""

    file: str
    term: Term


Loading = Consultation | CsvFile | SqliteFile


def uses_data(statement: Statement) -> bool:
    """Return whether a statement makes the goals known that load data."""
    library = Atom(DATA_LIBRARY, statement.span)
    used = Compound("use_module", (Compound("library", (library,), statement.span),), statement.span)
    return isinstance(statement, Directive) and used in conjuncts(statement.goal)


def parts_of(directive: Directive, with_data: bool) -> Iterator[Loading | Directive]:
    """Yield what a directive loads and the goals that it has besides; raise NesyError E107 for goals of another form.

    ``with_data`` says whether the goals that load data are known.
    """
    for goal in conjuncts(directive.goal):
        found = signature(goal)
        if isinstance(goal, ListTerm) and goal.tail is None:
            consult = [Compound("consult", (item,), goal.span) for item in goal.items]
            yield from (_consultation(item) or Directive(goal, directive.span) for item, goal in zip(goal.items, consult, strict=True))
        elif found in (("consult", 1), ("use_module", 1), ("use_module", 2)) and isinstance(goal, Compound):
            yield _consultation(goal.args[0]) or Directive(goal, directive.span)
        elif with_data and isinstance(goal, Compound) and goal.functor in FORMS:
            yield _data(goal)
        else:
            yield Directive(goal, directive.span)


def _text(term: Term) -> str | None:
    return term.name if isinstance(term, Atom) else term.value if isinstance(term, String) else None


def _consultation(term: Term) -> Consultation | None:
    """Return the program that a term names, None for libraries and for Python code, which is refused later."""
    name = _text(term)
    return None if name is None or name.endswith(".py") else Consultation(name, term)


def _data(goal: Compound) -> Loading:
    names = [_text(argument) for argument in goal.args]
    match goal.functor, names:
        case "sqlite_load", [str(file)]:
            return SqliteFile(file, goal.args[0])
        case "csv_load", [str(file), str(predicate)]:
            return CsvFile(file, predicate, None, goal.args[0])
        case "csv_load", [str(file), str(predicate), None]:
            match goal.args[2]:
                case ListTerm(items=(Compound(functor="probability", args=(Atom() | String() as column,)),), tail=None):
                    return CsvFile(file, predicate, _text(column), goal.args[0])
                case ListTerm(items=(), tail=None):
                    return CsvFile(file, predicate, None, goal.args[0])
    raise error("E107", f"this is no directive {goal.functor}", goal.span, "of another form", f"the forms are:  {FORMS[goal.functor]}")
