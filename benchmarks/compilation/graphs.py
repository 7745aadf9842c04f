"""Reachability in random graphs and grids: programs, and the probabilities by algorithms over graphs alone.

Undirected graphs are decided by the frontier method: edges are taken one after the other, and all that is kept of the past is which
vertices with edges to come are connected (Hardy, Lucet & Limnios 2007). Directed ones are explored from the start: what is kept is which
vertices are reached but not left yet, and which are still to be reached.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from benchmarks.compilation.case import Case, program

PATHS = ("path(X, Y) :- edge(X, Y).", "path(X, Y) :- edge(X, Z), path(Z, Y).")
BOTH_WAYS = ("edge(X, Y) :- link(X, Y).", "edge(X, Y) :- link(Y, X).")
DOUBLY = ("knows(X, Y) :- met(X, Y).", "knows(X, Y) :- met(Y, X).", "knows(X, Y) :- knows(X, Z), knows(Z, Y), X \\= Y.")


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph with a probability for each edge."""

    nodes: int
    edges: tuple[tuple[int, int, float], ...]
    directed: bool

    def successors(self) -> list[list[tuple[int, float]]]:
        """Return, for each node, where its edges lead, and their probabilities."""
        found: list[list[tuple[int, float]]] = [[] for _ in range(self.nodes)]
        for i, j, probability in self.edges:
            found[i].append((j, probability))
            if not self.directed:
                found[j].append((i, probability))
        return found

    def reached(self, start: int) -> list[int]:
        """Return the nodes that paths from ``start`` may lead to, in order of their distance, without ``start``."""
        successors = self.successors()
        order = [start]
        for node in order:
            order += sorted({j for j, _ in successors[node]} - set(order))
        return order[1:]

    def facts(self) -> list[str]:
        """Return a probabilistic fact for each edge."""
        return [f"{probability}::{'edge' if self.directed else 'link'}({i},{j})." for i, j, probability in self.edges]


def random_graph(seed: int, nodes: int, edges: int, directed: bool) -> Graph:
    """Return a graph without loops and repeated edges, whose edges have tenths as probabilities."""
    rng = random.Random(seed)
    pairs = [(i, j) for i in range(nodes) for j in range(nodes) if i != j and (directed or i < j)]
    return Graph(nodes, tuple((i, j, rng.randint(1, 9) / 10) for i, j in rng.sample(pairs, edges)), directed)


def grid(side: int, directed: bool) -> Graph:
    """Return a square grid, whose edges lead right and down; node 0 is one corner, the last node the opposite one."""
    rng = random.Random(side)
    steps = [(i, j, a, b) for i, j in product(range(side), repeat=2) for a, b in ((i + 1, j), (i, j + 1)) if a < side and b < side]
    return Graph(side * side, tuple((i * side + j, a * side + b, rng.randint(1, 9) / 10) for i, j, a, b in steps), directed)


def start_of(graph: Graph) -> int:
    """Return the first of the nodes from which most others may be reached."""
    return max(range(graph.nodes), key=lambda node: (len(graph.reached(node)), -node))


def target_of(graph: Graph) -> int:
    """Return the node that may be reached from the start and is farthest from it."""
    return graph.reached(start_of(graph))[-1]


def paths(graph: Graph, *queries: str) -> str:
    """Return the program of reachability."""
    return program(*graph.facts(), *(() if graph.directed else BOTH_WAYS), *PATHS, *queries)


def one_target(graph: Graph) -> str:
    """Return the program that asks whether a node is reached."""
    return paths(graph, f"query(path({start_of(graph)},{target_of(graph)})).")


def all_targets(graph: Graph) -> str:
    """Return the program that asks which nodes are reached."""
    return paths(graph, f"query(path({start_of(graph)},_)).")


def knows(graph: Graph) -> str:
    """Return the program of who knows whom through others, with a rule that calls itself twice."""
    facts = (f"{probability}::met({i},{j})." for i, j, probability in graph.edges)
    return program(*facts, *DOUBLY, f"query(knows({start_of(graph)},{target_of(graph)})).")


def reached_target(graph: Graph, predicate: str = "path") -> dict[str, float]:
    """Return the probability of the one answer."""
    start, target = start_of(graph), target_of(graph)
    return {f"{predicate}({start},{target})": reachability(graph, start, target)}


def reached_targets(graph: Graph) -> dict[str, float]:
    """Return the probabilities of all nodes that may be reached, the start among them where a way leads back to it."""
    start = start_of(graph)
    found = {f"path({start},{target})": reachability(graph, start, target) for target in graph.reached(start)}
    back = returning(graph, start)
    return {**found, f"path({start},{start})": back} if back else found


def returning(graph: Graph, start: int) -> float:
    """Return the probability of a way of at least one edge from a node to itself."""
    if not graph.directed:  # along any edge and back
        missing = 1.0
        for i, j, probability in graph.edges:
            if start in (i, j):
                missing *= 1 - probability
        return 1 - missing
    copy = graph.nodes  # the edges to the start lead to another node instead
    edges = tuple((i, copy if j == start else j, probability) for i, j, probability in graph.edges)
    return reachability(Graph(graph.nodes + 1, edges, directed=True), start, copy)


def reachability(graph: Graph, start: int, target: int) -> float:
    """Return the probability that a path leads from one node to another."""
    return explored(graph, start, target) if graph.directed else connected(graph, start, target)


def explored(graph: Graph, start: int, target: int) -> float:
    """Return the probability of a directed path, by what remains to be done at each set of nodes that are reached."""
    order = [start, *graph.reached(start)]
    if target not in order:
        return 0.0
    if all(i < j for i, j, _ in graph.edges):  # then no node is reached after it was left
        order.sort()
    place = {node: position for position, node in enumerate(order)}
    out: list[list[tuple[int, float]]] = [[] for _ in order]
    into = [0] * len(order)
    to = [0] * len(order)
    for i, j, probability in graph.edges:
        if i in place and j in place:
            out[place[i]].append((1 << place[j], probability))
            to[place[i]] |= 1 << place[j]
            into[place[j]] |= 1 << place[i]
    goal = 1 << place[target]
    known: dict[tuple[int, int], float] = {}

    def spread(seeds: int, within: int, along: list[int]) -> int:
        found, pending = 0, seeds
        while pending:
            low = pending & -pending
            pending ^= low
            new = along[low.bit_length() - 1] & within & ~found
            found |= new
            pending |= new
        return found

    def value(active: int, open_: int) -> float:
        if active & goal:
            return 1.0
        useful = spread(goal, open_, into) | goal
        useful &= spread(active, useful, to)
        if not useful & goal:
            return 0.0
        active &= _union(into, useful)
        key = (active, useful)
        if key not in known:
            low = active & -active
            sets = [(0, 1.0)]
            for node, probability in out[low.bit_length() - 1]:
                if node & useful:
                    sets = [
                        (chosen | extra, weight * factor)
                        for chosen, weight in sets
                        for extra, factor in ((0, 1 - probability), (node, probability))
                    ]
            known[key] = sum(weight * value(active ^ low | chosen, useful & ~chosen) for chosen, weight in sets)
        return known[key]

    everything = (1 << len(order)) - 1
    return value(1 << place[start], everything ^ (1 << place[start]))


def _union(masks: list[int], positions: int) -> int:
    found = 0
    while positions:
        low = positions & -positions
        positions ^= low
        found |= masks[low.bit_length() - 1]
    return found


def connected(graph: Graph, start: int, target: int) -> float:
    """Return the probability that two nodes of an undirected graph are connected, by the frontier method.

    A state gives each node of the frontier the number of its component; the first two nodes are always ``start`` and ``target``.
    """
    steps = list(_frontiers(graph, start, target))
    states: dict[tuple[int, ...], float] = {(0, 1): 1.0}
    frontier = [start, target]
    total = 0.0
    for i, j, probability, last in steps:
        entering = [node for node in (i, j) if node not in frontier]
        frontier += entering
        first, second = frontier.index(i), frontier.index(j)
        kept = [position for position, node in enumerate(frontier) if node not in last]
        following: dict[tuple[int, ...], float] = {}
        for state, weight in states.items():
            wide = (*state, *range(len(state), len(state) + len(entering)))  # components have numbers below the length of the state
            for exists, factor in ((True, probability), (False, 1 - probability)):
                labels = wide
                if exists and wide[first] != wide[second]:
                    old, new = wide[second], wide[first]
                    labels = tuple(new if label == old else label for label in wide)
                if labels[0] == labels[1]:
                    total += weight * factor
                    continue
                names: dict[int, int] = {}
                reduced = tuple(names.setdefault(labels[position], len(names)) for position in kept)
                following[reduced] = following.get(reduced, 0.0) + weight * factor
        frontier = [node for node in frontier if node not in last]
        states = following
    return total


def _frontiers(graph: Graph, start: int, target: int) -> Iterator[tuple[int, int, float, set[int]]]:
    """Yield the edges in an order that keeps the frontier small, each with the nodes that have no edges after it."""
    near = {start, *graph.reached(start)}
    left = [edge for edge in graph.edges if edge[0] in near]
    frontier = {start, target}
    while left:
        weights: dict[int, int] = {}
        for i, j, _ in left:
            for node in (i, j):
                weights[node] = weights.get(node, 0) + 1

        def growth(node: int) -> tuple[int, int]:
            mine = [(i, j) for i, j, _ in left if node in (i, j)]  # noqa: B023 - called at once
            others = [j if i == node else i for i, j in mine]
            return sum(other not in frontier for other in others) - sum(weights[other] == 1 for other in others), node  # noqa: B023

        node = min((node for node in frontier if node in weights), key=growth)
        mine = [edge for edge in left if node in edge[:2]]
        left = [edge for edge in left if node not in edge[:2]]
        for position, (i, j, probability) in enumerate(mine):
            later = {other for edge in (*mine[position + 1 :], *left) for other in edge[:2]}
            frontier |= {i, j}
            last = {other for other in frontier if other not in later and other not in (start, target)}
            frontier -= last
            yield i, j, probability, last


def graph_cases() -> Iterator[Case]:
    """Yield the cases of reachability."""
    sizes = [(10, 20, True), (20, 40, True), (30, 60, True), (10, 20, False), (15, 30, False), (20, 40, False)]
    for nodes, edges, directed in sizes:
        kind = "directed" if directed else "undirected"
        for seed in (1, 2, 3):
            graph = random_graph(seed, nodes, edges, directed)
            name = f"{kind}-{nodes}-{edges}-{seed}"
            yield Case(name, partial(one_target, graph), partial(reached_target, graph), quick=seed == 1)
        if nodes in (10, 20):
            graph = random_graph(1, nodes, edges, directed)
            yield Case(f"{kind}-{nodes}-{edges}-all", partial(all_targets, graph), partial(reached_targets, graph), quick=nodes == 10)
    graph = random_graph(1, 30, 60, directed=False)
    yield Case("undirected-30-60-1", partial(one_target, graph), partial(reached_target, graph), peer=False, quick=False)
    for side in (4, 6, 8, 10):
        graph = grid(side, directed=True)
        yield Case(f"grid-directed-{side}", partial(one_target, graph), partial(reached_target, graph), quick=side < 10)
    for side in (3, 4, 5, 6):
        graph = grid(side, directed=False)
        yield Case(f"grid-undirected-{side}", partial(one_target, graph), partial(reached_target, graph), peer=side < 6, quick=side < 5)
    for nodes, edges in ((6, 9), (8, 12), (10, 15)):
        graph = random_graph(1, nodes, edges, directed=False)
        yield Case(f"knows-{nodes}", partial(knows, graph), partial(reached_target, graph, "knows"), quick=nodes < 10)


def enumerated(graph: Graph, start: int, target: int) -> float:
    """Return the probability of a path by going through all sets of edges: what tests hold the other algorithms to."""
    total = 0.0
    for present in product((True, False), repeat=len(graph.edges)):
        weight = 1.0
        for there, (_, _, probability) in zip(present, graph.edges, strict=True):
            weight *= probability if there else 1 - probability
        kept = tuple(edge for edge, there in zip(graph.edges, present, strict=True) if there)
        if target in replace(graph, edges=kept).reached(start):
            total += weight
    return total
