"""The pass over ``input`` declarations: their values can be listed, and Python can pass tensors by their names."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nesylang.analysis.program import Program, references
from nesylang.analysis.types import ANY, LARGEST_DOMAIN, FiniteType
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.statements import InputDeclaration

RESERVED_NAMES = frozenset({"self", "evidence"})
"""Keywords of a module's call that are no tensors."""


def input_declarations(program: Program) -> Iterator[Diagnostic]:
    """Yield E225 for each input whose values cannot be listed, E226 for each whose name no tensor of its own can have."""
    named: dict[str, Span] = {}
    for predicate in program.declared.values():
        declaration = predicate.declaration
        if not isinstance(declaration, InputDeclaration):
            continue
        finite = [type_ for type_ in predicate.arguments if isinstance(type_, FiniteType)]
        for reference, type_ in zip(references(declaration), predicate.arguments, strict=True):
            if not isinstance(type_, FiniteType) and type_ is not ANY:
                message = f"'{type_.name}' cannot be a type of the input '{declaration.name}': its values are not listed"
                hint = "a tensor has an entry for each value; declare an enumeration or a range, as in:  type position = 0..9."
                yield Diagnostic("E225", message, (Label(reference.span, "needs finitely many values"),), hint)
        size = math.prod(type_.size for type_ in finite)
        if len(finite) == len(predicate.arguments) and size > LARGEST_DOMAIN:
            message = f"the input '{declaration.name}' has {size} entries, more than {LARGEST_DOMAIN}"
            hint = "declare smaller types, or bring the facts with program.with_facts"
            yield Diagnostic("E225", message, (Label(declaration.span, "too many entries"),), hint)
        if declaration.name in RESERVED_NAMES:
            message = f"no input can be named '{declaration.name}', as model({declaration.name}=...) means something else"
            yield Diagnostic("E226", message, (Label(declaration.span, "declared here"),), "give the input another name")
        first = named.setdefault(declaration.name, declaration.span)
        if first is not declaration.span:
            labels = (Label(declaration.span, "the same name"), Label(first, "declared first here"))
            message = f"two inputs are named '{declaration.name}', and tensors are passed by their names"
            yield Diagnostic("E226", message, labels, "give one of them another name")


__all__ = ["RESERVED_NAMES", "input_declarations"]
