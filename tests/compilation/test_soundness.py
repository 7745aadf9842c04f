"""Random programs against all their worlds, and what such a test is worth: each wrong certificate is noticed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest

from nesylang.compilation import direct, emission, holes
from nesylang.compilation.emission import Emission
from nesylang.compilation.separators import Separators
from nesylang.formula import Formula, FormulaBuilder, Kind, build_formula
from nesylang.formula.conditioning import Conditioning
from nesylang.formula.dominators import Dominators
from nesylang.formula.nodes import FormulaNodes
from nesylang.grounding.exclusion import Exclusion
from nesylang.grounding.program import GroundProgram, GroundRule
from tests.compilation.soundness import BY_WAY, PIECES, SPLIT, TURNS, random_program, run
from tests.formula.meaning import holds

PROGRAMS = 180
"""Programs that are run; ``python -m tests.compilation.soundness`` runs more."""


@pytest.mark.parametrize("first", range(0, PROGRAMS, 90))
def test_programs_are_worth_their_worlds(first: int) -> None:
    makers = {run(seed, [SPLIT, "direct", "sdd"]) for seed in range(first, first + 90)}
    assert {"direct", "direct+sdd"} <= makers, "whole and split programs"


@pytest.mark.parametrize("first", range(PROGRAMS, PROGRAMS + 36, 18))
def test_each_way_is_worth_the_worlds(first: int) -> None:
    for seed in range(first, first + 18):
        run(seed, [*BY_WAY, TURNS, PIECES])


class AllExclude(Exclusion):
    """Says that everything excludes everything."""

    def exclusive(self, literals: Sequence[int]) -> bool:
        return True


class NothingShared(Emission):
    """Overlooks that parts share choices."""

    def _shared(self, literals: Sequence[int]) -> int:
        return 0


class AllFamilies(Separators):
    """Takes conditions to exclude each other that do not."""

    def _family(self, numbers: Sequence[int]) -> object:
        return [({**dict.fromkeys(numbers, False), number: True}, [number]) for number in numbers]


class NoValues(Conditioning):
    """Takes values to be excluded that are not."""

    def _allows(self, literal: int, choice: int, value: int) -> bool:
        return literal < 0


class AllApart(Dominators):
    """Says of all gates that their choices are reached through them alone."""

    def __init__(self, builder: FormulaBuilder, roots: Sequence[int]) -> None:
        super().__init__(builder, roots)
        exclusion = Exclusion(FormulaNodes(builder, [9] * 99))
        self.dominated = {vertex: exclusion.support(vertex).bit_count() if vertex > 1 else 0 for vertex in self.dominated}


MUTATIONS = {
    "everything excludes everything": (emission, "Exclusion", AllExclude),
    "choices are overlooked": (direct, "Emission", NothingShared),
    "cases are left out": (emission, "Separators", AllFamilies),
    "values are excluded that are not": (emission, "Conditioning", NoValues),
    "parts are not apart": (holes, "Dominators", AllApart),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_wrong_certificates_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*MUTATIONS[name])

    def wrong(seed: int) -> bool:
        try:
            run(seed, [SPLIT])
        except AssertionError:
            return True
        return False

    assert any(wrong(seed) for seed in range(PROGRAMS))


def merged(program: GroundProgram, literals: Sequence[int], check: Callable[[], None] | None = None) -> tuple[FormulaBuilder, list[int]]:
    """Take atoms with one name for the same where their rules are, but not where only the rules of what they use tell them apart."""
    bodies: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for head, body in program.pairs():
        bodies[head].append(body)
    kinds: dict[int, Hashable] = {atom: program.names.get(atom) if atom in bodies else atom for atom in {*bodies, *program.choice_atoms}}
    rules = {
        head: frozenset(frozenset((literal > 0, kinds.get(abs(literal), abs(literal))) for literal in body) for body in found)
        for head, found in bodies.items()
    }
    first: dict[Hashable, int] = {}
    same = {head: first.setdefault((kinds[head], rules[head]), head) for head in sorted(bodies)}

    def meant(literal: int) -> int:
        atom = same.get(abs(literal), abs(literal))
        return atom if literal > 0 else -atom

    kept = tuple(GroundRule(head, tuple(map(meant, body))) for head, found in bodies.items() if same[head] == head for body in found)
    return build_formula(replace(program, rules=kept), [meant(literal) for literal in literals], check)


def test_atoms_that_are_merged_wrongly_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nesylang.compilation.compile.build_formula", merged)
    wrong = 0
    for seed in range(2, PROGRAMS, 3):
        try:
            run(seed, [SPLIT])
        except AssertionError:
            wrong += 1
    assert wrong >= 5


def formula_of(program: GroundProgram) -> Formula:
    """Return the formula of all queries and evidence of a program."""
    literals = [answer.literal for query in program.queries for answer in query.answers] + [piece.literal for piece in program.evidence]
    builder, roots = build_formula(program, literals)
    return builder.formula(roots)


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_what_is_shown_of_formulas_holds_in_their_truth_tables(first: int) -> None:
    shown = 0
    for seed in range(first, first + 40):
        program = random_program(seed)
        formula = formula_of(program)
        numbers = [number for number in formula.reachable(formula.roots) if number > 1]
        if any(formula.nodes[number - 1].kind is Kind.RESULT for number in numbers):
            continue
        values = [found.values for found in program.choices]
        exclusion = Exclusion(FormulaNodes(FormulaBuilder.of(formula), values))
        literals = [sign * number for number in numbers[-12:] for sign in (1, -1)]
        pairs = [(one, other) for one, other in combinations(literals, 2) if exclusion.exclude(one, other)]
        shown += len(pairs)
        for values_of_world in product(*map(range, values)):
            world = dict(enumerate(values_of_world))
            truth = {literal: holds(formula, literal, world) for literal in literals}
            assert not any(truth[one] and truth[other] for one, other in pairs)
            for literal in literals:
                exact = exclusion.values(literal)
                assert exact is None or truth[literal] is bool(exact[1] >> world[exact[0]] & 1)
                if truth[literal]:
                    assert all(allowed >> world[number] & 1 for number, allowed in exclusion.allowed(literal).items())
    assert shown > 500
