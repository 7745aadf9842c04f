"""Input tensors: which ones a program names, and the slices that its terms stand for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from torch import Tensor

from nesylang.analysis.input_declarations import RESERVED_NAMES
from nesylang.analysis.suggestions import did_you_mean
from nesylang.source import Diagnostic, Label, NesyError, Span, error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Atom, Compound, Integer, Term

Tensors = Mapping[str | Term, Tensor]
"""Tensors by the name that Python passes them under, or by the term that stands for what a network returns."""


def tensor_name(term: Term) -> str:
    """Return the name of the tensor that a term is a slice of; raises E602 where it is no ``x``, ``x(3)`` or ``x(0,1)``."""
    if isinstance(term, Atom):
        return term.name
    if isinstance(term, Compound) and all(isinstance(index, Integer) for index in term.args):
        return term.functor
    raise error(
        "E602",
        f"{print_term(term)} names no tensor",
        term.span,
        "a tensor is expected here",
        "write x for a whole batch, x(3) or x(0,1) for an indexed part of it; indices are integers",
    )


def check_names(terms: Mapping[str, Term]) -> None:
    """Raise E602 for a tensor (name -> a term that uses it) whose name a module's call cannot take."""
    for name in sorted(RESERVED_NAMES & terms.keys()):
        message = f"no tensor can be named '{name}', as model({name}=...) means something else"
        raise error("E602", message, terms[name].span, "used as a tensor here", "give the constant another name in the program")


def check_tensors(tensors: Mapping[str, object], needed: Mapping[str, Term], others: Collection[str] = ()) -> dict[str, Tensor]:
    """Return the tensors if they are those needed (name -> a term that uses it), with one batch size; ``others`` are named in hints.

    Raises E602 for a missing or unknown one, E603 for one without batch axis or of another batch size, E606 for what is no tensor.
    """
    diagnostics = []
    for name in tensors:
        if name not in needed:
            listed = ", ".join(f"'{known}'" for known in (*needed, *others)) or "none"
            hint = did_you_mean(name, [*needed, *others]) or f"tensors that the program uses: {listed}"
            diagnostics.append(Diagnostic("E602", f"the program uses no tensor '{name}'", (), hint))
    for name, term in needed.items():
        if name not in tensors:
            hint = f"pass it by keyword: model({name}=...)"
            diagnostics.append(Diagnostic("E602", f"the tensor '{name}' is missing", (Label(term.span, "used here"),), hint))
            continue
        tensor = tensors[name]
        if not isinstance(tensor, Tensor):
            message = f"'{name}' must be a torch.Tensor, found {type(tensor).__name__}"
            diagnostics.append(Diagnostic("E606", message, (), f"convert it: torch.as_tensor({name})"))
        elif tensor.dim() == 0:
            diagnostics.append(Diagnostic("E603", f"'{name}' must have shape (batch, ...), found a scalar of shape ()"))
    sizes = {name: tensor.shape[0] for name, tensor in tensors.items() if isinstance(tensor, Tensor) and tensor.dim() > 0}
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"'{name}' has {size}" for name, size in sizes.items())
        diagnostics.append(Diagnostic("E603", f"the tensors differ in batch size: {listed}", (), "axis 0 of every tensor is the batch"))
    if diagnostics:
        raise NesyError(diagnostics)
    return {name: tensor for name, tensor in tensors.items() if isinstance(tensor, Tensor)}


def select(tensors: Tensors, term: Term, network: str, span: Span) -> Tensor:
    """Return the part (batch, ...) of a tensor that a term stands for: ``x(R, C)`` is ``x[:, R, C]``; raises E603 for an index outside."""
    if term in tensors:
        return tensors[term]
    name = tensor_name(term)
    tensor = tensors[name]
    indices = [index.value for index in term.args if isinstance(index, Integer)] if isinstance(term, Compound) else []
    expected = f"{name} of shape (batch, {', '.join(f'at least {index + 1}' for index in indices)}, ...)"
    inside = len(indices) < tensor.dim() and all(0 <= i < n for i, n in zip(indices, tensor.shape[1:], strict=False))
    if not inside:
        raise error(
            "E603",
            f"'{network}' is applied to {print_term(term)}, which is outside '{name}' of shape {tuple(tensor.shape)}",
            span,
            f"expects {expected}",
            "axis 0 is the batch; the indices of the term select along the axes after it, counted from 0",
        )
    for index in indices:
        tensor = tensor[:, index]
    return tensor


def check_equal_shapes(parts: Sequence[Tensor], terms: Sequence[Term], network: str, span: Span) -> None:
    """Raise E603 unless all parts of one argument have the same shape, so that they can be stacked."""
    for part, term in zip(parts, terms, strict=True):
        if part.shape != parts[0].shape:
            raise error(
                "E603",
                f"'{network}' is applied to tensors of different shapes: {print_term(terms[0])} has {tuple(parts[0].shape)}, "
                f"{print_term(term)} has {tuple(part.shape)}",
                span,
                "one network, called once on all of its inputs",
            )
