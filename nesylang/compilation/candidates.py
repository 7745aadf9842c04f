"""Vtrees to try for a formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nesylang.compilation.elimination import eliminate, structure
from nesylang.compilation.vtree import Vtree, linear_vtree, tree_vtree
from nesylang.formula import Formula

Blocks = Sequence[Sequence[int]]
Candidate = Callable[[Formula, Sequence[int], Blocks], Vtree]
"""A way to make a vtree of a formula, its choices, and the variables of these."""


def by_structure(formula: Formula, choices: Sequence[int], blocks: Blocks) -> Vtree:
    """Return the vtree of an elimination of the formula's gates and choices."""
    found = eliminate(structure(formula, choices))
    return tree_vtree(blocks, found.order, found.parents)


def by_occurrence(formula: Formula, choices: Sequence[int], blocks: Blocks) -> Vtree:
    """Return the right-linear vtree in the order in which choices occur."""
    return linear_vtree(blocks)


CANDIDATES: dict[str, Candidate] = {"structure": by_structure, "occurrence": by_occurrence}
"""Ways to make vtrees, by name, in the order in which they are tried."""
