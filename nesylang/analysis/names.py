"""The passes over calls: every predicate that is called is known, and private ones stay in their files."""

from __future__ import annotations

from collections.abc import Iterator

from nesylang.analysis.aggregates import is_aggregate
from nesylang.analysis.builtins import BUILTINS, DIRECTIVES, LIBRARIES, SPECIAL, UNSUPPORTED, Signature
from nesylang.analysis.goals import Goal
from nesylang.analysis.grammars import is_grammar_rule, left_sides
from nesylang.analysis.importable import libraries_with
from nesylang.analysis.program import Program, index
from nesylang.analysis.prolog_names import INSTEAD
from nesylang.analysis.suggestions import closest
from nesylang.source import Diagnostic, Label, Source, Span
from nesylang.syntax.statements import Statement
from nesylang.syntax.terms import ListTerm, String, Term, signature

SHOWN_USES = 3
"""Calls of one unknown predicate that are marked; it is reported once."""


def unknown_predicates(program: Program) -> Iterator[Diagnostic]:
    """Yield E201 or E202 for each predicate that is called and not known, W205 where only ProbLog files call it.

    ProbLog notices an unknown predicate when it is called, so that its programs may hold calls that never happen.
    """
    if program.unknown_fails:
        return
    known = frozenset().union(program.definitions, program.declared, BUILTINS, program.library_predicates, DIRECTIVES, UNSUPPORTED)
    # Grammar rules that are refused still say that there is such a nonterminal.
    refused = {found for rule in program.rules if is_grammar_rule(rule.clause) for found in left_sides(rule.clause)}
    known |= {(name, arity + 2) for name, arity in refused}
    unknown: dict[Signature, list[Span]] = {}
    for goal in program.goals():
        called = goal.signature
        if is_aggregate(goal.term):
            continue  # another pass says that it is no goal
        if called is None:
            yield from _uncallable(goal)
        elif called not in known and called not in SPECIAL:
            places = unknown.setdefault(called, [])
            # A formula that is written out, such as a <=> b, has its goals more than once.
            if goal.term.span not in places[:SHOWN_USES]:
                places.append(goal.term.span)
    if program.is_open:
        return
    for called, places in unknown.items():
        yield _unknown(called, places, program, known)


def private_predicates(program: Program) -> Iterator[Diagnostic]:
    """Yield E201 for each call of a predicate starting with ``_`` from another file than its own."""
    homes: dict[Signature, dict[Source, Span]] = {}
    for clauses in (clauses for (name, _), clauses in program.facts.items() if name.startswith("_")):
        for clause in clauses:
            _settle(homes, clause.heads[0].atom)
    for found, tables in program.tables.items():
        if found[0].startswith("_"):
            for table in tables:
                homes.setdefault(found, {}).setdefault(table.home, table.stated or table.first_span)
    for atom in program.heads():
        _settle(homes, atom)
    for goal in program.goals():
        home = homes.get(goal.signature or ("", 0))
        if home is not None and goal.term.span.source not in home:
            labels = (Label(goal.term.span, "called here"), Label(next(iter(home.values())), "private to this file"))
            name, arity = signature(goal.term) or ("", 0)
            hint = "predicates that other files use do not start with _"
            yield Diagnostic("E201", f"{name}/{arity + goal.extra} is private to another file", labels, hint)


def unfit_for_facts(statements: tuple[Statement, ...], predicate: Signature) -> Diagnostic | None:
    """Return E606 where facts of a predicate would change nothing, as the program neither declares, defines nor uses it."""
    program = index(statements)
    used = {goal.signature for goal in program.goals() if goal.signature is not None}
    known = frozenset({*program.definitions, *program.declared, *used, *BUILTINS, *SPECIAL})
    name, arity = predicate
    if predicate in known or program.is_open or any(other == name for other, _ in program.declared):
        return None
    others = sorted(n for other, n in program.definitions.keys() | used if other == name)
    if others:
        message = f"the program has no predicate {name}/{arity}, but {_listed([f'{name}/{other}' for other in others])}"
        hint = f"give rows of {_listed([str(other) for other in others], 'or')} values, or declare {name}/{arity}"
    else:
        message = f"the program neither declares nor uses {name}/{arity}"
        arguments = ", ".join(["any"] * arity)
        similar = closest(name, (other for other, n in sorted(known - BUILTINS.keys() - SPECIAL) if n == arity))
        hint = f"declare it:  pred {name}({arguments})." if similar is None else f"did you mean '{similar}'?"
    return Diagnostic("E606", message, (), hint)


def _settle(homes: dict[Signature, dict[Source, Span]], atom: Term) -> None:
    found = signature(atom)
    if found is not None and found[0].startswith("_"):
        homes.setdefault(found, {}).setdefault(atom.span.source, atom.span)


def _uncallable(goal: Goal) -> Iterator[Diagnostic]:
    if not isinstance(goal.term, ListTerm):
        kind = "string" if isinstance(goal.term, String) else "number"
        yield Diagnostic("E201", f"a {kind} cannot be called", (Label(goal.term.span, "expected a predicate"),))


def _unknown(called: Signature, places: list[Span], program: Program, known: frozenset[Signature]) -> Diagnostic:
    name, arity = called
    in_files = [span for span in places if not span.source.name.endswith(".pl")]
    places = in_files or places
    labels = [Label(places[0], "called here")] + [Label(span, "and here") for span in places[1:SHOWN_USES]]
    library = next((library for library, names in LIBRARIES.items() if called in names), None)
    others = sorted(other for other_name, other in known if other_name == name)
    if others and library is None:
        spelled = _listed([f"{name}/{other}" for other in others])
        message = f"{name}/{arity} is not defined, but {spelled} {'is' if len(others) == 1 else 'are'}"
        for other in others:
            span = _place((name, other), program)
            if span is not None:
                labels.append(Label(span, f"{name}/{other} is defined here"))
        counts = _listed([str(other) for other in others], "or")
        hint = f"write {name} without arguments" if others == [0] else f"give {name} {counts} argument{'' if others == [1] else 's'}"
        code = "E202"
    else:
        message = f"unknown predicate {name}/{arity}"
        hint = _hint(called, library, known, declarable=bool(in_files))
        code = "E201"
    return Diagnostic(code if in_files else "W205", message, tuple(labels), hint)


def _hint(called: Signature, library: str | None, known: frozenset[Signature], declarable: bool) -> str:
    name, arity = called
    if called == ("::", 2):
        return "a probability stands before the head of a clause:  0.9 :: alarm :- burglary."
    if called == ("~", 1):
        return "negation is written  not"
    if name in INSTEAD and library is None:
        return INSTEAD[name]
    imports = [f"import {own}." for own in libraries_with(called)]
    directives = [] if library is None else [f":- use_module(library({library}))."]
    if imports or directives:
        return f"it is in a library; add  {'  or  '.join([*imports, *directives])}"
    callable_here = {(other, n) for other, n in known if name.startswith("_") or not other.startswith("_")}
    same_arity = closest(name, (other for other, n in callable_here if n == arity))
    similar = same_arity or closest(name, (other for other, n in callable_here if (other, n) not in BUILTINS))
    if similar is not None:
        spelled = [f"{similar}/{n}" for other, n in sorted(known) if other == similar and n == (arity if same_arity else n)]
        return f"did you mean {_listed(spelled, 'or')}?"
    if not declarable:
        return "calling it will be an error"
    arguments = f"({', '.join(['any'] * arity)})" if arity else ""
    return f"define it, or declare it with  pred {name}{arguments}.  if its facts come from elsewhere"


def _place(found: Signature, program: Program) -> Span | None:
    if found in program.definitions:
        return program.definitions[found]
    return program.declared[found].span if found in program.declared else None


def _listed(items: list[str], word: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"
