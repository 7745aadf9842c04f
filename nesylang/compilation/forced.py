"""Values that evidence decides: known before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nesylang.formula import FALSE, Formula, Kind
from nesylang.formula.substitution import substituted


def without_forced(formula: Formula, values: Sequence[int]) -> tuple[Formula, dict[int, int]]:
    """Return what is left of a formula where choices have the value that all its roots say they have, and these values.

    Each root means the same as what is left of it and all the values; a root that is false stays false.
    """
    forced: dict[int, int] = {}
    while found := _forced(formula, values):
        forced.update(found)
        formula = _conditioned(formula, found)
    return formula, forced


def _forced(formula: Formula, values: Sequence[int]) -> dict[int, int]:
    """Return the choices that have one value wherever any root is true, with this value."""
    roots = [root for root in dict.fromkeys(formula.roots) if root != FALSE]
    if not roots:
        return {}
    allowed = _allowed(formula, values, roots[0], {})
    for root in roots[1:]:
        if not allowed:
            break
        found = _allowed(formula, values, root, {roots[0]: allowed})
        allowed = {choice: allowed[choice] | found[choice] for choice in allowed if choice in found}
    return {choice: mask.bit_length() - 1 for choice, mask in allowed.items() if mask.bit_count() == 1}


def _allowed(formula: Formula, values: Sequence[int], literal: int, known: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Return the values, as bits, that a literal leaves to the choices that are among its conjuncts; ``known`` has it for some literals."""
    allowed: dict[int, int] = {}
    seen = {literal}
    pending = [literal]
    while pending:
        conjunct = pending.pop()
        node = formula.nodes[abs(conjunct) - 1]
        found: Mapping[int, int] = {}
        if conjunct in known:
            found = known[conjunct]
        elif node.kind is Kind.LEAF:
            choice, value = node.children
            found = {choice: 1 << value if conjunct > 0 else (1 << values[choice]) - 1 ^ 1 << value}
        elif node.kind is (Kind.AND if conjunct > 0 else Kind.OR):
            for child in node.children:
                below = child if conjunct > 0 else -child
                if below not in seen:
                    seen.add(below)
                    pending.append(below)
        for choice, mask in found.items():
            allowed[choice] = allowed.get(choice, mask) & mask
    return allowed


def _conditioned(formula: Formula, forced: Mapping[int, int]) -> Formula:
    """Return a formula where choices have known values."""
    known = {
        number: forced[node.children[0]] == node.children[1]
        for number, node in enumerate(formula.nodes, 1)
        if node.kind is Kind.LEAF and node.children[0] in forced
    }
    return substituted(formula, formula.roots, known)
