"""From decision nodes of the SDD library to circuits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pysdd.sdd import SddNode

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from nesylang.compilation.encoding import Encoding

PROPERTIES = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)

Values = tuple[int, int]
"""A choice and some of its values as bits: what a decision node over the variables of one choice stands for."""


class Reading:
    """Reads roots one after the other into the sums of one circuit; nodes inside the block of a choice become sets of its values.

    ``counts`` says how many values each choice has. Roots may come from several managers, one after the other: ``enter`` says from which
    encoding those that follow are.
    """

    def __init__(self, counts: Mapping[int, int]) -> None:
        self.counts = counts
        self.leaves = [(choice, value) for choice, count in counts.items() for value in range(count)]
        self.first_leaf: dict[int, int] = {}
        for position, (choice, value) in enumerate(self.leaves):
            if value == 0:
                self.first_leaf[choice] = FIRST_LEAF + position
        self.sums: list[list[tuple[int, int]]] = []
        self.ranges: dict[tuple[int, int, int, int], int] = {}
        self.choice_of: Sequence[int] = ()
        self.masks: Sequence[int] = ()
        self.numbers: dict[int, int] = {}
        self.sets: dict[int, Values] = {}

    def enter(self, encoding: Encoding) -> None:
        """Begin with the nodes of another manager, whose variables are those of an encoding."""
        self.choice_of = encoding.choice_of
        self.masks = encoding.masks()
        self.numbers = {}
        self.sets = {}

    def circuit(self, roots: Sequence[int], compiler: str) -> Circuit:
        """Return the circuit of some numbers that ``root`` or ``product`` returned."""
        return build_circuit(self.leaves, self.sums, roots, PROPERTIES, compiler)

    def root(self, root: SddNode) -> int:
        """Return the number of a decision node in the circuit."""
        pending = [root]
        elements_of: dict[int, list[tuple[SddNode, SddNode]]] = {}
        while pending:
            node = pending[-1]
            if self._known(node):
                pending.pop()
                continue
            identity = node.id
            elements = elements_of.get(identity)
            if elements is None:
                elements = elements_of[identity] = node.elements()
                below = [child for pair in elements for child in pair if not self._known(child)]
                if below:
                    pending.extend(below)
                    continue
            pending.pop()
            del elements_of[identity]
            self._decision(identity, elements)
        return self._number(root)

    def product(self, factors: Sequence[int]) -> int:
        """Return the number of a product of nodes."""
        result = TRUE
        for factor in factors:
            if FALSE in (factor, result):
                result = FALSE
            elif TRUE in (factor, result):
                result = factor if result == TRUE else result
            else:
                result = self._sum([(factor, result)])
        return result

    @property
    def first_sum(self) -> int:
        """The number of the first sum."""
        return FIRST_LEAF + len(self.leaves)

    def forget(self, first: int) -> None:
        """Make the leaves of all choices from a number on true, as where these choices are decided by others."""
        self.sums = [[(self.forgotten(one, first), self.forgotten(other, first)) for one, other in elements] for elements in self.sums]

    def forgotten(self, node: int, first: int) -> int:
        """Return a node, true instead of a leaf of a choice from a number on."""
        return TRUE if FIRST_LEAF <= node < self.first_sum and self.leaves[node - FIRST_LEAF][0] >= first else node

    def values(self, choice: int, mask: int) -> int:
        """Return the number of "the choice has one of these values"."""
        return self._range(choice, mask, 0, self.counts[choice])

    def _range(self, choice: int, mask: int, start: int, stop: int) -> int:
        """Return a sum of values within a range: of the sums of its halves, which sets of values share."""
        mask &= (1 << stop) - (1 << start)
        if not mask:
            return FALSE
        if stop - start == self.counts[choice] and mask.bit_count() == stop - start:
            return TRUE
        if stop - start == 1:
            return self.first_leaf[choice] + start
        key = choice, mask, start, stop
        if key not in self.ranges:
            middle = (start + stop + 1) // 2
            halves = [self._range(choice, mask, start, middle), self._range(choice, mask, middle, stop)]
            parts = [half for half in halves if half != FALSE]
            self.ranges[key] = parts[0] if len(parts) == 1 else self._sum([(part, TRUE) for part in parts])
        return self.ranges[key]

    def _sum(self, elements: list[tuple[int, int]]) -> int:
        self.sums.append(elements)
        return self.first_sum + len(self.sums) - 1

    def _known(self, node: SddNode) -> bool:
        return not node.is_decision() or (identity := node.id) in self.numbers or identity in self.sets

    def _values(self, node: SddNode) -> Values | None:
        """Return what a node stands for if its variables are those of one choice."""
        if node.is_literal():
            literal = node.literal
            choice = self.choice_of[abs(literal)]
            mask = self.masks[abs(literal)]
            return choice, mask if literal > 0 else mask ^ ((1 << self.counts[choice]) - 1)
        return self.sets.get(node.id)

    def _decision(self, identity: int, elements: Sequence[tuple[SddNode, SddNode]]) -> None:
        choice, mask = -1, 0
        for prime, sub in elements:
            first = self._values(prime)
            if first is None or choice not in (-1, first[0]):
                break
            choice, values = first
            if not sub.is_true():
                second = (choice, 0) if sub.is_false() else self._values(sub)
                if second is None or second[0] != choice:
                    break
                values &= second[1]
            mask |= values
        else:
            self.sets[identity] = choice, mask
            return
        self.numbers[identity] = self._sum([(self._number(prime), self._number(sub)) for prime, sub in elements])

    def _number(self, node: SddNode) -> int:
        if node.is_true():
            return TRUE
        if node.is_false():
            return FALSE
        found = self._values(node)
        return self.numbers[node.id] if found is None else self.values(*found)
