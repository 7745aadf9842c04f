"""From ground rules to formulas: loops against the reference, weights of zero and one, cycles through negation."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings

from nesylang.analysis.components import strong_components
from nesylang.formula import FALSE, TRUE, build_formula
from nesylang.formula.components import cutting_atoms
from nesylang.grounding.program import GroundProgram
from nesylang.source import NesyError
from tests.formula.meaning import holds
from tests.reference.ground import choice, cyclic_programs, ground_program
from tests.reference.worlds import probabilities_of, true_atoms


def check(program: GroundProgram, literals: list[int]) -> None:
    """Assert that the formula says of every possible world what the reference says."""
    builder, found = build_formula(program, literals)
    formula = builder.formula(found)
    for world in itertools.product(*(range(found.values) for found in program.choices)):
        if any(probabilities_of(program.choices[number])[value] == 0 for number, value in enumerate(world)):
            continue
        true = true_atoms(program, world)
        for literal, root in zip(literals, found, strict=True):
            assert holds(formula, root, dict(enumerate(world))) == ((literal > 0) == (abs(literal) in true)), (literal, world)


@settings(max_examples=200)
@given(cyclic_programs())
def test_loops_mean_what_they_mean_in_every_world(program: GroundProgram) -> None:
    atoms = sorted({*program.choice_atoms, *(rule.head for rule in program.rules)})
    check(program, [*atoms, *(-atom for atom in atoms)])


@settings(max_examples=100)
@given(cyclic_programs(atoms=10, strata=1))
def test_large_components(program: GroundProgram) -> None:
    check(program, sorted({rule.head for rule in program.rules}))


COINS = [choice(number, [0.5]) for number in range(4)]
"""Atoms 1 to 4 are coins; 5 and more are derived."""


@pytest.mark.parametrize(
    "rules",
    [
        [(5, (5,))],
        [(5, (5,)), (5, (1,))],
        [(5, (6,)), (6, (5,)), (6, (1,))],
        [(5, (6, 1)), (6, (5, 2)), (5, (3,)), (6, (4,))],
        # double recursion: reach(X, Y) :- reach(X, Z), reach(Z, Y) on a triangle of coins
        [(5, (1,)), (6, (2,)), (7, (3,)), (5, (6, 7)), (6, (5, 7)), (7, (5, 6)), (8, (5, 6)), (8, (8, 8))],
        [(5, (5, 5)), (5, (1, 5)), (5, (2,))],
        # two cycles that share an atom, and one inside the other
        [(5, (6,)), (6, (7,)), (7, (5,)), (6, (8,)), (8, (6,)), (8, (1,)), (5, (2, 8))],
        [(5, (6, 7)), (6, (5,)), (6, (1,)), (7, (5,)), (7, (2,)), (5, (3,))],
        # negation of a lower stratum inside a loop
        [(5, (1, 6)), (6, (5,)), (7, (-5, 8)), (8, (7,)), (8, (-6, 2)), (7, (3, -1))],
        [(5, ()), (6, (5, 6)), (6, (5, -1))],
    ],
)
def test_particular_loops(rules: list[tuple[int, tuple[int, ...]]]) -> None:
    check(ground_program(COINS, rules, [5]), [literal for atom in range(5, 9) for literal in (atom, -atom)])


def test_atoms_without_rules_are_false() -> None:
    _, found = build_formula(ground_program(COINS, [(5, (9,))], [5]), [5, -5, 9, 1])
    assert found[:3] == [FALSE, TRUE, FALSE]
    assert found[3] > 1


def test_facts_are_true() -> None:
    builder, found = build_formula(ground_program(COINS, [(5, ()), (6, (5,)), (7, (6, 1))], [5]), [5, 6, 7, 1])
    assert found[:2] == [TRUE, TRUE]
    assert found[2] == found[3]
    assert len(builder.nodes) == 2


def test_weights_of_zero_and_one_are_simplified_away() -> None:
    choices = [
        choice(0, [0.0]),
        choice(1, [1.0], exhaustive=True),
        choice(2, [0.0, 1.0], exhaustive=True),
        choice(3, [0.3, 0.7], exhaustive=True),
    ]
    _, found = build_formula(ground_program(choices, [], [1]), [1, 2, 3, 4, 5, 6])
    assert found[:3] == [FALSE, TRUE, FALSE]
    assert len(set(found[3:])) == 3


def test_only_what_is_asked_about_is_built() -> None:
    rules = [(5, (1,)), (6, (-6,)), (7, (2, 3))]
    builder, _ = build_formula(ground_program(COINS, rules, [5]), [5])
    assert len(builder.nodes) == 2, "the cycle of atom 6 is not looked at"


@pytest.mark.parametrize(
    ("rules", "cycle"),
    [
        ([(5, (-5,))], "a5 -> a5"),
        ([(5, (-6,)), (6, (5,))], "a6 -> a5 -> a6"),
        ([(5, (6,)), (6, (-7, 1)), (7, (8,)), (8, (5,))], "a7 -> a8 -> a5 -> a6 -> a7"),
        ([(5, (1, -6)), (6, (2, -5))], "a6 -> a5 -> a6"),
    ],
)
def test_cycles_through_negation(rules: list[tuple[int, tuple[int, ...]]], cycle: str) -> None:
    with pytest.raises(NesyError) as failure:
        build_formula(ground_program(COINS, rules, [5]), [5])
    (found,) = failure.value.diagnostics
    assert found.code == "E305"
    named = found.message.removeprefix("a cycle through negation: ").split(" -> ")
    start = named.index(cycle.split(" -> ")[0])
    assert named[0] == named[-1]
    assert " -> ".join([*named[start:-1], *named[: start + 1]]) == cycle, "the same cycle, wherever it is said to start"
    assert found.labels


def test_a_long_cycle_through_negation_is_cut_short() -> None:
    rules = [(number, (number + 1,)) for number in range(5, 105)] + [(105, (-5,))]
    with pytest.raises(NesyError) as failure:
        build_formula(ground_program(COINS, rules, [5]), [5])
    message = failure.value.diagnostics[0].message
    assert "..." in message
    assert len(message) < 200


def test_a_cycle_of_ten_thousand_atoms() -> None:
    last = 10_004
    rules = [(number, (number + 1,)) for number in range(5, last)] + [(last, (5,)), (last, (1,)), (5_000, (2,))]
    builder, (root,) = build_formula(ground_program(COINS, rules, [5]), [5])
    formula = builder.formula([root])
    assert sorted(formula.choices([root])) == [0, 1]


def test_components_come_in_the_order_of_their_use() -> None:
    edges = {1: [2, 3], 2: [1], 3: [4, 5], 4: [3], 5: [], 6: [1]}
    found = [sorted(component) for component in strong_components(edges, [6])]
    assert found == [[5], [3, 4], [1, 2], [6]]
    assert strong_components(edges, [5]) == [[5]]


@given(cyclic_programs(atoms=8, strata=1))
def test_the_cut_cuts_every_cycle(program: GroundProgram) -> None:
    edges: dict[int, list[int]] = {}
    for rule in program.rules:
        edges.setdefault(rule.head, []).extend(abs(literal) for literal in rule.body)
    for component in strong_components(edges, sorted(edges)):
        cut, order = cutting_atoms(edges, component, component[-1])
        assert sorted(order) == sorted(component)
        place = {atom: position for position, atom in enumerate(order)}
        for atom in component:
            for used in edges.get(atom, ()):
                assert used not in place or used in cut or place[used] < place[atom]
