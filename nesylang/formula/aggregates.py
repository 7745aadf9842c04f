"""Aggregates as distributions: their elements in independent blocks, and the blocks merged in a balanced tree.

A block is a choice with all elements that depend on it alone, or conditions that exclude each other, or a single condition. Elements that
share choices in any other way are taken apart by deciding the choices one after the other, where that stays small: what is left of the
elements is looked up, so that a chain of them takes a number of steps that is linear in its length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence

from nesylang.formula.conditioning import Conditioning, ExhaustedError
from nesylang.formula.formula import FALSE, TRUE, FormulaBuilder
from nesylang.formula.nodes import FormulaNodes
from nesylang.formula.stepwise import answer
from nesylang.grounding.aggregates import Group, Operation, State, partition, states_of_values
from nesylang.grounding.exclusion import Exclusion, components
from nesylang.grounding.program import GroundAggregate, Number

DECISIONS = 20_000
"""Most elements that may be left in all situations together that deciding the choices of elements leads to."""

STEPS = 10_000
"""Most nodes that are conditioned for that."""

FAMILY_DECISIONS = 2_000
"""The same for elements that exclude each other, which are taken as they are otherwise."""

Elements = tuple[tuple[int, State], ...]
Outcomes = tuple[tuple[State, int], ...]
"""The states of some elements with their literals, of which exactly one is true in each world."""

Decision = Generator[Elements, Outcomes, Outcomes]


class Aggregates:
    """Distributions of the aggregates of one formula."""

    def __init__(self, builder: FormulaBuilder, values: Sequence[int]) -> None:
        self.builder = builder
        self.exclusion = Exclusion(FormulaNodes(builder, values))
        self.conditioning = Conditioning(builder, self.exclusion)
        self.operations: dict[tuple[str, int, bool], Operation] = {}

    def results(self, aggregate: GroundAggregate, literals: Mapping[int, int]) -> dict[Number, int]:
        """Return the literals "the aggregate has this value" for all its values; ``literals`` has those of its elements.

        Raise NesyError E402 where it may be in too many states.
        """
        numbers = [*aggregate.certain, *(element.value for element in aggregate.elements)]
        operation = Operation(aggregate.operation, numbers, aggregate.span)
        # Aggregates of one kind share their operation, so that equal ones are one distribution.
        operation = self.operations.setdefault((operation.name, operation.scale, operation.integral), operation)
        states: dict[int, State] = {}
        certain = operation.total(aggregate.certain)
        for element in aggregate.elements:
            literal, state = literals[element.literal], operation.state(element.value)
            if literal == TRUE:
                certain = operation.merge(certain, state)
            elif literal != FALSE:
                states[literal] = operation.merge(states.get(literal, operation.unit), state)
        number = self._distribution(operation, states, certain)
        found: dict[Number, int] = {}
        for position, state in enumerate(self.builder.distributions[number].states):
            value = operation.value(state)
            if value is not None:
                found[value] = found.get(value, 0) | 1 << position
        return {value: self.builder.result(number, positions) for value, positions in found.items()}

    def _distribution(self, operation: Operation, states: Mapping[int, State], certain: State) -> int:
        parts = []
        for groups in partition(states, self.exclusion):
            outcomes = None
            if len(groups) > 1 or not self._is_simple(groups[0]):
                elements = tuple((literal, states[literal]) for group in groups for literal in group.literals)
                outcomes = self._decided(operation, elements, DECISIONS if len(groups) > 1 else FAMILY_DECISIONS)
            if outcomes is not None:
                blocks = [self.builder.block(operation, dict(outcomes))]
            else:
                blocks = [self._group(operation, group, states) for group in groups]
            parts.append(self._merged(operation, blocks))
        if certain != operation.unit or not parts:
            parts.insert(0, self.builder.block(operation, {certain: TRUE}))
        return self._merged(operation, parts)

    def _is_simple(self, group: Group) -> bool:
        """Return whether the states of a group have literals that are as simple as they can be, that of "none of them" included."""
        return group.choice is not None or len(group.literals) == 1 or self.exclusion.covering(group.literals)

    def _merged(self, operation: Operation, parts: Sequence[int]) -> int:
        while len(parts) > 1:
            pairs = [parts[start : start + 2] for start in range(0, len(parts), 2)]
            parts = [self.builder.merge(operation, pair[0], pair[1]) if len(pair) == 2 else pair[0] for pair in pairs]
        return parts[0]

    def _group(self, operation: Operation, group: Group, states: Mapping[int, State]) -> int:
        """Return the block of a choice, or of conditions of which at most one holds."""
        builder = self.builder
        if group.choice is None:
            named: dict[State, list[int]] = {}
            for literal in group.literals:
                named.setdefault(states[literal], []).append(literal)
            literals = {state: builder.disjunction(own) for state, own in named.items()}
            if len(group.literals) > 1 and self.exclusion.covering(group.literals):
                return builder.block(operation, literals)
            if operation.unit not in literals:
                literals[operation.unit] = -builder.disjunction(list(literals.values()))
                return builder.block(operation, literals, operation.unit)
            others = [literal for state, literal in literals.items() if state != operation.unit]
            literals[operation.unit] = -builder.disjunction(others)
            return builder.block(operation, literals, operation.unit)
        of_value = states_of_values(operation, group, states, self.exclusion)
        last = of_value[-1]
        leaves: dict[State, list[int]] = {state: [] for state in of_value}
        for value, state in enumerate(of_value[:-1]):
            leaves[state].append(builder.leaf(group.choice, value))
        literals = {state: builder.disjunction(own) for state, own in leaves.items()}
        literals[last] = -builder.disjunction([literal for state, literal in literals.items() if state != last])
        return builder.block(operation, literals, last)

    def _decided(self, operation: Operation, elements: Elements, limit: int) -> Outcomes | None:
        """Return the outcomes of elements that share choices, found by deciding these; None where that leads to too many situations."""
        known = _Limited(limit)
        self.conditioning.limit = self.conditioning.steps + STEPS
        try:
            return answer(elements, lambda remaining: self._decide(operation, remaining), known)
        except (_TooManyError, ExhaustedError):
            return None

    def _decide(self, operation: Operation, elements: Elements) -> Decision:
        certain = operation.unit
        open_elements: dict[int, State] = {}
        for literal, state in elements:
            if literal == TRUE:
                certain = operation.merge(certain, state)
            elif literal != FALSE:
                open_elements[literal] = operation.merge(open_elements.get(literal, operation.unit), state)
        parts = components(list(open_elements), self.exclusion.support)
        if not parts:
            return ((certain, TRUE),)
        if len(parts) > 1 or certain != operation.unit:
            outcomes: Outcomes = ((certain, TRUE),)
            for part in parts:
                found = yield tuple((literal, open_elements[literal]) for literal in part)
                outcomes = self._product(operation, outcomes, found)
            return outcomes
        counted = Counter(choice for literal in open_elements for choice in self.exclusion.choices(self.exclusion.support(literal)))
        first = max(counted, key=lambda choice: (counted[choice], -self.exclusion.position(choice)))
        situations: dict[Elements, list[int]] = {}
        for value in range(self.exclusion.graph.values(first)):
            left = tuple((self.conditioning.literal(literal, first, value), state) for literal, state in open_elements.items())
            situations.setdefault(left, []).append(self.builder.leaf(first, value))
        collected: dict[State, list[int]] = {}
        for left, leaves in situations.items():
            condition = self.builder.disjunction(leaves)
            found = yield left
            for state, literal in found:
                collected.setdefault(state, []).append(self.builder.conjunction([condition, literal]))
        return tuple((state, self.builder.disjunction(literals)) for state, literals in collected.items())

    def _product(self, operation: Operation, first: Outcomes, second: Outcomes) -> Outcomes:
        collected: dict[State, list[int]] = {}
        for state, literal in first:
            for other_state, other in second:
                merged = operation.merge(state, other_state)
                collected.setdefault(merged, []).append(self.builder.conjunction([literal, other]))
        return tuple((state, self.builder.disjunction(literals)) for state, literals in collected.items())


class _TooManyError(RuntimeError):
    """Deciding choices has led to more situations than allowed."""


class _Limited(dict[Elements, Outcomes]):
    """Situations that have been looked at, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def __setitem__(self, elements: Elements, outcomes: Outcomes) -> None:
        self.limit -= 1 + len(elements)
        if self.limit < 0:
            raise _TooManyError
        super().__setitem__(elements, outcomes)
