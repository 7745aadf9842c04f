"""The variables that a body binds wherever it holds."""

from __future__ import annotations

from collections import Counter

from nesylang.analysis.aggregates import compares_aggregates
from nesylang.analysis.builtins import BUILTINS, NEGATIONS
from nesylang.analysis.goals import named_variables
from nesylang.syntax.terms import Compound, Term, disjuncts, signature


def bound_variables(body: Term) -> set[str] | None:
    """Return the variables that are bound wherever the body holds, None for a body that never holds.

    Goals count whatever their order. An equation binds both its sides where one of them is bound elsewhere or constant.
    """
    occurrences = Counter(variable.name for variable in named_variables(body))
    pending: list[tuple[Term, int]] = [(body, 0)]
    results: list[set[str] | None] = []
    while pending:
        term, members = pending.pop()
        found = signature(term)
        if members == 0 and found in _JOINED:
            assert isinstance(term, Compound)
            parts = disjuncts(term) if found == (";", 2) else list(term.args)
            pending.append((term, len(parts)))
            pending.extend((part, 0) for part in parts)
        elif members == 0:
            results.append(_bound_by(term, occurrences))
        else:
            parts_bound = results[-members:]
            del results[-members:]
            results.append(_join(parts_bound, any_of=found in ((";", 2), ("|", 2))))
    return results[0]


_TESTED = frozenset({("=>", 2), ("<=>", 2), ("xor", 2), ("forall", 1)})
"""Formulas that bind nothing."""

_JOINED = frozenset({(",", 2), (";", 2), ("|", 2), ("->", 2), ("call", 1), ("once", 1)})


def _join(parts: list[set[str] | None], any_of: bool) -> set[str] | None:
    possible = [part for part in parts if part is not None]
    if any_of:
        return set[str].intersection(*possible) if possible else None
    return set[str]().union(*possible) if len(possible) == len(parts) else None


def _bound_by(term: Term, occurrences: Counter[str]) -> set[str] | None:
    """Return the variables that a single goal binds."""
    found = signature(term)
    if compares_aggregates(term):
        # Whatever has a value there, an aggregate's group included, has it from the aggregate or from before.
        return {variable.name for variable in named_variables(term)}
    if found is None or not isinstance(term, Compound):
        return None if found in (("fail", 0), ("false", 0)) else set()
    if found in NEGATIONS or found in _TESTED or (found in BUILTINS and BUILTINS[found].test):
        return set()
    match term:
        case Compound(functor="is" | "in", args=(left, _)):
            return {variable.name for variable in named_variables(left)}
        case Compound(functor="findall", args=(_, _, result)):
            return {variable.name for variable in named_variables(result)}
        case Compound(functor="=", args=(left, right)):
            own = Counter(variable.name for variable in named_variables(term))
            sides = [{variable.name for variable in named_variables(side)} for side in (left, right)]
            known = any(all(occurrences[name] > own[name] for name in side) for side in sides)
            return sides[0] | sides[1] if known else set()
        case _:
            return {variable.name for variable in named_variables(term)}
