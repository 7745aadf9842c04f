"""Circuits in torch: batched and differentiable, on any device, in float32 or float64."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from nesylang.circuit import Circuit
from nesylang.evaluation.exact import ExactEvaluation, Passes
from nesylang.evaluation.fused import FusedPasses
from nesylang.evaluation.layers import Layers
from nesylang.evaluation.linear import LayeredPasses
from nesylang.evaluation.rows import EXACT, SEMIRINGS
from nesylang.evaluation.semirings import Semiring
from nesylang.source import error

ENGINES = ("fused", "torch")
"""The names of the engines."""


class TorchCircuit(nn.Module):
    """A circuit evaluated in one semiring: ``(batch, leaves) -> (batch, roots)``.

    ``engine`` is ``"fused"`` for the kernel for CPUs, ``"torch"`` for layers of torch operations, which work on all devices and in all
    semirings, or None for the kernel where it can be used. Both give the same numbers but for rounding. It has no parameters and no
    buffers: what it needs on a device is made there when it is first used. Raise E606 for a circuit without the properties that the
    semiring needs, for an unknown engine, and for a semiring that the kernel does not know.
    """

    def __init__(self, circuit: Circuit, semiring: str | Semiring[float] = "log", engine: str | None = None) -> None:
        super().__init__()
        self.semiring = SEMIRINGS[semiring] if isinstance(semiring, str) else semiring
        self.semiring.check(circuit)
        self.circuit = circuit
        self._is_exact = self.semiring is SEMIRINGS.get(self.semiring.name) and self.semiring.name in EXACT
        self.engine = _engine(self.semiring, self._is_exact, engine)
        self._passes: Passes | None = None
        self._layers: dict[torch.device, Layers] = {}

    def forward(self, log_weights: Tensor) -> Tensor:
        """Return the root values (batch, roots) in the semiring for the log-weights (batch, leaves) of the leaves."""
        leaves = len(self.circuit.leaves)
        assert log_weights.shape[1:] == (leaves,), f"log-weights {tuple(log_weights.shape)} for {leaves} leaves"
        if log_weights.device.type == "cpu" and self._is_exact:
            linear = self.semiring.name == "probability"
            return cast(Tensor, ExactEvaluation.apply(log_weights, self._cpu(), linear, torch.is_grad_enabled()))  # type: ignore[no-untyped-call]
        return self.in_layers(log_weights)

    def in_layers(self, log_weights: Tensor) -> Tensor:
        """Return the same by the operations of the semiring on the device of the log-weights, as on any that is no CPU."""
        layers = self._layers.get(log_weights.device)
        if layers is None:
            layers = self._layers[log_weights.device] = Layers(self.circuit, log_weights.device)
        return layers.evaluate(self.semiring.tensor_weight(log_weights.t()), self.semiring).t()

    def _cpu(self) -> Passes:
        if self._passes is None:
            self._passes = FusedPasses(self.circuit) if self.engine == "fused" else LayeredPasses(self.circuit)
        return self._passes

    def __getstate__(self) -> dict[str, object]:
        # What can be made again is not copied.
        return {**self.__dict__, "_passes": None, "_layers": {}}


def _engine(semiring: Semiring[float], known: bool, engine: str | None) -> str:
    """Return the engine to use on CPUs; ``known`` says whether the kernel knows the semiring."""
    if engine not in (None, *ENGINES):
        raise error("E606", f"there is no engine '{engine}'", hint=f"the engines are {' and '.join(ENGINES)}")
    if engine == "fused" and not known:
        raise error(
            "E606", f"the engine 'fused' does not know the semiring '{semiring.name}'", hint="the engine 'torch' works in every semiring"
        )
    return engine or ("fused" if known else "torch")
