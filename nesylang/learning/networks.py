"""Networks: one call per step on the distinct inputs of a program, and the logarithms of what they return."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nesylang.analysis.suggestions import did_you_mean
from nesylang.grounding.program import GroundProgram, NetworkSignature, NeuralWeight
from nesylang.learning.inputs import Tensors, rows
from nesylang.learning.logits import Logits
from nesylang.learning.numerics import log_or_minus_infinity
from nesylang.source import Diagnostic, Label, NesyError, error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Compound, Integer, Term

TOLERANCE = 1e-3
"""How far probabilities may be outside [0, 1], and their sums from 1."""


@dataclass(frozen=True, slots=True)
class NetworkCall:
    """A network and the distinct tuples of arguments that a program applies it to, the slices of a tensor in their order.

    ``constants`` are terms whose tensors are the same for all examples: networks compute them from symbols alone.
    """

    signature: NetworkSignature
    applications: tuple[tuple[Term, ...], ...]
    constants: frozenset[Term] = frozenset()

    @property
    def width(self) -> int:
        """Columns per application: the values of a categorical predicate, true and false of a Bernoulli one."""
        return len(self.signature.outputs) or 2

    @property
    def is_symbolic(self) -> bool:
        """Whether no argument depends on the example, so that the output is the same for all of them."""
        return all(term in self.constants for term in self.tensor_terms())

    def tensor_terms(self) -> list[Term]:
        """Return the terms that stand for tensors."""
        kinds = self.signature.inputs
        return [term for terms in self.applications for term, symbols in zip(terms, kinds, strict=True) if symbols is None]

    def log_columns(self, network: nn.Module, tensors: Tensors, batch: int, device: torch.device) -> Tensor:
        """Return log-probabilities (batch, applications * width), of batch size 1 where the network sees no tensor.

        The network is called once, on inputs (applications * batch, ...) per argument; symbols are passed as their indices, of type long.
        Raises E603 for shapes that do not fit and for a network that fails on its inputs, E604 for outputs that are no probabilities.
        """
        batch = 1 if self.is_symbolic else batch
        count = len(self.applications) * batch
        inputs = [self._argument(position, tensors, batch, device) for position in range(len(self.signature.inputs))]
        columns = self.log_rows(network, inputs, count)
        return columns.view(len(self.applications), batch, self.width).transpose(0, 1).flatten(1)

    def log_rows(self, network: nn.Module, inputs: list[Tensor], rows: int) -> Tensor:
        """Return log-probabilities (rows, width) of the network on inputs (rows, ...) per argument; raises E603 and E604."""
        return self._log_probabilities(network, self._checked(self._output(network, inputs), rows))

    def tensors(self, network: nn.Module, tensors: Tensors, batch: int, device: torch.device) -> tuple[Tensor, ...]:
        """Return the tensor (batch, ...) that the network returns for each application, of batch size 1 where none depends on the example.

        Raises E603 for a network that fails on its inputs and for an output without a row for each of them.
        """
        batch = 1 if self.is_symbolic else batch
        count = len(self.applications) * batch
        inputs = [self._argument(position, tensors, batch, device) for position in range(len(self.signature.inputs))]
        output = self.tensor_rows(network, inputs, count)
        return output.view(len(self.applications), batch, *output.shape[1:]).unbind(0)

    def tensor_rows(self, network: nn.Module, inputs: list[Tensor], rows: int) -> Tensor:
        """Return the tensor (rows, ...) that the network returns for inputs (rows, ...) per argument; raises E603 for any other shape."""
        output = self._output(network, inputs)
        if isinstance(output, Tensor) and output.dim() > 0 and output.shape[0] == rows:
            return output
        found = f"a tensor of shape {tuple(output.shape)}" if isinstance(output, Tensor) else f"a {type(output).__name__}"
        message = f"{self.described} returned {found}, expected a tensor of shape ({rows}, ...)"
        raise error("E603", message, self.signature.span, "declared here", "axis 0 has the distinct inputs times the examples")

    @property
    def described(self) -> str:
        """What messages call the network."""
        return f"the {'function' if self.signature.is_foreign else 'network'} '{self.signature.name}'"

    def _output(self, network: nn.Module, inputs: list[Tensor]) -> object:
        """Return what the network returns; raises E603 where it fails, as it does on inputs of another shape than it is made for."""
        try:
            return network(*inputs)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as failure:
            found = " and ".join(str(tuple(argument.shape)) for argument in inputs)
            expected = _first_layer(network)
            message = f"{self.described} failed on input of shape {found}: {failure}"
            hint = "axis 0 has the distinct inputs times the examples" + (f"; its first layer is {expected}" if expected else "")
            raise error("E603", message, self.signature.span, "declared here", hint) from failure

    def _argument(self, position: int, tensors: Tensors, batch: int, device: torch.device) -> Tensor:
        """Return what one argument receives: (applications * batch, ...), of type long for symbols."""
        terms = [application[position] for application in self.applications]
        symbols = self.signature.inputs[position]
        if symbols is not None:
            numbers = {symbol: number for number, symbol in enumerate(symbols)}
            return torch.tensor([numbers[term] for term in terms], device=device).repeat_interleave(batch)
        return rows(tensors, terms, self.constants, batch, self.signature.name, self.signature.span)

    def _checked(self, output: object, rows: int) -> Tensor:
        """Return the output with shape (rows, columns), one column for a Bernoulli network; raises E603 for anything else."""
        values = self.signature.outputs
        width = len(values) or 1
        found = f"a {type(output).__name__}"
        if isinstance(output, Tensor):
            if not values and output.shape == (rows,):
                output = output.unsqueeze(1)
            if output.shape == (rows, width) and output.is_floating_point():
                return output
            found = f"a tensor of shape {tuple(output.shape)} and type {output.dtype}"
        shape = f"({rows}, {width})" if values else f"({rows},) or ({rows}, 1)"
        listed = ", ".join(print_term(value) for value in (values if len(values) < 8 else values[:3]))
        columns = f"one column per value: {listed}{', ...' if len(values) >= 8 else ''}" if values else "the probability of being true"
        raise error(
            "E603",
            f"{self.described} returned {found}, expected a floating-point tensor of shape {shape}",
            self.signature.span,
            columns,
            f"it was called on {rows} rows: distinct inputs times examples",
        )

    def _log_probabilities(self, network: nn.Module, output: Tensor) -> Tensor:
        """Return log-probabilities (rows, width); raises E604 where the output is not what the network promises."""
        # Sums of half-precision logarithms are worthless, so these are widened first.
        precision = torch.finfo(output.dtype).eps
        output = output.float() if output.dtype in (torch.float16, torch.bfloat16) else output
        if isinstance(network, Logits):
            if self.signature.outputs:
                columns = F.log_softmax(output, 1)
            else:
                columns = torch.cat([F.logsigmoid(output), F.logsigmoid(-output)], 1)
            if columns.isnan().any():
                raise self._no_probability("logits that contain NaN or an infinite maximum", "look for a diverging loss or bad inputs")
            return columns
        self._check_probabilities(output.detach(), max(TOLERANCE, precision))
        probabilities = output.clamp(0.0, 1.0)
        if not self.signature.outputs:
            probabilities = torch.cat([probabilities, 1.0 - probabilities], 1)
        return log_or_minus_infinity(probabilities)

    def _check_probabilities(self, output: Tensor, tolerance: float) -> None:
        hint = "if the network returns logits, say so: nesy.logits(net)"
        # The comparison is written so that NaN fails it.
        outside = ~((output >= -tolerance) & (output <= 1.0 + tolerance))
        if outside.any():
            raise self._no_probability(f"{output[outside][0].item():.6g}, which is not a probability", hint)
        if self.signature.outputs:
            sums = output.sum(1)
            wrong = ~((sums - 1.0).abs() <= tolerance)
            if wrong.any():
                raise self._no_probability(f"probabilities that sum to {sums[wrong][0].item():.6g} instead of 1", hint)

    def _no_probability(self, found: str, hint: str) -> NesyError:
        return error("E604", f"{self.described} returned {found}", self.signature.span, "declared here", hint)


def _first_layer(network: nn.Module) -> str | None:
    """Return the first layer of a network that says what size of input it takes."""
    layers = (module for module in network.modules() if hasattr(module, "in_features") or hasattr(module, "in_channels"))
    first = next(layers, None)
    return None if first is None else repr(first)


def network_calls(ground: GroundProgram) -> dict[str, NetworkCall]:
    """Return the calls that a ground program needs, by network, without those that return tensors."""
    applications: dict[str, dict[tuple[Term, ...], None]] = {}
    for choice in ground.choices:
        for weight in choice.weights:
            if isinstance(weight, NeuralWeight):
                applications.setdefault(weight.network, {})[weight.inputs] = None
    return {name: NetworkCall(ground.networks[name], tuple(sorted(tuples, key=_slices))) for name, tuples in applications.items()}


def _slices(terms: tuple[Term, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return what applications are sorted by: the slices of a tensor in their order, so that they can be taken together."""
    found = []
    for term in terms:
        indices = term.args if isinstance(term, Compound) else ()
        found.append((term.functor if isinstance(term, Compound) else "", tuple(i.value for i in indices if isinstance(i, Integer))))
    return tuple(found)


def check_networks(networks: Mapping[str, object], calls: Mapping[str, NetworkCall], known: Collection[str]) -> None:
    """Raise E601 for networks that are missing or that no predicate of the program uses, E606 for what is no module."""
    diagnostics = []
    for name, network in networks.items():
        if name not in known:
            listed = ", ".join(f"'{predicate}'" for predicate in known) or "none"
            hint = did_you_mean(name, known) or f"neural predicates of the program: {listed}"
            diagnostics.append(Diagnostic("E601", f"the program has no neural predicate '{name}'", (), hint))
        elif not isinstance(network, nn.Module):
            found = type(network).__name__
            diagnostics.append(Diagnostic("E606", f"the network '{name}' must be a torch.nn.Module, found {found}"))
    for name, call in calls.items():
        if name not in networks:
            labels = (Label(call.signature.span, "declared here"),)
            if call.signature.is_foreign:
                message = f"the foreign predicate {name} is not bound to a function"
                diagnostics.append(Diagnostic("E607", message, labels, f"bind it: program.bind({name}=function)"))
                continue
            hint = f'bind it: program.module({{"{name}": net}})'
            diagnostics.append(Diagnostic("E601", f"no network is bound to '{name}'", labels, hint))
    if diagnostics:
        raise NesyError(diagnostics)
