"""Vtrees: in which order, and how, a decision diagram splits its variables (Pipatsrisawat & Darwiche 2008)."""

from __future__ import annotations

from collections.abc import Sequence


def vtree_text(blocks: Sequence[Sequence[int]]) -> str:
    """Return, in the format of the SDD library, a right-linear vtree over blocks of variables, each block a right-linear subtree.

    The variables of a choice form a block, so that "exactly one of its values" is a function of one subtree.
    """
    lines: list[str] = []

    def leaf(variable: int) -> int:
        lines.append(f"L {len(lines)} {variable}")
        return len(lines) - 1

    def right_linear(members: Sequence[int]) -> int:
        current = members[-1]
        for member in reversed(members[:-1]):
            lines.append(f"I {len(lines)} {member} {current}")
            current = len(lines) - 1
        return current

    root = right_linear([right_linear([leaf(variable) for variable in block]) for block in blocks])
    assert root == len(lines) - 1, "the root is numbered last"
    return f"vtree {len(lines)}\n" + "\n".join(lines) + "\n"
