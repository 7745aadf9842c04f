"""The pass over foreign declarations: which types go together, and which functions work on tensors."""

from __future__ import annotations

from collections.abc import Iterator

from nesylang.analysis.program import DeclaredPredicate, Program, references
from nesylang.analysis.types import ANY, LARGEST_DOMAIN, EnumerationType, OpaqueType, RangeType, Type
from nesylang.source import Diagnostic, Label
from nesylang.syntax.statements import ForeignDeclaration, TypeReference


def is_over_tensors(predicate: DeclaredPredicate) -> bool:
    """Return whether a foreign predicate has an argument of an opaque type: its function is called on tensors, when a model is."""
    return any(isinstance(type_, OpaqueType) for type_ in predicate.arguments)


def foreign_types(program: Program) -> Iterator[Diagnostic]:
    """Yield E224 for each foreign declaration over tensors that has other types as well, or more than one output."""
    for predicate in program.declared.values():
        declaration = predicate.declaration
        if not isinstance(declaration, ForeignDeclaration) or not is_over_tensors(predicate):
            continue
        inputs = len(declaration.arguments)
        if len(declaration.outputs) > 1:
            message = "a foreign function over tensors has one output"
            span = declaration.outputs[0].span.to(declaration.outputs[-1].span)
            yield Diagnostic("E224", message, (Label(span, "several"),), "declare a function for each of them")
            continue
        if not inputs:
            message = "a foreign function that returns a tensor needs an input"
            yield Diagnostic("E224", message, (Label(predicate.span),), "a tensor that does not change is passed to the model by its name")
            continue
        tensor = next(reference for reference, type_ in _typed(predicate) if isinstance(type_, OpaqueType))
        for reference, type_ in _typed(predicate):
            if not _goes_with_tensors(type_):
                labels = (Label(reference.span, "no tensor, and no list of values"), Label(tensor.span, "a tensor"))
                message = f"'{type_.name}' cannot stand beside tensors in a foreign declaration"
                hint = "a function over tensors takes and returns tensors and values of enumerations and ranges"
                yield Diagnostic("E224", message, labels, hint)


def _typed(predicate: DeclaredPredicate) -> Iterator[tuple[TypeReference, Type]]:
    return zip(references(predicate.declaration), predicate.arguments, strict=True)


def _goes_with_tensors(type_: Type) -> bool:
    match type_:
        case RangeType() | EnumerationType():
            return type_.size <= LARGEST_DOMAIN
        case _:
            return isinstance(type_, OpaqueType) or type_ is ANY
