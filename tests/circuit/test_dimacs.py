"""Weighted CNFs: counted by going through all assignments, they have the models and the weights that the formula has."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesylang.circuit.formats import Variables
from nesylang.circuit.formats.dimacs import write_dimacs
from nesylang.formula import FALSE, TRUE, Formula, FormulaBuilder, Kind
from tests.circuit.cnf import parse_dimacs, weighted_count

VALUES = {0: 2, 1: 3, 2: 2}


@st.composite
def formulas(draw: st.DrawFn) -> Formula:
    """Draw a formula over three choices with several roots."""
    builder = FormulaBuilder()
    literals = [TRUE, *(builder.leaf(choice, value) for choice, count in VALUES.items() for value in range(count))]
    for _ in range(draw(st.integers(0, 6))):
        children = draw(st.lists(st.sampled_from(literals), min_size=2, max_size=3))
        signed = [child * draw(st.sampled_from([1, -1])) for child in children]
        gate = builder.conjunction if draw(st.booleans()) else builder.disjunction
        literals.append(gate(signed))
    return builder.formula([draw(st.sampled_from(literals)) * draw(st.sampled_from([1, -1])) for _ in range(2)])


def holds(formula: Formula, root: int, world: dict[int, int]) -> bool:
    found: list[bool] = []
    for node in formula.nodes:
        children = [] if node.kind < Kind.AND else [found[abs(child) - 1] is (child > 0) for child in node.children]
        match node.kind:
            case Kind.LEAF:
                found.append(world[node.children[0]] == node.children[1])
            case Kind.OR:
                found.append(any(children))
            case _:
                found.append(all(children))
    return found[abs(root) - 1] is (root > 0)


@given(formulas(), st.booleans())
def test_the_weighted_models_are_the_worlds(formula: Formula, projected: bool) -> None:
    weights = {(choice, value): Fraction(choice + 2 * value + 1, 10) for choice, count in VALUES.items() for value in range(count)}
    variables = Variables(VALUES, {}, {leaf: float(weight) for leaf, weight in weights.items()})
    text = write_dimacs(formula, formula.roots, variables, ["first", "second"], variables.comments(), projected)
    cnf = parse_dimacs(text)
    models, total = 0, 0.0
    for world in itertools.product(*(range(count) for count in VALUES.values())):
        numbered = dict(zip(VALUES, world, strict=True))
        if holds(formula, formula.roots[0], numbered):
            models += 1
            weight = 1.0
            for leaf in numbered.items():
                weight *= float(weights[leaf])
            total += weight
    assert weighted_count(cnf, {}) == models
    assert weighted_count(cnf, cnf.weights) == pytest.approx(total)
    assert cnf.task == ("pwmc" if projected else "wmc")
    assert cnf.shown == ([1, 2, 3, 4, 5] if projected else [])


def test_constant_roots() -> None:
    builder = FormulaBuilder()
    for root, count in ((TRUE, 1), (FALSE, 0)):
        cnf = parse_dimacs(write_dimacs(builder.formula([root]), [root], Variables({}), ["r"], []))
        assert weighted_count(cnf, {}) == count


def test_the_clauses_of_an_or() -> None:
    builder = FormulaBuilder()
    root = builder.disjunction([builder.leaf(0, 0), -builder.leaf(1, 0)])
    text = write_dimacs(builder.formula([root]), [root], Variables({0: 2, 1: 2}), ["r"], ["c more"])
    assert text == "c t wmc\nc more\nc root 3 r\np cnf 3 4\n3 -1 0\n3 2 0\n-3 1 -2 0\n3 0\n"


@pytest.mark.parametrize("count", [1, 2, 3, 10, 11, 12])
def test_choices_take_exactly_one_of_their_values(count: int) -> None:
    builder = FormulaBuilder()
    chosen = builder.disjunction([builder.leaf(0, value) for value in range(0, count, 3)])
    variables = Variables({0: count}, {}, {(0, value): value + 1 for value in range(count)})
    text = write_dimacs(builder.formula([chosen]), [chosen], variables, ["r"], variables.comments())
    # Nothing but the variables that hold in a model is asked of it, so all others may be gone through as they are.
    cnf = parse_dimacs(text)
    found = models(cnf.clauses, cnf.variables)
    assert len(found) == len(range(0, count, 3))
    assert sum(cnf.weights[variable] for model in found for variable in model if variable <= count) == sum(range(1, count + 1, 3))


def models(clauses: list[list[int]], variables: int) -> list[tuple[int, ...]]:
    """Return the true variables of all models, found by branching."""
    pending: list[tuple[list[list[int]], tuple[int, ...], int]] = [(clauses, (), 1)]
    found = []
    while pending:
        left, true, variable = pending.pop()
        if any(not clause for clause in left):
            continue
        if variable > variables:
            found.append(true)
            continue
        for literal in (variable, -variable):
            rest = [[other for other in clause if other != -literal] for clause in left if literal not in clause]
            pending.append((rest, (*true, variable) if literal > 0 else true, variable + 1))
    return found
