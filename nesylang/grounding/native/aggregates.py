"""Aggregates while a program is ground: answers in groups, the values that they may have, and the atoms that stand for these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from nesylang.analysis.aggregate_forms import NAMES
from nesylang.grounding.aggregates import possible_values
from nesylang.grounding.native.convert import show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.goals import Aggregate
from nesylang.grounding.native.literals import Choices
from nesylang.grounding.native.machine import Machine
from nesylang.grounding.native.reported import LISTED, shown_call
from nesylang.grounding.native.tables import Row, Table
from nesylang.grounding.native.terms import Real, Value, is_ground
from nesylang.grounding.program import AggregateElement, GroundAggregate, Number

Values = tuple[tuple[Number, int], ...]
"""Values with the literals that they may be taken with; 0 for those that always are."""


class Group:
    """The answers of an aggregate's goal for one group; a group that ``varies`` is there only where one of them holds."""

    __slots__ = ("answers", "present", "varies")

    def __init__(self, varies: bool) -> None:
        self.answers: list[tuple[Row, int]] = []
        self.varies = varies
        self.present: int | None = None


class Aggregates:
    """Makes aggregates; ``made`` are those that are not the same in all worlds, in an order in which they use only earlier ones."""

    def __init__(self, machine: Machine, choices: Choices) -> None:
        self.machine = machine
        self.choices = choices
        self.made: list[GroundAggregate] = []
        self.known: dict[tuple[str, tuple[Number, ...], Values], list[tuple[Number, int]]] = {}
        self.results: dict[int, GroundAggregate] = {}
        self.rules: dict[int, list[tuple[int, ...]]] = {}
        self.read = 0

    def grouped(self, _owner: Table, table: Table, shared: int, varies: bool) -> list[tuple[Row, Group]]:
        """Return the groups of a call's answers, by the values of its first arguments.

        There is exactly one group where the call has values for all of them, unless groups vary.
        """
        if not table.done:
            raise self._cycle(table)
        procedure = table.procedure
        answers = table.answers
        assert isinstance(answers, dict), "aggregates take each answer once"
        groups: dict[Row, Group] = {}
        varies = varies or procedure.adornment[:shared] != "b" * shared
        if not varies:
            groups[procedure.inputs(table.key)[:shared]] = Group(False)
        for output, literal in answers.items():
            arguments = procedure.arguments(table.key, output)
            if not all(is_ground(argument) for argument in arguments):
                message = f"an aggregate takes {', '.join(show(argument) for argument in arguments[shared:])}, which is not ground"
                if not all(is_ground(argument) for argument in arguments[:shared]):
                    message = (
                        f"a group of an aggregate is {', '.join(show(argument) for argument in arguments[:shared])}, which is not ground"
                    )
                raise GoalError("E318", message, "bind its variables in the goal behind the colon")
            group = groups.get(arguments[:shared])
            if group is None:
                group = groups[arguments[:shared]] = Group(varies)
            group.answers.append((arguments[shared:], literal))
        return list(groups.items())

    def _cycle(self, table: Table) -> GoalError:
        """Return the error of an aggregate over answers that depend on it."""
        first = min(table.depth, self.machine.leaders[-1])
        calls = [found for found in self.machine.incomplete[first:] if not found.procedure.name.startswith("$")]
        named = [shown_call(found) for found in calls]
        cycle = " -> ".join([*named[:LISTED], *(["..."] if len(named) > LISTED else []), *named[:1]])
        message = f"a cycle through an aggregate: {cycle}" if named else "a cycle through an aggregate"
        return GoalError(
            "E305", message, "what an aggregate is over must not depend on its value: bind the arguments that tell levels apart"
        )

    def aggregated(self, _owner: Table, goal: Aggregate, groups: tuple[Group, ...], factors: Row) -> list[tuple[Value, int]]:
        """Return the values that an aggregate may have, each with its literal."""
        weighted: list[tuple[Number, int]] = []
        for part, group, factor in zip(goal.parts, groups, factors, strict=True):
            scale = _number(factor, "factor")
            for row, literal in group.answers:
                value = 1 if part.counts else _number(row[0], goal.operation)
                weighted.append((_finite(value * scale, goal), literal))
        present = self._present(goal, groups)
        counts = len(goal.parts) == 1 and goal.parts[0].counts and groups[0].varies
        store = self.machine.store
        real = any(isinstance(value, float) for value, _ in weighted)
        found: list[tuple[Value, int]] = []
        for value, literal in self._values(goal, weighted):
            if counts and value == 0:
                continue
            joint = literal if not present else self.machine.conjunction((literal, *present))
            if joint is not None:
                shown = float(value) if goal.operation == "sum" and real else value
                found.append((store.number(shown), joint))
        return found

    def _present(self, goal: Aggregate, groups: tuple[Group, ...]) -> tuple[int, ...]:
        """Return the literals of groups whose presence the aggregate's value does not imply."""
        if goal.operation != "sum" or (len(goal.parts) == 1 and goal.parts[0].counts):
            return ()
        return tuple(self._presence(group) for group in groups if group.varies)

    def _presence(self, group: Group) -> int:
        if group.present is None:
            literals = list(dict.fromkeys(literal for _, literal in group.answers))
            if 0 in literals or len(literals) == 1:
                group.present = 0 if 0 in literals else literals[0]
            else:
                group.present = self.machine.auxiliary()
                for literal in literals:
                    self.machine.rules.add(group.present, (literal,), None, ())
        return group.present

    def _values(self, goal: Aggregate, weighted: list[tuple[Number, int]]) -> list[tuple[Number, int]]:
        """Return the possible values with the literals of the results; 0 for the value that all worlds share."""
        certain, elements = _simplified(goal.operation, weighted)
        if not elements:
            value = _exact(goal.operation, certain)
            return [] if value is None else [(value, 0)]
        key = (goal.operation, certain, elements)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._make(goal, certain, elements)
        return found

    def _make(self, goal: Aggregate, certain: tuple[Number, ...], elements: Values) -> list[tuple[Number, int]]:
        members = tuple(AggregateElement(value, literal) for value, literal in elements)
        results = []
        for value in possible_values(goal.operation, certain, members, self, goal.span):
            self.machine.tick()
            results.append((value, self.machine.auxiliary()))
        made = GroundAggregate(goal.operation, certain, members, tuple(results), goal.span)
        self.made.append(made)
        for _, atom in results:
            self.results[atom] = made
        return results

    # what is known of atoms

    def bodies(self, atom: int) -> Sequence[tuple[int, ...]]:
        """Return the bodies of the rules of an atom whose table is complete."""
        log = self.machine.rules
        for position in range(self.read, len(log.heads)):
            self.rules.setdefault(log.heads[position], []).append(log.bodies[position])
        self.read = len(log.heads)
        return self.rules.get(atom, ())

    def choice_value(self, atom: int) -> tuple[int, int] | None:
        """Return the choice and value that an atom is, None for other atoms."""
        return self.choices.atoms.get(atom)

    def values(self, choice: int) -> int:
        """Return how many values a choice has."""
        return self.choices.made[choice].values

    def aggregate(self, atom: int) -> GroundAggregate | None:
        """Return the aggregate that an atom is a result of, None for other atoms."""
        return self.results.get(atom)

    def variable(self, literal: int) -> object | None:
        """Return what a literal is a value of, a choice or an aggregate; None where it is none."""
        value = self.choices.atoms.get(literal)
        if value is not None:
            return value[0]
        made = self.results.get(literal)
        return None if made is None else ("aggregate", id(made))

    def needed(self, used: set[int]) -> tuple[GroundAggregate, ...]:
        """Return the aggregates that others or the atoms in ``used`` depend on; adds what these depend on to ``used``."""
        if not self.made:
            return ()
        for body in self.machine.rules.bodies:
            used.update(map(abs, body))
        kept = []
        for made in reversed(self.made):
            if any(atom in used for _, atom in made.results):
                kept.append(made)
                used.update(abs(element.literal) for element in made.elements)
        return tuple(reversed(kept))


def _finite(value: Number, goal: Aggregate) -> Number:
    if isinstance(value, float) and not math.isfinite(value):
        raise GoalError("E317", f"a value of the {NAMES[goal.operation]} is too large for a float")
    return value


def _number(value: Value, what: str) -> Number:
    if type(value) is int:
        return value
    if type(value) is Real and math.isfinite(value.value):
        return value.value
    reason = "is not a finite number" if type(value) is Real else "is not a number"
    hint = "the first term before the colon is what is aggregated, further ones only tell answers apart"
    raise GoalError("E317", f"{show(value)}, a value for the {NAMES.get(what, what)}, {reason}", hint)


def _simplified(operation: str, weighted: list[tuple[Number, int]]) -> tuple[tuple[Number, ...], Values]:
    """Return the certain values of an aggregate and its other elements, in an order and without those that change nothing."""
    certain = [value for value, literal in weighted if literal == 0]
    elements = [(value, literal) for value, literal in weighted if literal]
    if operation in ("min", "max"):
        best = min if operation == "min" else max
        certain = [best(certain)] if certain else []
        return tuple(certain), tuple(
            (value, literal) for value, literal in elements if not certain or best(value, certain[0]) != certain[0]
        )
    if operation == "sum":
        return tuple(value for value in certain if value), _merged(elements)
    return tuple(certain), tuple(elements)


def _merged(elements: list[tuple[Number, int]]) -> Values:
    """Return the elements of a sum, those with the same literal as one where their sum is exact."""
    totals: dict[int, list[Number]] = {}
    for value, literal in elements:
        totals.setdefault(literal, []).append(value)
    merged: list[tuple[Number, int]] = []
    for literal, values in totals.items():
        exact = sum(map(Fraction, values), Fraction(0))
        total: Number = float(exact) if any(isinstance(value, float) for value in values) else int(exact)
        if len(values) == 1 or Fraction(total) == exact:
            merged.extend([(total, literal)] if total else [])
        else:
            merged.extend((value, literal) for value in values)
    return tuple(merged)


def _exact(operation: str, values: tuple[Number, ...]) -> Number | None:
    """Return the value of an aggregate that is the same in all worlds, None where it has none."""
    if operation == "sum":
        total = sum(map(Fraction, values), Fraction(0))
        return float(total) if any(isinstance(value, float) for value in values) else int(total)
    if not values:
        return None
    if operation == "avg":
        return float(sum(map(Fraction, values), Fraction(0)) / len(values))
    return min(values) if operation == "min" else max(values)
