"""Random small programs whose circuits are held to every possible world, with whatever limits the direct compiler works.

python -m tests.compilation.soundness [--programs 30000] [--first 0] [--seconds 0]
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from types import ModuleType

from nesylang.circuit import Circuit
from nesylang.compilation import (
    COMPILERS,
    CompilationBudget,
    CompiledProgram,
    Compiler,
    DirectCompiler,
    SddCompiler,
    allowance,
    candidates,
    compile_program,
    direct,
    emission,
    holes,
    sdd,
    sdd_bottom_up,
    separators,
    states,
    supervision,
)
from nesylang.compilation.budget import Paused, running
from nesylang.compilation.sdd_ways import WITH_EVIDENCE
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.formula import Formula
from nesylang.grounding import exclusion
from nesylang.grounding.program import GroundProgram
from nesylang.source import NesyError
from tests.circuit.properties import assert_properties
from tests.compilation.derivatives import PRIME, assert_derivatives, random_weights
from tests.compilation.random_copies import copied_loops, pairs_of_copies
from tests.reference.ground import choice, ground_program, named, with_aggregate
from tests.reference.worlds import levels, probabilities_of, true_atoms

WORLDS = 130
"""Most worlds of a program, about."""

LIMITS: Mapping[tuple[ModuleType, str], Sequence[float]] = {
    (allowance, "LOOKS"): (0, 0, 0, 10, 300),
    (allowance, "LOOKS_PER_NODE"): (0, 0, 2, 15),
    (allowance, "LOOKS_AT_STATES"): (0, 0, 20, 3000),
    (allowance, "CASES"): (1, 30),
    (emission, "PAIRS"): (0, 3, 2000),
    (emission, "PAIRS_PER_NODE"): (0, 5),
    (emission, "WIDE"): (2, 32),
    (emission, "WRITTEN"): (0, 100_000),
    (exclusion, "FEW"): (0, 2_000),
    (emission, "LAYERS"): (1, 2, 6),
    (holes, "GROUPS"): (1, 2, 100),
    (separators, "CASES"): (2, 16),
    (states, "JOINT"): (0, 5, 200_000),
    (direct, "FEW_NODES"): (60, 1_000, 8_000),
    (direct, "LITTLE"): (0.0, 0.1, 1.0),
    (sdd, "FIRST_ROUND"): (1, 5, 20, 50, 8_000),
    (sdd, "FACTOR"): (2, 3),
    (sdd, "BEHIND"): (1, 2, 4),
    (sdd, "NEARLY"): (0.3, 0.98),
    (sdd_bottom_up, "SMALL"): (0, 0, 3_000),
    (sdd_bottom_up, "TINY"): (0, 5, 100),
    (sdd_bottom_up, "STEPS"): (10, 100, 100_000),
    (sdd_bottom_up, "GARBAGE"): (1, 50, 200_000),
    (sdd_bottom_up, "CAREFUL_NODES"): (0, 100, 1_000),
    (sdd_bottom_up, "CAREFUL_PAIRS"): (1, 50, 16_000_000),
    (candidates, "LARGEST_CLIQUE"): (2, 12),
}
"""The limits of the direct compiler and of the rounds of the other one, with the values that they are tried with."""


@dataclass(frozen=True, slots=True)
class World:
    """A world with its weight: the value of each choice, and the atoms that are true."""

    values: tuple[int, ...]
    weight: float
    true: frozenset[int]

    def holds(self, literal: int) -> bool:
        """Return whether a literal is true."""
        return (abs(literal) in self.true) is (literal > 0)


def random_program(seed: int) -> GroundProgram:
    """Return the program of a seed: choices, strata of rules with loops and shared subgoals, aggregates now and then, queries, evidence.

    In every third one there are copies of loops.
    """
    rng = random.Random(seed)
    sizes: list[int] = []
    worlds = 1
    while worlds < WORLDS and len(sizes) < 9:
        sizes.append(rng.choice([1, 1, 1, 1, 2, 3]))
        worlds *= sizes[-1] + 1
    choices = []
    for number, size in enumerate(sizes):
        shares = [rng.choice([0, 1, 2, 3, 5, 7]) for _ in range(size)]
        exhaustive = size > 1 and sum(shares) > 0 and rng.random() < 0.4
        total = sum(shares) if exhaustive else max(rng.choice([10, 13]), sum(shares))
        choices.append(choice(number, [share / total for share in shares], exhaustive))
    lower = list(range(1, sum(sizes) + 1))
    rules: list[tuple[int, tuple[int, ...]]] = []
    shape = rng.choice([_chain, _chain, _strata, _strata, _strata])
    names: dict[int, str | None] = {}
    if seed % 3 == 2:
        shape = partial(copied_loops, names=names)
    lower = shape(rng, lower, rules)
    program = ground_program(choices, rules, lower)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2])):
        atoms = sorted(program.names)
        number = rng.choice([lambda: 1, lambda: 1, lambda: rng.randint(-2, 3), lambda: rng.choice([0.1, 0.2, 0.5])])
        elements = [(number(), _literal(rng, atoms)) for _ in range(rng.randint(1, 5))]
        program = with_aggregate(program, rng.choice(["sum", "sum", "min", "max", "avg"]), elements)
        results = [atom for _, atom in program.aggregates[-1].results]
        for _ in range(rng.randint(0, 2)):
            head = max(program.names) + 1
            bodies = [tuple(_literal(rng, results * 2 + atoms) for _ in range(rng.randint(1, 3))) for _ in range(rng.randint(1, 2))]
            rules = [*((rule.head, rule.body) for rule in program.rules), *((head, body) for body in bodies)]
            extended = ground_program(choices, rules, [], aggregates=program.aggregates)
            program = replace(extended, names={**program.names, **extended.names})
    atoms = sorted(program.names)
    asked = [_literal(rng, atoms) for _ in range(rng.randint(1, 5))]
    conditions = {literal: _literal(rng, atoms) for literal in asked if rng.random() < 0.15}
    observed: dict[int, bool | None] = {}
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3, 4])):
        observed[_literal(rng, atoms)] = rng.choice([True, True, False, None])
    if copies := pairs_of_copies(names):
        asked += sorted(names) if rng.random() < 0.3 else [sign * rng.choice(copies)[0] for sign in (1, -1)]
        for atom in rng.choice(copies) if rng.random() < 0.4 else ():
            observed[atom] = rng.choice([True, True, False, None])
    found = ground_program(
        choices, [(rule.head, rule.body) for rule in program.rules], list(dict.fromkeys(asked)), observed, conditions, program.aggregates
    )
    given = {**program.names, **found.names, **{atom: named(name) for atom, name in names.items() if name is not None}}
    return replace(found, names={atom: name for atom, name in given.items() if names.get(atom, "") is not None})


def _literal(rng: random.Random, atoms: Sequence[int]) -> int:
    atom = rng.choice(atoms)
    return atom if rng.random() < 0.7 else -atom


def _strata(rng: random.Random, lower: list[int], rules: list[tuple[int, tuple[int, ...]]]) -> list[int]:
    """Add strata of rules, which use their own atoms positively and those of lower ones as they like."""
    for _ in range(rng.randint(1, 3)):
        own = [lower[-1] + 1 + position for position in range(rng.randint(2, 5))]
        for _ in range(rng.randint(len(own), 2 * len(own))):
            body = []
            for _ in range(rng.randint(1, 3)):
                body.append(rng.choice(own) if rng.random() < 0.3 else _literal(rng, lower))
            rules.append((rng.choice(own), tuple(body)))
        lower = lower + own
    return lower


def _chain(rng: random.Random, lower: list[int], rules: list[tuple[int, tuple[int, ...]]]) -> list[int]:
    """Add a chain of states that exclude each other, as carries do, and conditions on neighbours in it."""
    following = lower[-1] + 1
    previous: list[int] = []
    atoms = list(lower)
    free = list(lower)
    rng.shuffle(free)
    while free:
        used, free = free[:2], free[2:]
        signs = list(product((1, -1), repeat=len(used)))
        states = [following, following + 1]
        following += 2
        for body in product(signs, previous or [0]):
            literals = [sign * atom for sign, atom in zip(body[0], used, strict=True)]
            if rng.random() < 0.9:
                rules.append((rng.choice(states), (*literals, *([body[1]] if body[1] else []))))
        condition = following
        following += 1
        for _ in range(rng.randint(1, 3)):
            rules.append((condition, tuple(_literal(rng, [*used, *states, *previous]) for _ in range(rng.randint(1, 2)))))
        atoms += [*states, condition]
        previous = states
    every = following
    rules.append((every, tuple(atom for atom in atoms if rng.random() < 0.3)))
    return [*atoms, every]


def worlds_of(program: GroundProgram) -> list[World]:
    """Return all worlds of a program that have a weight."""
    spaces = [probabilities_of(found) for found in program.choices]
    order = levels(program)
    found = []
    for values in product(*(range(len(space)) for space in spaces)):
        weight = math.prod(space[value] for space, value in zip(spaces, values, strict=True))
        if weight:
            found.append(World(values, weight, frozenset(true_atoms(program, values, order))))
    return found


def check(program: GroundProgram, worlds: Sequence[World], compiled: CompiledProgram) -> None:
    """Assert that all roots are worth their worlds, whatever each example observes, and that the circuit is what it claims."""
    open_pieces = [piece for piece in program.evidence if piece.value is None]
    for observed in product((True, False, None), repeat=len(open_pieces)):
        pieces = [(piece.literal, piece.value) for piece in program.evidence if piece.value is not None]
        pieces += [(piece.literal, value) for piece, value in zip(open_pieces, observed, strict=True) if value is not None]
        possible = [world for world in worlds if all(world.holds(literal) is value for literal, value in pieces)]
        observations = {number: value for number, value in zip(compiled.indicators, observed, strict=True) if value is not None}
        weights = leaf_probabilities(program, compiled.circuit, observations)
        values = evaluate(compiled.circuit, weights, SEMIRINGS["probability"])
        _assert_worth(values[0], possible)
        for query, answers, conditions in zip(program.queries, compiled.answer_roots, compiled.condition_roots, strict=True):
            for answer, root, condition in zip(query.answers, answers, conditions, strict=True):
                given = possible if answer.condition is None else [world for world in possible if world.holds(answer.condition)]
                _assert_worth(values[condition], given)
                _assert_worth(values[root], [world for world in given if world.holds(answer.literal)])
    counts = [found.values for found in program.choices] + [2] * len(compiled.indicators)
    assert_properties(_stated(compiled.circuit, len(program.choices)), counts)


def check_derivatives(program: GroundProgram, worlds: Sequence[World], compiled: CompiledProgram, rng: random.Random) -> None:
    """Assert that all roots have the derivatives of their worlds with respect to the weights of all leaves, for other weights of these."""
    weights = [*random_weights(rng, [[share > 0 for share in probabilities_of(found)] for found in program.choices])]
    weights += [[rng.randrange(1, PRIME) for _ in range(2)] for _ in compiled.indicators]
    open_pieces = [piece.literal for piece in program.evidence if piece.value is None]
    possible = [
        world for world in worlds if all(world.holds(piece.literal) is piece.value for piece in program.evidence if piece.value is not None)
    ]
    claims = {0: possible}
    for query, answers, conditions in zip(program.queries, compiled.answer_roots, compiled.condition_roots, strict=True):
        for answer, root, condition in zip(query.answers, answers, conditions, strict=True):
            given = possible if answer.condition is None else [world for world in possible if world.holds(answer.condition)]
            claims[condition] = given
            claims[root] = [world for world in given if world.holds(answer.literal)]
    for position, held in claims.items():
        values = [(*world.values, *(int(not world.holds(literal)) for literal in open_pieces)) for world in held]
        assert_derivatives(compiled.circuit, compiled.circuit.roots[position], weights, values, len(program.choices))


def _stated(circuit: Circuit, choices: int) -> Circuit:
    """Return a circuit as it is checked: value-smooth only where all choices are the program's, as weights of evidence sum to two."""
    if any(number >= choices for number, _ in circuit.leaves):
        return replace(circuit, properties=replace(circuit.properties, value_smooth=False))
    return circuit


def _assert_worth(value: float, worlds: Sequence[World]) -> None:
    expected = math.fsum(world.weight for world in worlds)
    assert abs(value - expected) <= 1e-11, (value, expected)


@contextmanager
def limits(values: Mapping[tuple[ModuleType, str], float]) -> Iterator[None]:
    """Work with other limits."""
    before = {key: getattr(*key) for key in values}
    for (module, name), value in values.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for (module, name), value in before.items():
            setattr(module, name, value)


class InPieces:
    """The sdd compiler, which pauses again and again and goes on with what it knows then, as a worker goes on where a process stopped."""

    name = "sdd"

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots."""
        current = replace(running(budget), pause=sdd.FIRST_ROUND)
        while True:
            try:
                return SddCompiler().compile(formula, values, current)
            except Paused as pause:
                current = replace(current, pause=4 * max(pause.tried.nodes, sdd.FIRST_ROUND), tried=pause.tried)


SPLIT, DIRECT, SDD, TURNS, PIECES = "split", "direct", "sdd", "in turns", "in pieces"
"""The direct compiler that never compiles a formula as a whole, both compilers as users have them, and two that never start a worker."""

BY_WAY = {f"by {name}": SddCompiler((name,)) for name in WITH_EVIDENCE}
"""Compilers that work in one way only."""

COMPILERS_HELD: Mapping[str, Compiler] = {
    SPLIT: DirectCompiler(SddCompiler()),
    TURNS: SddCompiler(),
    PIECES: InPieces(),
    **BY_WAY,
    **COMPILERS,
}

WORKER = 1_000
"""In how many programs one is compiled by a worker."""


def run(seed: int, names: Sequence[str] = (SPLIT, SDD)) -> str:
    """Check the program of a seed, compiled by some compilers; return which compiler made the circuit of the first."""
    program = random_program(seed)
    worlds = worlds_of(program)
    rng = random.Random(-seed)
    chosen = {key: rng.choice(values) for key, values in LIMITS.items()} if seed % 4 else {}
    if seed % WORKER == 0:
        chosen[supervision, "CAREFUL_NODES"] = 0
    makers = []
    for name in names:
        with limits(chosen):
            compiled = compile_program(program, COMPILERS_HELD[name], CompilationBudget())
        try:
            check(program, worlds, compiled)
            check_derivatives(program, worlds, compiled, rng)
        except AssertionError as failure:
            raise AssertionError(f"{name}: {failure}") from failure
        makers.append(compiled.circuit.compiler)
    return makers[0]


def compilers_of(seed: int) -> Sequence[str]:
    """Return the names of the compilers that a program is compiled by: two, all of them for every seventh program."""
    return list(COMPILERS_HELD) if seed % 7 == 0 or seed % WORKER == 0 else (SPLIT, SDD)


def main() -> int:
    """Run many programs; return 1 if one is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.compilation.soundness", description="Hold random programs to their worlds.")
    parser.add_argument("--programs", type=int, default=30_000, help="how many (default 30000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so many seconds")
    given = parser.parse_args()
    began = time.monotonic()
    makers: Counter[str] = Counter()
    wrong = []
    for seed in range(given.first, given.first + given.programs):
        if time.monotonic() - began > given.seconds:
            break
        try:
            makers[run(seed, compilers_of(seed))] += 1
        except (AssertionError, ArithmeticError, LookupError, NesyError, RuntimeError, TypeError, ValueError) as failure:
            wrong.append(seed)
            sys.stdout.write(f"seed {seed}: {type(failure).__name__} {str(failure)[:200]}\n")
    sys.stdout.write(f"{sum(makers.values())} programs are right, {len(wrong)} wrong; made by {dict(makers)}\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
