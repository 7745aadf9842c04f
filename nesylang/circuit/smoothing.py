"""Smooth circuits: the terms of every sum mention the same choices (Darwiche 2001), so that counts and any weights are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nesylang.circuit.build import build_circuit
from nesylang.circuit.circuit import FALSE, FIRST_LEAF, TRUE, Circuit


def smoothed(circuit: Circuit, values: Mapping[int, int]) -> Circuit:
    """Return a circuit of the same roots in which all roots, and all terms of a sum, mention the same of some choices.

    ``values`` has the choices with their numbers of values. A term that does not mention one is multiplied by the sum over its values, and
    so is a root; roots and terms that are false stay so. ``properties.smooth`` holds if all choices of the circuit are among ``values``.
    """
    return _Smoothing(circuit, values).run()


class _Smoothing:
    def __init__(self, circuit: Circuit, values: Mapping[int, int]) -> None:
        self.circuit = circuit
        self.choices = sorted(values)
        self.values = values
        wanted = [(choice, value) for choice in self.choices for value in range(values[choice])]
        self.leaves = list(dict.fromkeys([*circuit.leaves, *wanted]))
        self.of_leaf = {leaf: FIRST_LEAF + index for index, leaf in enumerate(self.leaves)}
        self.sums: list[list[tuple[int, int]]] = []
        self.known: dict[tuple[int, int, int], int] = {}

    def run(self) -> Circuit:
        """Return the smooth circuit."""
        circuit = self.circuit
        place = {choice: position for position, choice in enumerate(self.choices)}
        supports = [0, 0, *(1 << place[choice] if choice in place else 0 for choice, _ in circuit.leaves)]
        nodes = [FALSE, TRUE, *(self.of_leaf[leaf] for leaf in circuit.leaves)]
        for inner in range(circuit.inner_count):
            elements = list(circuit.elements(inner))
            below = [supports[left] | supports[right] for left, right in elements]
            every = 0
            for support in below:
                every |= support
            padded = []
            for (left, right), support in zip(elements, below, strict=True):
                padded.append(self._padded(nodes[left], nodes[right], every & ~support))
            nodes.append(self._add(padded))
            supports.append(every)
        every = (1 << len(self.choices)) - 1
        roots = []
        for root in circuit.roots:
            missing = every & ~supports[root]
            roots.append(self._add([(nodes[root], self._free(missing))]) if missing and root != FALSE else nodes[root])
        smooth = {choice for choice, _ in circuit.leaves} <= set(self.choices)
        properties = replace(circuit.properties, smooth=smooth, value_smooth=circuit.properties.value_smooth or smooth)
        return build_circuit(self.leaves, self.sums, roots, properties, circuit.compiler)

    def _padded(self, left: int, right: int, missing: int) -> tuple[int, int]:
        if not missing:
            return left, right
        free = self._free(missing)
        if TRUE in (left, right):
            return (left if right == TRUE else right), free
        return self._add([(left, right)]), free

    def _free(self, missing: int) -> int:
        """Return the product, over some choices, of the sums over their values; halves of the choices are shared."""
        return self._part(0, len(self.choices), missing)

    def _part(self, start: int, end: int, missing: int) -> int:
        bits = missing >> start & (1 << end - start) - 1
        if not bits:
            return TRUE
        key = start, end, bits
        if key not in self.known:
            if end - start == 1:
                choice = self.choices[start]
                found = self._add([(self.of_leaf[choice, value], TRUE) for value in range(self.values[choice])])
            else:
                middle = (start + end) // 2
                parts = self._part(start, middle, missing), self._part(middle, end, missing)
                found = self._add([parts]) if TRUE not in parts else parts[0] if parts[1] == TRUE else parts[1]
            self.known[key] = found
        return self.known[key]

    def _add(self, elements: list[tuple[int, int]]) -> int:
        self.sums.append(elements)
        return FIRST_LEAF + len(self.leaves) + len(self.sums) - 1
