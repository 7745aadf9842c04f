"""The pass over recursion: predicates that depend on their own negation."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from nesylang.analysis.builtins import Signature
from nesylang.analysis.program import Program
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.terms import signature

Node = TypeVar("Node", bound=Hashable)

Edges = dict[Signature, dict[Signature, Span | None]]
"""Caller -> called -> where it is called under negation, None where it never is."""


def negative_recursion(program: Program) -> Iterator[Diagnostic]:
    """Yield W204 for each set of mutually recursive predicates in which one depends on the negation of another."""
    edges = _dependencies(program)
    if not any(span is not None for called in edges.values() for span in called.values()):
        return
    for component in strong_components({caller: list(called) for caller, called in edges.items()}):
        members = set(component)
        negative = [
            (span, caller, called)
            for caller in component
            for called, span in edges.get(caller, {}).items()
            if span is not None and called in members
        ]
        if negative:
            span, caller, called = min(negative, key=lambda edge: edge[0].start)
            cycle = [caller, *_path(called, caller, edges, members)]
            steps = []
            for first, second in pairwise(cycle):
                steps.append(f"{'not ' if edges[first][second] is not None else ''}{second[0]}/{second[1]}")
            message = f"recursion through negation: {' -> '.join([f'{caller[0]}/{caller[1]}', *steps])}"
            hint = "it is an error only where the ground program has such a cycle"
            yield Diagnostic("W204", message, (Label(span, "negated here"),), hint)


def _dependencies(program: Program) -> Edges:
    edges: Edges = {}
    for rule in program.rules:
        if rule.is_special:
            continue
        for head in rule.clause.heads:
            caller = signature(head.atom)
            assert caller is not None, "the syntax lets only atoms be heads"
            called_by = edges.setdefault(caller, {})
            for goal in rule.goals:
                called = goal.signature
                if called is not None and called in program.definitions:
                    span = goal.term.span if goal.negative else None
                    called_by[called] = called_by.get(called) or span
    return edges


def _path(start: Signature, end: Signature, edges: Edges, members: set[Signature]) -> list[Signature]:
    """Return a shortest path of calls from ``start`` to ``end``, both included, within a strong component."""
    previous: dict[Signature, Signature | None] = {start: None}
    queue = deque([start])
    while queue:
        current = queue.popleft()
        if current == end:
            break
        for called in edges.get(current, {}):
            if called in members and called not in previous:
                previous[called] = current
                queue.append(called)
    path = []
    step: Signature | None = end
    while step is not None:
        path.append(step)
        step = previous[step]
    return path[::-1]


def strong_components(edges: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """Return the strongly connected components, successors first (Tarjan 1972, without recursion)."""
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    components: list[list[Node]] = []
    for root in edges:
        if root in order:
            continue
        work: list[tuple[Node, Iterator[Node]]] = []
        pending: Node | None = root
        while pending is not None or work:
            if pending is not None:
                order[pending] = low[pending] = len(order)
                stack.append(pending)
                on_stack.add(pending)
                work.append((pending, iter(edges.get(pending, ()))))
                pending = None
            node, successors = work[-1]
            for successor in successors:
                if successor not in order:
                    pending = successor
                    break
                if successor in on_stack:
                    low[node] = min(low[node], order[successor])
            if pending is not None:
                continue
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
            if low[node] == order[node]:
                component: list[Node] = []
                while not component or component[-1] != node:
                    component.append(stack.pop())
                on_stack.difference_update(component)
                components.append(component)
    return components
