"""Private predicates that several files have: each file keeps its own.

Where two files define predicates of the same private name, those of all files but the last get a name of their own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nesylang.syntax.printer import print_name
from nesylang.syntax.statements import (
    Clause,
    Directive,
    Evidence,
    ExpectAnswers,
    ExpectProbability,
    FactTable,
    Head,
    PredicateDeclaration,
    Query,
    Statement,
)
from nesylang.syntax.terms import Compound, ListTerm, Term, signature

OF = "@"
"""What stands between the name of a private predicate and that of its file."""


def with_private_names(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return an equivalent program in which no two files have a private predicate of the same name."""
    files: dict[str, dict[str, None]] = {}
    for statement in statements:
        for name in _defined(statement):
            if name.startswith("_"):
                files.setdefault(name, {})[statement.span.source.name] = None
    shared = {name: list(places) for name, places in files.items() if len(places) > 1}
    if not shared:
        return statements
    renamed: dict[str, dict[str, str]] = {}
    for name, places in shared.items():
        taken: set[str] = set()
        for place in places[:-1]:
            new = f"{name}{OF}{Path(place).stem}"
            while new in taken:
                new += "'"
            taken.add(new)
            renamed.setdefault(place, {})[name] = new
    return tuple(_renamed_statement(s, renamed[s.span.source.name]) if s.span.source.name in renamed else s for s in statements)


def shown_name(name: str) -> str:
    """Return the name of a predicate as it is written."""
    return name.split(OF)[0] if name.startswith("_") else print_name(name)


def _defined(statement: Statement) -> list[str]:
    match statement:
        case Clause(heads=heads):
            return [found[0] for head in heads if (found := signature(head.atom)) is not None]
        case FactTable(name=name):
            return [name]
        case _:
            return []


def _renamed_statement(statement: Statement, names: dict[str, str]) -> Statement:
    match statement:
        case Clause(heads=heads, body=body):
            new = tuple(Head(_maybe(head.probability, names), _renamed(head.atom, names)) for head in heads)
            return replace(statement, heads=new, body=_maybe(body, names))
        case FactTable(name=name) | PredicateDeclaration(name=name) if name in names:
            return replace(statement, name=names[name])
        case Query(goal=goal, condition=condition) | ExpectProbability(goal=goal, condition=condition):
            return replace(statement, goal=_renamed(goal, names), condition=_maybe(condition, names))
        case ExpectAnswers(goal=goal, answers=answers):
            return replace(statement, goal=_renamed(goal, names), answers=tuple(_renamed(answer, names) for answer in answers))
        case Evidence(atom=atom):
            return replace(statement, atom=_renamed(atom, names))
        case Directive(goal=goal):
            return replace(statement, goal=_renamed(goal, names))
        case _:
            return statement


def _maybe(term: Term | None, names: dict[str, str]) -> Term | None:
    return None if term is None else _renamed(term, names)


def _renamed(term: Term, names: dict[str, str]) -> Term:
    """Return a term with other names for compounds, without recursion."""
    pending: list[tuple[Term, bool]] = [(term, False)]
    done: list[Term] = []
    while pending:
        current, is_built = pending.pop()
        match current:
            case Compound(functor=functor, args=args, span=span):
                if is_built:
                    parts = done[len(done) - len(args) :]
                    del done[len(done) - len(args) :]
                    done.append(Compound(names.get(functor, functor), tuple(parts), span))
                else:
                    pending.append((current, True))
                    pending.extend((argument, False) for argument in reversed(args))
            case ListTerm(items=items, tail=tail, span=span):
                members = items if tail is None else (*items, tail)
                if is_built:
                    parts = done[len(done) - len(members) :]
                    del done[len(done) - len(members) :]
                    done.append(ListTerm(tuple(parts[: len(items)]), None if tail is None else parts[-1], span))
                else:
                    pending.append((current, True))
                    pending.extend((member, False) for member in reversed(members))
            case _:
                done.append(current)
    return done[0]
