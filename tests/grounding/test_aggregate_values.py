"""The values that aggregates may have."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings

from nesylang.grounding.aggregates import Operation, possible_values
from nesylang.grounding.program import AggregateElement, GroundProgram, Number
from nesylang.source import NesyError
from tests.reference.ground import HERE, ProgramRules, aggregate_programs, choice, ground_program
from tests.reference.worlds import true_atoms, value_of


def values(program: GroundProgram, operation: str, elements: list[tuple[Number, int]], certain: tuple[Number, ...] = ()) -> list[Number]:
    """Return the possible values of an aggregate."""
    return possible_values(operation, certain, [AggregateElement(*element) for element in elements], ProgramRules(program), HERE)


DICE = ground_program([choice(number, [1 / 6] * 6, exhaustive=True) for number in range(50)], [], [1])
PIPS: list[tuple[Number, int]] = [(value, 6 * die + value) for die in range(50) for value in range(1, 7)]
COINS = ground_program([choice(number, [0.5]) for number in range(40)], [(41, (1, 2)), (42, (1, -2)), (43, (2,))], [1])


@settings(max_examples=100)
@given(aggregate_programs())
def test_no_world_has_another_value(program: GroundProgram) -> None:
    for world in itertools.product(*(range(known.values) for known in program.choices)):
        true = true_atoms(program, world)
        for aggregate in program.aggregates:
            assert value_of(aggregate, true) in (None, *(value for value, _ in aggregate.results))


def test_sums_of_dice() -> None:
    assert values(DICE, "sum", PIPS) == list(range(50, 301))
    assert values(DICE, "sum", PIPS[:6]) == [1, 2, 3, 4, 5, 6]
    assert values(DICE, "sum", PIPS[:5]) == [0, 1, 2, 3, 4, 5]
    assert values(DICE, "max", PIPS) == [1, 2, 3, 4, 5, 6]
    assert values(DICE, "avg", PIPS[:12]) == [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0]


def test_conditions_that_exclude_each_other() -> None:
    assert values(COINS, "sum", [(2, 41), (3, 42)]) == [0, 2, 3]
    assert values(COINS, "sum", [(2, 41), (3, 42), (5, -1)]) == [2, 3, 5], "one of them always holds"
    assert values(COINS, "sum", [(2, 2), (3, 43), (5, -2)]) == [5], "the same condition twice is one"


def test_empty() -> None:
    assert values(COINS, "sum", []) == [0]
    assert values(COINS, "min", []) == []
    assert values(COINS, "avg", [(3, 1)]) == [3.0]
    assert values(COINS, "max", [(3, 1)], (2,)) == [2, 3]


def test_sums_of_floats_do_not_depend_on_their_order() -> None:
    numbers = [(0.1, 1), (0.2, 2), (0.3, 3), (1e16, 4), (-1e16, 5)]
    expected = values(COINS, "sum", list(numbers))
    assert 0.6 in expected
    for turn in range(10):
        random.Random(turn).shuffle(numbers)
        assert values(COINS, "sum", list(numbers)) == expected
    assert all(isinstance(value, int) for value in values(COINS, "sum", [(1, 1), (2, 2)]))
    assert all(isinstance(value, float) for value in values(COINS, "sum", [(1, 1), (0.5, 2)]))


def test_too_many_values() -> None:
    with pytest.raises(NesyError) as failure:
        values(COINS, "sum", [(2**number, number + 1) for number in range(40)])
    assert failure.value.diagnostics[0].code == "E402"


def test_numbers_that_cannot_be_added() -> None:
    with pytest.raises(NesyError) as failure:
        Operation("sum", [1.0, float("inf")], HERE)
    assert failure.value.diagnostics[0].code == "E303"
    assert Operation("max", [1.0, float("inf")], HERE).total([1.0, float("inf")]) == float("inf")
