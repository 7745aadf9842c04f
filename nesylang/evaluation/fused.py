"""Passes through circuits by the fused kernel, which is loaded when it is first needed."""

from __future__ import annotations

import math

import numpy as np

from nesylang.circuit import FIRST_LEAF, Circuit
from nesylang.evaluation.exact import Buffers, Flags, Integers, Numbers

TILE_BYTES = 1 << 22
"""How much the values of a tile are to take: so much stays in the cache."""

NARROWEST, WIDEST = 32, 1024
"""Instances of a tile: fewer are not worth a pass over the elements, more make a tile no faster."""


class FusedPasses:
    """A circuit as arrays of 32-bit integers: one pass over its elements forward, one backward."""

    is_threaded = True

    def __init__(self, circuit: Circuit) -> None:
        self.offsets, self.left, self.right, self.roots = arrays(circuit)
        self.leaves = len(circuit.leaves)
        self.nodes = circuit.node_count
        self.elements = circuit.size
        self.buffers = Buffers()

    @property
    def width(self) -> int:
        """Most instances of a tile."""
        return max(NARROWEST, min(WIDEST, TILE_BYTES // (8 * self.nodes)))

    def forward(self, values: Numbers) -> None:
        """Fill in the values (nodes, instances) of inner nodes."""
        from nesylang.evaluation import kernel

        kernel.forward(self.offsets, self.left, self.right, values)

    def backward(self, values: Numbers, gradients: Numbers) -> None:
        """Add to the gradients (nodes, instances) of all nodes what those of nodes above them contribute."""
        from nesylang.evaluation import kernel

        kernel.backward(self.offsets, self.left, self.right, values, gradients)

    def possible(self, leaves: Flags) -> Flags:
        """Return whether the roots (roots, instances) are more than zero, from whether the leaves (leaves, instances) are."""
        from nesylang.evaluation import kernel

        return kernel.possible(self.offsets, self.left, self.right, np.ascontiguousarray(leaves))[self.roots]

    def roots_of_logarithms(self, logarithms: Numbers) -> Numbers:
        """Return the logarithms (roots, instances) of roots, from those of the leaves (leaves, instances)."""
        return self._in_logarithms(logarithms)[self.roots]

    def gradients_of_logarithms(self, logarithms: Numbers, above: Numbers) -> Numbers:
        """Return gradients (leaves, instances) of the logarithms of leaves, from those (roots, instances) of the logarithms of roots."""
        from nesylang.evaluation import kernel

        values = self._in_logarithms(logarithms)
        gradients = np.zeros_like(values)
        np.add.at(gradients, self.roots, np.where(values[self.roots] == -math.inf, 0.0, above))
        kernel.backward_log(self.offsets, self.left, self.right, values, gradients)
        return gradients[FIRST_LEAF : FIRST_LEAF + self.leaves]

    def _in_logarithms(self, logarithms: Numbers) -> Numbers:
        """Return the logarithms of all nodes (nodes, instances)."""
        from nesylang.evaluation import kernel

        values = np.empty((self.nodes, logarithms.shape[1]))
        values[:FIRST_LEAF] = [[-math.inf], [0.0]]
        values[FIRST_LEAF : FIRST_LEAF + self.leaves] = logarithms
        kernel.forward_log(self.offsets, self.left, self.right, values)
        return values


def arrays(circuit: Circuit) -> tuple[Integers, Integers, Integers, Integers]:
    """Return offsets, left and right sides, and roots of a circuit as arrays."""
    return tuple(  # type: ignore[return-value]
        np.array(numbers, dtype=np.int32) for numbers in (circuit.offsets, circuit.left, circuit.right, circuit.roots)
    )
