"""The nnf format of c2d, which dsharp, miniC2D and sharpSAT-td write as well: children before parents, the root last."""

from __future__ import annotations

from collections.abc import Sequence

from nesylang.circuit.formats.parsed import ParsedGates
from nesylang.circuit.formats.tokens import MOST_VARIABLES, Line
from nesylang.circuit.gates import Gate, GateKind, Gates
from nesylang.source import error

SHAPE = "nnf NODES ARCS VARIABLES"


def write_c2d(gates: Gates, variables: int, names: Sequence[str], comments: Sequence[str]) -> str:
    """Return a file: the first root is the one that readers take; ``names`` has those of all roots."""
    nodes = list(gates.gates)
    roots = list(gates.roots)
    if roots[0] != len(nodes) - 1:
        nodes.append(Gate(GateKind.PRODUCT, (roots[0],)))
        roots[0] = len(nodes) - 1
    lines = [*comments, *(f"c root {root} {name}" for root, name in zip(roots, names, strict=True))]
    lines.append(f"nnf {len(nodes)} {Gates(tuple(nodes), ()).edge_count} {variables}")
    for gate in nodes:
        match gate.kind:
            case GateKind.LEAF:
                lines.append(f"L {_literal(gate)}")
            case GateKind.TRUE:
                lines.append("A 0")
            case GateKind.FALSE:
                lines.append("O 0 0")
            case GateKind.PRODUCT:
                lines.append(f"A {len(gate.children)} {' '.join(map(str, gate.children))}")
            case GateKind.SUM:
                lines.append(f"O {_decision(gate, nodes)} {len(gate.children)} {' '.join(map(str, gate.children))}")
    return "\n".join(lines) + "\n"


def _literal(gate: Gate) -> int:
    variable, value = gate.children
    return -(variable + 1) if value else variable + 1


def _decision(gate: Gate, nodes: Sequence[Gate]) -> int:
    """Return a variable that two terms have as factors, once true and once false; 0 where there is none."""
    if len(gate.children) != 2:
        return 0
    left, right = (_factors(nodes[child], nodes) for child in gate.children)
    return min((abs(literal) for literal in left if -literal in right), default=0)


def _factors(gate: Gate, nodes: Sequence[Gate]) -> set[int]:
    members = [gate, *(nodes[child] for child in gate.children)] if gate.kind is GateKind.PRODUCT else [gate]
    return {_literal(member) for member in members if member.kind is GateKind.LEAF}


def parse_c2d(lines: Sequence[Line]) -> ParsedGates:
    """Return the gates of a file without its comments; raise E407 where it is malformed."""
    header = lines[0]
    count = header.integer(1, "the number of nodes", 1)
    arcs = header.integer(2, "the number of arcs", 0)
    variables = header.integer(3, "the number of variables", 0, MOST_VARIABLES)
    header.ends(4)
    gates: list[Gate] = []
    for line in lines[1:]:
        if len(gates) == count:
            raise line.wrong(f"the file declares {count:,} nodes, and here is one more", None, "expected the end of the file", _counts())
        gates.append(_node(line, len(gates), variables))
    if len(gates) < count:
        message = f"the file declares {count:,} nodes and has {len(gates):,}"
        raise header.wrong(message, 1, "expected the number of lines that follow", _counts())
    found = Gates(tuple(gates), (len(gates) - 1,))
    if found.edge_count != arcs:
        message = f"the file declares {arcs:,} arcs and has {found.edge_count:,}"
        raise header.wrong(message, 2, "expected the number of children of all nodes together", _counts())
    places = tuple(line.whole for line in lines[1:])
    return ParsedGates(found, variables, places, {number: number for number in range(count)})


def _counts() -> str:
    return f"the first line is '{SHAPE}'; perhaps the file was cut short or joined with another one"


def _node(line: Line, number: int, variables: int) -> Gate:
    match line.words[0]:
        case "L":
            literal = line.literal(1, variables)
            line.ends(2)
            return Gate(GateKind.LEAF, (abs(literal) - 1, 0 if literal > 0 else 1))
        case "A":
            children = _children(line, 1, number)
            return Gate(GateKind.PRODUCT, children) if children else Gate(GateKind.TRUE)
        case "O":
            decision = line.integer(1, "the decision variable", 0, variables)
            children = _children(line, 2, number)
            if decision and len(children) != 2:
                message = f"a node that decides variable {decision} has {len(children)} children"
                raise line.wrong(message, 2, "expected 2", "write 0 for the variable where a node decides none")
            return Gate(GateKind.SUM, children) if children else Gate(GateKind.FALSE)
    raise error(
        "E407",
        f"a node of a file in nnf is L, A or O, found '{line.words[0]}'",
        line.span(0),
        "expected L, A or O",
        "L LITERAL, A COUNT CHILDREN, or O VARIABLE COUNT CHILDREN",
    )


def _children(line: Line, position: int, number: int) -> tuple[int, ...]:
    count = line.integer(position, "the number of children", 0)
    if len(line.words) - position - 1 < count:
        found = len(line.words) - position - 1
        raise line.wrong(f"the node declares {count:,} children and has {found:,}", position, "more than follow")
    line.ends(position + 1 + count)
    children = []
    for place in range(position + 1, position + 1 + count):
        child = line.integer(place, "a child", 0)
        if child >= number:
            hint = "nodes are numbered from 0 in the order of their lines, children before parents"
            raise line.wrong(f"node {number:,} has node {child:,} as child", place, "expected the number of an earlier node", hint)
        children.append(child)
    return tuple(children)
