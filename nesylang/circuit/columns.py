"""Circuits as plain columns of integers, and back with every number checked."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise

from nesylang.circuit.circuit import Circuit, Properties

Column = Sequence[int]


def circuit_columns(circuit: Circuit) -> dict[str, Column]:
    """Return the numbers of a circuit by name; its properties and its compiler are not among them."""
    return {
        "leaf_choice": [choice for choice, _ in circuit.leaves],
        "leaf_value": [value for _, value in circuit.leaves],
        "offsets": circuit.offsets,
        "left": circuit.left,
        "right": circuit.right,
        "levels": [*chain.from_iterable(circuit.levels)],
        "roots": circuit.roots,
    }


def circuit_of_columns(columns: Mapping[str, Column], values: Sequence[int], properties: Properties, compiler: str) -> Circuit:
    """Return the circuit that ``circuit_columns`` wrote; ``values[c]`` is the number of values of choice ``c``.

    Raise ValueError where the columns are those of no circuit: a leaf of no value, a node that uses itself or a later one, a root that is
    no node.
    """
    leaves = tuple(zip(columns["leaf_choice"], columns["leaf_value"], strict=True))
    if any(not (0 <= choice < len(values) and 0 <= value < values[choice]) for choice, value in leaves):
        raise ValueError("a leaf stands for a value that its choice does not have")
    bounds = columns["levels"]
    if len(bounds) % 2:
        raise ValueError("a level has no end")
    circuit = Circuit(
        leaves=leaves,
        offsets=_integers(columns["offsets"]),
        left=_integers(columns["left"]),
        right=_integers(columns["right"]),
        levels=tuple(zip(bounds[::2], bounds[1::2], strict=True)),
        roots=tuple(columns["roots"]),
        properties=properties,
        compiler=compiler,
    )
    _check(circuit)
    return circuit


def _integers(column: Column) -> array[int]:
    return column if isinstance(column, array) and column.typecode == "i" else array("i", column)


def _check(circuit: Circuit) -> None:
    """Raise ValueError where an element or a root is out of range, or levels do not follow each other."""
    offsets = circuit.offsets
    if not offsets or offsets[0] != 0 or offsets[-1] != len(circuit.left) or len(circuit.left) != len(circuit.right):
        raise ValueError("the elements of the circuit do not add up")
    if any(start >= end for start, end in pairwise(offsets)):
        raise ValueError("a node of the circuit has no elements")
    expected = 0
    for start, end in circuit.levels:
        if start != expected or not start < end <= circuit.inner_count:
            raise ValueError("the levels of the circuit do not follow each other")
        for children in (circuit.left[offsets[start] : offsets[end]], circuit.right[offsets[start] : offsets[end]]):
            if min(children) < 0 or max(children) >= circuit.first_inner + start:
                raise ValueError("a node of the circuit uses one that does not come before it")
        expected = end
    if expected != circuit.inner_count:
        raise ValueError("a node of the circuit is in no level")
    if not circuit.roots or min(circuit.roots) < 0 or max(circuit.roots) >= circuit.node_count:
        raise ValueError("a root is no node of the circuit")
