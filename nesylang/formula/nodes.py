"""The nodes of a formula that is being built, as the graph that exclusion is shown on."""

from __future__ import annotations

from collections.abc import Sequence

from nesylang.formula.formula import FormulaBuilder, Kind, literals_below
from nesylang.grounding.graph import Gate, Member


class FormulaNodes:
    """A builder's nodes; ``values[c]`` is the number of values of choice ``c``."""

    is_ordered = True

    def __init__(self, builder: FormulaBuilder, values: Sequence[int]) -> None:
        self.builder = builder
        self._values = values

    def choice_value(self, node: int) -> tuple[int, int] | None:
        """Return the choice and the value that a leaf stands for."""
        found = self.builder.nodes[node - 1]
        return (found.children[0], found.children[1]) if found.kind is Kind.LEAF else None

    def values(self, choice: int) -> int:
        """Return the number of values of a choice."""
        return self._values[choice]

    def gate(self, node: int) -> Gate:
        """Return the children of a node; true is an and of nothing."""
        found = self.builder.nodes[node - 1]
        if found.kind is Kind.RESULT:
            return Gate(None, literals_below(found, node, self.builder.distributions))
        return Gate(found.kind is not Kind.OR, found.children)

    def member(self, node: int) -> Member | None:
        """Return the states of a distribution that a result stands for."""
        found = self.builder.nodes[node - 1]
        return Member(found.children[0], found.children[1]) if found.kind is Kind.RESULT else None
