"""Loops of all kinds against what they mean in every world, and how large formulas of known kinds become."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from random import Random

import pytest

from nesylang.formula import FormulaBuilder, build_formula
from nesylang.formula.closure import Rule, linearised
from nesylang.formula.elimination import eliminate, iterate
from nesylang.formula.equations import Equations
from nesylang.formula.loops import equations_of
from tests.formula.random_loops import Case, random_case
from tests.reference.ground import choice, ground_program
from tests.reference.worlds import true_atoms

Pairs = list[tuple[int, int]]


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_random_loops_mean_what_they_mean_in_every_world(first: int) -> None:
    for seed in range(first, first + 50):
        case = random_case(seed)
        builder, literals = build_formula(case.program, case.asked)
        truth = case.truth()
        assert case.meanings(builder, literals) == [truth[atom] for atom in case.asked], seed


def test_the_worlds_as_bits_are_those_of_the_reference() -> None:
    for seed in range(60):
        case = random_case(seed, most_choices=3)
        truth = case.truth()
        sizes = [found.values for found in case.program.choices]
        for number, world in enumerate(itertools.product(*map(range, reversed(sizes)))):
            true = true_atoms(case.program, world[::-1])
            assert {atom for atom, worlds in truth.items() if worlds >> number & 1} == true, seed


def test_random_cases_are_of_all_kinds() -> None:
    linear = []
    for seed in range(100):
        case = random_case(seed)
        for stratum in case.strata:
            builder = FormulaBuilder()
            rules = _rules(builder, case, stratum)
            if max((len(rule.body) for rule in rules), default=0) == 2:
                linear.append(linearised(builder, stratum, rules, stratum) is not None)
    assert min(sum(linear), len(linear) - sum(linear)) >= 10


def _rules(builder: FormulaBuilder, case: Case, stratum: list[int]) -> list[Rule]:
    """Return the rules of a stratum, each literal of a lower one as a leaf of its own."""
    own = set(stratum)
    rules = []
    for head, body in case.program.pairs():
        if head in own:
            below = [builder.leaf(abs(literal), 0) * (1 if literal > 0 else -1) for literal in body if literal not in own]
            rules.append(Rule(head, tuple(dict.fromkeys(literal for literal in body if literal in own)), builder.conjunction(below)))
    return rules


@pytest.mark.parametrize("solve", [iterate, eliminate])
def test_elimination_and_iteration_agree(solve: Callable[[Equations, list[int], dict[int, int]], None]) -> None:
    for seed in range(150):
        case = random_case(seed, most_choices=4)
        (stratum, *_) = case.strata
        builder, literals = build_formula(case.program, sorted(case.program.choice_atoms))
        leaves = dict(zip(sorted(case.program.choice_atoms), literals, strict=True))
        own = set(stratum)
        rules = []
        for head, body in case.program.pairs():
            if head in own:
                outside = [leaves[abs(literal)] * (1 if literal > 0 else -1) for literal in body if literal not in own]
                rules.append(Rule(head, tuple(literal for literal in body if literal in own), builder.conjunction(outside)))
        values: dict[int, int] = {}
        solve(equations_of(builder, stratum, rules), stratum, values)
        truth = case.truth()
        assert case.meanings(builder, [values[atom] for atom in stratum]) == [truth[atom] for atom in stratum], seed


def edges_of(pairs: Pairs, both: bool) -> tuple[list[object], dict[tuple[int, int], int]]:
    """Return coins for the edges of a graph, and the atom of the coin for each edge, from both ends where it has no direction."""
    atoms = {}
    for atom, (one, other) in enumerate(pairs, 1):
        atoms[one, other] = atom
        if both:
            atoms[other, one] = atom
    return [choice(number, [0.5]) for number in range(len(pairs))], atoms


def nodes_of_reachability(pairs: Pairs, both: bool = True) -> int:
    """Return the number of nodes of the formula for all that is reached from 0 along edges that are coins."""
    choices, atoms = edges_of(pairs, both)
    reached = {node: len(pairs) + 1 + node for node in {node for pair in pairs for node in pair}}
    rules = [(reached[0], ())] + [(reached[other], (reached[one], atom)) for (one, other), atom in atoms.items()]
    builder, found = build_formula(ground_program(choices, rules, [1]), list(reached.values()))  # type: ignore[arg-type]
    return len(builder.formula(found).reachable(found))


def test_long_chains_and_ladders_take_formulas_of_their_length() -> None:
    chain = [(node, node + 1) for node in range(5_000)]
    assert nodes_of_reachability(chain) <= 3 * len(chain)
    ladder = [(node, node + 2) for node in range(4_000)] + [(node, node + 1) for node in range(0, 4_000, 2)]
    assert nodes_of_reachability(ladder) <= 12 * len(ladder)


def test_grids_and_complete_graphs_stay_polynomial() -> None:
    for side in (6, 12):
        grid = [(row * side + column, row * side + column + step) for row in range(side) for column in range(side) for step in (1, side)]
        inside = [(one, other) for one, other in grid if other < side * side and (other - one == side or other % side)]
        assert nodes_of_reachability(inside) <= side**2 * side**2
    complete = list(itertools.combinations(range(14), 2))
    assert nodes_of_reachability(complete) <= 14**3


def closure(edges: dict[tuple[int, int], int], things: int, form: str, first: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return the rules of the closure of a relation, with atoms from ``first`` on for all pairs."""
    atom = {pair: first + place for place, pair in enumerate(itertools.product(range(things), repeat=2))}
    rules: list[tuple[int, tuple[int, ...]]] = [(atom[pair], (edge,)) for pair, edge in edges.items()]
    for x, z, y in itertools.product(range(things), repeat=3):
        if form == "double":
            rules.append((atom[x, y], (atom[x, z], atom[z, y])))
        elif (x, z) in edges:
            rules.append((atom[x, y], (edges[x, z], atom[z, y])))
    return rules


@pytest.mark.parametrize("things", [5, 9])
def test_composition_with_itself_takes_no_more_than_steps_along_edges(things: int) -> None:
    random = Random(things)
    pairs = [pair for pair in itertools.permutations(range(things), 2) if random.random() < 0.5]
    choices, edges = edges_of(pairs, both=False)
    sizes = []
    for form in ("double", "right"):
        rules = closure(edges, things, form, len(pairs) + 1)
        asked = sorted({head for head, _ in rules})
        builder, found = build_formula(ground_program(choices, rules, [1]), asked)  # type: ignore[arg-type]
        sizes.append(len(builder.formula(found).reachable(found)))
    assert sizes[0] <= sizes[1] * 1.2


def rules_of(pairs: Iterable[tuple[int, tuple[int, ...]]], builder: FormulaBuilder, own: set[int]) -> list[Rule]:
    """Return rules whose literals outside the component are leaves of their own."""
    return [
        Rule(
            head,
            tuple(atom for atom in body if atom in own),
            builder.conjunction([builder.leaf(atom, 0) for atom in body if atom not in own]),
        )
        for head, body in pairs
    ]


def test_what_is_not_associative_is_not_made_linear() -> None:
    # 10 needs 11 and 12, both of which need products themselves: putting in their constants would lose that 10 is true.
    own = {10, 11, 12, 13, 14}
    rules = [(10, (11, 12)), (11, (13, 14)), (12, (13, 14)), (13, (1,)), (14, (2,)), (13, (10,)), (14, (10,))]
    builder = FormulaBuilder()
    assert linearised(builder, sorted(own), rules_of(rules, builder, own), [10]) is None


def test_a_relation_is_closed_only_with_all_of_its_rules() -> None:
    edges = {pair: 1 + place for place, pair in enumerate(itertools.permutations(range(4), 2))}
    rules = closure(edges, 4, "double", 100)
    own = {head for head, _ in rules}
    builder = FormulaBuilder()
    complete = rules_of(rules, builder, own)
    assert linearised(builder, sorted(own), complete, sorted(own)) is not None
    short = [rule for rule in complete if rule.body != (101, 106)]
    assert len(short) == len(complete) - 1
    assert linearised(builder, sorted(own), short, sorted(own)) is None


def test_a_symmetric_relation_is_composed_along_its_edges() -> None:
    edges = {pair: 1 + place for place, pair in enumerate(itertools.combinations(range(5), 2))}
    rules = closure(edges, 5, "double", 100)
    own = {head for head, _ in rules}
    rules += [(100 + 5 * y + x, (100 + 5 * x + y,)) for x, y in itertools.permutations(range(5), 2)]
    builder = FormulaBuilder()
    found = linearised(builder, sorted(own), rules_of(rules, builder, own), [101])
    assert found is not None
    assert found.linear()
    (part,) = (len(set(used)) for atom, used in found.edges().items() if atom == 101)
    assert part <= 5, "one atom for each thing on the way, not those of the opposite direction as well"
