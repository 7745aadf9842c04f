"""Values that evidence decides: known before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nesylang.formula import FALSE, TRUE, Formula, FormulaBuilder, Kind


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
    builder = FormulaBuilder()
    literals = {TRUE: TRUE}
    for number in formula.reachable(formula.roots):
        node = formula.nodes[number - 1]
        if node.kind is Kind.LEAF:
            choice, value = node.children
            if choice in forced:
                literals[number] = TRUE if forced[choice] == value else FALSE
            else:
                literals[number] = builder.leaf(choice, value)
        elif node.kind is not Kind.CONSTANT:
            children = [literals[child] if child > 0 else -literals[-child] for child in node.children]
            literals[number] = builder.conjunction(children) if node.kind is Kind.AND else builder.disjunction(children)
    return builder.formula([literals[root] if root > 0 else -literals[-root] for root in formula.roots])
