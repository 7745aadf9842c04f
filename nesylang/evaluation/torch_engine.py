"""Circuits in torch: batched and differentiable, on any device, in float32 or float64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from nesylang.circuit import FALSE, Circuit
from nesylang.evaluation.fused import FusedEvaluation, Plan
from nesylang.evaluation.semirings import SEMIRINGS, DifferentiableSemiring, Semiring
from nesylang.source import error

ENGINES = ("fused", "torch")
"""The names of the engines."""

FUSED = ("probability", "log")
"""The semirings of the kernel for CPUs."""


class Layer(NamedTuple):
    """Inner nodes ``first_node .. last_node`` of one level, each a sum of ``arity`` products, laid out from ``first_element`` on."""

    first_node: int
    last_node: int
    first_element: int
    arity: int

    @property
    def nodes(self) -> slice:
        return slice(self.first_node, self.last_node)

    @property
    def elements(self) -> slice:
        return slice(self.first_element, self.first_element + (self.last_node - self.first_node) * self.arity)


class TorchCircuit(nn.Module):
    """A circuit evaluated in one semiring: ``(batch, leaves) -> (batch, roots)``.

    ``engine`` is ``"fused"`` for the kernel for CPUs, ``"torch"`` for layers of torch operations, which work on all devices and in all
    semirings, or None for the kernel where it can be used. Both give the same numbers but for rounding. Its buffers are derived from the
    circuit and no part of the ``state_dict``. Raise E606 for a circuit without the properties that the semiring needs, for an unknown
    engine, and for a semiring that the kernel does not know.
    """

    left: Tensor
    right: Tensor
    roots: Tensor

    def __init__(self, circuit: Circuit, semiring: str | Semiring[float] = "log", engine: str | None = None) -> None:
        super().__init__()
        self.semiring = SEMIRINGS[semiring] if isinstance(semiring, str) else semiring
        self.semiring.check(circuit)
        self.plan = _plan(circuit, self.semiring, engine)
        layout = _Layout(circuit)
        self.leaf_count = len(circuit.leaves)
        self.node_count = circuit.node_count
        self.layers = tuple(layout.layers)
        self.register_buffer("left", torch.tensor(layout.left, dtype=torch.int32), persistent=False)
        self.register_buffer("right", torch.tensor(layout.right, dtype=torch.int32), persistent=False)
        roots = [layout.number[root] for root in circuit.roots]
        self.register_buffer("roots", torch.tensor(roots, dtype=torch.int32), persistent=False)

    def forward(self, log_weights: Tensor) -> Tensor:
        """Return the root values (batch, roots) in the semiring for the log-weights (batch, leaves) of the leaves."""
        assert log_weights.shape[1:] == (self.leaf_count,), f"log-weights {tuple(log_weights.shape)} for {self.leaf_count} leaves"
        if self.plan is not None and log_weights.device.type == "cpu":
            return cast(Tensor, FusedEvaluation.apply(log_weights, self.plan))  # type: ignore[no-untyped-call]
        leaves = self.semiring.tensor_weight(log_weights.t())
        if isinstance(self.semiring, DifferentiableSemiring):
            roots = cast(Tensor, _Evaluation.apply(leaves, self))  # type: ignore[no-untyped-call]
        else:
            roots = self._evaluate_functionally(leaves)
        return roots.t()

    def evaluate_nodes(self, leaves: Tensor) -> Tensor:
        """Return the values of all nodes (nodes, batch) for the values of the leaves (leaves, batch), outside autograd."""
        values = leaves.new_empty((self.node_count, *leaves.shape[1:]))
        values[:2] = self.semiring.tensor_constants(leaves)
        values[2 : 2 + self.leaf_count] = leaves
        for layer in self.layers:
            left, right = self.operands(layer, values)
            values[layer.nodes] = self.semiring.tensor_plus(self.semiring.tensor_times(left, right))
        return values

    def operands(self, layer: Layer, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the left and right sides (nodes, arity, batch) of a layer's products, from the values of all nodes (nodes, batch)."""
        shape = (layer.last_node - layer.first_node, layer.arity, *values.shape[1:])
        left = values.index_select(0, self.left[layer.elements]).view(shape)
        right = values.index_select(0, self.right[layer.elements]).view(shape)
        return left, right

    def _evaluate_functionally(self, leaves: Tensor) -> Tensor:
        """Return the root values (roots, batch) by nothing but the semiring's own operations, which autograd can follow."""
        values = torch.cat([self.semiring.tensor_constants(leaves), leaves])
        for layer in self.layers:
            left, right = self.operands(layer, values)
            values = torch.cat([values, self.semiring.tensor_plus(self.semiring.tensor_times(left, right))])
        return values.index_select(0, self.roots)


def _plan(circuit: Circuit, semiring: Semiring[float], engine: str | None) -> Plan | None:
    """Return the plan for the kernel; None where torch evaluates."""
    if engine not in (None, *ENGINES):
        raise error("E606", f"there is no engine '{engine}'", hint=f"the engines are {' and '.join(ENGINES)}")
    known = semiring is SEMIRINGS.get(semiring.name) and semiring.name in FUSED
    if engine == "fused" and not known:
        raise error(
            "E606", f"the engine 'fused' does not know the semiring '{semiring.name}'", hint="the engine 'torch' works in every semiring"
        )
    return Plan.of(circuit, semiring.name == "probability") if known and engine != "torch" else None


class _Layout:
    """Elements grouped into layers of equal arity: the sums of a level, padded to powers of two by products of false with false."""

    def __init__(self, circuit: Circuit) -> None:
        self.number = list(range(circuit.first_inner)) + [0] * circuit.inner_count
        self.left: list[int] = []
        self.right: list[int] = []
        self.layers: list[Layer] = []
        next_node = circuit.first_inner
        for first, last in circuit.levels:
            by_arity: dict[int, list[int]] = {}
            for inner in range(first, last):
                size = circuit.offsets[inner + 1] - circuit.offsets[inner]
                by_arity.setdefault(1 << (size - 1).bit_length(), []).append(inner)
            for arity, members in sorted(by_arity.items()):
                self.layers.append(Layer(next_node, next_node + len(members), len(self.left), arity))
                for inner in members:
                    self.number[circuit.first_inner + inner] = next_node
                    next_node += 1
                    self._append(list(circuit.elements(inner)), arity)

    def _append(self, elements: Sequence[tuple[int, int]], arity: int) -> None:
        padding = [FALSE] * (arity - len(elements))
        self.left.extend([self.number[left] for left, _ in elements] + padding)
        self.right.extend([self.number[right] for _, right in elements] + padding)


class _Context(FunctionCtx):
    """What the forward pass leaves for the backward pass."""

    circuit: TorchCircuit
    saved_tensors: tuple[Tensor, ...]


class _Evaluation(torch.autograd.Function):
    """Root values (roots, batch) from leaf values (leaves, batch), keeping one value per node; gradients by the semiring's derivatives."""

    @staticmethod
    def forward(ctx: _Context, leaves: Tensor, circuit: TorchCircuit) -> Tensor:
        values = circuit.evaluate_nodes(leaves)
        ctx.circuit = circuit
        ctx.save_for_backward(values)
        return values.index_select(0, circuit.roots)

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, root_gradients: Tensor) -> tuple[Tensor, None]:
        (values,) = ctx.saved_tensors
        circuit, semiring = ctx.circuit, ctx.circuit.semiring
        assert isinstance(semiring, DifferentiableSemiring)
        gradients = torch.zeros_like(values).index_add_(0, circuit.roots, root_gradients)
        for layer in reversed(circuit.layers):
            left, right = circuit.operands(layer, values)
            pair = semiring.tensor_backward(left, right, values[layer.nodes], gradients[layer.nodes])
            for side, spread in zip((circuit.left, circuit.right), pair, strict=True):
                gradients.index_add_(0, side[layer.elements], spread.reshape(-1, *spread.shape[2:]))
        return gradients[2 : 2 + circuit.leaf_count], None
