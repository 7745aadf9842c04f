"""Distributions of aggregates: which states they may be in, and from which states of their parts each comes.

A distribution is a block, whose states have literals, or a merge of two distributions over different elements. Exactly one of its states
holds in each world, so that sets of states are all that is ever said about it: the negation of a set is the set of the other states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nesylang.grounding.aggregates import Operation, State


@dataclass(frozen=True, slots=True)
class Block:
    """States with their literals: exactly one of these is true in each world.

    The literal of the state at position ``rest``, if there is one, says that none of the others is true.
    """

    operation: Operation
    states: Sequence[State]
    literals: tuple[int, ...]
    rest: int | None

    @property
    def every(self) -> int:
        """All states, as bits."""
        return (1 << len(self.states)) - 1


@dataclass(frozen=True, slots=True)
class Merge:
    """The states of the elements of two distributions, given by their numbers.

    ``witness`` is the number of a node of the formula that depends on all that the distribution depends on.
    """

    operation: Operation
    states: Sequence[State]
    left: int
    right: int
    witness: int
    positions: Mapping[State, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {} if isinstance(self.states, range) else {state: position for position, state in enumerate(self.states)}
        object.__setattr__(self, "positions", found)

    @property
    def every(self) -> int:
        """All states, as bits."""
        return (1 << len(self.states)) - 1

    def split(self, states: int, left: Distribution, right: Distribution) -> list[tuple[int, int]]:
        """Return pairs (states of the left part, states of the right part) of which exactly one holds where one of ``states`` does."""
        whole = right.every
        rows: dict[int, int] = {}
        for position, other in enumerate(self._rows(states, left, right)):
            kept = other & whole
            if kept:
                rows[kept] = rows.get(kept, 0) | 1 << position
        return [(own, other) for other, own in rows.items()]

    def place(self, state: State) -> int:
        """Return the position of a state."""
        if isinstance(self.states, range):
            assert isinstance(state, int)
            return (state - self.states.start) // self.states.step
        return self.positions[state]

    def _rows(self, states: int, left: Distribution, right: Distribution) -> list[int]:
        """Return for each state of the left part the states of the right part that lead to one of ``states``."""
        first, second = left.states, right.states
        spaced = [part for part in (first, second) if len(part) > 1]
        if all(isinstance(part, range) for part in spaced) and len({part.step for part in spaced if isinstance(part, range)}) == 1:
            return [states >> position for position in range(len(first))]
        merge = self.operation.merge
        rows = []
        for one in first:
            row = 0
            for position, other in enumerate(second):
                if states >> self.place(merge(one, other)) & 1:
                    row |= 1 << position
            rows.append(row)
        return rows


Distribution = Block | Merge
