"""Recursion through negation, and strong components."""

from __future__ import annotations

from collections.abc import Callable

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesylang.analysis.components import strong_components
from nesylang.source import Diagnostic

Diagnose = Callable[..., list[Diagnostic]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("win(X) :- move(X, Y), \\+ win(Y).", "win/1 -> not win/1"),
        ("a :- not b. b :- c. c :- a.", "a/0 -> not b/0 -> c/0 -> a/0"),
        ("a :- b. b :- \\+ (c, d). c :- a. d.", "b/0 -> not c/0 -> a/0 -> b/0"),
        ("a :- (a -> b ; c). b. c.", "a/0 -> not a/0"),
        ("a :- forall(move(X, _), b(X)). b(X) :- move(X, _), a.", "a/0 -> not b/1 -> a/0"),
        ("a :- call(b). b :- not a.", "b/0 -> not a/0 -> b/0"),
    ],
)
def test_recursion_through_negation(diagnose: Diagnose, text: str, message: str) -> None:
    found = [d for d in diagnose(f"move(1, 2). {text}") if d.code == "W204"]
    assert [d.message for d in found] == [f"recursion through negation: {message}"]


@pytest.mark.parametrize("text", ["a :- not b. b :- c. c.", "r(X) :- r(X), not s(X). s(1).", "a :- b. b :- a.", "query(a) :- not a. a."])
def test_stratified_negation(diagnose: Diagnose, text: str) -> None:
    assert [d for d in diagnose(text) if d.code == "W204"] == []


def test_one_warning_for_each_component(diagnose: Diagnose) -> None:
    found = diagnose("a :- not a, not b. b :- not a.\nc :- not d. d :- not c. e :- not c.")
    assert [(d.code, str(d.span)) for d in found] == [("W204", "test.nesy:1:10"), ("W204", "test.nesy:2:10")]


@given(st.dictionaries(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=4)))
def test_strong_components(edges: dict[int, list[int]]) -> None:
    graph = networkx.DiGraph()
    graph.add_nodes_from(edges)
    graph.add_edges_from((source, target) for source, targets in edges.items() for target in targets)
    found = strong_components(edges)
    assert {frozenset(part) for part in found} == {frozenset(part) for part in networkx.strongly_connected_components(graph)}
    place = {node: index for index, part in enumerate(found) for node in part}
    assert all(place[target] <= place[source] for source, targets in edges.items() for target in targets)


def test_long_chains() -> None:
    size = 20_000
    chain = {node: [node + 1] for node in range(size)}
    assert len(strong_components(chain)) == size + 1
    assert len(strong_components(chain | {size: [0]})) == 1
