"""What all grounders ask of goals: their place, and the variables that an answer binds."""

from __future__ import annotations

from nesylang.grounding.request import GroundingRequest
from nesylang.source import Source, Span
from nesylang.syntax.terms import Compound, Term, signature, variables

COLLECTORS = frozenset({("findall", 3), ("all", 3), ("all_or_none", 3)})
"""Predicates of which only the third argument, the list, is an answer."""


def first_span(request: GroundingRequest) -> Span:
    """Return a place to report what has no place of its own."""
    if request.queries:
        return request.queries[0].span
    statements = request.analysis.statements
    return statements[0].span if statements else Span(Source("program", ""), 0, 0)


def free_variables(goal: Term) -> list[str]:
    """Return the variables of a goal that an answer binds: those that occur outside of negation, forall/2 and collected goals."""
    names: dict[str, None] = {}
    pending = [goal]
    while pending:
        current = pending.pop()
        if signature(current) in ((",", 2), (";", 2), ("->", 2)):
            assert isinstance(current, Compound)
            pending.extend(reversed(current.args))
        elif signature(current) in COLLECTORS:
            assert isinstance(current, Compound)
            names.update(dict.fromkeys(variables(current.args[2])))
        elif signature(current) not in (("not", 1), ("\\+", 1), ("forall", 2)):
            names.update(dict.fromkeys(variables(current)))
    return list(names)
