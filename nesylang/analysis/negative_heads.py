"""ProbLog's negated heads: ``\\+a :- b`` takes ``a`` away where ``b`` holds.

A predicate with negated heads holds where one of its clauses derives it and none with a negated head derives its negation
(``problog.program.ExtendedPrologFactory``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from nesylang.source import Span
from nesylang.syntax.statements import Clause, FactTable, Head, Statement
from nesylang.syntax.terms import Atom, Compound, Term, Variable, signature

POSITIVE = "$derived"
NEGATIVE = "$denied"


def without_negative_heads(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return an equivalent program whose heads are all positive."""
    denied: dict[tuple[str, int], Span] = {}
    for statement in statements:
        if isinstance(statement, Clause):
            for head in statement.heads:
                if type(head.atom) is Compound and _is_negative(head.atom):
                    found = signature(head.atom.args[0])
                    assert found is not None, "the syntax lets only atoms be negated in a head"
                    denied.setdefault(found, head.atom.span)
    if not denied:
        return statements
    suffixes = {found: _suffix(statements, found) for found in denied}
    rewritten = [_rewritten(s, suffixes) for s in statements]
    rewritten.extend(_definition(found, suffixes[found], span) for found, span in denied.items())
    defined = _defined(rewritten)
    for (name, arity), span in denied.items():
        derived = name + POSITIVE + suffixes[name, arity]
        if (derived, arity) not in defined:
            rewritten.append(Clause((Head(None, _atom(derived, arity, span)),), Atom("fail", span), span))
    return tuple(rewritten)


def _is_negative(atom: Compound) -> bool:
    return atom.functor in ("\\+", "not") and len(atom.args) == 1


def _suffix(statements: tuple[Statement, ...], found: tuple[str, int]) -> str:
    """Return what makes the names of the new predicates new, for programs that were rewritten before."""
    heads = _defined(statements)
    number = 0
    while (found[0] + POSITIVE + "'" * number, found[1]) in heads:
        number += 1
    return "'" * number


def _defined(statements: Collection[Statement]) -> set[tuple[str, int] | None]:
    """Return the predicates of all heads."""
    defined = {signature(head.atom) for s in statements if isinstance(s, Clause) for head in s.heads}
    return defined | {(s.name, s.arity) for s in statements if isinstance(s, FactTable)}


def _rewritten(statement: Statement, suffixes: dict[tuple[str, int], str]) -> Statement:
    match statement:
        case Clause(heads=heads):
            return replace(statement, heads=tuple(replace(head, atom=_renamed(head.atom, suffixes)) for head in heads))
        case FactTable(name=name, arity=arity) if (name, arity) in suffixes:
            return replace(statement, name=name + POSITIVE + suffixes[name, arity])
        case _:
            return statement


def _renamed(atom: Term, suffixes: dict[tuple[str, int], str]) -> Term:
    positive = POSITIVE
    if isinstance(atom, Compound) and _is_negative(atom):
        atom, positive = atom.args[0], NEGATIVE
    found = signature(atom)
    if found is None or found not in suffixes:
        return atom
    name = found[0] + positive + suffixes[found]
    return Compound(name, atom.args, atom.span) if isinstance(atom, Compound) else Atom(name, atom.span)


def _atom(name: str, arity: int, span: Span) -> Term:
    return Compound(name, tuple(Variable(f"_X{i}", span) for i in range(arity)), span) if arity else Atom(name, span)


def _definition(found: tuple[str, int], suffix: str, span: Span) -> Clause:
    name, arity = found
    denied = Compound("\\+", (_atom(name + NEGATIVE + suffix, arity, span),), span)
    body = Compound(",", (_atom(name + POSITIVE + suffix, arity, span), denied), span)
    return Clause((Head(None, _atom(name, arity, span)),), body, span)
