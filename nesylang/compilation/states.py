"""States of aggregates as circuits: sums of products over the states of the parts of their distributions."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import pairwise

from nesylang.circuit import FALSE, TRUE
from nesylang.compilation.assembly import Assembly
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import FormulaBuilder, Kind
from nesylang.formula.conditioning import ExhaustedError
from nesylang.formula.distributions import Block, Merge
from nesylang.grounding.exclusion import Exclusion

JOINT = 200_000
"""Most pairs of states of parts that conjunctions of several aggregates are taken apart to."""

Step = Generator[int, int, int]


class States:
    """Results of aggregates, taken apart; its generators yield literals and are sent the nodes of their circuits."""

    def __init__(self, builder: FormulaBuilder, exclusion: Exclusion, assembly: Assembly) -> None:
        self.builder = builder
        self.exclusion = exclusion
        self.assembly = assembly
        self.joint = JOINT
        self.outside: dict[tuple[int, int], list[int]] = {}

    def is_result(self, literal: int) -> bool:
        return self.builder.nodes[abs(literal) - 1].kind is Kind.RESULT

    def merge(self, literal: int) -> Merge:
        """Return the distribution of a result."""
        found = self.builder.distributions[self.builder.nodes[abs(literal) - 1].children[0]]
        assert isinstance(found, Merge), "states of blocks are no results"
        return found

    def split(self, literal: int) -> list[tuple[int, int]]:
        """Return pairs of states of both parts of a distribution of which exactly one holds where a result does."""
        merge = self.merge(literal)
        states = self.builder.nodes[literal - 1].children[1]
        parts = merge.split(states, self.builder.distributions[merge.left], self.builder.distributions[merge.right])
        return [(self.builder.result(merge.left, left), self.builder.result(merge.right, right)) for left, right in parts]

    def pairs(self, pairs: Sequence[tuple[int, int]]) -> Step:
        elements = []
        for one, other in pairs:
            elements.append(((yield one), (yield other)))
        return self.assembly.sum(elements)

    def path(self, result: int, literals: Sequence[int]) -> list[int]:
        """Return the distributions from that of a result down to the block that all other literals share choices with; empty if none."""
        below = 0
        for literal in literals:
            below |= 0 if literal == result else self.exclusion.support(literal)
        path = [self.builder.nodes[abs(result) - 1].children[0]]
        while isinstance(merge := self.builder.distributions[path[-1]], Merge):
            left, right = self.parts(merge)
            if left & right or bool(below & left) is bool(below & right):
                return []
            path.append(merge.left if below & left else merge.right)
        return path

    def at_block(self, result: int, path: Sequence[int], others: Sequence[int]) -> Step:
        """Return a result together with conditions on the choices of one block: the sum over the states of this block.

        For each there is what the elements outside the block must be in, which conditions on other blocks share.
        """
        distributions = self.builder.distributions
        states = self.builder.nodes[result - 1].children[1]
        outside = [TRUE if states >> position & 1 else FALSE for position in range(len(distributions[path[0]].states))]
        for number, part in pairwise(path):
            key = result, part
            if key not in self.outside:
                merge = distributions[number]
                assert isinstance(merge, Merge)
                self.outside[key] = yield from self._around(merge, part, outside)
            outside = self.outside[key]
        elements = []
        for position, around in enumerate(outside):
            if around != FALSE:
                inside = self.builder.conjunction([*others, self.builder.result(path[-1], 1 << position)])
                elements.append(((yield inside), around))
        return self.assembly.sum(elements)

    def _around(self, merge: Merge, part: int, outside: Sequence[int]) -> Generator[int, int, list[int]]:
        """Return for each state of a part of a distribution what is outside of it, given that for each state of the distribution."""
        other = merge.right if part == merge.left else merge.left
        own, beside = self.builder.distributions[part].states, self.builder.distributions[other].states
        around = []
        for one in own:
            together: dict[int, int] = {}
            for position, state in enumerate(beside):
                whole = outside[merge.place(merge.operation.merge(one, state))]
                if whole != FALSE:
                    together[whole] = together.get(whole, 0) | 1 << position
            elements = []
            for whole, positions in together.items():
                elements.append(((yield self.builder.result(other, positions)), whole))
            around.append(self.assembly.sum(elements))
        return around

    def halves(self, literals: Sequence[int]) -> list[tuple[int, int]] | None:
        """Return a conjunction with results as exclusive products of two literals; None if there is no such way.

        Aggregates whose distributions are merged of parts over the same choices are split together, and all else stays with one part.
        """
        results = [self.builder.plain(literal) for literal in literals if self.is_result(literal)]
        others = [literal for literal in literals if not self.is_result(literal)]
        sides = [0, 0]
        for result in results:
            for side, below in enumerate(self.parts(self.merge(result))):
                sides[side] |= below
        for literal in others:
            support = self.exclusion.support(literal)
            sides[bool(support & sides[1])] |= support
        if not results or sides[0] & sides[1]:
            return None
        pairs = [(ALWAYS, ALWAYS)]
        for result in results:
            split = self.split(result)
            self.joint -= len(pairs) * len(split) if len(results) > 1 else 0
            if self.joint < 0:
                raise ExhaustedError
            conjunction = self.builder.conjunction
            pairs = [(conjunction([left, one]), conjunction([right, other])) for left, right in pairs for one, other in split]
        halves: tuple[list[int], list[int]] = ([], [])
        for literal in others:
            halves[bool(self.exclusion.support(literal) & sides[1])].append(literal)
        return [(self.builder.conjunction([left, *halves[0]]), self.builder.conjunction([right, *halves[1]])) for left, right in pairs]

    def parts(self, merge: Merge) -> tuple[int, int]:
        """Return the supports of the two parts of a distribution."""
        found = []
        for number in (merge.left, merge.right):
            part = self.builder.distributions[number]
            support = 0
            for literal in part.literals if isinstance(part, Block) else (part.witness,):
                support |= self.exclusion.support(literal)
            found.append(support)
        return found[0], found[1]
