"""Items that share choices, by their supports: the choices that each depends on, as the bits of a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

FEW = 2_000
"""Most items whose supports are compared with those of groups, rather than choice by choice."""


def few_components(items: Sequence[int], support: Callable[[int], int]) -> list[list[int]]:
    """Return items in groups such that the supports of different groups have no common bit, in the order of their first items."""
    groups: list[tuple[int, list[int]]] = []
    every = 0
    for position, item in enumerate(items):
        below = support(item)
        members = [position]
        if below & every:
            apart = []
            for group in groups:
                if group[0] & below:
                    below |= group[0]
                    members = group[1] + members
                else:
                    apart.append(group)
            groups = apart
        groups.append((below, members))
        every |= below
    return [[items[position] for position in members] for members in sorted(sorted(members) for _, members in groups)]
