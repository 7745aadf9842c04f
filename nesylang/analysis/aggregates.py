"""Aggregates in goals: their parts, the variables that are their own, sums of several of them, and what is wrong with them.

``count{ X : goal }`` stands in a comparison. The variables inside the braces that also occur outside are those of the clause; all others
belong to the aggregate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from nesylang.analysis.arithmetic import FUNCTIONS
from nesylang.analysis.builtins import NEGATIONS, Signature
from nesylang.source import Span
from nesylang.syntax.operators import AGGREGATES
from nesylang.syntax.terms import Compound, Integer, ListTerm, Term, Variable, children, conjuncts, signature, subterms, variables

FUNCTORS = frozenset(f"{name}{{}}" for name in AGGREGATES)
"""How the terms that are aggregates are called."""

COMPARISONS: frozenset[Signature] = frozenset({(name, 2) for name in ("=", "\\=", "is", "in", "<", ">", "=<", ">=", "=:=", "=\\=")})
"""The goals that aggregates may be operands of."""

ADDITIVE = frozenset({"count{}", "sum{}"})
"""Aggregates of which several can be added up as one."""

COLLECTORS: frozenset[Signature] = frozenset({("findall", 3), ("all", 3), ("all_or_none", 3)})
"""Predicates that keep all variables but those of their last argument to themselves."""

_CONTROL: frozenset[Signature] = frozenset({(",", 2), (";", 2), ("|", 2), ("->", 2), ("call", 1), ("once", 1)})

FORMULAS: frozenset[Signature] = frozenset({("=>", 2), ("<=>", 2), ("xor", 2), ("forall", 1), ("exists", 1)})
"""Goals that are written out before a program is looked at: connectives and quantifiers."""

_TESTS: frozenset[Signature] = NEGATIONS | FORMULAS - {("exists", 1)}
"""Goals that keep the variables of their own goals to themselves."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``operation{ terms : goal }``."""

    operation: str
    terms: tuple[Term, ...]
    goal: Term
    span: Span


@dataclass(frozen=True, slots=True)
class LinearSum:
    """``rest`` plus aggregates with coefficients; what is None is 0."""

    parts: tuple[tuple[Term, Compound], ...]
    rest: Term | None


def is_aggregate(term: Term) -> bool:
    """Return whether a term is an aggregate, well-formed or not."""
    return type(term) is Compound and term.functor in FUNCTORS and len(term.args) == 1


def has_aggregates(term: Term) -> bool:
    """Return whether there is an aggregate in a term."""
    return any(is_aggregate(part) for part in subterms(term))


def aggregate(term: Compound) -> Aggregate | None:
    """Return the parts of an aggregate, None where it lacks its colon."""
    match term.args[0]:
        case Compound(functor=":", args=(terms, goal)):
            return Aggregate(term.functor[:-2], tuple(conjuncts(terms)), goal, term.span)
        case _:
            return None


def compares_aggregates(goal: Term) -> bool:
    """Return whether a goal is a comparison with an aggregate among its operands."""
    return signature(goal) in COMPARISONS and has_aggregates(goal)


def operands(goal: Term) -> Iterator[Compound]:
    """Yield the aggregates that are operands of a comparison, left to right: as they are, or within arithmetic."""
    if signature(goal) not in COMPARISONS:
        return
    pending = list(reversed(children(goal)))
    while pending:
        term = pending.pop()
        if isinstance(term, Compound) and is_aggregate(term):
            yield term
        elif isinstance(term, Compound) and ((term.functor, len(term.args)) in FUNCTIONS or (term.functor, len(term.args)) == ("..", 2)):
            pending.extend(reversed(term.args))


def conditions(goal: Term) -> Iterator[Term]:
    """Yield the conditions of the aggregates that are operands of a comparison."""
    for operand in operands(goal):
        parts = aggregate(operand)
        if parts is not None:
            yield parts.goal


def with_conditions(goal: Term, change: Callable[[Term], Term]) -> Term:
    """Return a comparison with other conditions of the aggregates that are its operands, itself where none differs."""
    found = {id(operand): operand for operand in operands(goal)}
    changed: dict[int, Term] = {}
    for key, operand in found.items():
        inner = operand.args[0]
        if isinstance(inner, Compound) and inner.functor == ":" and len(inner.args) == 2:
            condition = change(inner.args[1])
            if condition is not inner.args[1]:
                changed[key] = Compound(operand.functor, (Compound(":", (inner.args[0], condition), inner.span),), operand.span)
    return _replaced(goal, changed) if changed else goal


def _replaced(term: Term, changed: Mapping[int, Term]) -> Term:
    if id(term) in changed:
        return changed[id(term)]
    if not isinstance(term, Compound) or is_aggregate(term):
        return term
    return Compound(term.functor, tuple(_replaced(argument, changed) for argument in term.args), term.span)


# variables


def outer_variables(term: Term, anonymous: bool = False) -> list[str]:
    """Return the variables that occur outside of all aggregates, in order of first occurrence, ``_`` only if asked for."""
    found: dict[str, None] = {}
    pending = [term]
    while pending:
        current = pending.pop()
        if isinstance(current, Variable):
            if anonymous or current.name != "_":
                found.setdefault(current.name)
        elif not is_aggregate(current):
            pending.extend(reversed(children(current)))
    return list(found)


def visible_variables(body: Term, anonymous: bool = False) -> list[str]:
    """Return the variables of a body that occur outside of its aggregates, tests and collected goals, ``_`` only if asked for."""
    found: dict[str, None] = {}
    pending = [body]
    while pending:
        current = pending.pop()
        called = signature(current)
        if called in _CONTROL:
            pending.extend(reversed(children(current)))
        elif called in COLLECTORS:
            found.update(dict.fromkeys(outer_variables(children(current)[2], anonymous)))
        elif called == ("exists", 1) and signature(children(current)[0]) == (":", 2):
            domains, formula = children(children(current)[0])
            own = _bound_by_domains(domains)
            inside = [name for part in (domains, formula) for name in visible_variables(part, anonymous)]
            found.update(dict.fromkeys(name for name in inside if name not in own))
        elif called not in _TESTS:
            found.update(dict.fromkeys(outer_variables(current, anonymous)))
    return list(found)


def _bound_by_domains(domains: Term) -> set[str]:
    """Return the variables that belong to a quantifier: those that stand alone before its colon, or on the left of ``in``."""
    own: set[str] = set()
    for part in conjuncts(domains):
        if isinstance(part, Variable):
            own.add(part.name)
        elif isinstance(part, Compound) and signature(part) == ("in", 2):
            own.update(variables(part.args[0]))
    return own


def variables_around(terms: Collection[Term], inner: Term) -> set[str]:
    """Return the variables that are known where an aggregate stands in some terms: those of the goals that it stands among."""
    found: set[str] = set()
    pending = list(terms)
    while pending:
        current = pending.pop()
        if current is inner:
            continue
        if is_aggregate(current) or signature(current) in NEGATIONS or signature(current) in COLLECTORS:
            if any(part is inner for part in subterms(current)):
                pending.extend(children(current))
        elif isinstance(current, Variable):
            found.add(current.name)
        else:
            pending.extend(children(current))
    return found - {"_"}


def named_apart(body: Term, outer: Collection[str]) -> Term:
    """Return a body whose aggregates' own variables have names of their own.

    ``outer`` are the variables that are known outside of the body. The new names have a prime, which no name in a program has.
    """
    if not has_aggregates(body):
        return body
    return _apart(body, {*outer, *visible_variables(body)}, count(1))


def _apart(term: Term, scope: Collection[str], numbers: Iterator[int]) -> Term:
    if not has_aggregates(term):
        return term
    if isinstance(term, ListTerm):
        tail = None if term.tail is None else _apart(term.tail, scope, numbers)
        return ListTerm(tuple(_apart(item, scope, numbers) for item in term.items), tail, term.span)
    assert isinstance(term, Compound), "variables and constants have no aggregates"
    if is_aggregate(term):
        return _own_names(term, scope, numbers)
    called = signature(term)
    if called in FORMULAS:
        return _apart_in_formula(term, scope, numbers)
    if called in NEGATIONS:
        scope = {*scope, *(name for argument in term.args for name in visible_variables(argument))}
    elif called in COLLECTORS:
        scope = {*scope, *variables(term.args[0]), *visible_variables(term.args[1])}
    spine = [term]
    last: Term = term.args[-1]
    while isinstance(last, Compound) and signature(term) in _CONTROL and signature(last) == signature(term):
        spine.append(last)
        last = last.args[-1]
    result = _apart(last, scope, numbers)
    for node in reversed(spine):
        result = Compound(node.functor, (*(_apart(argument, scope, numbers) for argument in node.args[:-1]), result), node.span)
    return result


def _apart_in_formula(term: Compound, scope: Collection[str], numbers: Iterator[int]) -> Term:
    """Return a formula whose aggregates' variables are named apart: each part knows what it will stand behind, written out."""
    inner = term.args[0]
    quantified = isinstance(inner, Compound) and signature(inner) == (":", 2)
    parts = inner.args if isinstance(inner, Compound) and quantified else term.args
    results: list[Term] = []
    for part in parts:
        known = {*scope, *visible_variables(part)}
        results.append(_apart(part, known, numbers))
        if term.functor in ("=>", "forall", "exists"):
            scope = known
    if quantified:
        results = [Compound(":", tuple(results), inner.span)]
    return Compound(term.functor, tuple(results), term.span)


def _own_names(term: Compound, scope: Collection[str], numbers: Iterator[int]) -> Term:
    parts = aggregate(term)
    if parts is None:
        return term
    inside = dict.fromkeys(name for part in (*parts.terms, parts.goal) for name in outer_variables(part) if name not in scope)
    number = next(numbers)
    renamed = {name: f"{name}'{number}" for name in inside}
    own = renamed_variables(term.args[0], renamed)
    assert isinstance(own, Compound), "the colon is there"
    terms, goal = own.args
    known = {*scope, *variables(terms), *visible_variables(goal)}
    return Compound(term.functor, (Compound(":", (terms, _apart(goal, known, numbers)), own.span),), term.span)


def written_name(name: str) -> str:
    """Return how a variable that may have been named apart stands in the program."""
    return name.partition("'")[0]


def renamed_variables(term: Term, names: Mapping[str, str]) -> Term:
    """Return a term with other names for some of its variables."""
    match term:
        case Variable(name=name, span=span):
            return Variable(names.get(name, name), span)
        case Compound(functor=functor, args=args, span=span):
            return Compound(functor, tuple(renamed_variables(argument, names) for argument in args), span)
        case ListTerm(items=items, tail=tail, span=span):
            rest = None if tail is None else renamed_variables(tail, names)
            return ListTerm(tuple(renamed_variables(item, names) for item in items), rest, span)
        case _:
            return term


# arithmetic


def linear_sum(term: Term) -> LinearSum | None:
    """Return an expression as a sum of counts and sums with coefficients, None where it is not such a sum."""
    if not has_aggregates(term):
        return LinearSum((), term)
    assert isinstance(term, Compound), "only compounds have aggregates"
    if is_aggregate(term):
        return LinearSum(((Integer(1, term.span), term),), None) if term.functor in ADDITIVE else None
    match term:
        case Compound(functor="+" | "-", args=(left, right)):
            first, second = linear_sum(left), linear_sum(right)
            return None if first is None or second is None else combined(term.functor, first, second, term.span)
        case Compound(functor="-" | "+", args=(inner,)):
            found = linear_sum(inner)
            return None if found is None else combined(term.functor, LinearSum((), None), found, term.span)
        case Compound(functor="*", args=(left, right)) if not has_aggregates(left):
            return _scaled(left, linear_sum(right), term.span)
        case Compound(functor="*", args=(left, right)) if not has_aggregates(right):
            return _scaled(right, linear_sum(left), term.span)
        case _:
            return None


def combined(sign: str, first: LinearSum, second: LinearSum, span: Span) -> LinearSum:
    """Return the sum or difference of two linear sums."""
    negated = sign == "-"
    parts = tuple((_negative(coefficient) if negated else coefficient, term) for coefficient, term in second.parts)
    if second.rest is None:
        rest = first.rest
    elif first.rest is None:
        rest = _negative(second.rest) if negated else second.rest
    else:
        rest = Compound(sign, (first.rest, second.rest), span)
    return LinearSum((*first.parts, *parts), rest)


def _scaled(factor: Term, inner: LinearSum | None, span: Span) -> LinearSum | None:
    if inner is None:
        return None
    parts = tuple((_product(factor, coefficient), term) for coefficient, term in inner.parts)
    return LinearSum(parts, None if inner.rest is None else Compound("*", (factor, inner.rest), span))


def _product(first: Term, second: Term) -> Term:
    if isinstance(second, Integer) and second.value == 1:
        return first
    if isinstance(first, Integer) and isinstance(second, Integer):
        return Integer(first.value * second.value, first.span)
    return Compound("*", (first, second), first.span)


def _negative(term: Term) -> Term:
    return Integer(-term.value, term.span) if isinstance(term, Integer) else Compound("-", (term,), term.span)
