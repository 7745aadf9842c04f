"""The atoms at which the cycles of a component can be cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence


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
