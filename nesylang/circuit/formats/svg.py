"""Circuits as pictures, without any other program."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from html import escape

from nesylang.circuit.formats.dot import SIGNS
from nesylang.circuit.formats.layout import layout
from nesylang.circuit.gates import GateKind, Gates
from nesylang.source import error

NODES, ARCS = 300, 900
"""Most nodes and arcs of a picture."""

LAYER = 64.0
MARGIN = 20.0
RADIUS = 13.0
LEAF_HEIGHT = 24.0
CHARACTER = 7.0
"""Lengths in pixels; the last is the width of a character, with room to spare."""

SHOWN = 60
"""Most characters of a name that are shown."""

STYLE = """\
  <style>
    .page { fill: #ffffff }
    text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; fill: #1f2328; text-anchor: middle }
    .sign { font-size: 17px }
    .root { font-weight: bold }
    .arc { fill: none; stroke: #8c959f; stroke-width: 1.2 }
    .from-root { stroke-dasharray: 3 3 }
    .leaf { fill: #eef6e8; stroke: #4d7a2f }
    .sum { fill: #e6f0fb; stroke: #2f6bb0 }
    .product { fill: #fdf1e3; stroke: #b36b1e }
    .constant { fill: #f0f0f0; stroke: #6e7781 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117 }
      text { fill: #e6edf3 }
      .arc { stroke: #7d8590 }
      .leaf { fill: #1c2b17; stroke: #7fb75c }
      .sum { fill: #14273d; stroke: #6aa5e8 }
      .product { fill: #33230f; stroke: #d9984f }
      .constant { fill: #21262d; stroke: #8b949e }
    }
  </style>"""

CLASSES = {GateKind.SUM: "sum", GateKind.PRODUCT: "product", GateKind.TRUE: "constant", GateKind.FALSE: "constant"}


def write_svg(gates: Gates, names: Mapping[tuple[int, int], str], roots: Sequence[str]) -> str:
    """Return the picture of some gates; ``names`` has those of the leaves, ``roots`` those of the roots.

    Raise NesyError E408 where it would be too large to be read.
    """
    _check_size(gates)
    count = len(gates.gates)
    labels: list[str] = []
    for gate in gates.gates:
        labels.append(_short(names[gate.children[0], gate.children[1]]) if gate.kind is GateKind.LEAF else SIGNS[gate.kind])
    labels += [_short(root) for root in roots]
    is_gate = [position < count and gates.gates[position].kind is not GateKind.LEAF for position in range(len(labels))]
    widths = [2 * RADIUS if sign else CHARACTER * _columns(label) + 14 for label, sign in zip(labels, is_gate, strict=True)]
    arcs = [(parent, child) for parent, gate in enumerate(gates.gates) if gate.kind is not GateKind.LEAF for child in gate.children]
    arcs += [(count + position, root) for position, root in enumerate(gates.roots)]
    places = layout(arcs, widths)
    width = places.width + 2 * MARGIN
    height = max(places.layers, default=0) * LAYER + 2 * MARGIN + 2 * RADIUS

    def y(layer: int) -> float:
        return MARGIN + RADIUS + layer * LAYER

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        'role="img" aria-labelledby="title description">',
        f'  <title id="title">{_text(_title(roots))}</title>',
        f'  <desc id="description">{_text(_description(gates, labels, roots))}</desc>',
        STYLE,
        f'  <rect class="page" width="{width:.0f}" height="{height:.0f}" rx="6"/>',
    ]
    for (parent, _), way in places.ways.items():
        points = [(x + MARGIN, y(places.layers[parent] + step)) for step, x in enumerate(way)]
        kind = "arc from-root" if parent >= count else "arc"
        lines.append(f'  <path class="{kind}" d="{_curve(points)}"/>')
    for node, label in enumerate(labels):
        x, middle = places.x[node] + MARGIN, y(places.layers[node])
        if is_gate[node]:
            lines.append(f'  <circle class="{CLASSES[gates.gates[node].kind]}" cx="{x:.1f}" cy="{middle:.1f}" r="{RADIUS:.0f}"/>')
            lines.append(f'  <text class="sign" x="{x:.1f}" y="{middle + 6:.1f}">{_text(label)}</text>')
            continue
        left, top = x - widths[node] / 2, middle - LEAF_HEIGHT / 2
        box = f'x="{left:.1f}" y="{top:.1f}" width="{widths[node]:.1f}" height="{LEAF_HEIGHT:.0f}" rx="5"'
        if node < count:
            lines.append(f'  <rect class="leaf" {box}/>')
            lines.append(f'  <text x="{x:.1f}" y="{middle + 4:.1f}">{_text(label)}</text>')
        else:
            lines.append(f'  <rect class="page" {box}/>')
            lines.append(f'  <text class="root" x="{x:.1f}" y="{middle + 4:.1f}">{_text(label)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def _check_size(gates: Gates) -> None:
    nodes, arcs = len(gates.gates), gates.edge_count
    if nodes > NODES or arcs > ARCS:
        raise error(
            "E408",
            f"the circuit is too large for a picture: {nodes:,} nodes and {arcs:,} arcs, and {NODES:,} and {ARCS:,} can be drawn",
            hint="write it in the format dot, which programs such as graphviz draw, or ask for the picture of one answer",
        )


def _short(name: str) -> str:
    return name if len(name) <= SHOWN else f"{name[: SHOWN - 3]}..."


def _columns(text: str) -> int:
    """Return how many characters wide a text is."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _text(text: str) -> str:
    """Return a text for XML, without the characters that XML has no way to write."""
    printable = "".join(character if character.isprintable() else "�" for character in text)
    return escape(printable)


def _title(roots: Sequence[str]) -> str:
    shown = ", ".join(roots[:5])
    return f"Circuit of {shown}{', ...' if len(roots) > 5 else ''}"


def _description(gates: Gates, labels: Sequence[str], roots: Sequence[str]) -> str:
    """Return in words what the roots are made of."""
    kinds = [gate.kind for gate in gates.gates]
    leaves, sums, products = (kinds.count(kind) for kind in (GateKind.LEAF, GateKind.SUM, GateKind.PRODUCT))
    parts = [f"A circuit with {_number(leaves, 'leaf', 'leaves')}, {_number(products, 'product')} and {_number(sums, 'sum')}."]
    for root, place in list(zip(roots, gates.roots, strict=True))[:5]:
        parts.append(f"{root}: {_said(gates, labels, place)}.")
    return " ".join(parts)


def _said(gates: Gates, labels: Sequence[str], place: int) -> str:
    gate = gates.gates[place]
    match gate.kind:
        case GateKind.LEAF:
            return labels[place]
        case GateKind.TRUE | GateKind.FALSE:
            return str(gate.kind.value)
    inner = [labels[child] if gates.gates[child].kind is GateKind.LEAF else f"a {gates.gates[child].kind.value}" for child in gate.children]
    return f"the {gate.kind.value} of {', '.join(inner[:-1])} and {inner[-1]}"


def _number(count: int, word: str, several: str = "") -> str:
    return f"{count} {word if count == 1 else several or word + 's'}"


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Return a path through some points that enters and leaves each vertically."""
    (x, y), *others = points
    path = [f"M{x:.1f} {y:.1f}"]
    for next_x, next_y in others:
        middle = (y + next_y) / 2
        path.append(f"C{x:.1f} {middle:.1f} {next_x:.1f} {middle:.1f} {next_x:.1f} {next_y:.1f}")
        x, y = next_x, next_y
    return "".join(path)
