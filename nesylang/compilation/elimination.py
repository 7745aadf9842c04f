"""Elimination orders: from the structure of a formula to a tree of its choices that connected parts stay together in.

Eliminating a vertex of a graph connects its neighbours with each other. The vertices in this order, each below that of its neighbours
which is eliminated next, form a tree; the most neighbours that a vertex has when it is eliminated bound what a subtree shares with the
rest: the treewidth of the graph for the best order. Finding that is hard, but taking a vertex of least degree each time does well.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nesylang.formula import Formula, Kind

WIDEST = 200
"""Most neighbours that a vertex is eliminated with one by one: beyond that all that is left is put below one another."""


@dataclass(frozen=True, slots=True)
class Elimination:
    """Vertices in the order of their elimination, the parent of each (-1 for none), and the most neighbours that one had."""

    order: tuple[int, ...]
    parents: tuple[int, ...]
    width: int


def structure(formula: Formula, choices: Sequence[int], clique: int = 0) -> list[set[int]]:
    """Return the graph of a formula's choices and gates: vertex ``i`` is ``choices[i]``, then come the gates; each knows its neighbours.

    A gate is connected with its children; these are connected with each other where they are fewer than ``clique``.
    """
    vertices: dict[int, int] = {choice: vertex for vertex, choice in enumerate(choices)}
    graph: list[set[int]] = [set() for _ in choices]
    gates: dict[int, int] = {}
    for number in formula.reachable(formula.roots):
        node = formula.nodes[number - 1]
        if node.kind not in (Kind.AND, Kind.OR):
            continue
        vertex = gates[number] = len(graph)
        graph.append(set())
        for child in map(abs, node.children):
            found = formula.nodes[child - 1]
            neighbour = vertices[found.children[0]] if found.kind is Kind.LEAF else gates[child]
            graph[vertex].add(neighbour)
            graph[neighbour].add(vertex)
        if len(node.children) < clique:
            children = list(graph[vertex])
            for child in children:
                graph[child].update(children)
                graph[child].discard(child)
    return graph


def eliminate(graph: Sequence[set[int]]) -> Elimination:
    """Return an elimination by least degree, the first vertex where several have the least; ``graph`` is used up."""
    queue = [(len(neighbours), vertex) for vertex, neighbours in enumerate(graph)]
    heapq.heapify(queue)
    done = bytearray(len(graph))
    order: list[int] = []
    above: list[set[int]] = [set()] * len(graph)
    width = 0
    while queue:
        degree, vertex = heapq.heappop(queue)
        if done[vertex] or degree != len(graph[vertex]):
            continue
        if degree > WIDEST:
            break
        done[vertex] = 1
        order.append(vertex)
        neighbours = above[vertex] = graph[vertex]
        width = max(width, degree)
        for neighbour in neighbours:
            others = graph[neighbour]
            before = len(others)
            others |= neighbours
            others.discard(neighbour)
            others.discard(vertex)
            if len(others) != before or degree == 1:
                heapq.heappush(queue, (len(others), neighbour))
    left = [vertex for vertex in range(len(graph)) if not done[vertex]]
    if left:
        width = max(width, len(left) - 1)
    order += left
    positions = [0] * len(graph)
    for position, vertex in enumerate(order):
        positions[vertex] = position
    parents = [-1] * len(graph)
    for vertex in order[: len(order) - len(left)]:
        if above[vertex]:
            parents[vertex] = min(above[vertex], key=positions.__getitem__)
    for vertex, following in pairwise(left):
        parents[vertex] = following
    return Elimination(tuple(order), tuple(parents), width)
