"""Pictures: graphs in the DOT language that parse, and SVG that is well-formed and where nothing overlaps."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesylang.circuit.formats.dot import write_dot
from nesylang.circuit.formats.layout import GAP, layout
from nesylang.circuit.formats.svg import ARCS, NODES, write_svg
from nesylang.circuit.gates import Gate, GateKind, Gates, pruned
from nesylang.source import NesyError
from tests.circuit.files import deterministic_gates

SVG = "{http://www.w3.org/2000/svg}"
STRING = r'"(?:[^"\\]|\\.)*"'
ATTRIBUTES = rf" \[\w+=(?:{STRING}|\w+)(?:, \w+=(?:{STRING}|\w+))*\]"
STATEMENT = re.compile(rf"(?:(\w+)( -> (\w+))?({ATTRIBUTES})?|(\w+)={STRING}|\{{ rank=source;(?: \w+;)+ \}});?")


def names_of(gates: Gates, name: str = "v{}") -> dict[tuple[int, int], str]:
    return {
        (gate.children[0], gate.children[1]): ("not " if gate.children[1] else "") + name.format(gate.children[0])
        for gate in gates.gates
        if gate.kind is GateKind.LEAF
    }


def roots_of(gates: Gates) -> list[str]:
    return [f"root {position}" for position in range(len(gates.roots))]


@given(deterministic_gates())
def test_graphs_parse(gates: Gates) -> None:
    gates = pruned(gates.gates, gates.roots)
    lines = write_dot(gates, names_of(gates, 'v "{}" \\'), roots_of(gates)).splitlines()
    assert (lines[0], lines[-1]) == ("digraph circuit {", "}")
    nodes, arcs = set(), []
    for line in lines[1:-1]:
        match = STATEMENT.fullmatch(line.strip())
        assert match, line
        if match[2]:
            arcs.append((match[1], match[3]))
        elif match[1] not in (None, "node", "edge"):
            nodes.add(match[1])
    assert len(nodes) == len(gates.gates) + len(gates.roots)
    assert len(arcs) == gates.edge_count + len(gates.roots)
    assert {end for arc in arcs for end in arc} == nodes - {None} or not arcs


@given(deterministic_gates())
def test_pictures_are_well_formed(gates: Gates) -> None:
    gates = pruned(gates.gates, gates.roots)
    picture = ElementTree.fromstring(write_svg(gates, names_of(gates, "p(<{}>, \"a\" & 'b')"), roots_of(gates)))
    labelled = [picture.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert picture.get("aria-labelledby", "").split() == [element.get("id") for element in labelled if element is not None]
    assert all(element is not None and element.text for element in labelled)
    texts = [element.text for element in picture.iter(f"{SVG}text")]
    leaves = [gate for gate in gates.gates if gate.kind is GateKind.LEAF]
    assert len(texts) == len(gates.gates) + len(gates.roots)
    assert texts.count("+") == sum(gate.kind is GateKind.SUM for gate in gates.gates)
    assert len([text for text in texts if text and text.endswith("\"a\" & 'b')")]) == len(leaves)
    width, height = float(picture.get("width", "0")), float(picture.get("height", "0"))
    for element in picture.iter(f"{SVG}text"):
        assert 0 < float(element.get("x", "0")) < width
        assert 0 < float(element.get("y", "0")) < height


def test_nothing_may_break_out_of_a_picture() -> None:
    gates = Gates((Gate(GateKind.LEAF, (0, 0)),), (0,))
    text = write_svg(gates, {(0, 0): "</text><script>\x00\x1b"}, ["]]> & <b>"])
    assert "<script" not in text
    picture = ElementTree.fromstring(text)
    assert {element.text for element in picture.iter(f"{SVG}text")} == {"</text><script>��", "]]> & <b>"}


def test_long_names_are_cut() -> None:
    gates = Gates((Gate(GateKind.LEAF, (0, 0)),), (0,))
    assert f"{'x' * 57}...<" in write_svg(gates, {(0, 0): "x" * 100}, ["r"])


@pytest.mark.parametrize("extra", ["nodes", "arcs"])
def test_large_circuits_are_refused(extra: str) -> None:
    leaves = [Gate(GateKind.LEAF, (choice, 0)) for choice in range(NODES if extra == "nodes" else 100)]
    products = [Gate(GateKind.PRODUCT, tuple(range(len(leaves))))] * (1 if extra == "nodes" else ARCS // 100 + 1)
    gates = Gates((*leaves, *products), (len(leaves),))
    with pytest.raises(NesyError) as caught:
        write_svg(gates, names_of(gates), ["r"])
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E408"
    assert "dot" in (diagnostic.hint or "")
    assert write_dot(gates, names_of(gates), ["r"]).startswith("digraph")


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 11)), max_size=30), st.lists(st.floats(10, 90), min_size=13, max_size=13))
def test_places(pairs: list[tuple[int, int]], widths: list[float]) -> None:
    arcs = [(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]]
    found = layout(arcs, widths)
    for parent, child in arcs:
        assert found.layers[parent] < found.layers[child]
        way = found.ways[parent, child]
        assert (len(way), way[0], way[-1]) == (found.layers[child] - found.layers[parent] + 1, found.x[parent], found.x[child])
    for left, right in combinations(range(13), 2):
        if found.layers[left] == found.layers[right]:
            assert abs(found.x[left] - found.x[right]) >= (widths[left] + widths[right]) / 2 + GAP - 1e-6
    assert all(x - width / 2 >= -1e-6 and x + width / 2 <= found.width + 1e-6 for x, width in zip(found.x, widths, strict=True))


def test_a_tree_has_no_crossings_and_parents_stand_above_the_middle() -> None:
    found = layout([(6, 5), (6, 4), (5, 3), (5, 2), (4, 1), (4, 0)], [20.0] * 7)
    bottom = sorted(range(4), key=lambda node: found.x[node])
    assert {frozenset(bottom[:2]), frozenset(bottom[2:])} == {frozenset({0, 1}), frozenset({2, 3})}
    assert found.x[5] == pytest.approx((found.x[3] + found.x[2]) / 2, abs=2.0)
    assert found.x[6] == pytest.approx((found.x[5] + found.x[4]) / 2, abs=2.0)
