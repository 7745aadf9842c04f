"""Circuits on CPUs by the fused kernel: exact logarithms at the speed of linear arithmetic.

Linear arithmetic in float64 is accepted for an instance where it cannot have lost anything: all weights are at most one, and each root is
impossible or at least ``nodes * tiny / eps``. What underflows on the way to such a root is less than its last bit. All other instances are
evaluated again in logarithms, so that every result is right, however small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from nesylang.circuit import FIRST_LEAF, Circuit

TILE_BYTES = 1 << 22
"""How much the values of a tile are to take: so much stays in the cache."""

NARROWEST, WIDEST = 16, 1024
"""Instances of a tile: fewer are not worth a pass over the elements, more make a tile no faster."""

KEPT_BYTES = 1 << 30
"""Most bytes of values that are kept for the backward pass; for larger batches they are computed again, tile by tile."""

THREADED = 2_000_000
"""Elements times instances below which several threads are not faster than one."""

AT_MOST_ONE = 1.0 + 1e-12
"""Weights of at most one may be more by rounding, as those that networks return."""

Numbers = NDArray[np.float64]


class Plan(NamedTuple):
    """A circuit as arrays of 32-bit integers; ``linear`` says that roots are wanted as they are, not as logarithms."""

    offsets: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    roots: NDArray[np.int32]
    leaves: int
    nodes: int
    linear: bool

    @classmethod
    def of(cls, circuit: Circuit, linear: bool) -> Plan:
        """Return the plan of a circuit."""
        offsets, left, right, roots = (
            np.array(numbers, dtype=np.int32) for numbers in (circuit.offsets, circuit.left, circuit.right, circuit.roots)
        )
        return cls(offsets, left, right, roots, len(circuit.leaves), circuit.node_count, linear)

    @property
    def least(self) -> float:
        """The least root that linear arithmetic is trusted with."""
        bounds = np.finfo(np.float64)
        return float(self.nodes * bounds.tiny / bounds.eps)

    @property
    def width(self) -> int:
        """Most instances of a tile."""
        return max(NARROWEST, min(WIDEST, TILE_BYTES // (8 * self.nodes)))

    def start(self, leaves: Numbers, zero: float, one: float) -> Numbers:
        """Return an array for the values of all nodes (nodes, instances), with those of constants and leaves in it."""
        values = np.empty((self.nodes, leaves.shape[1]))
        values[0] = zero
        values[1] = one
        values[FIRST_LEAF : FIRST_LEAF + self.leaves] = leaves
        return values

    def seeds(self, gradients: Numbers) -> Numbers:
        """Return gradients of all nodes (nodes, instances) that are those of the roots (roots, instances) and zero otherwise."""
        found = np.zeros((self.nodes, gradients.shape[1]))
        np.add.at(found, self.roots, gradients)
        return found


class Tile:
    """Some instances, from the logarithms (leaves, instances) of their leaves."""

    def __init__(self, plan: Plan, logarithms: Numbers) -> None:
        from nesylang.evaluation import kernel

        self.kernel = kernel
        self.plan = plan
        self.logarithms = logarithms
        self.weights = np.exp(logarithms)
        self.values: Numbers | None = None
        """The values of all nodes (nodes, instances) in linear arithmetic, once they are computed."""
        self.mistrusted: NDArray[np.intp] = np.zeros(0, np.intp)
        """The instances that linear arithmetic is not right for."""

    def roots(self) -> Numbers:
        """Return the values (roots, instances) of the roots."""
        roots = self._linear()[self.plan.roots]
        if self.plan.linear:
            return roots
        self.mistrusted = self._mistrusted(roots)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Numbers = np.log(roots)
        if len(self.mistrusted):
            found[:, self.mistrusted] = self._in_logarithms()[self.plan.roots]
        return found

    def gradients(self, above: Numbers) -> Numbers:
        """Return the gradients (leaves, instances) of the logarithms of leaves, from those of the roots (roots, instances)."""
        plan = self.plan
        values = self._linear()
        inward = above
        if not plan.linear:
            roots = values[plan.roots]
            trusted = roots > 0
            trusted[:, self.mistrusted] = False
            inward = np.divide(above, roots, out=np.zeros_like(above), where=trusted)
        gradients = plan.seeds(inward)
        self.kernel.backward(plan.offsets, plan.left, plan.right, values, gradients)
        found: Numbers = gradients[FIRST_LEAF : FIRST_LEAF + plan.leaves] * self.weights
        if len(self.mistrusted):
            found[:, self.mistrusted] = self._gradients_in_logarithms(above[:, self.mistrusted])
        return found

    def _linear(self) -> Numbers:
        if self.values is None:
            plan = self.plan
            self.values = plan.start(self.weights, 0.0, 1.0)
            self.kernel.forward(plan.offsets, plan.left, plan.right, self.values)
        return self.values

    def _mistrusted(self, roots: Numbers) -> NDArray[np.intp]:
        plan = self.plan
        trusted = (roots >= plan.least) & (roots < math.inf)
        if not trusted.all():
            found = self.kernel.possible(plan.offsets, plan.left, plan.right, self.weights > 0)
            trusted |= ~found[plan.roots]
        bounded = (self.weights <= AT_MOST_ONE).all(0)
        return np.flatnonzero(~(trusted.all(0) & bounded))

    def _in_logarithms(self) -> Numbers:
        """Return the logarithms of all nodes (nodes, instances) for the instances that need it."""
        plan = self.plan
        values = plan.start(self.logarithms[:, self.mistrusted], -math.inf, 0.0)
        self.kernel.forward_log(plan.offsets, plan.left, plan.right, values)
        return values

    def _gradients_in_logarithms(self, above: Numbers) -> Numbers:
        plan = self.plan
        values = self._in_logarithms()
        gradients = plan.seeds(np.where(values[plan.roots] == -math.inf, 0.0, above))
        self.kernel.backward_log(plan.offsets, plan.left, plan.right, values, gradients)
        return gradients[FIRST_LEAF : FIRST_LEAF + plan.leaves]


class _Context(FunctionCtx):
    """What the forward pass leaves for the backward pass."""

    plan: Plan
    tiles: list[Tile]
    needs_input_grad: tuple[bool, ...]


class FusedEvaluation(torch.autograd.Function):
    """Root values (batch, roots) from the logarithms (batch, leaves) of weights, of the same type; all numbers inside are float64."""

    @staticmethod
    def forward(ctx: _Context, logarithms: Tensor, plan: Plan) -> Tensor:
        batch = len(logarithms)
        given = logarithms.detach().to(torch.float64).numpy()
        # Tiles are equally large, so that none is left with few instances.
        count = -(-batch // plan.width)
        borders = [number * batch // count for number in range(count + 1)] if count else []
        keeps = ctx.needs_input_grad[0] and plan.nodes * batch * 8 <= KEPT_BYTES
        tiles: list[Tile | None] = [None] * count
        found = np.empty((batch, len(plan.roots)))

        def evaluate(number: int) -> None:
            rows = slice(borders[number], borders[number + 1])
            tile = Tile(plan, np.ascontiguousarray(given[rows].T))
            found[rows] = tile.roots().T
            if not keeps:
                tile.values = None
            if ctx.needs_input_grad[0]:
                tiles[number] = tile

        _each(evaluate, count, len(plan.left) * batch)
        ctx.plan = plan
        ctx.tiles = [tile for tile in tiles if tile is not None]
        return torch.from_numpy(found).to(logarithms.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, gradients: Tensor) -> tuple[Tensor, None]:
        plan, tiles = ctx.plan, ctx.tiles
        above = gradients.to(torch.float64).numpy()
        found = np.empty((len(above), plan.leaves))
        starts = list(accumulate((tile.weights.shape[1] for tile in tiles), initial=0))

        def propagate(number: int) -> None:
            tile, rows = tiles[number], slice(starts[number], starts[number + 1])
            kept = tile.values
            found[rows] = tile.gradients(np.ascontiguousarray(above[rows].T)).T
            tile.values = kept

        _each(propagate, len(tiles), len(plan.left) * len(above))
        return torch.from_numpy(found).to(gradients.dtype), None


def _each(work: Callable[[int], None], count: int, operations: int) -> None:
    """Do some work for all numbers below ``count``, in as many threads as torch uses if it is much."""
    threads = min(count, torch.get_num_threads())
    if threads > 1 and operations >= THREADED:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, range(count)):
                pass
    else:
        for number in range(count):
            work(number)
