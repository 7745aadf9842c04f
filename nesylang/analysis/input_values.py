"""Values of inputs as facts: what turns a program whose facts differ by example into the program of one example."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from nesylang.analysis.check import Analysis, ResolvedInput
from nesylang.analysis.suggestions import did_you_mean
from nesylang.source import NesyError, Span, error
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import Clause, Head, InputDeclaration, PredicateDeclaration, Statement
from nesylang.syntax.terms import Atom, Compound, Float, Integer, String, Term

TOLERANCE = 1e-3
"""How far probabilities may be outside [0, 1], and the sums of distributions from 1; they are scaled to sum to 1."""


def with_input_values(analysis: Analysis, values: Mapping[str, object]) -> tuple[Statement, ...]:
    """Return the statements of a program with facts instead of some of its inputs.

    Values are nested sequences in the shape of an example of the input's tensor: probabilities, or for ``->`` a value in place of a
    distribution. Raise NesyError E602 for names that are no inputs, E603 for another shape, E609 for what is no probability or value.
    """
    inputs = {declared.name: declared for declared in analysis.inputs.values()}
    for name in values:
        if name not in inputs:
            listed = ", ".join(f"'{known}'" for known in inputs) or "none"
            raise error("E602", f"the program has no input '{name}'", hint=did_you_mean(name, inputs) or f"its inputs: {listed}")
    kept = tuple(_declared(statement) if _is_given(statement, values) else statement for statement in analysis.statements)
    return (*kept, *(clause for name, given in values.items() for clause in _clauses(inputs[name], _listed(given))))


def _is_given(statement: Statement, values: Mapping[str, object]) -> bool:
    return isinstance(statement, InputDeclaration) and statement.name in values


def _declared(statement: Statement) -> Statement:
    """Return the declaration of the predicate that an input is."""
    assert isinstance(statement, InputDeclaration), "the caller looked"
    output = () if statement.output is None else (statement.output,)
    return PredicateDeclaration(statement.name, (*statement.arguments, *output), statement.span)


def _listed(given: object) -> object:
    """Return tensors and arrays as nested lists."""
    convert = getattr(given, "tolist", None)
    return convert() if callable(convert) else given


def _clauses(declared: ResolvedInput, given: object) -> Iterator[Clause]:
    """Yield the facts and disjunctions that the values of an input stand for."""
    domains = [type_.values() for type_ in declared.arguments]
    for indices in product(*(range(len(values)) for values in domains)):
        place = given
        for depth, index in enumerate(indices):
            place = _elements(declared, place, depth)[index]
        arguments = tuple(values[index] for values, index in zip(domains, indices, strict=True))
        heads = _fact(declared, arguments, place) if declared.output is None else _distribution(declared, arguments, place)
        if heads:
            yield Clause(heads, None, declared.span)


def _elements(declared: ResolvedInput, place: object, depth: int) -> Sequence[object]:
    """Return the elements of a sequence along an axis; raise E603 for anything else."""
    types = [*declared.arguments, *([declared.output] if declared.output is not None else [])]
    expected = types[depth].size
    if isinstance(place, Sequence) and not isinstance(place, str) and len(place) == expected:
        return place
    found = f"{len(place)} elements" if isinstance(place, Sequence) and not isinstance(place, str) else repr(place)
    shape = f"({', '.join(f'{type_.size} for {type_.name}' for type_ in types)}{',' if len(types) == 1 else ''})"
    message = f"the input '{declared.name}' must have shape {shape}, found {found} instead of {expected} along axis {depth}"
    raise error("E603", message, declared.span, "declared here")


def _fact(declared: ResolvedInput, arguments: tuple[Term, ...], place: object) -> tuple[Head, ...]:
    """Return the head of an entry, none where it is impossible."""
    probability = _probability(declared, arguments, place)
    return _heads(declared, [(arguments, probability)])


def _distribution(declared: ResolvedInput, arguments: tuple[Term, ...], place: object) -> tuple[Head, ...]:
    """Return the heads of a distribution, or of the one value that is given in its place."""
    assert declared.output is not None, "the caller looked"
    values = declared.output.values()
    if isinstance(place, bool | int | str):
        chosen = [value for value in values if _is_written(value, place)]
        if not chosen:
            shown = ", ".join(map(print_term, values[:8])) + (", ..." if len(values) > 8 else "")
            message = f"{_name(declared, arguments)} is {place!r}, expected a value of {declared.output.name}: {shown}"
            raise error("E609", message, declared.span, "declared here", "a distribution is a sequence with a probability for each value")
        return _heads(declared, [((*arguments, chosen[0]), 1.0)])
    entries = _elements(declared, place, len(declared.arguments))
    atoms = [(*arguments, value) for value in values]
    probabilities = [_probability(declared, atom, entry) for atom, entry in zip(atoms, entries, strict=True)]
    total = math.fsum(probabilities)
    if not abs(total - 1.0) <= TOLERANCE:
        message = f"the distribution {_name(declared, arguments)} sums to {total:.6g} instead of 1"
        raise error("E609", message, declared.span, "declared here")
    return _heads(declared, [(atom, probability / total) for atom, probability in zip(atoms, probabilities, strict=True)])


def _probability(declared: ResolvedInput, arguments: tuple[Term, ...], place: object) -> float:
    if not isinstance(place, bool | int | float):
        raise _no_probability(declared, arguments, repr(place) if isinstance(place, str) else f"a {type(place).__name__}")
    # The comparison is written so that NaN fails it.
    if not -TOLERANCE <= place <= 1.0 + TOLERANCE:
        raise _no_probability(declared, arguments, f"{place:.6g}")
    return min(1.0, max(0.0, float(place)))


def _no_probability(declared: ResolvedInput, arguments: tuple[Term, ...], found: str) -> NesyError:
    return error("E609", f"{_name(declared, arguments)} is {found}, which is not a probability", declared.span, "declared here")


def _heads(declared: ResolvedInput, alternatives: list[tuple[tuple[Term, ...], float]]) -> tuple[Head, ...]:
    """Return heads for the alternatives that are possible; a certain one has no probability."""
    possible = [(arguments, probability) for arguments, probability in alternatives if probability > 0.0]
    certain = len(possible) == 1 and possible[0][1] == 1.0
    return tuple(
        Head(None if certain else Float(probability, declared.span), _atom(declared.name, arguments, declared.span))
        for arguments, probability in possible
    )


def _atom(name: str, arguments: tuple[Term, ...], span: Span) -> Term:
    return Compound(name, arguments, span) if arguments else Atom(name, span)


def _name(declared: ResolvedInput, arguments: tuple[Term, ...]) -> str:
    return print_term(_atom(declared.name, arguments, declared.span))


def _is_written(value: Term, written: bool | int | str) -> bool:
    """Return whether a Python value stands for a constant."""
    match value:
        case Integer(value=number):
            return not isinstance(written, bool) and written == number
        case Atom(name=text):
            return (str(written).lower() if isinstance(written, bool) else written) == text
        case String(value=text):
            return written == text
        case _:
            return False
