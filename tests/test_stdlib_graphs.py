"""The library graphs on random graphs, compared with the enumeration of all sets of edges."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence

import pytest

import nesylang as nesy

Edge = tuple[int, int, int]
"""Start, end and weight."""


def drawn(seed: int) -> list[tuple[float, Edge]]:
    """Return the edges of a random graph over at most five nodes, with their probabilities; some are certain, some weigh nothing."""
    source = random.Random(seed)
    nodes = source.randint(2, 5)
    pairs = [(x, y) for x in range(nodes) for y in range(nodes) if x != y]
    chosen = sorted(source.sample(pairs, min(len(pairs), source.randint(1, 8))))
    return [(source.choice([0.25, 0.5, 0.75, 1.0]), (x, y, source.randint(0, 4))) for x, y in chosen]


def text_of(graph: Sequence[tuple[float, Edge]]) -> str:
    """Return a program with the graph as edge/2 and road/3."""
    facts = "".join(f"{p} :: road({x}, {y}, {w}).\n" for p, (x, y, w) in graph)
    return f"import graphs.\n{facts}edge(X, Y) :- road(X, Y, _).\n"


def worlds(graph: Sequence[tuple[float, Edge]]) -> Iterator[tuple[float, list[Edge]]]:
    """Yield the probability and the edges of each world."""
    for present in itertools.product((True, False), repeat=len(graph)):
        probability = 1.0
        for chosen, (p, _) in zip(present, graph, strict=True):
            probability *= p if chosen else 1.0 - p
        if probability > 0:
            yield probability, [edge for chosen, (_, edge) in zip(present, graph, strict=True) if chosen]


def expected(graph: Sequence[tuple[float, Edge]], value: Callable[[list[Edge]], Iterator[Hashable]]) -> dict[Hashable, float]:
    """Return the probability of each value that worlds yield."""
    found: Counter[Hashable] = Counter()
    for probability, edges in worlds(graph):
        for one in set(value(edges)):
            found[one] += probability
    return dict(found)


def costs(edges: Sequence[Edge], start: int, weighted: bool) -> dict[int, int]:
    """Return the cost of the cheapest way from a node to each that can be reached (Bellman and Ford)."""
    found = {start: 0}
    for _ in range(6):
        for x, y, w in edges:
            if x in found:
                found[y] = min(found.get(y, 10**9), found[x] + (w if weighted else 1))
    return found


def nodes(graph: Sequence[tuple[float, Edge]]) -> list[int]:
    return sorted({node for _, (x, y, _) in graph for node in (x, y)})


def answers(text: str) -> dict[str, float]:
    return {atom: p for atom, p in nesy.query(nesy.loads(text)).items() if p > 1e-12}


def named(pattern: str, values: dict[Hashable, float]) -> dict[str, float]:
    return {pattern.format(*(value if isinstance(value, tuple) else (value,))): pytest.approx(p) for value, p in values.items()}


SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_distances(seed: int) -> None:
    graph = drawn(seed)

    def distances(edges: list[Edge]) -> Iterator[Hashable]:
        for start in nodes(graph):
            yield from ((start, end, n) for end, n in costs(edges, start, weighted=False).items())

    found = answers(f"{text_of(graph)} query distance(edge, X, Y, N).")
    assert found == named("distance(edge,{},{},{})", expected(graph, distances))


@pytest.mark.parametrize("seed", SEEDS)
def test_weighted_distances(seed: int) -> None:
    graph = drawn(seed)

    def distances(edges: list[Edge]) -> Iterator[Hashable]:
        yield from ((end, n) for end, n in costs(edges, nodes(graph)[0], weighted=True).items())

    first = nodes(graph)[0]
    found = answers(f"{text_of(graph)} query weighted_distance(road, {first}, Y, W).")
    assert found == named(f"weighted_distance(road,{first},{{}},{{}})", expected(graph, distances))


@pytest.mark.parametrize("seed", SEEDS)
def test_lengths_of_paths_and_cycles(seed: int) -> None:
    graph = drawn(seed)

    def lengths(edges: list[Edge]) -> Iterator[Hashable]:
        for start in nodes(graph):
            after: dict[int, int] = {}
            for x, y, _ in edges:
                if x == start:
                    for end, n in costs(edges, y, weighted=False).items():
                        after[end] = min(after.get(end, 10**9), n + 1)
            yield from ((start, end, n) for end, n in after.items())

    found = answers(f"{text_of(graph)} query path_length(edge, X, Y, N).")
    assert found == named("path_length(edge,{},{},{})", expected(graph, lengths))


@pytest.mark.parametrize("seed", SEEDS)
def test_components_and_cycles(seed: int) -> None:
    graph = drawn(seed)

    def parts(edges: list[Edge]) -> Iterator[Hashable]:
        both = [*edges, *((y, x, w) for x, y, w in edges)]
        found = {frozenset(costs(both, node, weighted=False)) for node in nodes(graph)}
        yield f"component_count(edge,{len(found)})"
        if len(found) == 1:
            yield "all_connected(edge)"
        if not any(x in costs(edges, y, weighted=False) for x, y, _ in edges):
            yield "acyclic(edge)"

    text = "query component_count(edge, N). query all_connected(edge). query acyclic(edge)."
    found = answers(text_of(graph) + text)
    assert found == {str(name): pytest.approx(p) for name, p in expected(graph, parts).items()}


@pytest.mark.parametrize("seed", range(8))
def test_shortest_paths(seed: int) -> None:
    graph = drawn(seed)
    first, last = nodes(graph)[0], nodes(graph)[-1]

    def paths(edges: list[Edge]) -> Iterator[Hashable]:
        for weighted in (False, True):
            weight = {(x, y): w if weighted else 1 for x, y, w in edges}
            best = costs(edges, first, weighted).get(last)
            for size in range(len(nodes(graph)) + 1):
                for way in itertools.permutations(nodes(graph), size):
                    if size and (way[0], way[-1]) == (first, last) and all(step in weight for step in itertools.pairwise(way)):
                        total = sum(weight[step] for step in itertools.pairwise(way))
                        if total == best:
                            written = ",".join(map(str, way))
                            yield f"p([{written}],{total})" if weighted else f"shortest_path(edge,{first},{last},[{written}])"

    text = f"p(P, W) :- weighted_path(road, {first}, {last}, P, W). query p(P, W). query shortest_path(edge, {first}, {last}, P)."
    found = answers(text_of(graph) + text)
    assert found == {str(name): pytest.approx(p) for name, p in expected(graph, paths).items()}


def test_large_certain_graphs() -> None:
    """A ring with 200 nodes, and the distance to the other side of it."""
    edges = "".join(f"edge({x}, {(x + 1) % 200}). " for x in range(200))
    found = answers(f"import graphs. {edges} query distance(undirected(edge), 0, 100, N). query topological_sort(edge, L).")
    assert found == {"distance(undirected(edge),0,100,100)": 1.0}


def test_ladders_are_compiled_without_enumerating_paths() -> None:
    """A ladder has 2^12 simple paths from end to end; only the rail has 12 edges, so that the distance 12 has a closed form."""
    rails = [(f"{side}({x})", f"{side}({x + 1})") for side in ("left", "right") for x in range(12)]
    rungs = [(f"left({x})", f"right({x})") for x in range(13)]
    edges = "".join(f"0.9 :: edge({x}, {y}). " for x, y in rails + rungs)
    text = "near(N) :- distance(undirected(edge), left(0), left(12), N). query near(12)."
    assert answers(f"import graphs. {edges} {text}") == {"near(12)": pytest.approx(0.9**12)}
