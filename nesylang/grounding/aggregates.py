"""Aggregates: what their operations do, which of their elements go together, and which values they may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import isfinite, lcm

from nesylang.grounding.exclusion import Exclusion, components
from nesylang.grounding.graph import RuleGraph, RuleNodes
from nesylang.grounding.program import AggregateElement, Number
from nesylang.source import Span, error

VALUES = 100_000
"""Most states that an aggregate may have."""

State = int | float | tuple[int, int] | None
"""What is known of some elements: their sum in units, sum and number, or least or greatest value; None where there is none yet."""


class Operation:
    """What an aggregate does with the values of the elements that hold, as a monoid of states.

    Sums are added exactly, as integers of a unit in which all values are whole, and rounded once: their order does not matter. A sum is an
    integer if all values are integers, and a float otherwise; an average is a float.
    """

    def __init__(self, name: str, values: Iterable[Number], span: Span | None = None) -> None:
        found = list(values)
        self.name = name
        self.span = span
        self.integral = all(isinstance(value, int) for value in found)
        self.scale = 1
        if name in ("sum", "avg") and not self.integral:
            for value in found:
                if not isfinite(value):
                    raise error("E303", f"an aggregate cannot add up {value}", span, "one of its elements has this value")
            self.scale = lcm(*(Fraction(value).denominator for value in found))
        units: dict[str, State] = {"sum": 0, "avg": (0, 0), "min": None, "max": None}
        self.unit = units[name]

    def state(self, value: Number) -> State:
        """Return the state of one element with this value."""
        if self.name in ("min", "max"):
            return value
        units = int(Fraction(value) * self.scale)
        return units if self.name == "sum" else (units, 1)

    def merge(self, first: State, second: State) -> State:
        """Return the state of elements in two parts."""
        if isinstance(first, tuple) and isinstance(second, tuple):
            return first[0] + second[0], first[1] + second[1]
        if first is None or second is None:
            return second if first is None else first
        assert not isinstance(first, tuple)
        assert not isinstance(second, tuple)
        if self.name == "sum":
            return first + second
        return min(first, second) if self.name == "min" else max(first, second)

    def total(self, values: Iterable[Number]) -> State:
        """Return the state of some elements that all hold."""
        return reduce(self.merge, map(self.state, values), self.unit)

    def value(self, state: State) -> Number | None:
        """Return the value of the aggregate in a state, None where it has none."""
        if isinstance(state, tuple):
            return float(Fraction(state[0], state[1] * self.scale)) if state[1] else None
        if self.name == "sum":
            assert isinstance(state, int)
            return state if self.integral else float(Fraction(state, self.scale))
        return state

    def sorted(self, states: Iterable[State]) -> Sequence[State]:
        """Return different states in order: a range where they are equally spaced integers."""
        found = sorted(states, key=_order)
        if len(found) > 1 and self.name == "sum":
            first, second = found[:2]
            assert isinstance(first, int)
            assert isinstance(second, int)
            step = second - first
            spaced = range(first, first + step * len(found), step)
            if all(state == expected for state, expected in zip(found, spaced, strict=True)):
                return spaced
        return found

    def combined(self, first: Sequence[State], second: Sequence[State]) -> Sequence[State]:
        """Return all states of elements in two independent parts; raise NesyError E402 where they are too many."""
        if isinstance(first, range) and isinstance(second, range) and first.step == second.step:
            spaced = range(first.start + second.start, first[-1] + second[-1] + first.step, first.step)
            self._check(len(spaced))
            return spaced
        if len(first) == 1 and isinstance(second, range):
            first, second = second, first
        if isinstance(first, range) and len(second) == 1:
            shift = second[0]
            assert isinstance(shift, int)
            return range(first.start + shift, first.stop + shift, first.step)
        found: set[State] = set()
        for one in first:
            found.update([self.merge(one, other) for other in second])
            self._check(len(found))
        return self.sorted(found)

    def _check(self, states: int) -> None:
        if states > VALUES:
            hint = "round the numbers that it adds up, so that more of their sums are equal"
            raise error("E402", f"an aggregate may have more than {VALUES:,} values", self.span, "its value is computed here", hint)


def _order(state: State) -> tuple[bool, Number, int]:
    if isinstance(state, tuple):
        return True, *state
    return (False, 0, 0) if state is None else (True, state, 0)


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of elements that go together.

    With a ``choice`` all depend on this choice and on no other; otherwise at most one of them holds.
    """

    choice: int | None
    literals: tuple[int, ...]


def partition(literals: Iterable[int], exclusion: Exclusion) -> list[list[Group]]:
    """Return the different literals in groups; those of groups in different lists are independent of each other."""
    found = []
    for members in components(list(dict.fromkeys(literals)), exclusion.support):
        groups: list[Group] = []
        of_choice: dict[int, list[int]] = {}
        others = []
        for literal in members:
            values = exclusion.values(literal)
            if values is not None:
                of_choice.setdefault(values[0], []).append(literal)
            else:
                others.append(literal)
        if not others or not of_choice or not exclusion.exclusive(members):
            groups.extend(Group(choice, tuple(own)) for choice, own in of_choice.items())
            groups.extend(Group(None, tuple(family)) for family in _families(others, exclusion))
        else:
            groups.append(Group(None, tuple(members)))
        found.append(groups)
    return found


def _families(literals: Sequence[int], exclusion: Exclusion) -> list[list[int]]:
    """Return literals in groups of which at most one holds."""
    if len(literals) < 2 or exclusion.exclusive(literals):
        return [list(literals)] if literals else []
    families: list[list[int]] = []
    for literal in literals:
        for family in families:
            if all(exclusion.exclude(literal, member) for member in family):
                family.append(literal)
                break
        else:
            families.append([literal])
    return families


def states_of_values(operation: Operation, group: Group, states: Mapping[int, State], exclusion: Exclusion) -> list[State]:
    """Return the state of a group for each value of its choice."""
    assert group.choice is not None
    allowed = [(exclusion.values(literal), states[literal]) for literal in group.literals]
    return [
        reduce(operation.merge, (state for values, state in allowed if values is not None and values[1] >> value & 1), operation.unit)
        for value in range(exclusion.graph.values(group.choice))
    ]


def states_of_conditions(operation: Operation, elements: Iterable[AggregateElement]) -> dict[int, State]:
    """Return the states of different conditions: what an aggregate gets where each holds."""
    states: dict[int, State] = {}
    for element in elements:
        states[element.literal] = operation.merge(states.get(element.literal, operation.unit), operation.state(element.value))
    return states


def possible_values(
    name: str,
    certain: Sequence[Number],
    elements: Sequence[AggregateElement],
    graph: RuleGraph,
    span: Span | None = None,
) -> list[Number]:
    """Return, in order, every value that an aggregate has in some world; more where exclusion cannot be shown.

    Raise NesyError E402 where there are too many.
    """
    operation = Operation(name, [*certain, *(element.value for element in elements)], span)
    conditions = states_of_conditions(operation, elements)
    exclusion = Exclusion(RuleNodes(graph))
    states: Sequence[State] = operation.sorted([operation.total(certain)])
    for groups in partition(conditions, exclusion):
        for group in groups:
            if group.choice is not None:
                own = set(states_of_values(operation, group, conditions, exclusion))
            else:
                own = {conditions[literal] for literal in group.literals}
                if not exclusion.covering(group.literals):
                    own.add(operation.unit)
            states = operation.combined(states, operation.sorted(own))
    found = (operation.value(state) for state in states)
    return sorted({value for value in found if value is not None})
