"""What formulas mean, world by world."""

from __future__ import annotations

from nesylang.formula import Formula, Kind


def holds(formula: Formula, literal: int, world: dict[int, int]) -> bool:
    """Return whether a literal holds in a world, by the meaning of its nodes."""
    node = formula.node(literal)
    match node.kind:
        case Kind.CONSTANT:
            value = True
        case Kind.LEAF:
            value = world[node.children[0]] == node.children[1]
        case Kind.AND:
            value = all(holds(formula, child, world) for child in node.children)
        case Kind.OR:
            value = any(holds(formula, child, world) for child in node.children)
    return value if literal > 0 else not value
