"""Circuits on CPUs: exact logarithms at the speed of linear arithmetic.

Linear arithmetic in float64 is accepted for an instance where it cannot have lost anything: all weights are at most one, and each root is
impossible or at least ``nodes * tiny / eps``. What underflows on the way to such a root is less than its last bit. All other instances are
evaluated again in logarithms, so that every result is right, however small.

Instances go through in tiles. How a tile is passed through the circuit, upwards for values and downwards for gradients, is the matter of
``Passes``: a fused kernel in ``evaluation.fused``, layers of torch operations in ``evaluation.linear``.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Lock
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

from nesylang.circuit import FIRST_LEAF

KEPT_BYTES = 1 << 30
"""Most bytes of values that are kept for the backward pass; for larger batches they are computed again, tile by tile."""

SPARE_BYTES = 1 << 26
"""Most bytes of arrays that a circuit keeps to use them again."""

THREADED = 2_000_000
"""Elements times instances below which several threads are not faster than one."""

LOG_OF_AT_MOST_ONE = 1e-12
"""Logarithm of weights that count as at most one: those that networks return may be more by rounding."""

LARGE = 1e12
"""Gradients of roots beyond which they are scaled, so that nothing overflows when they are divided by small roots."""

KNOWN_TYPES = frozenset({torch.float32, torch.float64})
"""The types of tensors that are read as they are; numbers are added up in float64 in any case."""

Numbers = NDArray[np.float64]
Integers = NDArray[np.int32]
Flags = NDArray[np.bool_]

NOBODY: NDArray[np.intp] = np.zeros(0, np.intp)
"""No instances."""


class Buffers:
    """Arrays that are used again: new memory of the system costs more time than the sums of a tile."""

    def __init__(self) -> None:
        self._free: dict[tuple[int, ...], list[Numbers]] = {}
        self._bytes = 0
        self._lock = Lock()
        self._waiting: deque[Numbers] = deque()

    def take(self, shape: tuple[int, ...]) -> Numbers:
        """Return an array with anything in it."""
        with self._lock:
            self._add_waiting()
            free = self._free.get(shape)
            if free:
                found = free.pop()
                self._bytes -= found.nbytes
                return found
            # What is left of batches of another size is in the way now.
            self._free.clear()
            self._bytes = 0
        return np.empty(shape)

    def give(self, array: Numbers) -> None:
        """Take back an array that nobody uses any longer."""
        self._waiting.append(array)
        # The garbage collector may call this in a thread that holds the lock: then the array waits.
        if self._lock.acquire(blocking=False):
            try:
                self._add_waiting()
            finally:
                self._lock.release()

    def lend(self, array: Numbers) -> Tensor:
        """Return an array as a tensor; it is given back once nobody has the tensor any longer."""
        lent = array.view(_Lent)
        lent.owner = self
        return torch.from_numpy(lent)

    def _add_waiting(self) -> None:
        while self._waiting:
            array = self._waiting.popleft()
            if self._bytes + array.nbytes <= SPARE_BYTES:
                self._free.setdefault(array.shape, []).append(array)
                self._bytes += array.nbytes


class _Lent(np.ndarray):
    """An array that goes back to its owner."""

    owner: Buffers | None = None

    def __del__(self) -> None:
        if self.owner is not None and isinstance(self.base, np.ndarray):
            self.owner.give(self.base)


class Passes(Protocol):
    """A circuit to pass through; arrays of values are (nodes, instances), with the constants and the leaves in front.

    ``roots`` are node numbers, ``elements`` the number of products. A tile has at most ``width`` instances; ``is_threaded`` says that
    several tiles may be passed through at the same time.
    """

    leaves: int
    nodes: int
    elements: int
    roots: Integers
    is_threaded: bool
    buffers: Buffers

    @property
    def width(self) -> int:
        """Most instances of a tile."""

    def forward(self, values: Numbers) -> None:
        """Fill in the values of inner nodes, those of constants and leaves being there."""

    def backward(self, values: Numbers, gradients: Numbers) -> None:
        """Add to the gradients of all nodes, of which only roots have any so far, what those of nodes above them contribute."""

    def possible(self, leaves: Flags) -> Flags:
        """Return whether the roots (roots, instances) are more than zero, from whether the leaves (leaves, instances) are."""

    def roots_of_logarithms(self, logarithms: Numbers) -> Numbers:
        """Return the logarithms (roots, instances) of roots, from those of the leaves (leaves, instances)."""

    def gradients_of_logarithms(self, logarithms: Numbers, above: Numbers) -> Numbers:
        """Return gradients (leaves, instances) of the logarithms of leaves, from those (roots, instances) of the logarithms of roots."""


def least_root(nodes: int) -> float:
    """Return the least root that linear arithmetic is trusted with."""
    bounds = np.finfo(np.float64)
    return float(nodes * bounds.tiny / bounds.eps)


class Tile:
    """Some instances, from the logarithms (instances, leaves) of their leaves; ``linear`` says that roots are wanted as they are."""

    def __init__(self, passes: Passes, given: Numbers, linear: bool, mistrusted: NDArray[np.intp] = NOBODY) -> None:
        self.passes = passes
        self.given = given
        self.linear = linear
        self.values: Numbers | None = None
        """The values of all nodes (nodes, instances) in linear arithmetic, once they are computed."""
        self.mistrusted = mistrusted
        """The instances that linear arithmetic is not right for, once that is known."""

    def roots(self) -> Numbers:
        """Return the values (roots, instances) of the roots."""
        roots = self._evaluated()[self.passes.roots]
        if self.linear or not roots.size:
            return roots
        self.mistrusted = self._mistrusted(roots)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Numbers = np.log(roots)
        if len(self.mistrusted):
            found[:, self.mistrusted] = self.passes.roots_of_logarithms(self._logarithms())
        return found

    def gradients(self, above: Numbers) -> Numbers:
        """Return the gradients (leaves, instances) of the logarithms of leaves, from those of the roots (roots, instances)."""
        passes, values = self.passes, self._evaluated()
        scale = None
        inward = above
        if above.size and not np.abs(above).max() <= LARGE:
            scale = np.maximum(np.abs(above).max(0), 1.0)
            inward = above / scale
        if not self.linear:
            roots = values[passes.roots]
            trusted = roots > 0
            trusted[:, self.mistrusted] = False
            inward = np.divide(inward, roots, out=np.zeros_like(above), where=trusted)
        gradients = passes.buffers.take(values.shape)
        gradients.fill(0.0)
        np.add.at(gradients, passes.roots, inward)
        passes.backward(values, gradients)
        leaves = slice(FIRST_LEAF, FIRST_LEAF + passes.leaves)
        found = gradients[leaves] * values[leaves]
        passes.buffers.give(gradients)
        if scale is not None:
            found *= scale
        if len(self.mistrusted):
            found[:, self.mistrusted] = passes.gradients_of_logarithms(self._logarithms(), above[:, self.mistrusted])
        return found

    def forget(self) -> None:
        """Give back the values of the nodes."""
        if self.values is not None:
            self.passes.buffers.give(self.values)
            self.values = None

    def lend(self) -> Tensor:
        """Return the values of the nodes as a tensor, and forget them."""
        assert self.values is not None, "the tile has been evaluated"
        found, self.values = self.passes.buffers.lend(self.values), None
        return found

    def _evaluated(self) -> Numbers:
        if self.values is None:
            passes = self.passes
            self.values = passes.buffers.take((passes.nodes, len(self.given)))
            self.values[:FIRST_LEAF] = [[0.0], [1.0]]
            leaves = self.values[FIRST_LEAF : FIRST_LEAF + passes.leaves]
            leaves[:] = self.given.T
            np.exp(leaves, out=leaves)
            passes.forward(self.values)
        return self.values

    def _mistrusted(self, roots: Numbers) -> NDArray[np.intp]:
        passes, least = self.passes, least_root(self.passes.nodes)
        bounded = not self.given.size or self.given.max() <= LOG_OF_AT_MOST_ONE
        if bounded and roots.min() >= least and roots.max() < math.inf:
            return NOBODY
        trusted = (roots >= least) & (roots < math.inf)
        if not trusted.all():
            trusted |= ~passes.possible(np.exp(self.given.T, dtype=np.float64) > 0)
        within = (self.given <= LOG_OF_AT_MOST_ONE).all(1)
        return np.flatnonzero(~(trusted.all(0) & within))

    def _logarithms(self) -> Numbers:
        return np.ascontiguousarray(self.given[self.mistrusted].T, np.float64)


class _Context(FunctionCtx):
    """What the forward pass leaves for the backward pass: saved are the logarithms, and the values of each tile if they are kept."""

    passes: Passes
    linear: bool
    mistrusted: list[NDArray[np.intp]]
    saved_tensors: tuple[Tensor, ...]
    needs_input_grad: tuple[bool, ...]


class ExactEvaluation(torch.autograd.Function):
    """Root values (batch, roots) from the logarithms (batch, leaves) of weights, of the same type; all numbers inside are float64.

    ``linear`` says that roots are wanted as they are, ``tracked`` that gradients may be asked for.
    """

    @staticmethod
    def forward(ctx: _Context, logarithms: Tensor, passes: Passes, linear: bool, tracked: bool) -> Tensor:
        batch, given = len(logarithms), _array(logarithms)
        parts = _parts(passes, batch)
        tracked = tracked and ctx.needs_input_grad[0]
        keeps = tracked and passes.nodes * batch * 8 <= KEPT_BYTES
        found = np.empty((batch, len(passes.roots)), given.dtype)
        mistrusted = [NOBODY] * len(parts)
        kept: list[Tensor] = [logarithms] * len(parts)

        def evaluate(number: int) -> None:
            rows = parts[number]
            tile = Tile(passes, given[rows], linear)
            found[rows] = tile.roots().T
            mistrusted[number] = tile.mistrusted
            if keeps:
                kept[number] = tile.lend()
            else:
                tile.forget()

        _each(evaluate, len(parts), passes, batch)
        if tracked:
            ctx.passes = passes
            ctx.linear = linear
            ctx.mistrusted = mistrusted
            ctx.save_for_backward(logarithms, *(kept if keeps else ()))
        return _tensor(found, logarithms)

    @staticmethod
    @once_differentiable
    def backward(ctx: _Context, gradients: Tensor) -> tuple[Tensor, None, None, None]:
        passes = ctx.passes
        logarithms, *kept = ctx.saved_tensors
        given, above = _array(logarithms), _array(gradients)
        parts = _parts(passes, len(above))
        found = np.empty((len(above), passes.leaves), above.dtype)

        def propagate(number: int) -> None:
            rows = parts[number]
            tile = Tile(passes, given[rows], ctx.linear, ctx.mistrusted[number])
            if kept:
                tile.values = kept[number].numpy()
            found[rows] = tile.gradients(above[rows].T.astype(np.float64)).T
            if not kept:
                tile.forget()

        _each(propagate, len(parts), passes, len(above))
        return _tensor(found, gradients), None, None, None


def _parts(passes: Passes, batch: int) -> list[slice]:
    """Return the instances of each tile; they are equally many, so that none is left with few."""
    count = -(-batch // passes.width)
    borders = [number * batch // count for number in range(count + 1)] if count else []
    return [slice(first, last) for first, last in pairwise(borders)]


def _array(tensor: Tensor) -> Numbers:
    """Return the numbers of a tensor, those of types that numpy does not know as float64."""
    return tensor.detach().numpy() if tensor.dtype in KNOWN_TYPES else tensor.detach().to(torch.float64).numpy()


def _tensor(array: Numbers, like: Tensor) -> Tensor:
    """Return numbers as a tensor of the type of another one."""
    found = torch.from_numpy(array)
    return found if like.dtype in KNOWN_TYPES else found.to(like.dtype)


def _each(work: Callable[[int], None], count: int, passes: Passes, batch: int) -> None:
    """Do some work for all numbers below ``count``, in as many threads as torch uses if it is much."""
    threads = min(count, torch.get_num_threads()) if passes.is_threaded else 1
    if threads > 1 and passes.elements * batch >= THREADED:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, range(count)):
                pass
    else:
        for number in range(count):
            work(number)
