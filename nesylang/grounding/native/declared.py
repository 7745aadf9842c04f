"""Derived atoms of declared predicates, whose arguments have to be values of the declared types."""

from __future__ import annotations

from collections.abc import Iterable

from nesylang.analysis import Analysis
from nesylang.grounding.native.convert import TermWriter
from nesylang.grounding.native.engine import Engine
from nesylang.grounding.native.terms import Value, is_ground
from nesylang.source import Diagnostic, Label, NesyError, Span
from nesylang.syntax import print_term
from nesylang.syntax.terms import Compound

SHOWN_PLACES = 3
"""Heads that are marked; more may derive the atom."""


def check_declared(analysis: Analysis, engine: Engine) -> None:
    """Raise NesyError E311 where an atom was derived that is not of its declared types; only what analysis left open is looked at."""
    problems: list[Diagnostic] = []
    for ((name, arity), _, _), procedure in engine.procedures.items():
        open_positions = analysis.undecided.get((name, arity))
        if open_positions is None:
            continue
        seen: set[tuple[int, Value]] = set()
        for table in procedure.tables.values():
            for output in _outputs(table.answers):
                arguments = procedure.arguments(table.key, output)
                for position, places in open_positions.items():
                    if (position, arguments[position]) not in seen:
                        seen.add((position, arguments[position]))
                        problem = _problem(analysis, (name, arity), arguments, position, places)
                        problems.extend([problem] if problem is not None else [])
    if problems:
        raise NesyError(dict.fromkeys(problems))


def _outputs(answers: dict[object, int] | list[tuple[object, int]]) -> Iterable[object]:
    return answers if isinstance(answers, dict) else [output for output, _ in answers]


def _problem(
    analysis: Analysis, found: tuple[str, int], arguments: tuple[Value, ...], position: int, places: tuple[Span, ...]
) -> Diagnostic | None:
    predicate = analysis.predicates[found]
    type_ = predicate.arguments[position]
    if not is_ground(arguments[position]):
        return None
    writer = TermWriter(predicate.span)
    term = writer.term(arguments[position])
    if type_.accepts(term):
        return None
    atom = print_term(Compound(found[0], tuple(writer.term(argument) for argument in arguments), predicate.span))
    labels = [Label(place, "derived here" if index == 0 else "or here") for index, place in enumerate(places[:SHOWN_PLACES])]
    labels.append(Label(predicate.span, f"expected {type_.expectation()} as argument {position + 1}"))
    hint = "bind it to a value of the type before, as in  X in color, ...  or correct the declaration"
    return Diagnostic("E311", f"{atom} is derived, and {print_term(term)} is not a value of the type {type_.name}", tuple(labels), hint)
