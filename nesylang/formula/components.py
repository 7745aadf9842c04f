"""Strongly connected components, and the atoms at which a cycle can be cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence


def strong_components(edges: Mapping[int, Sequence[int]], roots: Sequence[int]) -> list[list[int]]:
    """Return the strongly connected components below ``roots``, those that others depend on first (Tarjan 1972, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    components: list[list[int]] = []
    for root in roots:
        if root in index:
            continue
        work = [(root, iter(edges.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(edges.get(successor, ()))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    components.append(component)
    return components


def cutting_atoms(edges: Mapping[int, Sequence[int]], component: Collection[int], start: int) -> tuple[list[int], list[int]]:
    """Return atoms that cut every cycle of a component, and all its atoms in an order in which the others come after what they use.

    The cut is the set of targets of back edges of a depth-first search from ``start``: not minimal, but found in linear time.
    """
    members = set(component)
    state: dict[int, int] = {}
    order: list[int] = []
    cut: dict[int, None] = {}
    for root in [start, *component]:
        if root in state:
            continue
        work = [(root, iter(edges.get(root, ())))]
        state[root] = 1
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in members:
                    continue
                if successor not in state:
                    state[successor] = 1
                    work.append((successor, iter(edges.get(successor, ()))))
                    break
                if state[successor] == 1:
                    cut.setdefault(successor)
            else:
                state[node] = 2
                order.append(node)
                work.pop()
    return list(cut), order
