"""From a graph of sums of products to a flat, levelled circuit without dead or trivial nodes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from nesylang.circuit.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties


def build_circuit(
    leaves: Sequence[tuple[int, int]],
    sums: Sequence[Sequence[tuple[int, int]]],
    roots: Sequence[int],
    properties: Properties,
    compiler: str = "",
) -> Circuit:
    """Return the circuit of ``sums[j]`` = elements (left, right) of node ``FIRST_LEAF + len(leaves) + j``, children before parents.

    Products with false are dropped, sums of one product with true become that node, equal sums are shared, and nodes and leaves that no
    root reaches are removed.
    """
    first = FIRST_LEAF + len(leaves)
    replacement = list(range(first + len(sums)))
    elements_of: dict[int, tuple[tuple[int, int], ...]] = {}
    known: dict[tuple[tuple[int, int], ...], int] = {}
    for position, elements in enumerate(sums):
        node = first + position
        kept = []
        for left, right in elements:
            pair = (replacement[left], replacement[right])
            if FALSE not in pair:
                kept.append((min(pair), max(pair)))
        key = tuple(sorted(kept))
        if not key:
            replacement[node] = FALSE
        elif len(key) == 1 and key[0][0] == TRUE:
            replacement[node] = key[0][1]
        elif key in known:
            replacement[node] = known[key]
        else:
            known[key] = node
            elements_of[node] = key
    return _flatten(leaves, elements_of, [replacement[root] for root in roots], properties, compiler)


def _flatten(
    leaves: Sequence[tuple[int, int]],
    elements_of: dict[int, tuple[tuple[int, int], ...]],
    roots: Sequence[int],
    properties: Properties,
    compiler: str = "",
) -> Circuit:
    """Number the live nodes level by level and lay their elements out flat."""
    live = set(roots)
    for node in reversed(elements_of):
        if node in live:
            for pair in elements_of[node]:
                live.update(pair)
    number = {FALSE: FALSE, TRUE: TRUE}
    kept_leaves: list[tuple[int, int]] = []
    for index, leaf in enumerate(leaves):
        if FIRST_LEAF + index in live:
            number[FIRST_LEAF + index] = FIRST_LEAF + len(kept_leaves)
            kept_leaves.append(leaf)
    level: dict[int, int] = {}
    by_level: list[list[int]] = []
    for node, elements in elements_of.items():
        if node in live:
            depth = max(max(level.get(left, 0), level.get(right, 0)) for left, right in elements) + 1
            level[node] = depth
            if depth > len(by_level):
                by_level.append([])
            by_level[depth - 1].append(node)
    offsets, left_nodes, right_nodes = array("i", [0]), array("i"), array("i")
    levels = []
    count = 0
    for nodes in by_level:
        for node in nodes:
            number[node] = FIRST_LEAF + len(kept_leaves) + count
            count += 1
            for left, right in elements_of[node]:
                left_nodes.append(number[left])
                right_nodes.append(number[right])
            offsets.append(len(left_nodes))
        levels.append((count - len(nodes), count))
    return Circuit(
        leaves=tuple(kept_leaves),
        offsets=offsets,
        left=left_nodes,
        right=right_nodes,
        levels=tuple(levels),
        roots=tuple(number[root] for root in roots),
        properties=properties,
        compiler=compiler,
    )
