"""Circuits as layers of torch operations: any semiring, any device.

A layer holds the sums of one level that have about equally many products; sums are padded to powers of two by products of false with
false. There are a few operations for each layer, none for each node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from nesylang.circuit import FALSE, Circuit
from nesylang.evaluation.semirings import DifferentiableSemiring, Semiring


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


class Layers:
    """The layers of a circuit on one device, with 32-bit indices; nodes are numbered as they lie in the layers."""

    def __init__(self, circuit: Circuit, device: torch.device) -> None:
        layout = _Layout(circuit)
        self.leaf_count = len(circuit.leaves)
        self.node_count = circuit.node_count
        self.layers = tuple(layout.layers)
        # Made in inference mode, they could not be used outside of it.
        with torch.inference_mode(False):
            self.left, self.right, self.roots = (
                torch.tensor(numbers, dtype=torch.int32, device=device)
                for numbers in (layout.left, layout.right, [layout.number[root] for root in circuit.roots])
            )

    def evaluate(self, leaves: Tensor, semiring: Semiring[float]) -> Tensor:
        """Return the values (roots, batch) of the roots for those of the leaves (leaves, batch)."""
        if isinstance(semiring, DifferentiableSemiring):
            return cast(Tensor, _Evaluation.apply(leaves, self, semiring))  # type: ignore[no-untyped-call]
        # Nothing but the semiring's own operations, which autograd can follow.
        values = torch.cat([semiring.tensor_constants(leaves), leaves])
        for layer in self.layers:
            left, right = self.operands(layer, values)
            values = torch.cat([values, semiring.tensor_plus(semiring.tensor_times(left, right))])
        return values.index_select(0, self.roots)

    def values(self, leaves: Tensor, semiring: Semiring[float]) -> Tensor:
        """Return the values of all nodes (nodes, batch) for those of the leaves (leaves, batch), outside autograd."""
        values = leaves.new_empty((self.node_count, *leaves.shape[1:]))
        values[:2] = semiring.tensor_constants(leaves)
        values[2 : 2 + self.leaf_count] = leaves
        for layer in self.layers:
            left, right = self.operands(layer, values)
            values[layer.nodes] = semiring.tensor_plus(semiring.tensor_times(left, right))
        return values

    def operands(self, layer: Layer, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the left and right sides (nodes, arity, batch) of a layer's products, from the values of all nodes (nodes, batch)."""
        shape = (layer.last_node - layer.first_node, layer.arity, *values.shape[1:])
        left = values.index_select(0, self.left[layer.elements]).view(shape)
        right = values.index_select(0, self.right[layer.elements]).view(shape)
        return left, right


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

    layers: Layers
    semiring: DifferentiableSemiring
    saved_tensors: tuple[Tensor, ...]


class _Evaluation(torch.autograd.Function):
    """Root values (roots, batch) from leaf values (leaves, batch), keeping one value per node; gradients by the semiring's derivatives."""

    @staticmethod
    def forward(ctx: _Context, leaves: Tensor, layers: Layers, semiring: DifferentiableSemiring) -> Tensor:
        values = layers.values(leaves, semiring)
        ctx.layers = layers
        ctx.semiring = semiring
        ctx.save_for_backward(values)
        return values.index_select(0, layers.roots)

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, root_gradients: Tensor) -> tuple[Tensor, None, None]:
        (values,) = ctx.saved_tensors
        layers, semiring = ctx.layers, ctx.semiring
        gradients = torch.zeros_like(values).index_add_(0, layers.roots, root_gradients)
        for layer in reversed(layers.layers):
            left, right = layers.operands(layer, values)
            pair = semiring.tensor_backward(left, right, values[layer.nodes], gradients[layer.nodes])
            for side, spread in zip((layers.left, layers.right), pair, strict=True):
                gradients.index_add_(0, side[layer.elements], spread.flatten(0, 1))
        return gradients[2 : 2 + layers.leaf_count], None, None
