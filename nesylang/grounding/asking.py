"""What all grounders ask of goals: their place, and the variables that an answer binds."""

from __future__ import annotations

from nesylang.analysis.aggregates import COLLECTORS, has_aggregates, outer_variables
from nesylang.grounding.request import GroundingRequest
from nesylang.source import Source, Span
from nesylang.syntax.terms import Compound, Term, is_ground, signature, variables


def first_span(request: GroundingRequest) -> Span:
    """Return a place to report what has no place of its own."""
    if request.queries:
        return request.queries[0].span
    statements = request.analysis.statements
    return statements[0].span if statements else Span(Source("program", ""), 0, 0)


def free_variables(goal: Term) -> list[str]:
    """Return the variables of a goal that an answer binds: those outside of negation, forall/2, aggregates and collected goals."""
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
            names.update(dict.fromkeys(outer_variables(current)))
    return list(names)


def is_closed(goal: Term) -> bool:
    """Return whether a goal asks for the truth of itself alone: all its variables, if it has any, are those of its aggregates."""
    return is_ground(goal) or (has_aggregates(goal) and not outer_variables(goal))
