"""The passes over aggregates in goals: where they stand, their form, and sums that lose equal values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nesylang.analysis.aggregates import (
    FUNCTORS,
    Aggregate,
    aggregate,
    has_aggregates,
    is_aggregate,
    operands,
    outer_variables,
    renamed_variables,
    variables_around,
    visible_variables,
    written_name,
)
from nesylang.analysis.builtins import NEGATIONS, SPECIAL, UNSUPPORTED
from nesylang.analysis.formulas import Meaning
from nesylang.analysis.goals import LOGICAL, goals_of, named_variables
from nesylang.analysis.program import Program
from nesylang.analysis.statement_terms import statement_terms
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import Clause, Directive, ExpectAnswers, ExpectProbability, FactTable, Query, Statement
from nesylang.syntax.terms import Compound, Term, Variable, children, signature, subterms, variables

VALUED = frozenset({"sum", "avg"})
"""Operations in which an equal value that is left out makes a difference."""


def aggregate_forms(program: Program) -> Iterator[Diagnostic]:
    """Yield E219, E220 and W206 for aggregates that stand in the wrong place, are misformed, or take less than it seems."""
    seen: set[tuple[str, Span]] = set()
    for statement in program.statements:
        if type(statement) is FactTable:
            continue
        for diagnostic in _statement(program, statement):
            assert diagnostic.span is not None, "all have a place"
            if (diagnostic.code, diagnostic.span) not in seen:
                seen.add((diagnostic.code, diagnostic.span))
                yield diagnostic


def _statement(program: Program, statement: Statement) -> Iterator[Diagnostic]:
    terms = [statement.goal] if isinstance(statement, Directive) else list(_terms(program, statement))
    if not any(has_aggregates(term) for term in terms):
        return
    heads = {id(head.atom) for head in statement.heads} if isinstance(statement, Clause) else set()
    if isinstance(statement, Clause) and signature(statement.heads[0].atom) in SPECIAL:
        # What query/1 and evidence/1,2 ask and observe is a goal.
        asked = children(statement.heads[0].atom)[:1]
        meanings = [meaning for goal in asked if (meaning := program.meanings.get((goal, None))) is not None]
        terms = [meaning.goal for meaning in meanings] or [*terms, *asked]
    proper: set[int] = set()
    misplaced: list[Span] = []
    for term in terms:
        if id(term) in heads:
            continue
        for goal in goals_of(term, program.definitions):
            if goal.signature in UNSUPPORTED:
                misplaced.append(goal.term.span)  # refused as a whole
            for operand in operands(goal.term):
                if id(operand) not in proper:
                    proper.add(id(operand))
                    yield from _form(operand, terms)
    for term in terms:
        for part in subterms(term):
            if isinstance(part, Compound) and is_aggregate(part) and id(part) not in proper:
                if not any(_within(part.span, span) for span in misplaced):
                    misplaced.append(part.span)
                    parent = next((p for p in subterms(term) if any(part is child for child in children(p))), None)
                    yield _misplaced(part, parent)


def _terms(program: Program, statement: Statement) -> Iterator[Term]:
    """Yield the terms of a statement that may hold aggregates, those of questions as they are written out."""
    meaning: Meaning | None = None
    match statement:
        case Query(goal=goal, condition=condition) | ExpectProbability(goal=goal, condition=condition):
            meaning = program.meanings.get((goal, condition))
        case ExpectAnswers(goal=goal, answers=answers):
            meaning = program.meanings.get((goal, None))
            if meaning is not None:
                yield from answers
    if meaning is None:
        yield from statement_terms(statement)
    else:
        yield meaning.goal
        if meaning.condition is not None:
            yield meaning.condition


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def _misplaced(term: Compound, parent: Term | None) -> Diagnostic:
    name = term.functor[:-2]
    found = None if parent is None else signature(parent)
    if found in (("==", 2), ("\\==", 2)):
        assert found is not None, "it is one of the two"
        hint = f"{found[0]} compares terms; write  {'=' if found[0] == '==' else '=' + chr(92) + '='}"
    elif parent is None or found in LOGICAL:
        hint = f"compare it with a number, as in  {name}{{ ... }} >= 2, or give its value a name, as in  N = {name}{{ ... }}"
    else:
        hint = f"give its value a name first, as in  N = {name}{{ ... }}, and use N here"
    return Diagnostic("E219", f"the {NAMES[name]} cannot stand here", (Label(term.span, "expected in a comparison of numbers"),), hint)


def _form(term: Compound, around: list[Term]) -> Iterator[Diagnostic]:
    parts = aggregate(term)
    name = term.functor[:-2]
    if parts is None:
        inner = term.args[0]
        first = next((variable.name for variable in named_variables(inner)), "X")
        hint = f"write what is {_PARTICIPLES[name]} before a colon, as in  {name}{{ {first} : {print_term(inner)} }}"
        if isinstance(inner, Variable):
            hint = f"write when it is {_PARTICIPLES[name]} behind a colon, as in  {name}{{ {inner.name} : p({inner.name}) }}"
        yield Diagnostic("E219", f"the {NAMES[name]} has no condition", (Label(term.span, "expected a colon"),), hint)
        return
    outside = Counter(variable.name for part in around for variable in named_variables(part))
    outside.subtract(variable.name for variable in named_variables(term))
    for part in parts.terms:
        if isinstance(part, Compound) and part.functor in FUNCTORS:
            continue  # reported as misplaced
        for unbound in (v for v in subterms(part) if isinstance(v, Variable)):
            named = {v.name for v in named_variables(parts.goal)}
            if unbound.name == "_" or (unbound.name not in named and not outside[unbound.name]):
                what = "a variable" if unbound.name == "_" else f"the variable {written_name(unbound.name)}"
                message = f"{what} of the {NAMES[name]} does not occur in its condition"
                hint = "what stands before the colon gets its values from the goal behind it"
                yield Diagnostic("E220", message, (Label(unbound.span, "has no value"), Label(parts.goal.span, "the condition")), hint)
    known = variables_around(around, term)
    yield from _only_tested(parts, known)
    taken = dict.fromkeys(v for part in parts.terms for v in outer_variables(part))
    if taken and all(variable in known for variable in taken):
        variable = written_name(next(iter(taken)))
        message = f"{variable} has one value in this {NAMES[name]}, as it is a variable of the clause too"
        hint = f"use another variable in the braces, if the {NAMES[name]} is to go through all values"
        yield Diagnostic("W206", message, (Label(term.span, f"{variable} is used outside of it"),), hint)
    elif name in VALUED and len(parts.terms) == 1:
        yield from _lost_values(term, parts.terms[0], parts.goal, known)


def _only_tested(parts: Aggregate, known: set[str]) -> Iterator[Diagnostic]:
    """Yield E220 for each variable that the condition only tests: nothing says which values there are."""
    called = _called_variables(parts.goal)
    named = {variable.name for variable in named_variables(parts.goal)}
    for variable in {v.name: v for part in parts.terms for v in named_variables(part)}.values():
        if variable.name in named - called - known:
            name = written_name(variable.name)
            message = f"nothing says which values the variable {name} of the {NAMES[parts.operation]} has"
            hint = f"name the values in the condition, before it is tested, as in  {name} in 1..3, ..."
            yield Diagnostic("E220", message, (Label(variable.span, "has no value"), Label(parts.goal.span, "only tests it")), hint)


def _called_variables(goal: Term) -> set[str]:
    """Return the variables of a goal, without those that occur only in its negations."""
    found: set[str] = set()
    pending = [goal]
    while pending:
        current = pending.pop()
        called = signature(current)
        if called in LOGICAL - NEGATIONS:
            pending.extend(children(current))
        elif called not in NEGATIONS:
            found.update(variable.name for variable in named_variables(current))
    return found


NAMES = {"count": "count", "sum": "sum", "min": "minimum", "max": "maximum", "avg": "average"}
"""What aggregates are called in messages."""

_PARTICIPLES = {"count": "counted", "sum": "summed", "min": "compared", "max": "compared", "avg": "averaged"}


def _lost_values(term: Compound, value: Term, goal: Term, known: set[str]) -> Iterator[Diagnostic]:
    """Yield W206 where equal values of different answers count once, which is seldom meant."""
    own = [v for v in visible_variables(goal) if v not in outer_variables(value) and v not in known and not v.startswith("_")]
    if not own and "_" not in visible_variables(goal, anonymous=True):
        return
    name = term.functor[:-2]
    keys = [written_name(v) for v in own] or ["Key"]
    written = print_term(renamed_variables(value, {v: written_name(v) for v in variables(value)}))
    hint = f"write  {name}{{ {written}, {', '.join(keys)} : ... }}  to have a value for each {keys[0]}"
    hint += f", or _{keys[0]} for {keys[0] if own else '_'} if equal values are to count once"
    yield Diagnostic("W206", f"equal values of {written} count once in this {NAMES[name]}", (Label(term.span),), hint)
