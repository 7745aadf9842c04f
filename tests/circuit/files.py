"""Random circuits over variables, their counts by going through all assignments, and files with known counts."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

from hypothesis import strategies as st

from nesylang.circuit.gates import Gate, GateKind, Gates


def holds(gates: Gates, assignment: Sequence[bool]) -> list[bool]:
    """Return for each gate whether it holds; variable ``v`` is ``assignment[v - 1]``."""
    found: list[bool] = []
    for gate in gates.gates:
        match gate.kind:
            case GateKind.LEAF:
                found.append(assignment[gate.children[0]] is (gate.children[1] == 0))
            case GateKind.TRUE | GateKind.PRODUCT:
                found.append(all(found[child] for child in gate.children))
            case GateKind.FALSE | GateKind.SUM:
                found.append(any(found[child] for child in gate.children))
    return found


def assignments(variables: int) -> list[tuple[bool, ...]]:
    """Return all assignments of some variables."""
    return list(itertools.product([True, False], repeat=variables))


def weight(assignment: Sequence[bool], weights: Mapping[int, Fraction]) -> Fraction:
    """Return the product of the weights of an assignment's literals."""
    total = Fraction(1)
    for variable, value in enumerate(assignment, 1):
        total *= weights.get(variable if value else -variable, Fraction(1))
    return total


@st.composite
def deterministic_gates(draw: st.DrawFn, variables: int = 4) -> Gates:
    """Draw a deterministic decomposable circuit: functions of ever fewer variables, decided or taken apart, with parts that are shared."""
    gates = [Gate(GateKind.FALSE), Gate(GateKind.TRUE)]
    made: dict[frozenset[int], list[int]] = {frozenset(): [0, 1]}

    def add(gate: Gate, support: frozenset[int]) -> int:
        gates.append(gate)
        made.setdefault(support, []).append(len(gates) - 1)
        return len(gates) - 1

    def build(support: frozenset[int]) -> int:
        if made.get(support) and draw(st.booleans()):
            return draw(st.sampled_from(made[support]))
        if not support:
            return draw(st.sampled_from([0, 1]))
        ordered = sorted(support)
        kind = draw(st.sampled_from(["leaf", "skip", "decide", "apart"] if len(ordered) == 1 else ["skip", "decide", "decide", "apart"]))
        if kind == "leaf":
            return add(Gate(GateKind.LEAF, (ordered[0], draw(st.sampled_from([0, 1])))), support)
        if kind == "skip":
            return build(support - {draw(st.sampled_from(ordered))})
        if kind == "decide":
            variable = draw(st.sampled_from(ordered))
            terms = []
            for value in (0, 1):
                literal = add(Gate(GateKind.LEAF, (variable, value)), frozenset([variable]))
                terms.append(add(Gate(GateKind.PRODUCT, (literal, build(support - {variable}))), support))
            return add(Gate(GateKind.SUM, tuple(terms)), support)
        half = frozenset(draw(st.sets(st.sampled_from(ordered))))
        return add(Gate(GateKind.PRODUCT, (build(half), build(support - half))), support)

    roots = tuple(build(frozenset(range(variables))) for _ in range(draw(st.integers(1, 3))))
    return Gates(tuple(gates), roots)


def literal_weights(variables: int) -> st.SearchStrategy[dict[int, Fraction]]:
    """Draw weights of all literals, zeros among them."""
    literals = [sign * variable for variable in range(1, variables + 1) for sign in (1, -1)]
    return st.lists(st.fractions(0, 3, max_denominator=7), min_size=len(literals), max_size=len(literals)).map(
        lambda found: dict(zip(literals, found, strict=True))
    )
