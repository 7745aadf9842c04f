"""The compiled circuit: sums of binary products over choice values, as flat integer arrays in levels."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

FALSE = 0
TRUE = 1
FIRST_LEAF = 2


@dataclass(frozen=True, slots=True)
class Properties:
    """Structural properties (Darwiche & Marquis 2002) that a compiler guarantees for its circuits.

    ``smooth``: the terms of every sum mention the same choices. ``value_smooth`` is weaker: a sum may skip a choice, but never only some
    of its values, so that every root is right wherever the weights of each choice sum to one, as probabilities do. Maxima and counts need
    the former.
    """

    decomposable: bool
    deterministic: bool
    value_smooth: bool
    smooth: bool
    nnf: bool


@dataclass(frozen=True, slots=True)
class Circuit:
    """Nodes 0 (false), 1 (true), then the leaves, then the inner nodes, children before parents.

    Leaf ``i`` is node ``FIRST_LEAF + i`` and stands for value ``leaves[i][1]`` of choice ``leaves[i][0]``. Inner node ``j`` (node
    ``first_inner + j``) is the sum over its elements ``e`` in ``offsets[j] .. offsets[j + 1]`` of ``left[e] * right[e]``. ``levels`` are
    ranges of inner nodes whose elements only use nodes of earlier levels; ``roots`` are node numbers. ``compiler`` names what made it.
    """

    leaves: tuple[tuple[int, int], ...]
    offsets: array[int]
    left: array[int]
    right: array[int]
    levels: tuple[tuple[int, int], ...]
    roots: tuple[int, ...]
    properties: Properties
    compiler: str = ""

    @property
    def first_inner(self) -> int:
        return FIRST_LEAF + len(self.leaves)

    @property
    def inner_count(self) -> int:
        return len(self.offsets) - 1

    @property
    def node_count(self) -> int:
        return self.first_inner + self.inner_count

    @property
    def size(self) -> int:
        """Number of elements (products), the usual size of an SDD."""
        return len(self.left)

    def elements(self, inner: int) -> Iterator[tuple[int, int]]:
        """Yield the (left, right) node pairs of an inner node."""
        for element in range(self.offsets[inner], self.offsets[inner + 1]):
            yield self.left[element], self.right[element]
