"""Codes of values: every assignment of the variables of a choice stands for exactly one of its values."""

from __future__ import annotations

import itertools

import pytest

from nesylang.compilation.encoding import encode


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 8, 9, 33])
def test_every_assignment_is_one_value(count: int) -> None:
    encoding = encode({6: count})
    variables = encoding.variables[6]
    assert len(variables) == (count - 1).bit_length()
    for assignment in itertools.product([False, True], repeat=len(variables)):
        true = {variable if bit else -variable for variable, bit in zip(variables, assignment, strict=True)}
        assert sum(true.issuperset(encoding.literals(6, value)) for value in range(count)) == 1


def test_two_values_are_one_variable() -> None:
    encoding = encode({1: 2, 0: 2})
    assert encoding.literals(1, 0) == [1]
    assert encoding.literals(1, 1) == [-1]
    assert encoding.literals(0, 0) == [2]
    assert encoding.choice_of == (-1, 1, 0)


def test_a_choice_with_one_value_needs_no_variable() -> None:
    encoding = encode({0: 1})
    assert encoding.literals(0, 0) == []


def test_masks_are_the_values_for_which_a_variable_is_true() -> None:
    encoding = encode({0: 3, 1: 2})
    assert [encoding.literals(0, value) for value in range(3)] == [[1, 2], [1, -2], [-1]]
    assert encoding.masks() == [0, 0b011, 0b001, 0b01]
