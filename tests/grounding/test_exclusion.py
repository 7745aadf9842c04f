"""What excludes what: every exclusion that is shown holds in all worlds, and those that matter are found."""

from __future__ import annotations

import itertools

from hypothesis import given, settings

from nesylang.grounding.exclusion import Exclusion, components
from nesylang.grounding.graph import RuleNodes
from nesylang.grounding.program import GroundProgram
from tests.reference.ground import ProgramRules, aggregate_programs, choice, cyclic_programs, ground_program, with_aggregate
from tests.reference.worlds import true_atoms


def exclusion(program: GroundProgram, work: int = 200_000) -> Exclusion:
    """Return what is known of exclusion in a program."""
    return Exclusion(RuleNodes(ProgramRules(program)), work)


def check(program: GroundProgram) -> None:
    """Assert that supports, allowed values, exclusions and coverings are right in every world."""
    found = exclusion(program)
    atoms = sorted(program.names)
    literals = [sign * atom for atom in atoms for sign in (1, -1)]
    pairs = [(one, other) for one, other in itertools.combinations(literals, 2) if found.exclude(one, other)]
    covering = [literals[start : start + 3] for start in range(len(literals)) if found.covering(literals[start : start + 3])]
    for world in itertools.product(*(range(known.values) for known in program.choices)):
        true = true_atoms(program, world)
        holds = {sign * atom: (atom in true) is (sign > 0) for atom in atoms for sign in (1, -1)}
        for one, other in pairs:
            assert not (holds[one] and holds[other]), (one, other, world)
        for members in covering:
            assert any(holds[literal] for literal in members), (members, world)
        for literal in literals:
            exact = found.values(literal)
            if exact is not None:
                assert holds[literal] == bool(exact[1] >> world[exact[0]] & 1)
            if holds[literal]:
                assert all(values >> world[number] & 1 for number, values in found.allowed(literal).items())


@settings(max_examples=150)
@given(cyclic_programs(atoms=4))
def test_what_is_shown_holds_in_every_world(program: GroundProgram) -> None:
    check(program)


@settings(max_examples=100)
@given(aggregate_programs())
def test_with_aggregates(program: GroundProgram) -> None:
    check(program)


def carries(digits: int) -> tuple[GroundProgram, list[tuple[int, int]]]:
    """Return the addition of two numbers, and the atoms of carry 0 and carry 1 at each digit."""
    choices = [choice(number, [0.1] * 10, exhaustive=True) for number in range(2 * digits)]
    rules: list[tuple[int, tuple[int, ...]]] = []
    atoms: list[tuple[int, int]] = []
    for digit in range(digits):
        pair = (20 * digits + 2 * digit + 1, 20 * digits + 2 * digit + 2)
        for first, second in itertools.product(range(10), repeat=2):
            body = (20 * digit + first + 1, 20 * digit + 10 + second + 1)
            for carried in (0, 1) if atoms else (0,):
                rules.append((pair[first + second + carried >= 10], (*body, atoms[-1][carried]) if atoms else body))
        atoms.append(pair)
    return ground_program(choices, rules, [atoms[-1][0]]), atoms


def test_carries_exclude_each_other_only_through_the_recursive_case() -> None:
    program, atoms = carries(8)
    found = exclusion(program)
    assert found.exclude(*atoms[-1])
    assert found.work > 190_000, "one comparison for each way to carry on is enough"


def test_without_work_nothing_is_shown() -> None:
    program, atoms = carries(3)
    assert not exclusion(program, work=5).exclude(*atoms[-1])


def test_the_carry_is_zero_or_one() -> None:
    program, atoms = carries(1)
    assert exclusion(program).covering(atoms[0])
    assert not exclusion(program).covering(atoms[0][:1])


def test_rules_of_one_disjunction() -> None:
    """Every alternative of one atom excludes the other atom: by values of one choice, and by a condition and its negation."""
    program = ground_program(
        [choice(0, [0.2, 0.3, 0.4]), choice(1, [0.5])], [(5, (1,)), (5, (2, 4)), (6, (3,)), (6, (2, -4)), (7, (2,))], [5]
    )
    found = exclusion(program)
    assert found.exclude(5, 6)
    assert not found.exclude(5, 7)
    assert found.exclusive([1, 2, 3])
    assert found.exclusive([5, 6])
    assert not found.exclusive([5, 5])
    assert found.values(7) == (0, 0b010)
    assert found.values(-7) == (0, 0b1101)
    assert found.values(5) is None


def test_results_of_one_aggregate() -> None:
    program = ground_program([choice(number, [0.5]) for number in range(3)], [], [1])
    program = with_aggregate(program, "sum", [(1, 1), (1, 2), (1, 3)])
    results = [atom for _, atom in program.aggregates[0].results]
    found = exclusion(program)
    assert len(results) == 4
    assert found.exclusive(results)
    assert found.support(results[0]).bit_count() == 3
    assert not found.exclude(results[0], 1), "it does, but only by counting"


def test_deep_rules() -> None:
    last = 30_000
    rules = [(number, (number - 1, 2)) for number in range(4, last + 1)] + [(3, (1,))]
    program = ground_program([choice(0, [0.5]), choice(1, [0.5])], rules, [last])
    by_head = {rule.head: [rule.body] for rule in program.rules}

    class Rules(ProgramRules):
        def bodies(self, atom: int) -> list[tuple[int, ...]]:
            return by_head.get(atom, [])

    assert Exclusion(RuleNodes(Rules(program))).exclude(last, -1)


def test_components() -> None:
    assert components([1, 2, 3, 4], {1: 0b001, 2: 0b110, 3: 0b100, 4: 0b1000}.__getitem__) == [[1], [2, 3], [4]]
