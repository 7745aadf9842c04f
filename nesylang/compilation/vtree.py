"""Vtrees: in which order, and how, a decision diagram splits its variables (Pipatsrisawat & Darwiche 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Part = int | tuple[int, int]


@dataclass(slots=True)
class Vtree:
    """A binary tree over variables that is being built: ``parts[n]`` is a variable, or the numbers of the two children of part ``n``."""

    parts: list[Part] = field(default_factory=list)

    def leaf(self, variable: int) -> int:
        """Return the number of a new leaf."""
        self.parts.append(variable)
        return len(self.parts) - 1

    def join(self, left: int, right: int) -> int:
        """Return the number of a new part over two others."""
        self.parts.append((left, right))
        return len(self.parts) - 1

    def right_linear(self, members: Sequence[int]) -> int:
        """Return the number of a part in which each member stands left of all that follow."""
        current = members[-1]
        for member in reversed(members[:-1]):
            current = self.join(member, current)
        return current

    def balanced(self, members: Sequence[int]) -> int:
        """Return the number of a part over some members, in their order, of logarithmic depth."""
        while len(members) > 1:
            pairs = [members[position : position + 2] for position in range(0, len(members), 2)]
            members = [self.right_linear(pair) for pair in pairs]
        return members[0]

    def block(self, variables: Sequence[int]) -> int:
        """Return the number of a part over the variables of one choice."""
        return self.balanced([self.leaf(variable) for variable in variables])

    def depth(self) -> int:
        """Return the number of joins on the longest way from the root, which is the last part, to a leaf."""
        depths: list[int] = []
        for part in self.parts:
            depths.append(0 if isinstance(part, int) else 1 + max(depths[part[0]], depths[part[1]]))
        return depths[-1]

    def text(self) -> str:
        """Return the tree in the format of the SDD library."""
        lines = [f"vtree {len(self.parts)}"]
        for number, part in enumerate(self.parts):
            lines.append(f"L {number} {part}" if isinstance(part, int) else f"I {number} {part[0]} {part[1]}")
        return "\n".join(lines) + "\n"


def linear_vtree(blocks: Sequence[Sequence[int]]) -> Vtree:
    """Return a right-linear vtree over blocks of variables, each block a balanced subtree."""
    tree = Vtree()
    tree.right_linear([tree.block(block) for block in blocks])
    return tree


def balanced_vtree(blocks: Sequence[Sequence[int]]) -> Vtree:
    """Return a vtree of logarithmic depth over blocks of variables."""
    tree = Vtree()
    tree.balanced([tree.block(block) for block in blocks])
    return tree


def tree_vtree(blocks: Sequence[Sequence[int]], order: Sequence[int], parents: Sequence[int]) -> Vtree:
    """Return the vtree of an elimination tree over vertices, of which the first are the blocks.

    ``order`` lists the vertices as they are eliminated, ``parents[v]`` is the vertex after ``v``, or -1. What is below a vertex stays
    together, so that a subtree is connected with the rest by the neighbours of its root alone. Small subtrees stand left of large ones:
    the nodes of a decision diagram have as many elements as there are functions on their left.
    """
    tree = Vtree()
    sizes: list[int] = []
    below: dict[int, list[int]] = {}
    roots = []
    for vertex in order:
        members = below.pop(vertex, [])
        if vertex < len(blocks):
            members.insert(0, tree.block(blocks[vertex]))
        if members:
            part = _combined(tree, members, sizes)
            if parents[vertex] < 0:
                roots.append(part)
            else:
                below.setdefault(parents[vertex], []).append(part)
    _combined(tree, roots, sizes)
    return tree


LINEAR = 8
"""Most subtrees that are put one below the other."""


def _combined(tree: Vtree, members: Sequence[int], sizes: list[int]) -> int:
    """Return the number of a part over some others; ``sizes`` are the numbers of variables of the parts so far."""
    for part in tree.parts[len(sizes) :]:
        sizes.append(1 if isinstance(part, int) else sizes[part[0]] + sizes[part[1]])
    members = sorted(members, key=sizes.__getitem__)
    return tree.right_linear(members) if len(members) <= LINEAR else tree.balanced(members)
