"""Circuits straight from formulas that are deterministic and decomposable already, or become so by little work.

A conjunction of parts that share no choice is a product; a disjunction of parts that exclude each other is a sum, and one of parts that
share no choice is ``a + (not a) b``. Negations move to the leaves: the negation of a product is a disjunction again, that of a value of a
choice its other values, that of states of an aggregate its other states. Where parts share choices and do not exclude each other, these
choices are decided one after the other, as long as that is little work. All of it is exact; what would be more work is left to another
compiler.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import pairwise

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from nesylang.compilation.budget import CompilationBudget, Meter
from nesylang.compilation.sdd import SddCompiler
from nesylang.compilation.supervision import StoppableCompiler
from nesylang.formula import FALSE as NEVER
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, FormulaBuilder, Kind
from nesylang.formula.conditioning import Conditioning, ExhaustedError
from nesylang.formula.distributions import Block, Merge
from nesylang.formula.nodes import FormulaNodes
from nesylang.formula.stepwise import answer
from nesylang.grounding.exclusion import Exclusion, components

PROPERTIES = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)

SUPPORT_BITS = 1 << 32
"""Most bits that the supports of all nodes may have together."""

PAIRS, PAIRS_PER_NODE = 2_000, 5
"""Most pairs of conditions that are compared, in all and for each node of the formula."""

DECISIONS = 3_000
"""Most nodes that are looked at where choices are decided."""

JOINT = 200_000
"""Most pairs of states of parts that conjunctions of several aggregates are taken apart to."""

Step = Generator[int, int, int]


class DirectCompiler:
    """Takes a formula as its circuit where that can be shown to be right, and compiles it with sdd otherwise."""

    name = "direct"

    def __init__(self, otherwise: SddCompiler | StoppableCompiler | None = None) -> None:
        self.otherwise = otherwise or StoppableCompiler(SddCompiler())

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``."""
        meter = Meter(budget)
        try:
            return _Emission(formula, values, meter).run()
        except ExhaustedError:
            return self.otherwise.compile(formula, values, budget)


class _Emission:
    def __init__(self, formula: Formula, values: Sequence[int], meter: Meter) -> None:
        choices = formula.choices(formula.roots)
        if len(formula.nodes) * len(choices) // 2 > SUPPORT_BITS:
            raise ExhaustedError
        self.roots = formula.roots
        self.values = values
        self.meter = meter
        self.builder = FormulaBuilder.of(formula)
        self.exclusion = Exclusion(FormulaNodes(self.builder, values), PAIRS + PAIRS_PER_NODE * len(formula.nodes))
        self.conditioning = Conditioning(self.builder, self.exclusion, DECISIONS)
        self.joint = JOINT
        self.outside: dict[tuple[int, int], list[int]] = {}
        self.leaves = [(choice, value) for choice in choices for value in range(values[choice])]
        self.first_leaf: dict[int, int] = {}
        for position, (choice, value) in enumerate(self.leaves):
            if value == 0:
                self.first_leaf[choice] = FIRST_LEAF + position
        self.sums: list[list[tuple[int, int]]] = []
        self.known: dict[int, int] = {ALWAYS: TRUE, NEVER: FALSE}
        self.sets: dict[tuple[int, int], int] = {}

    def run(self) -> Circuit:
        """Return the circuit of all roots; raise ExhaustedError where it would take too much."""
        roots = [answer(root, self._node, self.known) for root in self.roots]
        return build_circuit(self.leaves, self.sums, roots, PROPERTIES, DirectCompiler.name)

    def _node(self, literal: int) -> Step:
        plain = self.builder.plain(literal)
        if plain != literal:
            return (yield plain)
        values = self.exclusion.values(literal)
        if values is not None:
            return self._values(*values)
        if self.builder.nodes[abs(literal) - 1].kind is Kind.RESULT:
            return (yield from self._result(literal))
        gate = self.exclusion.conjuncts(literal)
        assert gate is not None, "leaves have one choice"
        if gate.conjunction:
            return (yield from self._and(literal, gate.children))
        return (yield from self._or(literal, gate.children))

    def _result(self, literal: int) -> Step:
        """Return the sum over the ways in which the two parts of an aggregate lead to some of its states."""
        pairs = self._split(literal)
        shared = 0
        for pair in pairs:
            shared |= self.exclusion.support(pair[0]) & self.exclusion.support(pair[1])
        if shared:
            return (yield from self._decide(literal, shared))
        return (yield from self._pairs(pairs))

    def _is_result(self, literal: int) -> bool:
        return self.builder.nodes[abs(literal) - 1].kind is Kind.RESULT

    def _merge(self, literal: int) -> Merge:
        """Return the distribution of a result."""
        found = self.builder.distributions[self.builder.nodes[abs(literal) - 1].children[0]]
        assert isinstance(found, Merge), "states of blocks are no results"
        return found

    def _split(self, literal: int) -> list[tuple[int, int]]:
        """Return pairs of states of both parts of a distribution of which exactly one holds where a result does."""
        merge = self._merge(literal)
        states = self.builder.nodes[literal - 1].children[1]
        parts = merge.split(states, self.builder.distributions[merge.left], self.builder.distributions[merge.right])
        return [(self.builder.result(merge.left, left), self.builder.result(merge.right, right)) for left, right in parts]

    def _pairs(self, pairs: Sequence[tuple[int, int]]) -> Step:
        elements = []
        for one, other in pairs:
            elements.append(((yield one), (yield other)))
        return self._sum(elements)

    def _path(self, result: int, literals: Sequence[int]) -> list[int]:
        """Return the distributions from that of a result down to the block that all other literals share choices with; empty if none."""
        below = 0
        for literal in literals:
            below |= 0 if literal == result else self.exclusion.support(literal)
        path = [self.builder.nodes[abs(result) - 1].children[0]]
        while isinstance(merge := self.builder.distributions[path[-1]], Merge):
            left, right = self._parts(merge)
            if left & right or bool(below & left) is bool(below & right):
                return []
            path.append(merge.left if below & left else merge.right)
        return path

    def _at_block(self, result: int, path: Sequence[int], others: Sequence[int]) -> Step:
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
        return self._sum(elements)

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
            around.append(self._sum(elements))
        return around

    def _halves(self, literals: Sequence[int]) -> list[tuple[int, int]] | None:
        """Return a conjunction with results as exclusive products of two literals; None if there is no such way.

        Aggregates whose distributions are merged of parts over the same choices are split together, and all else stays with one part.
        """
        results = [self.builder.plain(literal) for literal in literals if self._is_result(literal)]
        others = [literal for literal in literals if not self._is_result(literal)]
        sides = [0, 0]
        for result in results:
            for side, below in enumerate(self._parts(self._merge(result))):
                sides[side] |= below
        for literal in others:
            support = self.exclusion.support(literal)
            sides[bool(support & sides[1])] |= support
        if not results or sides[0] & sides[1]:
            return None
        pairs = [(ALWAYS, ALWAYS)]
        for result in results:
            split = self._split(result)
            self.joint -= len(pairs) * len(split) if len(results) > 1 else 0
            if self.joint < 0:
                raise ExhaustedError
            conjunction = self.builder.conjunction
            pairs = [(conjunction([left, one]), conjunction([right, other])) for left, right in pairs for one, other in split]
        halves: tuple[list[int], list[int]] = ([], [])
        for literal in others:
            halves[bool(self.exclusion.support(literal) & sides[1])].append(literal)
        return [(self.builder.conjunction([left, *halves[0]]), self.builder.conjunction([right, *halves[1]])) for left, right in pairs]

    def _parts(self, merge: Merge) -> tuple[int, int]:
        """Return the supports of the two parts of a distribution."""
        found = []
        for number in (merge.left, merge.right):
            part = self.builder.distributions[number]
            support = 0
            for literal in part.literals if isinstance(part, Block) else (part.witness,):
                support |= self.exclusion.support(literal)
            found.append(support)
        return found[0], found[1]

    def _and(self, literal: int, children: Sequence[int]) -> Step:
        if self._shared(children):
            joined = self.builder.conjunction(self._flat(literal))
            if joined != literal:
                return (yield joined)
            parts = components(children, self.exclusion.support)
            if len(parts) == 1:
                results = [child for child in children if self._is_result(child)]
                path = self._path(results[0], children) if len(results) == 1 else None
                if path:
                    others = [child for child in children if child != results[0]]
                    return (yield from self._at_block(self.builder.plain(results[0]), path, others))
                pairs = self._halves(children) if results else None
                if pairs is not None:
                    return (yield from self._pairs(pairs))
                return (yield from self._decide(literal, self._shared(children)))
            children = [self.builder.conjunction(part) for part in parts]
        factors = []
        for child in children:
            factors.append((yield child))
        return self._product(factors)

    def _or(self, literal: int, children: Sequence[int]) -> Step:
        shared = self._shared(children)
        if shared:
            if self.exclusion.exclusive(children):
                elements = []
                for child in children:
                    elements.append((yield from self._term(child)))
                return self._sum(elements)
            joined = self.builder.disjunction(self._flat(literal))
            if joined != literal:
                return (yield joined)
            parts = components(children, self.exclusion.support)
            if len(parts) == 1:
                if not any(self._is_result(child) for child in children):
                    return (yield from self._decide(literal, shared))
                first, *others = sorted(children, key=lambda child: self.exclusion.support(child).bit_count())
                rest = self.builder.conjunction([-first, self.builder.disjunction(others)])
                return self._sum([((yield first), TRUE), ((yield rest), TRUE)])
            children = [self.builder.disjunction(part) for part in parts]
        return (yield from self._independent(children))

    def _term(self, literal: int) -> Generator[int, int, tuple[int, int]]:
        """Return a product that a literal is; with true if it is none."""
        gate = self.exclusion.conjuncts(literal)
        if gate is None or not gate.conjunction or literal in self.known or self._shared(gate.children):
            return (yield literal), TRUE
        factors = []
        for child in gate.children:
            factors.append((yield child))
        return self._product(factors[:-1]), factors[-1]

    def _independent(self, literals: Sequence[int]) -> Step:
        """Return the disjunction of literals that share no choice; of all but the last one the negation is needed as well."""
        ordered = sorted(literals, key=lambda literal: self.exclusion.support(literal).bit_count())
        level: list[tuple[int, int | None]] = []
        for literal in ordered[:-1]:
            level.append(((yield literal), (yield -literal)))
        level.append(((yield ordered[-1]), None))
        while len(level) > 1:
            following: list[tuple[int, int | None]] = []
            for start in range(0, len(level) - 1, 2):
                (one, not_one), (other, not_other) = level[start : start + 2]
                assert not_one is not None
                neither = None if not_other is None else self._product([not_one, not_other])
                following.append((self._sum([(one, TRUE), (not_one, other)]), neither))
            level = following + (level[-1:] if len(level) % 2 else [])
        return level[0][0]

    def _decide(self, literal: int, shared: int) -> Step:
        """Return a literal as a sum over the values of the first of some choices."""
        (choice,) = self.exclusion.choices(shared & -shared)
        allowed = self.exclusion.allowed(literal).get(choice, -1)
        left: dict[int, int] = {}
        for value in range(self.values[choice]):
            if allowed >> value & 1:
                found = self.conditioning.literal(literal, choice, value)
                left[found] = left.get(found, 0) | 1 << value
        elements = []
        for found, values in left.items():
            elements.append((self._values(choice, values), (yield found)))
        return self._sum(elements)

    def _shared(self, literals: Sequence[int]) -> int:
        """Return the choices that more than one of some literals depends on."""
        once = twice = 0
        for literal in literals:
            support = self.exclusion.support(literal)
            twice |= once & support
            once |= support
        return twice

    def _flat(self, literal: int) -> list[int]:
        """Return the children of a literal, and instead of those of its own kind their children."""
        top = self.exclusion.conjuncts(literal)
        assert top is not None
        found: dict[int, None] = {}
        seen = set()
        pending = list(reversed(top.children))
        while pending:
            child = pending.pop()
            if child in seen:
                continue
            seen.add(child)
            gate = self.exclusion.conjuncts(child) if self.exclusion.support(child).bit_count() > 1 else None
            if gate is not None and gate.conjunction is top.conjunction:
                pending.extend(reversed(gate.children))
            else:
                found.setdefault(child)
        return list(found)

    def _values(self, choice: int, values: int) -> int:
        """Return the node "the choice has one of these values"."""
        key = choice, values & (1 << self.values[choice]) - 1
        if key not in self.sets:
            first, count = self.first_leaf[choice], self.values[choice]
            nodes = [first + value for value in range(count) if values >> value & 1]
            if len(nodes) == count:
                self.sets[key] = TRUE
            else:
                self.sets[key] = nodes[0] if len(nodes) == 1 else self._sum([(node, TRUE) for node in nodes])
        return self.sets[key]

    def _product(self, factors: Sequence[int]) -> int:
        """Return the product of nodes as a balanced tree."""
        level = [factor for factor in factors if factor != TRUE]
        if FALSE in level:
            return FALSE
        while len(level) > 1:
            pairs = [level[start : start + 2] for start in range(0, len(level), 2)]
            level = [self._sum([(pair[0], pair[1])]) if len(pair) == 2 else pair[0] for pair in pairs]
        return level[0] if level else TRUE

    def _sum(self, elements: Sequence[tuple[int, int]]) -> int:
        """Return the sum of products of two nodes."""
        kept = [pair for pair in elements if FALSE not in pair]
        if not kept:
            return FALSE
        if len(kept) == 1 and TRUE in kept[0]:
            return kept[0][0] if kept[0][1] == TRUE else kept[0][1]
        self.sums.append(kept)
        self.meter.check(len(self.sums))
        return FIRST_LEAF + len(self.leaves) + len(self.sums) - 1
