"""Python functions over tensors as modules, so that they take the place of networks."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from nesylang.analysis import Analysis
from nesylang.grounding.hostcalls import Functions, HostFailure, bound_function, failure_message
from nesylang.source import Span, error


class HostFunction(nn.Module):
    """A function of tensors (rows, ...) that a foreign predicate over tensors is bound to."""

    def __init__(self, name: str, function: Callable[..., object], span: Span) -> None:
        super().__init__()
        self.name = name
        self.function = function
        self.span = span

    def forward(self, *inputs: Tensor) -> object:
        """Return what the function returns; raises E320 where it fails."""

        def failed(problem: Exception) -> Exception:
            if isinstance(problem, torch.OutOfMemoryError):
                return problem
            shapes = " and ".join(str(tuple(argument.shape)) for argument in inputs)
            message = failure_message(f"the function of '{self.name}'", problem)
            return error("E320", message, self.span, "declared here", f"it was called with tensors of shape {shapes}")

        with HostFailure(failed):
            return self.function(*inputs)


def host_modules(analysis: Analysis, functions: Functions) -> dict[str, nn.Module]:
    """Return a module for each foreign predicate over tensors that is bound, by name; what is bound to a module stays that module."""
    modules: dict[str, nn.Module] = {}
    for (name, arity), neural in analysis.neural.items():
        function = bound_function(functions, name, arity) if neural.is_foreign else None
        if function is not None:
            modules[name] = function if isinstance(function, nn.Module) else HostFunction(name, function, neural.span)
    return modules
