"""Facts that each example brings: tensors of probabilities, or of values, for the ``input`` declarations of a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from nesylang.grounding.program import GroundProgram, InputSignature, InputWeight
from nesylang.learning.numerics import log_or_minus_infinity
from nesylang.source import NesyError, error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Integer, Term

TOLERANCE = 1e-3
"""How far probabilities may be outside [0, 1], and their sums from 1."""

SHOWN = 8
"""Most values that a message spells out."""


@dataclass(frozen=True, slots=True)
class InputBlock:
    """The columns of an input: true and false, or the values, of each of its random variables in turn."""

    name: str


@dataclass(frozen=True, slots=True)
class Positions:
    """A tensor of integers that are positions of values in their type, counted from 0."""

    tensor: Tensor


def positions(tensor: Tensor) -> Positions:
    """Return a tensor of integers marked as positions of values in the type of an input, counted from 0.

    Without this mark integers are values of the type themselves; it is never guessed. Raises E606 for what is no tensor of integers.
    """
    if not isinstance(tensor, Tensor) or not _is_integer(tensor):
        found = f"a tensor of type {tensor.dtype}" if isinstance(tensor, Tensor) else type(tensor).__name__
        raise error("E606", f"positions are a torch.Tensor of integers, found {found}")
    return Positions(tensor)


def needed_inputs(ground: GroundProgram) -> tuple[str, ...]:
    """Return the names of the inputs that a ground program rests on, in the order of their declarations."""
    used = {weight.name for choice in ground.choices for weight in choice.weights[:1] if isinstance(weight, InputWeight)}
    return tuple(name for name in ground.inputs if name in used)


def separate(given: Mapping[str, object], inputs: Mapping[str, InputSignature]) -> tuple[dict[str, object], dict[str, object]]:
    """Return what is passed to a module as data tensors and as tensors of inputs."""
    data = {name: tensor for name, tensor in given.items() if name not in inputs}
    return data, {name: tensor for name, tensor in given.items() if name in inputs}


def check_distinct_names(inputs: Mapping[str, InputSignature], terms: Mapping[str, Term]) -> None:
    """Raise E610 for an input whose name a data tensor (name -> a term that uses it) has too."""
    for name in inputs:
        if name in terms:
            hint = "give the input or the constant another name"
            message = f"'{name}' is an input and a tensor of a network too, and model({name}=...) can be only one of them"
            raise error("E610", message, terms[name].span, "used as a tensor here", hint)


def given_tensors(given: Mapping[str, object], inputs: Mapping[str, InputSignature], needed: tuple[str, ...]) -> dict[str, Tensor]:
    """Return the tensors (batch, ...) of inputs, positions taken out of their mark and turned to what they stand for.

    Raises E602 for a missing one, E603 for a shape that does not fit, E606 for what is no tensor, E609 for numbers that are none.
    """
    for name in needed:
        if name not in given:
            hint = f"pass it by keyword: model({name}=...), of shape {_shape(inputs[name])}"
            raise error("E602", f"the tensor of the input '{name}' is missing", inputs[name].span, "declared here", hint)
    return {name: _probabilities(inputs[name], tensor) for name, tensor in given.items()}


def log_columns(signature: InputSignature, probabilities: Tensor) -> Tensor:
    """Return the log-probabilities (batch, rows * width) of an input, minus infinity with gradient zero for probabilities of zero."""
    flat = probabilities.clamp(0.0, 1.0).reshape(probabilities.shape[0], -1)
    if signature.outputs is None:
        flat = torch.stack([flat, 1.0 - flat], 2).flatten(1)
    return log_or_minus_infinity(flat)


def _probabilities(signature: InputSignature, given: object) -> Tensor:
    """Return probabilities of shape (batch, |argument|, ..., |value|); raises E603, E606 or E609."""
    tensor = given.tensor if isinstance(given, Positions) else given
    if not isinstance(tensor, Tensor):
        hint = f"convert it: torch.as_tensor({signature.name})"
        raise error("E606", f"the input '{signature.name}' must be a torch.Tensor, found {type(given).__name__}", hint=hint)
    lengths = tuple(map(len, signature.arguments))
    outputs = signature.outputs
    if isinstance(given, Positions) and outputs is None:
        message = f"the input '{signature.name}' has no value that positions could stand for"
        raise error("E606", message, signature.span, "declared here", "pass probabilities, or a tensor of bools")
    if outputs is not None and _is_integer(tensor) and tensor.shape[1:] == lengths and tensor.dim() > 0:
        return _one_hot(signature, outputs, given)
    full = lengths if outputs is None else (*lengths, len(outputs))
    if isinstance(given, Positions) or tensor.dim() == 0 or tensor.shape[1:] != full or tensor.is_complex():
        raise _wrong_shape(signature, tensor, isinstance(given, Positions))
    if not tensor.is_floating_point():
        # Zeros and ones are exact in any type, so that the working type is left to others.
        tensor = tensor.to(torch.float32)
    elif tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    _check_probabilities(signature, tensor.detach())
    return tensor


def _is_integer(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() and not tensor.is_complex() and tensor.dtype != torch.bool


def _one_hot(signature: InputSignature, outputs: tuple[Term, ...], given: object) -> Tensor:
    """Return the certain distributions (batch, |argument|, ..., |value|) that values or their positions stand for."""
    tensor = given.tensor if isinstance(given, Positions) else given
    assert isinstance(tensor, Tensor), "the caller looked"
    if isinstance(given, Positions):
        meanings = list(range(len(outputs)))
        described = f"positions from 0 to {len(outputs) - 1}"
        hint = None
    else:
        numbers = [value.value for value in outputs if isinstance(value, Integer)]
        if len(numbers) != len(outputs):
            message = f"the values of the input '{signature.name}' are no integers, so that a tensor of integers cannot hold them"
            hint = f"mark positions of values: {signature.name}=nesy.positions(tensor)"
            raise error("E606", message, signature.span, f"its values are {_listed(outputs)}", hint)
        meanings = numbers
        described = f"values of {signature.axes[-1]}: {_listed(outputs)}"
        hint = f"integers are values; mark positions of values: {signature.name}=nesy.positions(tensor)"
    hot = tensor.unsqueeze(-1) == torch.tensor(meanings, device=tensor.device)
    unknown = ~hot.any(-1)
    if unknown.any():
        place = tuple(unknown.nonzero()[0].tolist())
        raise error(
            "E609", f"{_entry(signature, place)} is {int(tensor[place])}, expected {described}", signature.span, "declared here", hint
        )
    return hot.to(torch.float32)


def _check_probabilities(signature: InputSignature, tensor: Tensor) -> None:
    # The comparison is written so that NaN fails it.
    outside = ~((tensor >= -TOLERANCE) & (tensor <= 1.0 + TOLERANCE))
    if outside.any():
        place = tuple(outside.nonzero()[0].tolist())
        message = f"{_entry(signature, place)} is {tensor[place].item():.6g}, which is not a probability"
        raise error("E609", message, signature.span, "declared here", "entries are probabilities, not logits; bools are certain")
    if signature.outputs is not None:
        sums = tensor.sum(-1)
        wrong = ~((sums - 1.0).abs() <= TOLERANCE)
        if wrong.any():
            place = tuple(wrong.nonzero()[0].tolist())
            message = f"the distribution {_entry(signature, place)} sums to {sums[place].item():.6g} instead of 1"
            raise error("E609", message, signature.span, "declared here", f"it is over {_listed(signature.outputs)}")


def _entry(signature: InputSignature, place: tuple[int, ...]) -> str:
    """Return an entry of a tensor as its atom and its example."""
    domains = [*signature.arguments, *([signature.outputs] if signature.outputs is not None else [])]
    arguments = ",".join(print_term(values[index]) for values, index in zip(domains, place[1:], strict=False))
    return f"{signature.name}{f'({arguments})' if arguments else ''} of example {place[0]}"


def _shape(signature: InputSignature) -> str:
    """Return the shape that a tensor has, as text with named axes."""
    lengths = [*map(len, signature.arguments), *([len(signature.outputs)] if signature.outputs is not None else [])]
    named = [f"{length} for {axis}" for length, axis in zip(lengths, signature.axes, strict=True)]
    return f"({', '.join(['batch', *named])}{'' if named else ','})"


def _wrong_shape(signature: InputSignature, tensor: Tensor, is_marked: bool) -> NesyError:
    expected = _shape(signature)
    found = f"{tuple(tensor.shape)} and type {tensor.dtype}"
    hint = None
    if signature.outputs is not None:
        lengths = [f"{len(values)} for {axis}" for values, axis in zip(signature.arguments, signature.axes, strict=False)]
        of_values = f"({', '.join(['batch', *lengths])}{'' if lengths else ','})"
        if is_marked:
            expected = of_values
        else:
            hint = f"or a tensor of integers of shape {of_values}: the values themselves"
    message = f"the input '{signature.name}' must have shape {expected}, found {found}"
    return error("E603", message, signature.span, "declared here", hint)


def _listed(values: tuple[Term, ...]) -> str:
    return ", ".join(map(print_term, values[:SHOWN])) + (", ..." if len(values) > SHOWN else "")
