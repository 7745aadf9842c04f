"""Formulas as circuits where that can be shown to be right; what cannot is a hole that another compiler fills."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from nesylang.circuit import FALSE, TRUE
from nesylang.compilation.allowance import Allowance
from nesylang.compilation.assembly import Assembly
from nesylang.compilation.budget import Meter
from nesylang.compilation.separators import Separators
from nesylang.compilation.states import States, Step
from nesylang.formula import FALSE as NEVER
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, FormulaBuilder, Kind
from nesylang.formula.conditioning import Conditioning, ExhaustedError
from nesylang.formula.formula import literals_below
from nesylang.formula.nodes import FormulaNodes
from nesylang.formula.stepwise import answer
from nesylang.grounding.exclusion import Exclusion, components

SUPPORT_BITS, LOOKED_AT_BITS = 1 << 32, 1 << 34
"""Most bits that the supports of all gates may have together, and those of all leaves, which are not kept."""

PAIRS, PAIRS_PER_NODE = 2_000, 5
"""Most pairs of conditions that are compared, in all and for each node of the formula."""

WRITTEN = 100_000
"""Most pairs of children of a gate and of one of its parts for which it is found out how the part was written."""

SMALL = 1_000
"""So many leaves are never too large to work with."""

LAYERS = 6
"""How often a choice may be shared to be told from those that are shared more often."""


WIDE = 32
"""Fewest children of gates that are taken apart once for all that have them in common."""


def is_too_large(formula: Formula) -> bool:
    """Return whether the supports of the nodes of a formula are too large to work with."""
    leaves = sum(node.kind is Kind.LEAF for node in formula.nodes)
    choices = len(formula.choices(formula.roots)) if leaves > SMALL else leaves
    return (len(formula.nodes) - leaves) * choices // 2 > SUPPORT_BITS or leaves * choices // 2 > LOOKED_AT_BITS


class Emission:
    """Nodes of circuits for the literals of a formula; ``values[c]`` is the number of values of choice ``c``.

    The circuits may also be about ``known`` choices, on which the formula does not depend. ``allowed`` is the part of the
    largest allowance that may be used; ``at_first_hole`` is called when something cannot be taken apart for the first time.
    """

    def __init__(
        self,
        formula: Formula,
        values: Sequence[int],
        meter: Meter,
        known: Sequence[int] = (),
        allowed: float = 1.0,
        at_first_hole: Callable[[], None] | None = None,
    ) -> None:
        choices = [*formula.choices(formula.roots), *known]
        self.builder = FormulaBuilder.of(formula)
        self.exclusion = Exclusion(FormulaNodes(self.builder, values), PAIRS + PAIRS_PER_NODE * len(formula.nodes))
        self.conditioning = Conditioning(self.builder, self.exclusion)
        self.assembly = Assembly(choices, values, meter)
        self.separators = Separators(self.builder, self.exclusion, self.conditioning)
        self.states = States(self.builder, self.exclusion, self.assembly)
        self.holes: dict[int, int] = {}
        """The literals that have not been taken apart, with the nodes that stand for them."""
        self.untaken: dict[int, int] = {}
        """For each of these the gate that could not be taken apart."""
        self._values = values
        self._at_first_hole = at_first_hole
        self._known: dict[int, int] = {ALWAYS: TRUE, NEVER: FALSE}
        self._written: dict[int, int] = {}
        self._part_of: dict[int, tuple[int, int]] = {}
        self._parts: dict[int, Sequence[int]] = {}
        self._connected: set[int] = set()
        self._deciding = False
        self._allowance = Allowance(
            self.conditioning, len(self.assembly.leaves) / max(1, len(choices)), bool(formula.distributions), allowed
        )

    def node(self, literal: int) -> int:
        """Return the node of the circuit that means the same as a literal."""
        return answer(literal, self._node, self._known)

    def _node(self, literal: int) -> Step:
        plain = self.builder.plain(literal)
        if plain != literal:
            return (yield plain)
        values = self.exclusion.values(literal)
        if values is not None:
            return self.assembly.values(*values)
        try:
            return (yield from self._taken_apart(literal))
        except ExhaustedError:
            if self._deciding:
                raise
            return self._hole(literal)

    def _taken_apart(self, literal: int) -> Step:
        if self.states.is_result(literal):
            return (yield from self._result(literal))
        gate = self.exclusion.conjuncts(literal)
        assert gate is not None, "leaves have one choice"
        if gate.conjunction:
            return (yield from self._and(literal, gate.children))
        return (yield from self._or(literal, gate.children))

    def _part(self, whole: int, members: Sequence[int], part: int, count: int) -> int:
        """Return a part of a gate with some of its children, noting how it was written."""
        if len(members) > 1 and part not in self._written and len(members) * count < WRITTEN:
            support = 0
            for member in members:
                support |= self.exclusion.support(member)
            self._part_of.setdefault(part, (self._written.get(whole, whole), support))
        return part

    def _as_written(self, literal: int) -> int:
        """Return a literal as the program wrote it: gates inside of it may be those of other literals as well."""
        if literal in self._part_of:
            whole, support = self._part_of[literal]
            self._written[literal] = answer(whole, lambda asked: self._within(asked, support), {})
        return self._written.get(literal, literal)

    def _within(self, literal: int, support: int) -> Step:
        """Return what a gate says of some choices, where each child that is no gate of its kind depends on them alone or not at all."""
        own = self.exclusion.support(literal)
        if not own & ~support:
            return literal
        gate = self.exclusion.conjuncts(literal)
        assert gate is not None, "a leaf depends on one choice"
        kept = []
        for child in gate.children:
            if self.exclusion.support(child) & support:
                kept.append((yield child))
        return self.builder.conjunction(kept) if gate.conjunction else self.builder.disjunction(kept)

    def _hole(self, literal: int) -> int:
        gate, literal = literal, self._as_written(literal)
        self.untaken.setdefault(literal, gate)
        if not self.holes and self._at_first_hole is not None:
            self._at_first_hole()
        if literal not in self.holes:
            self.holes[literal] = self.assembly.hole()
        return self.holes[literal]

    def _decide(self, literal: int, shared: int) -> Step:
        """Return a literal taken apart by deciding choices, and all that is below it as well; raise ExhaustedError if that is much work."""
        if self._deciding:
            return (yield from self._decision(literal, shared))
        self._allowance.begin(self._choices(literal), self._nodes(literal))
        first = self._decision(literal, shared)
        self._deciding = True
        try:
            return answer(literal, lambda asked: first if asked == literal else self._node(asked), self._known)
        except ExhaustedError:
            self._allowance.give_up()
            raise
        finally:
            self._deciding = False

    def _choices(self, literal: int) -> int:
        return self.exclusion.support(literal).bit_count()

    def _nodes(self, literal: int) -> int:
        """Return how many nodes are below a literal."""
        seen = {abs(literal)}
        pending = [abs(literal)]
        while pending:
            number = pending.pop()
            for child in map(abs, literals_below(self.builder.nodes[number - 1], number, self.builder.distributions)):
                if child not in seen:
                    seen.add(child)
                    pending.append(child)
        return len(seen)

    def _result(self, literal: int) -> Step:
        """Return the sum over the ways in which the two parts of an aggregate lead to some of its states."""
        pairs = self.states.split(literal)
        shared = 0
        for pair in pairs:
            shared |= self.exclusion.support(pair[0]) & self.exclusion.support(pair[1])
        if shared:
            return (yield from self._decide(literal, shared))
        return (yield from self.states.pairs(pairs))

    def _and(self, literal: int, children: Sequence[int]) -> Step:
        if self._shared(children):
            joined = self.builder.conjunction(self._flat(literal))
            if joined != literal:
                self._written.setdefault(joined, literal)
                return (yield joined)
            parts = components(children, self.exclusion.support)
            if len(parts) == 1:
                results = [child for child in children if self.states.is_result(child)]
                path = self.states.path(results[0], children) if len(results) == 1 else None
                if path:
                    others = [child for child in children if child != results[0]]
                    return (yield from self.states.at_block(self.builder.plain(results[0]), path, others))
                pairs = self.states.halves(children) if results else None
                if pairs is not None:
                    return (yield from self.states.pairs(pairs))
                return (yield from self._decide(literal, self._least_shared(children)))
            children = [self._part(literal, part, self.builder.conjunction(part), len(children)) for part in parts]
        factors = []
        for child in children:
            factors.append((yield child))
        return self.assembly.product(factors)

    def _or(self, literal: int, children: Sequence[int]) -> Step:
        shared = self._shared(children)
        if shared:
            if self.exclusion.exclusive(children):
                elements = []
                for child in children:
                    elements.append((yield from self._term(child)))
                return self.assembly.sum(elements)
            joined = self.builder.disjunction(self._flat(literal))
            if joined != literal:
                self._written.setdefault(joined, literal)
                return (yield joined)
            parts = components(children, self.exclusion.support)
            if len(parts) == 1:
                if not any(self.states.is_result(child) for child in children):
                    return (yield from self._decide(literal, self._least_shared(children)))
                first, *others = sorted(children, key=lambda child: self.exclusion.support(child).bit_count())
                rest = self.builder.conjunction([-first, self.builder.disjunction(others)])
                return self.assembly.sum([((yield first), TRUE), ((yield rest), TRUE)])
            children = [self._part(literal, part, self.builder.disjunction(part), len(children)) for part in parts]
        return (yield from self._independent(children))

    def _term(self, literal: int) -> Generator[int, int, tuple[int, int]]:
        """Return a product that a literal is; with true if it is none."""
        gate = self.exclusion.conjuncts(literal)
        if gate is None or not gate.conjunction or literal in self._known or self._shared(gate.children):
            return (yield literal), TRUE
        factors = []
        for child in gate.children:
            factors.append((yield child))
        return self.assembly.product(factors[:-1]), factors[-1]

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
                neither = None if not_other is None else self.assembly.product([not_one, not_other])
                following.append((self.assembly.sum([(one, TRUE), (not_one, other)]), neither))
            level = following + (level[-1:] if len(level) % 2 else [])
        return level[0][0]

    def _decision(self, literal: int, shared: int) -> Step:
        """Return a literal as a sum over the values of the first of some choices."""
        self._allowance.down(self._choices(literal))
        (choice,) = self.exclusion.choices(shared & -shared)
        pairs = self._cases(literal, shared)
        if pairs is not None:
            elements = []
            for half, rest in pairs:
                elements.append(((yield rest), (yield half)))
            return self._decided_sum(literal, elements)
        allowed = self.exclusion.allowed(literal).get(choice, -1)
        left: dict[int, int] = {}
        for value in range(self._values[choice]):
            if allowed >> value & 1:
                found = self.conditioning.literal(literal, choice, value)
                left[found] = left.get(found, 0) | 1 << value
        elements = []
        for found, values in left.items():
            elements.append((self.assembly.values(choice, values), (yield found)))
        return self._decided_sum(literal, elements)

    def _cases(self, literal: int, shared: int) -> list[tuple[int, int]] | None:
        """Return a conjunction as exclusive products of two halves: what depends on the least shared choices, and the rest."""
        gate = self.exclusion.conjuncts(literal)
        if gate is None or not gate.conjunction or self.states.is_result(literal):
            return None
        halves: tuple[list[int], list[int]] = ([], [])
        for child in gate.children:
            halves[not self.exclusion.support(child) & shared & -shared].append(child)
        return self.separators.cases(*halves) if halves[1] else None

    def _decided_sum(self, literal: int, elements: Sequence[tuple[int, int]]) -> int:
        """Return the sum of what has been told apart for a literal; raise ExhaustedError where that is more than linear in its choices."""
        self._allowance.up(self._choices(literal))
        return self.assembly.sum(elements)

    def _shared(self, literals: Sequence[int]) -> int:
        """Return the choices that more than one of some literals depends on."""
        once = twice = 0
        for literal in literals:
            support = self.exclusion.support(literal)
            twice |= once & support
            once |= support
        return twice

    def _least_shared(self, literals: Sequence[int]) -> int:
        """Return those choices that as few as possible of some literals, but more than one, depend on.

        Deciding them changes little, and in a chain of conditions they are at its end.
        """
        layers = [0] * (LAYERS + 1)
        for literal in literals:
            carried = self.exclusion.support(literal)
            for position, layer in enumerate(layers):
                layers[position] = layer | carried
                carried &= layer
                if not carried:
                    break
        for position in range(1, LAYERS):
            few = layers[position] & ~layers[position + 1]
            if few:
                return few
        return layers[LAYERS]

    def _flat(self, literal: int) -> list[int]:
        """Return the children of a literal, and instead of those of its own kind their children.

        Wide children that many literals may have in common, such as all evidence, are taken apart once, to parts that share no choice.
        """
        top = self.exclusion.conjuncts(literal)
        assert top is not None
        conjunction = bool(top.conjunction)
        if any(child in self._connected or self._is_wide(child, conjunction) for child in top.children):
            parts: dict[int, None] = {}
            for child in top.children:
                wide = child not in self._connected and self._is_wide(child, conjunction)
                parts.update(dict.fromkeys(self._apart(child, conjunction) if wide else [child]))
            if len(components(list(parts), self.exclusion.support)) > 1:
                return list(parts)
        return self._flattened(top.children, conjunction)

    def _flattened(self, children: Sequence[int], conjunction: bool) -> list[int]:
        found: dict[int, None] = {}
        seen = set()
        pending = list(reversed(children))
        while pending:
            child = pending.pop()
            if child in seen:
                continue
            seen.add(child)
            gate = self.exclusion.conjuncts(child) if self.exclusion.support(child).bit_count() > 1 else None
            if gate is not None and gate.conjunction is conjunction:
                pending.extend(reversed(gate.children))
            else:
                found.setdefault(child)
        return list(found)

    def _is_wide(self, literal: int, conjunction: bool) -> bool:
        gate = self.exclusion.conjuncts(literal)
        return gate is not None and gate.conjunction is conjunction and len(gate.children) >= WIDE

    def _apart(self, literal: int, conjunction: bool) -> Sequence[int]:
        """Return a wide gate as parts that share no choice; only itself if there are no such parts."""
        if literal not in self._parts:
            groups = components(self._flattened([literal], conjunction), self.exclusion.support)
            build = self.builder.conjunction if conjunction else self.builder.disjunction
            self._parts[literal] = [build(group) for group in groups] if len(groups) > 1 else [literal]
            self._connected.update(self._parts[literal])
        return self._parts[literal]
