"""The types of a program's predicates as lines of text."""

from __future__ import annotations

from nesylang.analysis.check import indexed
from nesylang.analysis.formulas import stands_for_formula
from nesylang.analysis.inferred import infer, type_names
from nesylang.analysis.negative_heads import NEGATIVE, POSITIVE
from nesylang.analysis.private_names import shown_name
from nesylang.analysis.program import DeclaredPredicate
from nesylang.analysis.values import ANY
from nesylang.resources import stdlib_directory
from nesylang.syntax.printer import print_name, print_statement
from nesylang.syntax.statements import SyntaxTree


def predicate_types(tree: SyntaxTree) -> tuple[str, ...]:
    """Return a line for each predicate of a program, without those of the libraries: its name with the types of its arguments.

    They are in the order in which the program declares or defines the predicates. What is declared is shown as it is declared, with its
    keyword; otherwise the types are inferred.
    """
    program = indexed(tree)
    values = infer(program).values
    names = type_names(program.types)
    places = {**program.definitions, **{found: predicate.span for found, predicate in program.declared.items()}}
    order = program.sources()
    shown = sorted(places, key=lambda found: (order.get(places[found].source, len(order)), places[found].start))
    lines = []
    for found in shown:
        name, arity = found
        if (
            NEGATIVE in name
            or POSITIVE in name
            or stands_for_formula(name)
            or places[found].source.name.startswith(str(stdlib_directory()))
        ):
            continue
        if found in program.declared:
            lines.append(_declared(program.declared[found]))
        else:
            arguments = [each.shown(names) for each in values.get(found, (ANY,) * arity)]
            lines.append(f"{shown_name(name)}({', '.join(arguments)})" if arguments else shown_name(name))
    return tuple(lines)


def _declared(predicate: DeclaredPredicate) -> str:
    """Return a declaration as it is printed, with the name that the program writes."""
    printed = print_statement(predicate.declaration).removesuffix(".")
    return printed.replace(print_name(predicate.name), shown_name(predicate.name), 1)
