"""Contexts: circuits for what has to hold outside of a leaf for the root to hold with it.

They are the derivatives of the root with respect to leaves (Darwiche 2003, "A differential approach to inference in Bayesian networks"),
written as sums of products themselves: all of them together are about twice as large as the circuit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nesylang.circuit.circuit import FALSE, TRUE


def contexts(sums: list[list[tuple[int, int]]], first: int, root: int, leaves: Iterable[int]) -> Mapping[int, int]:
    """Return for each leaf the node of its context in ``root``, false where the root does not depend on it; append to ``sums`` for that.

    ``sums[j]`` are the products of node ``first + j``, children before parents, as ``build_circuit`` wants them. In a deterministic
    decomposable circuit contexts are deterministic and decomposable, too: a term of a context, together with what is below the node, is a
    term of the root, and no two of those hold in one world.
    """
    wanted = set(leaves)
    above = _nodes_above(sums, first, wanted)
    parents: dict[int, list[tuple[int, int]]] = {node: [] for node in above | wanted}
    made = {root: TRUE} if root in parents else {}
    for node in [*range(first + len(sums) - 1, first - 1, -1), *sorted(wanted)]:
        if node not in parents:
            continue
        if node not in made:
            made[node] = _sum(sums, first, parents[node])
        if made[node] == FALSE or node in wanted:
            continue
        for left, right in sums[node - first]:
            if FALSE not in (left, right):
                for child, other in ((left, right), (right, left)):
                    if child in parents:
                        parents[child].append((made[node], other))
    return {leaf: made[leaf] for leaf in wanted}


def _nodes_above(sums: Sequence[Sequence[tuple[int, int]]], first: int, leaves: set[int]) -> set[int]:
    found: set[int] = set()
    for position, elements in enumerate(sums):
        if any(child in leaves or child in found for pair in elements for child in pair):
            found.add(first + position)
    return found


def _sum(sums: list[list[tuple[int, int]]], first: int, elements: list[tuple[int, int]]) -> int:
    if not elements:
        return FALSE
    if len(elements) == 1 and TRUE in elements[0]:
        return elements[0][0] if elements[0][1] == TRUE else elements[0][1]
    sums.append(elements)
    return first + len(sums) - 1
