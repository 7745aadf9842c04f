"""ProbLog's heads with an aggregate: ``total(G, sum<X>) :- b`` has the sum of the X that ``b`` holds for, for each G.

Such a clause is a rule over aggregate/5 of the library ``aggregate``, with the other arguments of the head as groups
(``problog.program.PrologFactory.build_clause``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from nesylang.analysis.builtins import SPECIAL
from nesylang.analysis.program import Program, index
from nesylang.analysis.support import written_terms
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.statements import Clause, Statement
from nesylang.syntax.terms import Atom, Compound, ListTerm, Term, Variable, head_aggregate, signature, subterms, variables

AGGREGATE = ("aggregate", 5)


def with_rules_for_aggregates(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return an equivalent program whose heads have no aggregates; where aggregate/5 is not known, the program as it is."""
    if not any(isinstance(statement, Clause) and _aggregate(statement) is not None for statement in statements):
        return statements
    if not _knows_aggregates(index(statements)):
        return statements
    return tuple(_rewritten(statement) if isinstance(statement, Clause) else statement for statement in statements)


def misplaced_aggregates(program: Program) -> Iterator[Diagnostic]:
    """Yield E218 for each aggregate where none can stand, E201 for those that need the library."""
    known = _knows_aggregates(program)
    waiting = [] if known else [found for rule in program.rules if (found := _aggregate(rule.clause)) is not None]
    for term in written_terms(program):
        for part in subterms(term):
            if head_aggregate(part) is None:
                continue
            text = part.span.text
            if any(part is other for other in waiting):
                hint = "add  :- use_module(library(aggregate))."
                yield Diagnostic("E201", f"the aggregate {text} needs the library aggregate", (Label(part.span),), hint)
            else:
                message = f"the aggregate {text} cannot stand here"
                hint = "an aggregate is the last argument of the head of a rule without probability, as in  total(sum<X>) :- price(X)."
                yield Diagnostic("E218", message, (Label(part.span, "an aggregate"),), hint)


def _knows_aggregates(program: Program) -> bool:
    return AGGREGATE in program.definitions or AGGREGATE in program.library_predicates


def _aggregate(clause: Clause) -> Term | None:
    """Return the aggregate that a clause defines its predicate by."""
    atom = clause.heads[0].atom
    probability = clause.heads[0].probability
    if (
        clause.body is None
        or len(clause.heads) > 1
        or probability is not None
        or not isinstance(atom, Compound)
        or signature(atom) in SPECIAL
    ):
        return None
    return atom.args[-1] if head_aggregate(atom.args[-1]) is not None else None


def _rewritten(clause: Clause) -> Clause:
    aggregate = _aggregate(clause)
    found = None if aggregate is None else head_aggregate(aggregate)
    if aggregate is None or found is None:
        return clause
    head, span = clause.heads[0], aggregate.span
    name, variable = found
    assert isinstance(head.atom, Compound), "atoms without arguments have no aggregates"
    assert clause.body is not None, "only rules have aggregates"
    groups = ListTerm(head.atom.args[:-1], None, span)
    result = Variable(_unused("Result", {*variables(head.atom), *variables(clause.body)}), span)
    function = Atom(name, Span(span.source, span.start, span.start + len(name)))
    answer = Compound(",", (groups, result), span)
    body = Compound(AGGREGATE[0], (function, variable, groups, clause.body, answer), span)
    atom = Compound(head.atom.functor, (*head.atom.args[:-1], result), head.atom.span)
    return replace(clause, heads=(replace(head, atom=atom),), body=body)


def _unused(name: str, used: Collection[str]) -> str:
    while name in used:
        name += "'"
    return name
