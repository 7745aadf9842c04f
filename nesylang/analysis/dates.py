"""The pass over dates: those that are written in a program which uses the library ``dates`` exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from nesylang.analysis.builtins import Signature
from nesylang.analysis.program import Program
from nesylang.analysis.statement_terms import statement_terms
from nesylang.source import Diagnostic, Label
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import Constraint, Import, Loss, Statement
from nesylang.syntax.terms import Compound, Integer, Term, children, signature

LIBRARY = "dates"

WRITTEN: Mapping[Signature, tuple[str, Callable[..., object]]] = {("date", 3): ("date", date), ("datetime", 6): ("time", datetime)}
"""Compound -> what it is to be, and what makes it of its arguments or raises ValueError."""

TESTS: frozenset[Signature] = frozenset({("is_date", 1), ("is_datetime", 1)})
"""Goals that ask whether there is such a date."""


def impossible_dates(program: Program) -> Iterator[Diagnostic]:
    """Yield E234 for each date and time, written as a term with integers, that does not exist."""
    if not any(isinstance(s, Import) and s.library and s.target == LIBRARY for s in program.statements):
        return
    for statement in program.statements:
        for term in _terms(statement):
            yield from _impossible(term)


def _terms(statement: Statement) -> Iterator[Term]:
    """Yield the terms of a statement, the atoms of a clause and its body among them."""
    match statement:
        case Constraint(formula=formula) | Loss(formula=formula):
            yield formula
        case _:
            yield from statement_terms(statement)


def _impossible(term: Term) -> Iterator[Diagnostic]:
    pending = [term]
    while pending:
        current = pending.pop()
        found = signature(current)
        if found in TESTS:
            continue
        pending.extend(reversed(children(current)))
        if found is None or found not in WRITTEN or not isinstance(current, Compound):
            continue
        numbers = [argument.value for argument in current.args if isinstance(argument, Integer)]
        what, make = WRITTEN[found]
        if len(numbers) < len(current.args):
            continue
        try:
            make(*numbers)
        except (ValueError, OverflowError) as problem:
            message = f"there is no {what} {print_term(current)}: {problem}"
            hint = "year, month and day come in this order, with years from 1 to 9999"
            yield Diagnostic("E234", message, (Label(current.span, "no such day or time"),), hint)
