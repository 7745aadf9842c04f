"""The pass over recursion: predicates that depend on their own negation, or on an aggregate of themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from nesylang.analysis.builtins import Signature
from nesylang.analysis.components import strong_components
from nesylang.analysis.program import Program
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.terms import signature

Edges = dict[Signature, dict[Signature, Span | None]]
"""Caller -> called -> where it is called under negation, None where it never is."""


def negative_recursion(program: Program) -> Iterator[Diagnostic]:
    """Yield W204 for each set of mutually recursive predicates in which one depends on the negation or an aggregate of another."""
    edges = _dependencies(program)
    aggregated = {goal.term.span for rule in program.rules for goal in rule.goals if goal.aggregated}
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
                where = edges[first][second]
                word = "" if where is None else "all " if where in aggregated else "not "
                steps.append(f"{word}{second[0]}/{second[1]}")
            through = "an aggregate" if span in aggregated else "negation"
            message = f"recursion through {through}: {' -> '.join([f'{caller[0]}/{caller[1]}', *steps])}"
            hint = "it is an error only where the ground program has such a cycle"
            yield Diagnostic("W204", message, (Label(span, "aggregated here" if span in aggregated else "negated here"),), hint)


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
