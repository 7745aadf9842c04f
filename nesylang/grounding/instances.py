"""The instances that a query can have by its types, whether or not they have a proof."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nesylang.analysis import Analysis, EnumerationType, RangeType
from nesylang.grounding.asking import free_variables
from nesylang.syntax.terms import Compound, ListTerm, Term, Variable, signature

LARGEST = 100_000
"""Most instances that are listed; a query with more has the answers that have a proof."""

Domain = tuple[Term, ...]


def query_domains(analysis: Analysis, goal: Term) -> tuple[Domain, ...] | None:
    """Return the values of a goal's variables in order of first occurrence, each ``_`` as one of its own.

    None where there is no variable, where one has no declared type of finitely many values, and where there are too many instances.
    """
    occurring = list(variables_in_order(goal))
    if not occurring or set(occurring) - {"_"} != set(free_variables(goal)) - {"_"}:
        return None
    if "_" in occurring and signature(goal) == (",", 2):
        # The answers to a conjunction leave these as they are.
        return None
    named: dict[str, Domain] = {}
    anonymous: list[Domain] = []
    for atom in conjuncts(goal):
        types = argument_domains(analysis, atom)
        for position, argument in enumerate(atom.args if isinstance(atom, Compound) else ()):
            if not isinstance(argument, Variable) or types[position] is None:
                continue
            domain = types[position]
            assert domain is not None, "checked above"
            if argument.name == "_":
                anonymous.append(domain)
            elif argument.name in named:
                shared = frozenset(domain)
                named[argument.name] = tuple(value for value in named[argument.name] if value in shared)
            else:
                named[argument.name] = domain
    if len(anonymous) != occurring.count("_") or any(name != "_" and name not in named for name in occurring):
        return None
    unnamed = iter(anonymous)
    seen: set[str] = set()
    domains = []
    for name in occurring:
        if name == "_":
            domains.append(next(unnamed))
        elif name not in seen:
            seen.add(name)
            domains.append(named[name])
    return tuple(domains) if math.prod(map(len, domains)) <= LARGEST else None


def conjuncts(goal: Term) -> Iterator[Term]:
    """Yield the goals of a conjunction from left to right."""
    pending = [goal]
    while pending:
        current = pending.pop()
        if isinstance(current, Compound) and signature(current) == (",", 2):
            pending.extend(reversed(current.args))
        else:
            yield current


def argument_domains(analysis: Analysis, atom: Term) -> list[Domain | None]:
    """Return the values of each argument by the declaration of a predicate, None where they are not listed."""
    found = signature(atom)
    arity = len(atom.args) if isinstance(atom, Compound) else 0
    if found is None:
        return [None] * arity
    if found in analysis.predicates:
        return [_listed(type_) for type_ in analysis.predicates[found].arguments]
    if found in analysis.neural:
        neural = analysis.neural[found]
        # A tensor that is returned is none of finitely many values.
        outputs = [neural.output] * (arity - len(neural.inputs))
        return [*map(_listed, neural.inputs), *outputs]
    if found in analysis.inputs:
        declared = analysis.inputs[found]
        return [*map(_listed, declared.arguments), *([_listed(declared.output)] if declared.output is not None else [])]
    return [None] * arity


def _listed(type_: object) -> Domain | None:
    return type_.values() if isinstance(type_, RangeType | EnumerationType) and type_.size <= LARGEST else None


def variables_in_order(term: Term) -> Iterator[str]:
    """Yield the variables of a term from left to right, as often as they occur."""
    pending = [term]
    while pending:
        current = pending.pop()
        if isinstance(current, Variable):
            yield current.name
        elif isinstance(current, Compound):
            pending.extend(reversed(current.args))
        elif isinstance(current, ListTerm):
            if current.tail is not None:
                pending.append(current.tail)
            pending.extend(reversed(current.items))
