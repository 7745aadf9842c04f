"""The pass over declared types: constants in the arguments of declared predicates are values of their types."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nesylang.analysis.program import DeclaredPredicate, Program, references
from nesylang.analysis.suggestions import did_you_mean
from nesylang.analysis.tables import REPORTED_ROWS, rows_outside
from nesylang.analysis.types import EnumerationType, OpaqueType, Type
from nesylang.source import Diagnostic, Label
from nesylang.syntax.printer import print_term
from nesylang.syntax.terms import Atom, Compound, Integer, Term, Variable, signature


def constants(program: Program) -> Iterator[Diagnostic]:
    """Yield E203 for each argument that no value of its declared type can equal, in facts, heads and calls."""
    if not program.declared:
        return
    for found, predicate in program.declared.items():
        checked = [(position, type_.accepts) for position, type_ in enumerate(predicate.arguments) if not isinstance(type_, OpaqueType)]
        for clause in program.facts.get(found, ()) if checked else ():
            atom = clause.heads[0].atom
            assert isinstance(atom, Compound), "checked arguments are there"
            if not all(accepts(atom.args[position]) for position, accepts in checked):
                yield from _misfits(atom.args, predicate)
        for table in program.tables.get(found, ()):
            types = [(position, predicate.arguments[position]) for position, _ in checked]
            for row in islice(rows_outside(table, types), REPORTED_ROWS):
                yield from _misfits(table.arguments(row), predicate)
    for atom in program.heads():
        predicate_of_head = program.declared.get(signature(atom) or ("", 0))
        if predicate_of_head is not None and isinstance(atom, Compound):
            yield from _misfits(atom.args, predicate_of_head)
    for goal in program.goals():
        called = program.declared.get(goal.signature or ("", 0))
        if called is not None:
            yield from _misfits(goal.arguments, called)


def _misfits(arguments: tuple[Term, ...], predicate: DeclaredPredicate) -> Iterator[Diagnostic]:
    for argument, type_, reference in zip(arguments, predicate.arguments, references(predicate.declaration), strict=False):
        if not isinstance(argument, Variable) and not type_.accepts(argument):
            labels = (Label(argument.span, f"expected {type_.expectation()}"), Label(reference.span, "declared here"))
            message = f"{print_term(argument)} is not a value of the type {type_.name}"
            yield Diagnostic("E203", message, labels, _hint(argument, type_))


def _hint(argument: Term, type_: Type) -> str | None:
    match argument, type_:
        case Integer(value=value), _ if type_.name == "float":
            return f"write {value}.0"
        case Atom(name=name), _ if type_.name == "string":
            return f'write "{name}"'
        case Atom(name=name), EnumerationType(constants=values):
            return did_you_mean(name, [value.name for value in values if isinstance(value, Atom)])
        case Compound(), _:
            return "arithmetic in an argument is a term; compute it first, as in:  X is Y + 1" if _is_arithmetic(argument) else None
        case _:
            return None


def _is_arithmetic(term: Term) -> bool:
    return isinstance(term, Compound) and term.functor in ("+", "-", "*", "/", "//", "mod", "**")
