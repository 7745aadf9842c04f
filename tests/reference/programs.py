"""Random small programs for differential tests: text that both nesylang and problog read."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d", "e")


@st.composite
def propositional_programs(draw: st.DrawFn) -> str:
    """Draw a program of probabilistic facts, disjunctions, rules with loops and stratified negation, queries and evidence.

    Predicates are layered: negation only reaches into lower layers, so that no cycle goes through it; positive literals also reach into
    their own layer, so that there are loops.
    """
    lines = []
    choices = draw(st.integers(1, 4))
    for number in range(choices):
        probabilities = draw(st.lists(st.integers(0, 10), min_size=1, max_size=3))
        total = max(10, sum(probabilities))
        heads = [f"{p}/{total}::f{number}_{i}" for i, p in enumerate(probabilities)]
        lines.append("; ".join(heads) + ".")
        for i in range(len(probabilities), 3):
            lines.append(f"f{number}_{i} :- fail.")
    facts = [f"f{number}_{i}" for number in range(choices) for i in range(3)]
    for layer in range(2):
        own = [f"{name}{layer}" for name in NAMES[:3]]
        lower = facts + [f"{name}{below}" for below in range(layer) for name in NAMES[:3]]
        for head in own:
            for _ in range(draw(st.integers(1, 3))):
                positive = draw(st.lists(st.sampled_from(own + lower), min_size=0, max_size=3))
                negative = draw(st.lists(st.sampled_from(lower), max_size=1))
                body = positive + [f"\\+{atom}" for atom in negative]
                annotation = draw(st.sampled_from(["", "", "", "0.3::"]))
                lines.append(f"{annotation}{head} :- {', '.join(body) or 'true'}.")
    asked = [f"{name}{layer}" for layer in range(2) for name in NAMES[:3]]
    lines.extend(f"query({atom})." for atom in asked)
    for atom in draw(st.lists(st.sampled_from([*asked, *facts]), max_size=2, unique=True)):
        lines.append(f"evidence({atom}, {draw(st.sampled_from(['true', 'false']))}).")
    return "\n".join(lines) + "\n"


@st.composite
def graph_programs(draw: st.DrawFn) -> str:
    """Draw reachability over a random probabilistic graph, with first-order rules, lists and arithmetic."""
    nodes = draw(st.integers(2, 4))
    pairs = [(i, j) for i in range(nodes) for j in range(nodes) if i != j]
    edges = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=5, unique=True))
    lines = [f"0.{draw(st.integers(1, 9))}::edge({i},{j})." for i, j in edges]
    lines.append(f"node(X) :- between(0, {nodes - 1}, X).")
    if draw(st.booleans()):
        lines.append("link(X, Y) :- edge(X, Y). link(X, Y) :- edge(Y, X).")
    else:
        lines.append("link(X, Y) :- edge(X, Y).")
    left = draw(st.booleans())
    lines.append("path(X, Y) :- link(X, Y).")
    lines.append("path(X, Y) :- path(X, Z), link(Z, Y)." if left else "path(X, Y) :- link(X, Z), path(Z, Y).")
    lines.append("apart(X, Y) :- node(X), node(Y), \\+path(X, Y).")
    lines.append("far(X) :- node(X), findall(Y, (node(Y), Y > X), L), length(L, N), N > 0, path(X, 0).")
    lines.append("query(path(0, _)). query(apart(1, 0)). query(far(_)).")
    if draw(st.booleans()):
        i, j = draw(st.sampled_from(edges))
        lines.append(f"evidence(edge({i},{j}), {draw(st.sampled_from(['true', 'false']))}).")
    return "\n".join(lines) + "\n"
