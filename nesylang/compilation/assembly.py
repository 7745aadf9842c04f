"""The nodes of a circuit that is being put together, some of which are still to come."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from nesylang.compilation.budget import Meter
from nesylang.formula.stepwise import answer

PROPERTIES = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)
"""What circuits of sums and products that have been shown to be right are."""


class Assembly:
    """Sums of products over the values of some choices; ``values[c]`` is the number of values of choice ``c``.

    Node 0 is false, node 1 true, then come the leaves, then the sums. A *hole* is a sum that is filled in later.
    """

    def __init__(self, choices: Sequence[int], values: Sequence[int], meter: Meter) -> None:
        self.leaves = [(choice, value) for choice in choices for value in range(values[choice])]
        self.meter = meter
        self._counts = values
        self._first_leaf: dict[int, int] = {}
        for position, (choice, value) in enumerate(self.leaves):
            if value == 0:
                self._first_leaf[choice] = FIRST_LEAF + position
        self._sums: list[Sequence[tuple[int, int]]] = []
        self._sets: dict[tuple[int, int], int] = {}
        self._holes: set[int] = set()

    def values(self, choice: int, values: int) -> int:
        """Return the node "the choice has one of these values", given as bits."""
        key = choice, values & (1 << self._counts[choice]) - 1
        if key not in self._sets:
            first, count = self._first_leaf[choice], self._counts[choice]
            nodes = [first + value for value in range(count) if values >> value & 1]
            if len(nodes) == count:
                self._sets[key] = TRUE
            else:
                self._sets[key] = nodes[0] if len(nodes) == 1 else self.sum([(node, TRUE) for node in nodes])
        return self._sets[key]

    def product(self, factors: Sequence[int]) -> int:
        """Return the product of nodes as a balanced tree."""
        level = [factor for factor in factors if factor != TRUE]
        if FALSE in level:
            return FALSE
        while len(level) > 1:
            pairs = [level[start : start + 2] for start in range(0, len(level), 2)]
            level = [self.sum([(pair[0], pair[1])]) if len(pair) == 2 else pair[0] for pair in pairs]
        return level[0] if level else TRUE

    def sum(self, elements: Sequence[tuple[int, int]]) -> int:
        """Return the sum of products of two nodes."""
        kept = [pair for pair in elements if FALSE not in pair]
        if not kept:
            return FALSE
        if len(kept) == 1 and TRUE in kept[0]:
            return kept[0][0] if kept[0][1] == TRUE else kept[0][1]
        return self._add(kept)

    def hole(self) -> int:
        """Return a node that is filled in later."""
        node = self._add(())
        self._holes.add(node)
        return node

    def fill(self, hole: int, node: int) -> None:
        """Say what is in a hole."""
        self._holes.remove(hole)
        self._sums[hole - FIRST_LEAF - len(self.leaves)] = () if node == FALSE else ((node, TRUE),)

    def include(self, circuit: Circuit, leaves: Mapping[tuple[int, int], int], supports: Sequence[Collection[int] | None]) -> list[int]:
        """Return the nodes of the roots of another circuit; ``leaves`` has the nodes for those leaves that are none of the assembly.

        ``supports`` are, for each root, the choices that it may depend on: a compiler may mention others where their values make no
        difference, and then one value is taken for all. A root of which nothing is given may mention all choices.
        """
        found = _Inclusion(circuit, [self._leaf(leaf, leaves) for leaf in circuit.leaves], self)
        return [found.node(root, support) for root, support in zip(circuit.roots, supports, strict=True)]

    def _leaf(self, leaf: tuple[int, int], leaves: Mapping[tuple[int, int], int]) -> int:
        return leaves[leaf] if leaf in leaves else self._first_leaf[leaf[0]] + leaf[1]

    def inner(self, roots: Sequence[int]) -> set[int]:
        """Return the holes that sums below some nodes refer to."""
        first = FIRST_LEAF + len(self.leaves)
        return {child for node in self.below(roots) for pair in self._sums[node - first] for child in pair if child in self._holes}

    def below(self, roots: Sequence[int]) -> Iterator[int]:
        """Yield the sums below some nodes, these included, children before parents."""
        first = FIRST_LEAF + len(self.leaves)
        state = bytearray(len(self._sums))
        pending = [root for root in reversed(roots) if root >= first]
        while pending:
            node = pending[-1]
            known = state[node - first]
            if known:
                pending.pop()
                if known == 1:
                    state[node - first] = 2
                    yield node
                continue
            state[node - first] = 1
            for pair in self._sums[node - first]:
                pending.extend(child for child in pair if child >= first and not state[child - first])

    def holes(self, roots: Sequence[int]) -> list[int]:
        """Return the holes that some nodes depend on and that nobody has filled in."""
        return [node for node in self.below(roots) if node in self._holes] if self._holes else []

    def open(self, roots: Sequence[int]) -> list[bool]:
        """Return for each of some nodes whether it depends on a hole that nobody has filled in."""
        if not self._holes:
            return [False] * len(roots)
        first = FIRST_LEAF + len(self.leaves)
        found = bytearray(first + len(self._sums))
        for node in self.below(roots):
            found[node] = node in self._holes or any(found[child] for pair in self._sums[node - first] for child in pair)
        return [bool(found[root]) for root in roots]

    def circuit(self, roots: Sequence[int], compiler: str, ordered: bool) -> Circuit:
        """Return the circuit of some nodes; ``ordered`` tells that no sum depends on a later one, as where nothing was filled in."""
        if ordered:
            return build_circuit(self.leaves, self._sums, roots, PROPERTIES, compiler)
        assert not self._holes.intersection(self.below(roots)), "holes are filled in before the circuit is asked for"
        first = FIRST_LEAF + len(self.leaves)
        number = list(range(first)) + [FALSE] * len(self._sums)
        sums = []
        for node in self.below(roots):
            sums.append([(number[left], number[right]) for left, right in self._sums[node - first]])
            number[node] = first + len(sums) - 1
        return build_circuit(self.leaves, sums, [number[root] for root in roots], PROPERTIES, compiler)

    def _add(self, elements: Sequence[tuple[int, int]]) -> int:
        self._sums.append(elements)
        self.meter.check(len(self._sums))
        return FIRST_LEAF + len(self.leaves) + len(self._sums) - 1


class _Inclusion:
    """Copies the nodes of a circuit into an assembly; ``leaves`` are the nodes of its leaves there."""

    def __init__(self, circuit: Circuit, leaves: Sequence[int], assembly: Assembly) -> None:
        self.circuit = circuit
        self.assembly = assembly
        self.leaves = leaves
        self.bits = {choice: 1 << position for position, choice in enumerate(dict.fromkeys(choice for choice, _ in circuit.leaves))}
        self.below = [0, 0, *(self.bits[choice] for choice, _ in circuit.leaves)]
        for inner in range(circuit.inner_count):
            below = 0
            for left, right in circuit.elements(inner):
                below |= self.below[left] | self.below[right]
            self.below.append(below)
        self.known: dict[tuple[int, int], int] = {(FALSE, 0): FALSE, (TRUE, 0): TRUE}

    def node(self, node: int, support: Collection[int] | None) -> int:
        """Return the copy of a node that depends on some choices only."""
        kept = -1 if support is None else sum(self.bits[choice] for choice in support if choice in self.bits)
        return answer((node, self.below[node] & ~kept), self._copy, self.known)

    def _copy(self, asked: tuple[int, int]) -> Generator[tuple[int, int], int, int]:
        node, without = asked
        if node < self.circuit.first_inner:
            value = self.circuit.leaves[node - FIRST_LEAF][1]
            if without:
                return FALSE if value else TRUE
            return self.leaves[node - FIRST_LEAF]
        elements = []
        for left, right in self.circuit.elements(node - self.circuit.first_inner):
            one = yield left, without & self.below[left]
            other = yield right, without & self.below[right]
            elements.append((one, other))
        return self.assembly.sum(elements)
