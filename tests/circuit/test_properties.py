"""What compilers claim of their circuits holds of the circuits of random programs, and the checks can fail."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings

from nesylang.circuit import FIRST_LEAF, Circuit, Properties
from nesylang.compilation import COMPILERS, CompilationBudget, compile_program
from nesylang.grounding.program import GroundProgram
from tests.circuit.properties import assert_decomposable, assert_deterministic, assert_properties, assert_smooth, assert_well_formed
from tests.reference.ground import cyclic_programs

ALL = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)
A, NOT_A, B, NOT_B = range(FIRST_LEAF, FIRST_LEAF + 4)


@pytest.mark.parametrize("name", COMPILERS)
@settings(max_examples=150)
@given(program=cyclic_programs())
def test_compiled_circuits_are_what_they_claim(name: str, program: GroundProgram) -> None:
    circuit = compile_program(program, COMPILERS[name], CompilationBudget()).circuit
    unobserved = [2 for piece in program.evidence if piece.value is None]
    assert_properties(circuit, [found.values for found in program.choices] + unobserved)


def circuit(*elements: tuple[int, int], leaves: tuple[tuple[int, int], ...] = ((0, 0), (0, 1), (1, 0), (1, 1))) -> Circuit:
    """Return a circuit of one sum."""
    left, right = array("i", [pair[0] for pair in elements]), array("i", [pair[1] for pair in elements])
    return Circuit(leaves, array("i", [0, len(elements)]), left, right, ((0, 1),), (FIRST_LEAF + len(leaves),), ALL)


def test_the_checks_accept_a_good_circuit() -> None:
    assert_properties(circuit((A, B), (NOT_A, NOT_B)), [2, 2])


def test_the_checks_find_what_is_wrong() -> None:
    with pytest.raises(AssertionError):
        assert_decomposable(circuit((A, B), (A, NOT_A), (NOT_A, NOT_B)))
    with pytest.raises(AssertionError):
        assert_deterministic(circuit((A, B), (NOT_A, NOT_B), (A, 1)), [2, 2])
    with pytest.raises(AssertionError):
        assert_smooth(circuit((A, B), (NOT_A, NOT_B), (A, 1)), [2, 2])
    with pytest.raises(AssertionError):
        assert_well_formed(circuit((A, B)))
    with pytest.raises(AssertionError):
        assert_well_formed(circuit((A, B), (NOT_A, FIRST_LEAF + 4), (NOT_B, 1)))


def test_a_value_that_a_sum_forgets_is_found() -> None:
    """Over three values, ``value 0 or value 1`` written as "anything" is not smooth."""
    three = ((0, 0), (0, 1), (0, 2), (1, 0))
    right = circuit((2, 5), (3, 5), (4, 1), leaves=three)
    assert_smooth(right, [3, 2])
    twice = Circuit(three, array("i", [0, 3]), array("i", [2, 3, 4]), array("i", [5, 5, 5]), ((0, 1),), (6,), ALL)
    assert_smooth(twice, [3, 2])
    with pytest.raises(AssertionError):
        assert_deterministic(circuit((2, 1), (1, 5), (3, 1), (4, 1), leaves=three), [3, 2])
