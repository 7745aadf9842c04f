"""Places for the nodes of a graph without cycles: in layers, with few crossings, and arcs as straight as may be.

The way of Sugiyama, Tagawa & Toda 1981: arcs point down, long ones pass a place in each layer between, and each layer is sorted again and
again by where the neighbours are.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 24
"""How often all layers are sorted, and how often nodes are moved towards their neighbours."""

GAP = 18.0
"""Least distance between nodes that stand beside each other."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of nodes: ``x`` and the layer of each, and for each arc the ``x`` of its way in all layers from parent to child."""

    x: tuple[float, ...]
    layers: tuple[int, ...]
    ways: Mapping[tuple[int, int], tuple[float, ...]]
    width: float


def layout(arcs: Sequence[tuple[int, int]], widths: Sequence[float]) -> Layout:
    """Return places for nodes of some widths; arcs are (parent, child), parents having larger numbers than their children."""
    count = len(widths)
    layer = [0] * count
    for parent, child in sorted(set(arcs), reverse=True):
        layer[child] = max(layer[child], layer[parent] + 1)
    sizes = list(widths)
    below: list[list[int]] = [[] for _ in range(count)]
    chains: dict[tuple[int, int], list[int]] = {}
    for parent, child in sorted(set(arcs), reverse=True):
        chain = [parent]
        for between in range(layer[parent] + 1, layer[child]):
            sizes.append(0.0)
            layer.append(between)
            below.append([])
            below[chain[-1]].append(len(sizes) - 1)
            chain.append(len(sizes) - 1)
        below[chain[-1]].append(child)
        chains[parent, child] = [*chain, child]
    above: list[list[int]] = [[] for _ in sizes]
    for node, children in enumerate(below):
        for child in children:
            above[child].append(node)
    rows = _sorted_rows(layer, below, above)
    x = _placed(rows, below, above, sizes)
    ways = {arc: tuple(x[node] for node in chain) for arc, chain in chains.items()}
    width = max((x[node] + sizes[node] / 2 for node in range(len(sizes))), default=0.0)
    return Layout(tuple(x[:count]), tuple(layer[:count]), ways, width)


def _sorted_rows(layer: Sequence[int], below: Sequence[Sequence[int]], above: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the nodes of each layer in an order with few crossings."""
    rows: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    seen: set[int] = set()
    pending = [node for node in sorted(range(len(layer)), key=lambda node: (-layer[node], node)) if not above[node]]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            rows[layer[node]].append(node)
            pending.extend(reversed(below[node]))
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        neighbours = above if sweep % 2 == 0 else below
        for index in range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1):
            beside = rows[index - 1 if sweep % 2 == 0 else index + 1]
            place = {node: position for position, node in enumerate(beside)}
            own = {node: position for position, node in enumerate(rows[index])}
            rows[index].sort(key=lambda node: (_mean([place[other] for other in neighbours[node]], own[node]), own[node]))
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[int]], below: Sequence[Sequence[int]]) -> int:
    """Return how many pairs of arcs between neighbouring layers cross."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {node: position for position, node in enumerate(lower)}
        ends: list[int] = []
        for node in upper:
            own = [place[child] for child in below[node]]
            total += sum(len(ends) - bisect_right(ends, end) for end in own)
            for end in own:
                insort(ends, end)
    return total


def _placed(
    rows: Sequence[Sequence[int]], below: Sequence[Sequence[int]], above: Sequence[Sequence[int]], sizes: Sequence[float]
) -> list[float]:
    """Return the x of all nodes, from 0 on: near their neighbours, and apart from those beside them."""
    x = [0.0] * len(sizes)
    for row in rows:
        end = 0.0
        for node in row:
            x[node] = end + sizes[node] / 2
            end += sizes[node] + GAP
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = []
            for node in row:
                first, second = (above, below) if sweep % 2 == 0 else (below, above)
                near = first[node] or second[node]
                wanted.append(_mean([x[other] for other in near], x[node]))
            for node, place in zip(row, _apart(row, wanted, sizes), strict=True):
                x[node] = place
    least = min((x[node] - sizes[node] / 2 for node in range(len(sizes))), default=0.0)
    return [place - least for place in x]


def _apart(row: Sequence[int], wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Return the places nearest to the wanted ones, by least squares, at which the nodes of a row are far enough from each other.

    Without the distances that they must have, places must only not decrease: neighbours that do are pooled at their mean.
    """
    distances = [0.0]
    for left, right in pairwise(row):
        distances.append(distances[-1] + (sizes[left] + sizes[right]) / 2 + GAP)
    pools: list[tuple[float, int]] = []
    for place, distance in zip(wanted, distances, strict=True):
        total, count = place - distance, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    shifts = [total / count for total, count in pools for _ in range(count)]
    return [shift + distance for shift, distance in zip(shifts, distances, strict=True)]
