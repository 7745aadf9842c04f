"""The fused kernel for CPUs: one pass over flat arrays of elements forward, one backward, for a tile of instances at a time.

Arrays of values are (nodes, instances): the innermost loop goes over the instances of a tile, in which the values of most nodes stay in
the cache. Products are recomputed in the backward pass, so that nothing but values of nodes is kept. Numba compiles the functions
when they are first called, and keeps them on disk. They release the lock of the interpreter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Integers = NDArray[np.int32]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

CONTRACTED = {"contract", "nsz"}
"""Freedom of the compiler: a product may be fused with a sum. It must not assume that no number is infinite, or no number at all."""

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(freedom: set[str]) -> Callable[[Kernel], Kernel]:
    """Return a decorator that has numba compile a function, kept on disk where there is a place for that."""

    def decorate(function: Kernel) -> Kernel:
        try:
            found: object = njit(nogil=True, cache=True, fastmath=freedom)(function)
        except RuntimeError:  # neither the package nor the user's home can be written to
            found = njit(nogil=True, fastmath=freedom)(function)
        return cast(Kernel, found)

    return decorate


@compiled(CONTRACTED)
def forward(offsets: Integers, left: Integers, right: Integers, values: Numbers) -> None:
    """Fill in the values (nodes, instances) of inner nodes, those of constants and leaves being there."""
    first = values.shape[0] - (offsets.shape[0] - 1)
    width = values.shape[1]
    for inner in range(offsets.shape[0] - 1):
        node = first + inner
        start = offsets[inner]
        one, other = left[start], right[start]
        for instance in range(width):
            values[node, instance] = values[one, instance] * values[other, instance]
        for element in range(start + 1, offsets[inner + 1]):
            one, other = left[element], right[element]
            for instance in range(width):
                values[node, instance] += values[one, instance] * values[other, instance]


@compiled(CONTRACTED)
def backward(offsets: Integers, left: Integers, right: Integers, values: Numbers, gradients: Numbers) -> None:
    """Add to the gradients (nodes, instances) of all nodes what those of nodes above them contribute, from the last node to the first."""
    first = values.shape[0] - (offsets.shape[0] - 1)
    width = values.shape[1]
    for inner in range(offsets.shape[0] - 2, -1, -1):
        node = first + inner
        for element in range(offsets[inner], offsets[inner + 1]):
            one, other = left[element], right[element]
            for instance in range(width):
                gradient = gradients[node, instance]
                gradients[one, instance] += gradient * values[other, instance]
                gradients[other, instance] += gradient * values[one, instance]


@compiled(set())
def forward_log(offsets: Integers, left: Integers, right: Integers, values: Numbers) -> None:
    """Fill in the logarithms (nodes, instances) of inner nodes: sums are shifted by their largest term, so that they never underflow."""
    first = values.shape[0] - (offsets.shape[0] - 1)
    for inner in range(offsets.shape[0] - 1):
        for instance in range(values.shape[1]):
            largest = -math.inf
            for element in range(offsets[inner], offsets[inner + 1]):
                term = values[left[element], instance] + values[right[element], instance]
                if term > largest or term != term:
                    largest = term
            total = 0.0
            if largest == -math.inf:
                values[first + inner, instance] = -math.inf
                continue
            for element in range(offsets[inner], offsets[inner + 1]):
                total += math.exp(values[left[element], instance] + values[right[element], instance] - largest)
            values[first + inner, instance] = largest + math.log(total)


@compiled(set())
def backward_log(offsets: Integers, left: Integers, right: Integers, values: Numbers, gradients: Numbers) -> None:
    """Add to the gradients of logarithms what those of nodes above contribute; a sum that is zero contributes nothing."""
    first = values.shape[0] - (offsets.shape[0] - 1)
    for inner in range(offsets.shape[0] - 2, -1, -1):
        node = first + inner
        for instance in range(values.shape[1]):
            gradient = gradients[node, instance]
            if gradient == 0.0 or values[node, instance] == -math.inf:
                continue
            for element in range(offsets[inner], offsets[inner + 1]):
                one, other = left[element], right[element]
                share = gradient * math.exp(values[one, instance] + values[other, instance] - values[node, instance])
                gradients[one, instance] += share
                gradients[other, instance] += share


@compiled(set())
def possible(offsets: Integers, left: Integers, right: Integers, leaves: Flags) -> Flags:
    """Return for all nodes (nodes, instances) whether they are more than zero, from whether the leaves are."""
    count, width = leaves.shape
    found = np.empty((2 + count + offsets.shape[0] - 1, width), np.bool_)
    found[0] = False
    found[1] = True
    found[2 : 2 + count] = leaves
    for inner in range(offsets.shape[0] - 1):
        node = 2 + count + inner
        for instance in range(width):
            found[node, instance] = False
        for element in range(offsets[inner], offsets[inner + 1]):
            one, other = left[element], right[element]
            for instance in range(width):
                found[node, instance] |= found[one, instance] & found[other, instance]
    return found
