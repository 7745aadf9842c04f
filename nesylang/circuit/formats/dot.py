"""Circuits as graphs for graphviz and other programs that read the DOT language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nesylang.circuit.gates import GateKind, Gates

SIGNS = {GateKind.FALSE: "0", GateKind.TRUE: "1", GateKind.PRODUCT: "×", GateKind.SUM: "+"}
"""What is shown in gates that are no leaves."""

HEAD = """\
digraph circuit {
  bgcolor="transparent";
  node [fontname="sans-serif", fontsize=11, style=filled, fillcolor=white, color="#555555"];
  edge [arrowhead=none, color="#888888"];"""


def write_dot(gates: Gates, names: Mapping[tuple[int, int], str], roots: Sequence[str]) -> str:
    """Return the graph of some gates; ``names`` has those of the leaves, ``roots`` those of the roots."""
    lines = [HEAD]
    for position, name in enumerate(roots):
        lines.append(f"  r{position} [label={quoted(name)}, shape=plaintext, fillcolor=transparent, fontcolor={quoted('#888888')}];")
    for position, gate in enumerate(gates.gates):
        if gate.kind is GateKind.LEAF:
            lines.append(f"  n{position} [label={quoted(names[gate.children[0], gate.children[1]])}, shape=box];")
        else:
            lines.append(f"  n{position} [label={quoted(SIGNS[gate.kind])}, shape=circle];")
    for position, root in enumerate(gates.roots):
        lines.append(f"  r{position} -> n{root} [style=dashed];")
    for position, gate in enumerate(gates.gates):
        if gate.kind is not GateKind.LEAF:
            lines += [f"  n{position} -> n{child};" for child in gate.children]
    lines.append("  { rank=source; " + " ".join(f"r{position};" for position in range(len(gates.roots))) + " }")
    return "\n".join([*lines, "}"]) + "\n"


def quoted(text: str) -> str:
    """Return a string of the DOT language that shows as the text."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'
