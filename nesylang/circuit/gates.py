"""Circuits as graphs of sums and products with any number of children: what files and pictures show of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from nesylang.circuit.build import build_circuit
from nesylang.circuit.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties


class GateKind(Enum):
    """What a gate is."""

    FALSE = "false"
    TRUE = "true"
    LEAF = "leaf"
    PRODUCT = "product"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Gate:
    """A node: a leaf's ``children`` are (choice, value), those of sums and products are positions of other gates."""

    kind: GateKind
    children: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Gates:
    """Gates, children before parents, and the positions of the roots."""

    gates: tuple[Gate, ...]
    roots: tuple[int, ...]

    @property
    def edge_count(self) -> int:
        """Number of arcs from parents to children."""
        return sum(len(gate.children) for gate in self.gates if gate.kind is not GateKind.LEAF)


def gates_of(circuit: Circuit, roots: Sequence[int] | None = None) -> Gates:
    """Return a circuit as gates; ``roots`` are nodes of the circuit (default: its roots).

    Products of products and sums of sums are one gate where only one gate uses them.
    """
    nodes = circuit.roots if roots is None else roots
    uses = Counter([*circuit.left, *circuit.right, *nodes])
    gates = [Gate(GateKind.FALSE), Gate(GateKind.TRUE), *(Gate(GateKind.LEAF, leaf) for leaf in circuit.leaves)]
    position = list(range(circuit.first_inner))

    def inlined(kind: GateKind, members: Iterable[int]) -> list[int]:
        found: list[int] = []
        for node in members:
            place = position[node]
            if gates[place].kind is kind and uses[node] == 1:
                found.extend(gates[place].children)
            else:
                found.append(place)
        return found

    for inner in range(circuit.inner_count):
        elements = list(circuit.elements(inner))
        terms: list[int] = []
        for pair in elements:
            factors = [node for node in pair if node != TRUE]
            if len(factors) == 2:
                gates.append(Gate(GateKind.PRODUCT, tuple(inlined(GateKind.PRODUCT, factors))))
                terms.append(len(gates) - 1)
            elif len(elements) > 1:
                terms.extend(inlined(GateKind.SUM, factors) if factors else [TRUE])
            else:
                terms.extend(position[node] for node in factors or [TRUE])
        if len(terms) != 1 or len(elements) > 1:
            gates.append(Gate(GateKind.SUM, tuple(terms)))
            position.append(len(gates) - 1)
        else:
            position.append(terms[0])
    return pruned(gates, [position[node] for node in nodes])


def pruned(gates: Sequence[Gate], roots: Sequence[int]) -> Gates:
    """Return the gates that some roots reach, numbered anew in the same order."""
    live = bytearray(len(gates))
    for root in roots:
        live[root] = 1
    for place in range(len(gates) - 1, -1, -1):
        if live[place] and gates[place].kind is not GateKind.LEAF:
            for child in gates[place].children:
                live[child] = 1
    number: dict[int, int] = {}
    kept: list[Gate] = []
    for place, gate in enumerate(gates):
        if live[place]:
            number[place] = len(kept)
            kept.append(gate if gate.kind is GateKind.LEAF else Gate(gate.kind, tuple(number[child] for child in gate.children)))
    return Gates(tuple(kept), tuple(number[root] for root in roots))


def circuit_of(gates: Gates, properties: Properties, compiler: str = "") -> Circuit:
    """Return gates as a circuit, products of several factors as balanced trees."""
    leaves = list(dict.fromkeys(_leaf(gate) for gate in gates.gates if gate.kind is GateKind.LEAF))
    of_leaf = {leaf: FIRST_LEAF + index for index, leaf in enumerate(leaves)}
    first = FIRST_LEAF + len(leaves)
    sums: list[list[tuple[int, int]]] = []

    def add(elements: list[tuple[int, int]]) -> int:
        sums.append(elements)
        return first + len(sums) - 1

    def pair(factors: Sequence[int]) -> tuple[int, int]:
        """Return two nodes whose product is that of some nodes."""
        level = list(factors) or [TRUE]
        while len(level) > 2:
            pairs = [level[start : start + 2] for start in range(0, len(level), 2)]
            level = [add([(both[0], both[1])]) if len(both) == 2 else both[0] for both in pairs]
        return (level[0], level[1]) if len(level) == 2 else (level[0], TRUE)

    nodes: list[int] = []
    pairs: dict[int, tuple[int, int]] = {}
    for gate in gates.gates:
        match gate.kind:
            case GateKind.FALSE:
                nodes.append(FALSE)
            case GateKind.TRUE:
                nodes.append(TRUE)
            case GateKind.LEAF:
                nodes.append(of_leaf[_leaf(gate)])
            case GateKind.PRODUCT:
                found = pair([nodes[child] for child in gate.children])
                node = found[0] if found[1] == TRUE else add([found])
                pairs[node] = found
                nodes.append(node)
            case GateKind.SUM:
                nodes.append(add([pairs.get(nodes[child], (nodes[child], TRUE)) for child in gate.children]))
    return build_circuit(leaves, sums, [nodes[root] for root in gates.roots], properties, compiler)


def _leaf(gate: Gate) -> tuple[int, int]:
    choice, value = gate.children
    return choice, value
