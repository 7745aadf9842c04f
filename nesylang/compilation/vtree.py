"""Vtrees: in which order, and how, a decision diagram splits its variables (Pipatsrisawat & Darwiche 2008)."""

from __future__ import annotations

from collections.abc import Sequence


def vtree_text(blocks: Sequence[Sequence[int]]) -> str:
    """Return, in the format of the SDD library, a right-linear vtree over blocks of variables, each block a balanced subtree.

    The variables of a choice form a block, so that "exactly one of its values" is a function of one subtree. It is balanced because the SDD
    library recurses along it: a right-linear one of 200 variables overflows the C stack.
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

    def balanced(members: Sequence[int]) -> int:
        while len(members) > 1:
            pairs = [members[position : position + 2] for position in range(0, len(members), 2)]
            members = [right_linear(pair) for pair in pairs]
        return members[0]

    root = right_linear([balanced([leaf(variable) for variable in block]) for block in blocks])
    assert root == len(lines) - 1, "the root is numbered last"
    return f"vtree {len(lines)}\n" + "\n".join(lines) + "\n"
