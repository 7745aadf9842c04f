"""Passes through circuits by layers of torch operations in linear arithmetic: the reference for the kernel, and without numba.

A level takes four operations upwards and four downwards: two gathers, a product, a sum by segments. Downwards a node gathers what the sums
above it contribute, each the gradient of the sum times the other factor, so that both directions are the same and keep no products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nesylang.circuit import FIRST_LEAF, Circuit
from nesylang.evaluation.exact import Buffers, Flags, Integers, Numbers
from nesylang.evaluation.fused import arrays
from nesylang.evaluation.layers import Layers
from nesylang.evaluation.rows import SEMIRINGS

TILE_BYTES = 1 << 24
"""How much the values of a tile are to take."""

NARROWEST = 64
"""Instances of a tile: fewer are not worth the calls of operations."""


CHUNK_BYTES = 1 << 20
"""How much the products that are made at a time are to take: so much stays in the cache."""


MANY = 64
"""Rows that are added up in threads."""


class Step(NamedTuple):
    """Nodes ``first .. last`` as sums of products of rows ``one`` and ``other``, each added to the node at ``segment`` among them."""

    first: int
    last: int
    one: Tensor
    other: Tensor
    segment: Tensor


class LayeredPasses:
    """The levels of a circuit as steps upwards, and its nodes by level as steps downwards."""

    is_threaded = False

    def __init__(self, circuit: Circuit) -> None:
        offsets, left, right, self.roots = arrays(circuit)
        self.leaves = len(circuit.leaves)
        self.nodes = circuit.node_count
        self.elements = circuit.size
        self.buffers = Buffers()
        self._layers = Layers(circuit, torch.device("cpu"))
        first = circuit.first_inner
        parents = np.repeat(np.arange(first, self.nodes, dtype=np.int32), np.diff(offsets))
        borders = [first + below for below, _ in circuit.levels] + [self.nodes]
        self._up = list(_steps(borders, offsets[np.array(borders) - first], left, right, parents))
        children = np.concatenate([left, right])
        order = np.argsort(children, kind="stable")
        children = children[order]
        borders.insert(0, FIRST_LEAF)
        starts = np.searchsorted(children, borders)
        above, siblings = np.concatenate([parents, parents])[order], np.concatenate([right, left])[order]
        self._down = list(_steps(borders, starts, above, siblings, children))[::-1]
        self._longest = max((len(step.one) for step in self._up + self._down), default=0)

    @property
    def width(self) -> int:
        """Most instances of a tile."""
        return max(NARROWEST, TILE_BYTES // (8 * self.nodes))

    def forward(self, values: Numbers) -> None:
        """Fill in the values (nodes, instances) of inner nodes."""
        self._upwards(torch.from_numpy(values))

    def backward(self, values: Numbers, gradients: Numbers) -> None:
        """Add to the gradients (nodes, instances) of all nodes what those of nodes above them contribute."""
        known, found = torch.from_numpy(values), torch.from_numpy(gradients)
        with self._sums(values.shape[1]) as add:
            for step in self._down:
                add(step, found, known, found[step.first : step.last])

    def possible(self, leaves: Flags) -> Flags:
        """Return whether the roots (roots, instances) are more than zero, from whether the leaves (leaves, instances) are."""
        values = torch.zeros((self.nodes, leaves.shape[1]), dtype=torch.float64)
        values[1] = 1.0
        values[FIRST_LEAF : FIRST_LEAF + self.leaves] = torch.from_numpy(np.ascontiguousarray(leaves))
        self._upwards(values, saturated=True)
        found: Flags = values[torch.from_numpy(self.roots)].numpy() > 0
        return found

    def roots_of_logarithms(self, logarithms: Numbers) -> Numbers:
        """Return the logarithms (roots, instances) of roots, from those of the leaves (leaves, instances)."""
        with torch.no_grad():
            found: Numbers = self._layers.evaluate(torch.from_numpy(logarithms), SEMIRINGS["log"]).numpy()
        return found

    def gradients_of_logarithms(self, logarithms: Numbers, above: Numbers) -> Numbers:
        """Return gradients (leaves, instances) of the logarithms of leaves, from those (roots, instances) of the logarithms of roots."""
        leaves = torch.from_numpy(logarithms).requires_grad_()
        with torch.enable_grad():
            roots = self._layers.evaluate(leaves, SEMIRINGS["log"])
            (found,) = torch.autograd.grad(roots, leaves, torch.from_numpy(np.ascontiguousarray(above)))
        gradients: Numbers = found.numpy()
        return gradients

    def _upwards(self, values: Tensor, saturated: bool = False) -> None:
        with self._sums(values.shape[1]) as add:
            for step in self._up:
                sums = values[step.first : step.last].zero_()
                add(step, values, values, sums)
                if saturated:
                    sums.clamp_(max=1.0)

    @contextmanager
    def _sums(self, width: int) -> Iterator[Callable[[Step, Tensor, Tensor, Tensor], None]]:
        """Yield what adds the products of a step to its sums, from the arrays that their factors are rows of."""
        rows = max(1, min(self._longest, CHUNK_BYTES // (8 * max(width, 1))))
        arrays = [self.buffers.take((rows, width)) for _ in range(2)]
        products, factors = map(torch.from_numpy, arrays)

        def add(step: Step, ones: Tensor, others: Tensor, sums: Tensor) -> None:
            for start in range(0, len(step.one), rows):
                one, other, segment = (part[start : start + rows] for part in (step.one, step.other, step.segment))
                chunk = torch.index_select(ones, 0, one, out=products[: len(one)])
                chunk.mul_(torch.index_select(others, 0, other, out=factors[: len(one)]))
                sums.index_add_(0, segment, chunk)

        try:
            yield add
        finally:
            for array in arrays:
                self.buffers.give(array)


def _steps(borders: list[int], starts: NDArray[np.signedinteger], one: Integers, other: Integers, owner: Integers) -> list[Step]:
    """Return the steps of nodes between borders, whose products start at ``starts`` and belong to the nodes ``owner``."""
    found = []
    for first, last, start, end in zip(borders[:-1], borders[1:], starts[:-1], starts[1:], strict=True):
        part = slice(int(start), int(end))
        ones, others = torch.from_numpy(one[part].copy()), torch.from_numpy(other[part].copy())
        # torch adds up many rows four times as fast by 64-bit indices as by 32-bit ones, in threads whose start takes longer than few rows.
        kind = np.int32 if len(ones) < MANY else np.int64
        found.append(Step(first, last, ones, others, torch.from_numpy((owner[part] - first).astype(kind))))
    return found
