"""Probabilities that Python holds, of answers of foreign predicates: tensors and functions that are looked at in every step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from nesylang.grounding.hostcalls import HostFailure, failure_message
from nesylang.grounding.program import GroundProgram, HostWeight
from nesylang.learning.numerics import log_or_minus_infinity
from nesylang.source import error


def held_parameters(grounds: Iterable[GroundProgram]) -> nn.ParameterList:
    """Return the parameters that are probabilities of answers, each once, in order of first use."""
    weights = (weight for ground in grounds for choice in ground.choices for weight in choice.weights if isinstance(weight, HostWeight))
    found = {id(weight.source): weight.source for weight in weights if isinstance(weight.source, nn.Parameter)}
    return nn.ParameterList(found.values())


def check_held(ground: GroundProgram, known: Iterable[nn.Parameter]) -> None:
    """Raise E605 for a parameter to train that is the probability of an answer and not among those that a module has."""
    names = set(map(id, known))
    for weight in (weight for choice in ground.choices for weight in choice.weights if isinstance(weight, HostWeight)):
        source = weight.source
        if isinstance(source, nn.Parameter) and source.requires_grad and id(source) not in names:
            message = f"the probability of an answer to {weight.function} is a parameter that the module was built without"
            hint = "name what examples ask and observe when building the module, by its arguments 'queries' and 'evidence'"
            raise error("E605", message, weight.span, "declared here", hint)


def held_columns(weights: Sequence[HostWeight], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return the logarithms (1, 2 * weights) of each probability and of what it leaves; raises E307 for what is no probability."""
    probabilities = torch.stack([_probability(weight, dtype, device) for weight in weights])
    return log_or_minus_infinity(torch.stack([probabilities, 1.0 - probabilities], 1)).reshape(1, -1)


def _probability(weight: HostWeight, dtype: torch.dtype, device: torch.device) -> Tensor:
    def failed(problem: Exception) -> Exception:
        message = failure_message(f"the probability of an answer to {weight.function}", problem)
        return error("E320", message, weight.span, "declared here")

    with HostFailure(failed):
        current = torch.as_tensor(weight.current())
    message = f"the probability of an answer to {weight.function} must be a number in [0, 1]"
    if current.numel() != 1 or current.is_complex():
        raise error("E603", f"{message}, found a tensor of shape {tuple(current.shape)}", weight.span, "declared here")
    current = current.reshape(()).to(device=device, dtype=dtype)
    # Written so that NaN fails it.
    if not bool((current >= 0.0) & (current <= 1.0)):
        hint = "train a number without bounds and squash it: nesy.weighted(value, lambda: torch.sigmoid(parameter))"
        raise error("E307", f"{message}, found {current.item():.6g}", weight.span, "declared here", hint)
    return current
