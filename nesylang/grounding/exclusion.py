"""What a condition depends on, and which conditions exclude each other: over ground rules, and over formulas.

Both are graphs of ands and ors over the values of choices. For each node there is its *support*, the choices below it, and for both of its
signs the values that it *allows* each choice to have. Two conditions exclude each other if they allow a choice no common value, if one is
the negation of the other, if all alternatives of one exclude the other, or if a part of one excludes the other. What cannot be shown with
the work that is allowed counts as not exclusive: every answer "yes" is a proof, an answer "no" says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod

from nesylang.analysis.components import strong_components
from nesylang.grounding.graph import Gate, Graph
from nesylang.grounding.supports import FEW, few_components

WORK = 200_000
"""Most pairs of conditions that one analysis compares."""

RESTRICTIONS = 48
"""Most choices of which a node's allowed values are kept: all others count as unrestricted, which is never wrong."""

IMPOSSIBLE: Mapping[int, int] = {-1: 0}
"""What is allowed by a literal that is never true."""

BOXES = 2_000
"""Most conjunctions that conditions are taken apart to when it is asked whether they leave anything out."""


Question = Generator[tuple[int, int], bool, bool]
"""A question about two literals that asks others on its way."""


class Exclusion:
    """Supports, allowed values and exclusions of the nodes of one graph, which may grow while it is asked about."""

    def __init__(self, graph: Graph, work: int = WORK) -> None:
        self.graph = graph
        self.work = work
        self._positions: dict[int, int] = {}
        self._choices: list[int] = []
        self._supports: dict[int, int] = {}
        self._allowed: dict[int, Mapping[int, int]] = {}
        self._known: dict[tuple[int, int], bool] = {}
        # Nodes of which it is not known which values exactly they allow a choice, even where it is the only one.
        self._vague: set[int] = set()

    def support(self, literal: int) -> int:
        """Return the choices below a literal, as the bits of a number; ``choices`` says which they are."""
        node = abs(literal)
        if node not in self._supports:
            self._analyse(node)
        return self._support(node)

    def _support(self, node: int) -> int:
        # Those of leaves are made anew each time: kept, they would take memory quadratic in the number of choices.
        found = self._supports[node]
        return found if found >= 0 else 1 << ~found

    def choices(self, support: int) -> Iterator[int]:
        """Yield the choices of a support."""
        while support:
            last = support & -support
            yield self._choices[last.bit_length() - 1]
            support ^= last

    def position(self, choice: int) -> int:
        """Return the bit that stands for a choice in supports."""
        found = self._positions.get(choice)
        if found is None:
            found = self._positions[choice] = len(self._choices)
            self._choices.append(choice)
        return found

    def allowed(self, literal: int) -> Mapping[int, int]:
        """Return the values, as bits, that a literal leaves to choices; those that are missing may have any.

        It is ``IMPOSSIBLE`` for a literal that is known to be false in every world.
        """
        if abs(literal) not in self._supports:
            self._analyse(abs(literal))
        return self._allowed[literal]

    def values(self, literal: int) -> tuple[int, int] | None:
        """Return choice and values, as bits, of a literal that says that a choice has one of these values; None if it is not known to."""
        support = self.support(literal)
        if support.bit_count() != 1 or abs(literal) in self._vague:
            return None
        (choice,) = self.choices(support)
        if self._allowed[literal] is IMPOSSIBLE:
            return choice, 0
        every = (1 << self.graph.values(choice)) - 1
        return choice, self._allowed[literal].get(choice, every)

    def exclude(self, first: int, second: int) -> bool:
        """Return whether no world makes both literals true, as far as that can be shown."""
        return self._ask(self._pair(first, second))

    def exclusive(self, literals: Sequence[int]) -> bool:
        """Return whether no world makes two of some literals true, as far as that can be shown."""
        return len(set(literals)) == len(literals) and self._ask(self._all(list(literals)))

    def covering(self, literals: Sequence[int]) -> bool:
        """Return whether one of some literals, which exclude each other, is true in every world, as far as that can be shown.

        They are taken apart to conjunctions of conditions on single choices, of which the volumes are added up.
        """
        boxes: list[int] = []
        pending = list(literals)
        while pending:
            literal = pending.pop()
            allowed = self.allowed(literal)
            if len(boxes) + len(pending) > BOXES or abs(literal) in self._vague:
                return False
            if allowed is IMPOSSIBLE:
                continue
            gate = self.conjuncts(literal)
            whole = len(allowed) == self.support(literal).bit_count()
            if whole and (len(allowed) == 1 or (gate is not None and gate.conjunction and self._conditions(gate.children))):
                boxes.append(literal)
            elif gate is not None and not gate.conjunction:
                pending.extend(gate.children)
            else:
                return False
        volume = Fraction(0)
        for literal in boxes:
            shares = [Fraction(values.bit_count(), self.graph.values(choice)) for choice, values in self.allowed(literal).items()]
            volume += prod(shares, start=Fraction(1))
        return volume == 1 and self.exclusive(boxes)

    def _conditions(self, literals: Sequence[int]) -> bool:
        """Return whether each of some literals depends on one choice only, and knows what it allows this choice."""
        return all(len(self._allowed[literal]) == 1 == self._support(abs(literal)).bit_count() for literal in literals)

    def conjuncts(self, literal: int) -> Gate | None:
        """Return the children of a literal, a negated and being an or of negations; None for leaves and what is neither."""
        if self.graph.choice_value(abs(literal)) is not None:
            return None
        conjunction, children = self.graph.gate(abs(literal))
        if conjunction is None:
            return None
        return Gate(conjunction, children) if literal > 0 else Gate(not conjunction, [-child for child in children])

    def _analyse(self, root: int) -> None:
        """Find support and allowed values of all nodes below one that are not yet known."""
        if self.graph.is_ordered:
            self._analyse_ordered(root)
            return
        edges = _Unknown(self.graph, self._supports)
        for component in strong_components(edges, [root]):
            if len(component) == 1 and component[0] not in edges.get(component[0], ()):
                self._node(component[0])
                continue
            members = set(component)
            support = 0
            for node in component:
                for child in map(abs, self.graph.gate(node).children):
                    support |= 0 if child in members else self._support(child)
            self._vague.update(component)
            for node in component:
                self._supports[node] = support
                self._allowed[node] = self._allowed[-node] = {}

    def _analyse_ordered(self, root: int) -> None:
        """Do the same where nothing depends on itself."""
        pending = [root]
        while pending:
            node = pending[-1]
            missing: Sequence[int] = ()
            if node not in self._supports and self.graph.choice_value(node) is None:
                missing = [child for child in map(abs, self.graph.gate(node).children) if child not in self._supports]
            if missing:
                pending.extend(reversed(missing))
                continue
            pending.pop()
            if node not in self._supports:
                self._node(node)

    def _node(self, node: int) -> None:
        leaf = self.graph.choice_value(node)
        if leaf is not None:
            choice, value = leaf
            self._supports[node] = ~self.position(choice)
            self._allowed[node] = {choice: 1 << value}
            self._allowed[-node] = {choice: (1 << self.graph.values(choice)) - 1 - (1 << value)}
            return
        conjunction, children = self.graph.gate(node)
        support = 0
        for child in children:
            support |= self._support(abs(child))
        self._supports[node] = support
        if conjunction is None or (self._vague and any(abs(child) in self._vague for child in children)):
            self._vague.add(node)
        if conjunction is None:
            self._allowed[node] = self._allowed[-node] = {}
        else:
            signed = [-child for child in children]
            self._allowed[node] = self._all_of(children) if conjunction else self._any_of(children)
            self._allowed[-node] = self._any_of(signed) if conjunction else self._all_of(signed)

    def _all_of(self, children: Sequence[int]) -> Mapping[int, int]:
        allowed: dict[int, int] = {}
        for child in children:
            if self._allowed[child] is IMPOSSIBLE:
                return IMPOSSIBLE
            for choice, values in self._allowed[child].items():
                if choice in allowed:
                    values &= allowed[choice]
                    if not values:
                        return IMPOSSIBLE
                    allowed[choice] = values
                elif len(allowed) < RESTRICTIONS:
                    allowed[choice] = values
        return allowed

    def _any_of(self, children: Sequence[int]) -> Mapping[int, int]:
        allowed: dict[int, int] | None = None
        for child in children:
            other = self._allowed[child]
            if other is IMPOSSIBLE:
                continue
            if allowed is None:
                allowed = dict(other)
            for choice in list(allowed):
                if choice in other:
                    allowed[choice] |= other[choice]
                else:
                    del allowed[choice]
            if not allowed:
                return allowed
        if allowed is None:
            return IMPOSSIBLE
        return {choice: values for choice, values in allowed.items() if values != (1 << self.graph.values(choice)) - 1}

    def _ask(self, question: Question) -> bool:
        """Return the answer to a question, and to all that it depends on, without recursion."""
        pending = [question]
        asked: list[tuple[int, int]] = [(0, 0)]
        answer: bool | None = None
        while True:
            try:
                pair = next(pending[-1]) if answer is None else pending[-1].send(answer)
            except StopIteration as stop:
                pending.pop()
                answer = bool(stop.value)
                key = asked.pop()
                if not pending:
                    return answer
                self._known[key] = answer
                continue
            key = (min(pair), max(pair))
            answer = self._known.get(key)
            if answer is None:
                # Until it is known, and so wherever it depends on itself, it counts as not shown.
                self._known[key] = False
                pending.append(self._pair(*pair))
                asked.append(key)

    def _pair(self, first: int, second: int) -> Question:
        self.work -= 1
        if first == -second:
            return True
        shared = self.support(first) & self.support(second)
        left, right = self._allowed[first], self._allowed[second]
        if left is IMPOSSIBLE or right is IMPOSSIBLE:
            return True
        if self.work < 0 or not shared:
            return False
        if len(left) > len(right):
            left, right = right, left
        if any(choice in right and not values & right[choice] for choice, values in left.items()):
            return True
        if first > 0 and second > 0:
            members = self.graph.member(first), self.graph.member(second)
            if members[0] is not None and members[1] is not None and members[0].family == members[1].family:
                return not members[0].states & members[1].states
        gates = self.conjuncts(first), self.conjuncts(second)
        for gate, other in zip(gates, (second, first), strict=True):
            if gate is not None and gate.conjunction:
                for child in gate.children:
                    # What a condition on one choice excludes shows in the values that are allowed.
                    support = self.support(child)
                    if support & self.support(other) and support & (support - 1) and (yield child, other):
                        return True
        sides = [
            gate.children if gate is not None and not gate.conjunction else [literal]
            for gate, literal in zip(gates, (first, second), strict=True)
        ]
        return sides != [[first], [second]] and (yield from self._across(*sides))

    def _across(self, first: Sequence[int], second: Sequence[int]) -> Question:
        """Return whether all of some literals exclude all of some others; they are split first by choices that all of them restrict."""
        sides = {**dict.fromkeys(first, 0), **dict.fromkeys(second, 1)}
        if len(sides) < len(first) + len(second):
            return False
        for group in self._split(list(sides)):
            halves: tuple[list[int], list[int]] = ([], [])
            for literal in group:
                halves[sides[literal]].append(literal)
            for one in halves[0]:
                for other in halves[1]:
                    if not (yield one, other):
                        return False
        return True

    def _all(self, literals: list[int]) -> Question:
        for group in self._split(literals):
            for position, one in enumerate(group):
                for other in group[:position]:
                    if not (yield one, other):
                        return False
        return True

    def _split(self, literals: list[int]) -> Iterator[list[int]]:
        """Yield groups of several literals: those of different groups exclude each other because they allow a choice different values."""
        pending: list[tuple[list[int], frozenset[int]]] = [(literals, frozenset())] if len(literals) > 1 else []
        while pending:
            group, tried = pending.pop()
            shared = set(self.allowed(group[0])) - tried
            for literal in group[1:]:
                shared &= self.allowed(literal).keys()
                if not shared:
                    break
            for choice in sorted(shared):
                parts = _by_values(group, [self._allowed[literal][choice] for literal in group])
                if len(parts) > 1:
                    pending.extend((part, tried | {choice}) for part in parts if len(part) > 1)
                    break
            else:
                yield group


class _Unknown(Mapping[int, Sequence[int]]):
    """The children of nodes about which nothing is known yet."""

    def __init__(self, graph: Graph, known: Mapping[int, int]) -> None:
        self._graph = graph
        self._known = known

    def __getitem__(self, node: int) -> Sequence[int]:
        if self._graph.choice_value(node) is not None:
            return ()
        return [child for child in map(abs, self._graph.gate(node).children) if child not in self._known]

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _by_values(literals: Sequence[int], values: Sequence[int]) -> list[list[int]]:
    """Return literals in groups such that values of different groups have no common bit."""
    groups: dict[int, list[int]] = {}
    for literal, mask in zip(literals, values, strict=True):
        if mask in groups:
            groups[mask].append(literal)
            continue
        joined, members = mask, [literal]
        for other in [other for other in groups if other & mask]:
            members = groups.pop(other) + members
            joined |= other
        groups[joined] = members
    return list(groups.values())


def components(items: Sequence[int], support: Callable[[int], int]) -> list[list[int]]:
    """Return items in groups such that the supports of different groups have no common bit, in the order of their first items."""
    if len(items) <= FEW:
        return few_components(items, support)
    owner: dict[int, int] = {}
    parent: list[int] = list(range(len(items)))

    def find(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    for position, item in enumerate(items):
        for bit in _bits(support(item)):
            other = find(owner.setdefault(bit, position))
            mine = find(position)
            parent[max(other, mine)] = min(other, mine)
    groups: dict[int, list[int]] = defaultdict(list)
    for position, item in enumerate(items):
        groups[find(position)].append(item)
    return list(groups.values())


def _bits(mask: int) -> Iterable[int]:
    while mask:
        last = mask & -mask
        yield last.bit_length() - 1
        mask ^= last
