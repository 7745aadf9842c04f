"""Circuits as gates and back."""

from __future__ import annotations

from hypothesis import given

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Properties, build_circuit
from nesylang.circuit.gates import Gate, GateKind, Gates, circuit_of, gates_of, pruned
from tests.circuit.files import assignments, deterministic_gates, holds
from tests.circuit.properties import assert_properties, truth

GOOD = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)


@given(deterministic_gates())
def test_circuits_mean_what_their_gates_mean(gates: Gates) -> None:
    circuit = circuit_of(gates, GOOD)
    assert_properties(circuit, [2] * 4)
    again = gates_of(circuit)
    for assignment in assignments(4):
        world = {variable: 0 if value else 1 for variable, value in enumerate(assignment)}
        expected = [holds(gates, assignment)[root] for root in gates.roots]
        assert [truth(circuit, world)[root] for root in circuit.roots] == expected
        assert [holds(again, assignment)[root] for root in again.roots] == expected


def test_products_of_products_are_one_gate() -> None:
    leaves = [(choice, 0) for choice in range(4)]
    first, last = FIRST_LEAF, FIRST_LEAF + 4
    circuit = build_circuit(leaves, [[(first, first + 1)], [(first + 2, first + 3)], [(last, last + 1)]], [last + 2], GOOD)
    gates = gates_of(circuit)
    assert gates.gates[-1] == Gate(GateKind.PRODUCT, (0, 1, 2, 3))
    assert (len(gates.gates), gates.edge_count, gates.roots) == (5, 4, (4,))


def test_what_is_used_twice_stays_a_gate() -> None:
    leaves = [(choice, value) for choice in range(3) for value in range(2)]
    a, not_a, b, _, c, _ = range(FIRST_LEAF, FIRST_LEAF + 6)
    shared = FIRST_LEAF + 6
    circuit = build_circuit(leaves, [[(b, c)], [(a, shared), (not_a, TRUE)]], [shared + 1, shared], GOOD)
    gates = gates_of(circuit)
    assert [gate.kind.value for gate in gates.gates] == ["leaf"] * 4 + ["product", "product", "sum"]
    assert gates.roots == (6, 4)


def test_constants_as_roots() -> None:
    gates = gates_of(build_circuit([], [], [TRUE, FALSE, TRUE], GOOD))
    assert gates == Gates((Gate(GateKind.FALSE), Gate(GateKind.TRUE)), (1, 0, 1))
    assert circuit_of(gates, GOOD).roots == (TRUE, FALSE, TRUE)


def test_what_no_root_reaches_is_left_out() -> None:
    gates = [Gate(GateKind.LEAF, (0, 0)), Gate(GateKind.LEAF, (1, 0)), Gate(GateKind.PRODUCT, (0, 1)), Gate(GateKind.LEAF, (2, 0))]
    assert pruned(gates, [1]) == Gates((Gate(GateKind.LEAF, (1, 0)),), (0,))
