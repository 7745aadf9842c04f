"""Predicates that several files of a program define, each for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nesylang.resources import stdlib_directory
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.printer import print_name
from nesylang.syntax.statements import Clause, Directive, FactTable, PredicateDeclaration, Statement
from nesylang.syntax.terms import Atom, Compound, Integer, Term, disjuncts, signature, subterms

Signature = tuple[str, int]

OPENING = frozenset({"dynamic", "discontiguous", "multifile"})
"""Directives that say that a predicate has clauses in several places."""


def clashes(files: Sequence[Sequence[Statement]], asking: frozenset[Signature]) -> Iterator[Diagnostic]:
    """Yield E228 for each predicate that more than one file defines, unless some file declares it.

    ``files`` has the statements of each file, in the order in which they are read; ``asking`` are heads that define nothing. Private
    predicates belong to their file, so that they cannot clash.
    """
    opened: set[Signature] = set()
    homes: dict[Signature, list[Span]] = {}
    for statements in files:
        own: dict[Signature, Span] = {}
        for statement in statements:
            if type(statement) is Clause:
                for head in statement.heads:
                    for found in _defined(head.atom):
                        own.setdefault(found, head.atom.span)
            elif type(statement) is FactTable:
                own.setdefault((statement.name, statement.arity), statement.first_span)
            elif isinstance(statement, PredicateDeclaration):
                opened.add((statement.name, len(statement.arguments)))
            elif isinstance(statement, Directive):
                opened.update(_listed(statement))
        for found, span in own.items():
            homes.setdefault(found, []).append(span)
    for (name, arity), places in homes.items():
        if len(places) > 1 and (name, arity) not in opened | asking and not name.startswith("_") and name not in ("\\+", "not"):
            labels = (Label(places[1], "defined here too"), Label(places[0], "defined here first"))
            arguments = f"({', '.join(['any'] * arity)})" if arity else ""
            hint = "rename one of them"
            if not places[0].source.name.startswith(str(stdlib_directory())):
                spelled = print_name(name)
                hint += f"; if they belong together, declare it:  pred {spelled}{arguments}.  or  :- multifile {spelled}/{arity}."
            else:
                hint += ", or leave out the import of the library"
            yield Diagnostic("E228", f"{name}/{arity} is defined in two files, which may not know of each other", labels, hint)


def _defined(head: Term) -> Iterator[Signature]:
    """Yield the predicate of a head, those that the left side of a grammar rule makes with its two lists."""
    if type(head) is Compound and head.functor == "-->" and len(head.args) == 2:
        for part in disjuncts(head.args[0]):
            symbol = part.args[1] if isinstance(part, Compound) and signature(part) == ("::", 2) else part
            symbol = symbol.args[0] if isinstance(symbol, Compound) and signature(symbol) == (",", 2) else symbol
            found = signature(symbol)
            if found is not None:
                yield found[0], found[1] + 2
        return
    found = signature(head)
    if found is not None:
        yield found


def _listed(directive: Directive) -> Iterator[Signature]:
    """Yield the predicates that a directive such as ``:- dynamic p/1.`` lists."""
    if isinstance(directive.goal, Compound) and directive.goal.functor in OPENING:
        for part in subterms(directive.goal):
            match part:
                case Compound(functor="/", args=(Atom(name=name), Integer(value=arity))):
                    yield name, arity
