"""The nnf format of d4: the root first, and arcs that carry literals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nesylang.circuit.formats.parsed import ParsedGates
from nesylang.circuit.formats.tokens import Line
from nesylang.circuit.gates import Gate, GateKind, Gates
from nesylang.source import Span

KINDS = {"o": GateKind.SUM, "a": GateKind.PRODUCT, "t": GateKind.TRUE, "f": GateKind.FALSE}

Arc = tuple[tuple[int, ...], int]
"""The literals of an arc and the node that it leads to."""


def write_d4(gates: Gates, names: Sequence[str], comments: Sequence[str]) -> str:
    """Return a file: the first root is the one that readers take; ``names`` has those of all roots."""
    return _Writing(gates).text(names, comments)


class _Writing:
    """Nodes are collected children before parents, and numbered the other way round."""

    def __init__(self, gates: Gates) -> None:
        self.gates = gates
        self.uses = Counter(child for gate in gates.gates if gate.kind is not GateKind.LEAF for child in gate.children)
        self.uses.update(gates.roots)
        self.nodes: list[tuple[str, list[Arc]]] = []
        self.known: dict[int, int] = {}
        self.true = -1
        self.labels = self._labels()

    def text(self, names: Sequence[str], comments: Sequence[str]) -> str:
        """Return the file."""
        for position, gate in enumerate(self.gates.gates):
            if gate.kind in (GateKind.SUM, GateKind.PRODUCT) and position not in self.labels:
                self._node(position)
        roots = [self._node(root) for root in self.gates.roots]
        if roots[0] != len(self.nodes) - 1:
            roots[0] = self._add("o", [((), roots[0])])
        last = len(self.nodes)
        lines = [*comments, *(f"c root {last - root} {name}" for root, name in zip(roots, names, strict=True))]
        for number, (kind, _) in enumerate(reversed(self.nodes), 1):
            lines.append(f"{kind} {number} 0")
        for number, (_, arcs) in enumerate(reversed(self.nodes), 1):
            for literals, target in arcs:
                lines.append(" ".join(map(str, [number, last - target, *literals, 0])))
        return "\n".join(lines) + "\n"

    def _add(self, kind: str, arcs: list[Arc]) -> int:
        self.nodes.append((kind, arcs))
        return len(self.nodes) - 1

    def _constant(self) -> int:
        if self.true < 0:
            self.true = self._add("t", [])
        return self.true

    def _labels(self) -> set[int]:
        """Return the gates that are written on arcs: literals, and products with literals that one sum uses and nothing else."""
        gates = self.gates.gates
        found = {position for position, gate in enumerate(gates) if gate.kind is GateKind.LEAF}
        for gate in gates:
            if gate.kind is GateKind.SUM:
                for child in gate.children:
                    if gates[child].kind is GateKind.PRODUCT and self.uses[child] == 1 and self._literals(gates[child]):
                        found.add(child)
        return found

    def _literals(self, gate: Gate) -> list[int]:
        members = [self.gates.gates[child] for child in gate.children] if gate.kind is GateKind.PRODUCT else [gate]
        leaves = [member.children for member in members if member.kind is GateKind.LEAF]
        return [-(variable + 1) if value else variable + 1 for variable, value in leaves]

    def _arc(self, position: int) -> Arc:
        """Return the arc to a gate."""
        if position not in self.labels:
            return (), self._node(position)
        gate = self.gates.gates[position]
        return tuple(self._literals(gate)), self._rest(gate)

    def _rest(self, gate: Gate) -> int:
        """Return the node of what a gate is besides its literals."""
        if gate.kind is GateKind.LEAF:
            return self._constant()
        others = [child for child in gate.children if self.gates.gates[child].kind is not GateKind.LEAF]
        if len(others) == 1:
            return self._node(others[0])
        arcs: list[Arc] = [((), self._node(child)) for child in others]
        return self._add("a", arcs) if arcs else self._constant()

    def _node(self, position: int) -> int:
        """Return the node of a gate; those of its children are there already, or made of labels alone."""
        if position not in self.known:
            gate = self.gates.gates[position]
            match gate.kind:
                case GateKind.TRUE:
                    found = self._constant()
                case GateKind.FALSE:
                    found = self._add("f", [])
                case GateKind.SUM:
                    arcs = [self._arc(child) for child in gate.children]
                    found = self._add("o", arcs)
                case GateKind.PRODUCT | GateKind.LEAF:
                    literals = self._literals(gate)
                    rest = self._rest(gate)
                    found = self._add("o", [(tuple(literals), rest)]) if literals else rest
            self.known[position] = found
        return self.known[position]


@dataclass(slots=True)
class _Node:
    kind: GateKind
    place: Span
    arcs: list[tuple[Arc, Line]] = field(default_factory=list)


def parse_d4(lines: Sequence[Line]) -> ParsedGates:
    """Return the gates of a file without its comments; raise E407 where it is malformed."""
    nodes: dict[int, _Node] = {}
    arcs: list[tuple[int, Arc, Line]] = []
    for line in lines:
        kind = KINDS.get(line.words[0])
        if kind is None:
            arcs.append(_arc(line))
            continue
        number = line.integer(1, "the number of the node", 1)
        if number in nodes:
            hint = f"it is declared first on line {nodes[number].place.line:,}"
            raise line.wrong(f"node {number:,} is declared twice", 1, "expected a number of its own", hint)
        if line.words[2:] != ("0",):
            raise line.wrong("the declaration of a node ends with 0", 2, "expected 0 here, and nothing after it")
        nodes[number] = _Node(kind, line.whole)
    for parent, arc, line in arcs:
        for position, number in enumerate((parent, arc[1])):
            if number not in nodes:
                raise line.wrong(f"there is no node {number:,}", position, "not declared", "a line such as 'o 1 0' declares a node")
        if nodes[parent].kind in (GateKind.TRUE, GateKind.FALSE):
            word = "true" if nodes[parent].kind is GateKind.TRUE else "false"
            raise line.wrong(f"node {parent:,} is {word} and has no arcs", 0, "expected an 'o' or an 'a' node")
        nodes[parent].arcs.append((arc, line))
    return _gates(nodes)


def _arc(line: Line) -> tuple[int, Arc, Line]:
    """Return the two ends of an arc and its literals."""
    if line.words[0][0].isalpha():
        hint = "o, a, t and f declare nodes; an arc is PARENT CHILD LITERALS 0"
        raise line.wrong(f"a node of a file of d4 is o, a, t or f, found '{line.words[0]}'", 0, "expected o, a, t or f", hint)
    parent = line.integer(0, "the number of a node", 1)
    child = line.integer(1, "the number of a node", 1)
    if len(line.words) < 3 or line.words[-1] != "0":
        raise line.wrong("an arc ends with 0", len(line.words) - 1, "expected 0 after this", "an arc is PARENT CHILD LITERALS 0")
    literals = tuple(line.literal(position) for position in range(2, len(line.words) - 1))
    for position, literal in enumerate(literals, 2):
        if literal in literals[: position - 2] or -literal in literals[: position - 2]:
            raise line.wrong(f"variable {abs(literal):,} is twice on an arc", position, "expected another variable")
    return parent, (literals, child), line


def _gates(nodes: dict[int, _Node]) -> ParsedGates:
    """Return the gates of nodes in any order; raise E407 where they form a cycle."""
    gates: list[Gate] = []
    places: list[Span] = []
    leaves: dict[int, int] = {}
    numbers: dict[int, int] = {}

    def add(gate: Gate, place: Span) -> int:
        gates.append(gate)
        places.append(place)
        return len(gates) - 1

    def leaf(literal: int, place: Span) -> int:
        if literal not in leaves:
            leaves[literal] = add(Gate(GateKind.LEAF, (abs(literal) - 1, 0 if literal > 0 else 1)), place)
        return leaves[literal]

    within: set[int] = set()
    for start in nodes:
        pending = [start]
        while pending:
            number = pending[-1]
            node = nodes[number]
            if number in numbers:
                pending.pop()
                continue
            if number not in within:
                within.add(number)
                for (_, child), line in node.arcs:
                    if child in within and child not in numbers:
                        raise line.wrong(f"node {child:,} is below itself", 1, "this arc closes a cycle", "no arc may lead back")
                    if child not in numbers:
                        pending.append(child)
                continue
            pending.pop()
            children = []
            for (literals, child), line in node.arcs:
                factors = [leaf(literal, line.whole) for literal in literals]
                if not factors or gates[numbers[child]].kind is not GateKind.TRUE:
                    factors.append(numbers[child])
                whole = factors[0] if len(factors) == 1 else add(Gate(GateKind.PRODUCT, tuple(factors)), line.whole)
                children.append(whole)
            kind = node.kind
            if not children:
                kind = GateKind.TRUE if kind in (GateKind.PRODUCT, GateKind.TRUE) else GateKind.FALSE
            numbers[number] = add(Gate(kind, tuple(children)), node.place)
    root = numbers[1 if 1 in nodes else next(iter(nodes))]
    return ParsedGates(Gates(tuple(gates), (root,)), None, tuple(places), numbers)
