"""Input tensors: which ones a program names, and the slices that its terms stand for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import groupby

import torch
from torch import Tensor

from nesylang.analysis.input_declarations import RESERVED_NAMES
from nesylang.analysis.suggestions import did_you_mean
from nesylang.source import Diagnostic, Label, NesyError, Span, error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Atom, Compound, Integer, Term, children

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
    expected = f"{name} of shape (batch, {', '.join(f'at least {max(index, 0) + 1}' for index in indices)}, ...)"
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


def rows(tensors: Tensors, terms: Sequence[Term], constants: Collection[Term], batch: int, network: str, span: Span) -> Tensor:
    """Return the parts that terms stand for below each other: (terms * batch, ...); those in ``constants`` are the same for all examples.

    Raises E603 for an index outside, and for parts of different shapes.
    """
    parts: list[Tensor] = []
    first: list[Term] = []
    for (name, depth), group in groupby(terms, partial(_slice_of, tensors, constants)):
        members = list(group)
        several = _together(tensors[name], members, depth) if name is not None and len(members) > 1 else None
        if several is not None:
            parts.append(several)
            first.append(members[0])
            continue
        for term in members:
            part = select(tensors, term, network, span)
            parts.append(part.expand(batch, *part.shape[1:]) if term in constants else part)
            first.append(term)
    _check_equal_shapes(parts, first, batch, network, span)
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _slice_of(tensors: Tensors, constants: Collection[Term], term: Term) -> tuple[str | None, int]:
    """Return the tensor that a term is a slice of, and the number of its indices; None and 0 where it is a tensor as a whole."""
    if not isinstance(term, Compound) or not all(isinstance(index, Integer) for index in term.args):
        return None, 0
    return (None, 0) if term in tensors or term in constants else (term.functor, len(term.args))


def _together(tensor: Tensor, terms: Sequence[Term], depth: int) -> Tensor | None:
    """Return slices (terms * batch, ...) of a tensor, by one operation; None where an index is outside."""
    sizes = tensor.shape[1 : depth + 1]
    if len(sizes) < depth:
        return None
    places = []
    for term in terms:
        place = 0
        for index, size in zip(children(term), sizes, strict=True):
            assert isinstance(index, Integer), "slices have integers as indices"
            if not 0 <= index.value < size:
                return None
            place = place * size + index.value
        places.append(place)
    flat = tensor.flatten(1, depth)
    if places == list(range(places[0], places[0] + len(places))):
        found = flat.narrow(1, places[0], len(places))
    else:
        found = flat.index_select(1, torch.tensor(places, device=tensor.device))
    found = found.transpose(0, 1).flatten(0, 1)
    # Of one example that is a view, and a network that works in place must not change what it was given.
    return found.clone() if len(tensor) == 1 else found


def _check_equal_shapes(parts: Sequence[Tensor], terms: Sequence[Term], batch: int, network: str, span: Span) -> None:
    """Raise E603 unless all parts of one argument have the same shape for each example, so that they can be stacked."""
    for part, term in zip(parts, terms, strict=True):
        if part.shape[1:] != parts[0].shape[1:]:
            shapes = [(batch, *shape[1:]) for shape in (parts[0].shape, part.shape)]
            raise error(
                "E603",
                f"'{network}' is applied to tensors of different shapes: {print_term(terms[0])} has {shapes[0]}, "
                f"{print_term(term)} has {shapes[1]}",
                span,
                "one network, called once on all of its inputs",
            )
