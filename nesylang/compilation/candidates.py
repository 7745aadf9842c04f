"""Vtrees to try for a formula: no way to make them is the best one for all formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nesylang.compilation.elimination import Elimination, eliminate, structure
from nesylang.compilation.stack import DEEPEST
from nesylang.compilation.vtree import Vtree, balanced_vtree, linear_vtree, tree_vtree
from nesylang.formula import Formula

Blocks = Sequence[Sequence[int]]
Candidate = Callable[[Formula, Sequence[int], Blocks], Vtree]
"""A way to make a vtree of a formula, its choices, and the variables of these."""

LARGEST_CLIQUE = 12
"""Most neighbours of a gate that are connected with each other."""


def by_structure(formula: Formula, choices: Sequence[int], blocks: Blocks) -> Vtree:
    """Return the vtree of an elimination of gates and choices, each gate connected with its children.

    Good where parts of the program have little to do with each other, as in graphs and networks of bounded width.
    """
    return _tree(blocks, eliminate(structure(formula, choices)))


def by_occurrence(formula: Formula, choices: Sequence[int], blocks: Blocks) -> Vtree:
    """Return the right-linear vtree in the order in which choices occur.

    Good for chains, and for grids that are gone through in one direction.
    """
    return _linear(blocks, range(len(blocks)))


def by_separation(formula: Formula, choices: Sequence[int], blocks: Blocks) -> Vtree:
    """Return the right-linear vtree from the choices that are eliminated last to those that are eliminated first.

    What is eliminated last separates the other choices from each other. Good where rows of tables are chosen by values of others.
    """
    found = eliminate(structure(formula, choices))
    return _linear(blocks, [vertex for vertex in reversed(found.order) if vertex < len(blocks)])


def by_clauses(formula: Formula, choices: Sequence[int], blocks: Blocks) -> Vtree:
    """Return the vtree of an elimination where the children of a gate are connected too, as in the clauses that define it."""
    return _tree(blocks, eliminate(structure(formula, choices, LARGEST_CLIQUE)))


CANDIDATES: dict[str, Candidate] = {
    "structure": by_structure,
    "occurrence": by_occurrence,
    "separation": by_separation,
    "clauses": by_clauses,
}
"""Ways to make vtrees, by name, in the order in which they are tried."""


def _tree(blocks: Blocks, found: Elimination) -> Vtree:
    tree = tree_vtree(blocks, found.order, found.parents)
    if tree.depth() <= DEEPEST:
        return tree
    return balanced_vtree([blocks[vertex] for vertex in found.order if vertex < len(blocks)])


def _linear(blocks: Blocks, order: Sequence[int]) -> Vtree:
    ordered = [blocks[vertex] for vertex in order]
    return linear_vtree(ordered) if len(ordered) <= DEEPEST else balanced_vtree(ordered)
