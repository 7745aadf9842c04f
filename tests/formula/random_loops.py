"""Random ground programs with loops of all kinds, and what they mean in all worlds at once: sets of worlds as the bits of numbers.

Relations that are composed with themselves, with rules left out, added and restricted, come next to rules of any form; strata are copied
and their rules redirected to the copies, as a grounder derives atoms from several calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from random import Random

from nesylang.formula import FormulaBuilder, Kind
from nesylang.grounding.program import GroundProgram
from tests.reference.ground import choice, ground_program, named

Rules = list[tuple[int, tuple[int, ...]]]


@dataclass(frozen=True)
class Case:
    """A program, its strata of derived atoms from below, and the atoms to ask for."""

    program: GroundProgram
    strata: list[list[int]]
    asked: list[int]

    def worlds(self) -> tuple[int, list[list[int]]]:
        """Return all worlds, and those in which each choice has each of its values."""
        sizes = [found.values for found in self.program.choices]
        total = prod(sizes)
        step = 1
        values = []
        for size in sizes:
            values.append([sum(1 << world for world in range(total) if world // step % size == value) for value in range(size)])
            step *= size
        return (1 << total) - 1, values

    def truth(self) -> dict[int, int]:
        """Return the worlds in which each atom is true: its least fixpoint, stratum by stratum."""
        every, values = self.worlds()
        true = {atom: values[number][value] for atom, (number, value) in self.program.choice_atoms.items()}
        for stratum in self.strata:
            true.update(dict.fromkeys(stratum, 0))
            own = set(stratum)
            rules = [(head, body) for head, body in self.program.pairs() if head in own]
            changed = True
            while changed:
                changed = False
                for head, body in rules:
                    holds = every
                    for literal in body:
                        holds &= true[literal] if literal > 0 else every ^ true[-literal]
                    if holds & ~true[head]:
                        true[head] |= holds
                        changed = True
        return true

    def meanings(self, builder: FormulaBuilder, literals: Sequence[int]) -> list[int]:
        """Return the worlds in which some literals of a formula without aggregates are true."""
        every, values = self.worlds()
        found = [0]
        for node in builder.nodes:
            children = [] if node.kind is Kind.LEAF else [found[child] if child > 0 else every ^ found[-child] for child in node.children]
            if node.kind is Kind.LEAF:
                found.append(values[node.children[0]][node.children[1]])
            elif node.kind is Kind.OR:
                found.append(_union(children))
            else:
                found.append(every ^ _union([every ^ child for child in children]))
        return [found[literal] if literal > 0 else every ^ found[-literal] for literal in literals]


def _union(sets: Sequence[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def random_case(seed: int, most_choices: int = 7) -> Case:
    """Return a program with one or two strata that loops run through, the same for a seed."""
    random = Random(seed)
    choices = []
    for number in range(random.randint(1, most_choices)):
        size = random.choice([1, 1, 1, 2, 3])
        exhaustive = size > 1 and random.random() < 0.4
        choices.append(choice(number, [1 / (size + (not exhaustive))] * size, exhaustive))
    lower = list(range(1, sum(len(found.weights) for found in choices) + 1))
    rules: Rules = []
    strata: list[list[int]] = []
    for _ in range(random.randint(1, 2)):
        kind = random.choice(["linear", "double", "any", "closure", "damaged", "damaged", "equivalence"])
        own = _relation(random, kind, lower, rules) if kind in ("closure", "damaged", "equivalence") else _any(random, kind, lower, rules)
        lower += own
        strata.append(own)
    copies = _copied(random, rules, strata, lower) if random.random() < 0.5 else {}
    random.shuffle(rules)
    asked = list(lower) if random.random() < 0.5 else random.sample(lower, min(len(lower), random.randint(1, 4)))
    program = ground_program(choices, rules, asked[:1])
    confused = random.choice([0.0, 0.0, 0.2, 1.0])
    names = {atom: named(f"a{copies.get(atom, atom)}") for atom in program.names}
    for atom in names:
        if random.random() < confused:
            names[atom] = named(f"n{random.randint(0, 2)}")
    return Case(replace(program, names=names), strata, asked)


def _below(random: Random, lower: Sequence[int], most: int) -> tuple[int, ...]:
    return tuple(random.choice(lower) * random.choice([1, 1, -1]) for _ in range(random.randint(0, most)))


def _any(random: Random, kind: str, lower: Sequence[int], rules: Rules) -> list[int]:
    count = random.randint(1, 9)
    own = list(range(lower[-1] + 1, lower[-1] + 1 + count))
    inside = {"linear": [0, 1, 1], "double": [0, 1, 2, 2], "any": [0, 1, 2, 3, 4]}[kind]
    for _ in range(random.randint(count, 3 * count)):
        body = [*(random.choice(own) for _ in range(random.choice(inside))), *_below(random, lower, 2)]
        random.shuffle(body)
        rules.append((random.choice(own), tuple(body)))
    return own


def _relation(random: Random, kind: str, lower: Sequence[int], rules: Rules) -> list[int]:
    """Add the rules of a relation over up to four things that is composed with itself; return its atoms."""
    things = range(random.randint(2, 4))
    pairs = list(product(things, things))
    atom = {pair: lower[-1] + 1 + place for place, pair in enumerate(pairs)}
    for pair in pairs:
        rules.extend((atom[pair], (random.choice(lower), *_below(random, lower, 1))) for _ in range(random.choice([0, 1, 1, 2])))
    middle = {thing: (random.choice(lower),) if random.random() < 0.3 else () for thing in things}
    damaged = kind == "damaged"
    for x, y, z in product(things, things, things):
        if not damaged or random.random() > 0.1:
            rules.append((atom[x, y], (atom[x, z], atom[z, y], *middle[z], *(_below(random, lower, 1) if damaged else ()))))
    if kind == "equivalence":
        rules.extend((atom[x, y], (atom[y, x],)) for x, y in pairs if x != y and random.random() < 0.95)
    own = list(atom.values())
    for _ in range(random.randint(0, 4) if damaged else 0):
        rules.append((random.choice(own), (*random.sample(own, random.choice([1, 2])), *_below(random, lower, 1))))
    return own


def _copied(random: Random, rules: Rules, strata: list[list[int]], lower: list[int]) -> dict[int, int]:
    """Copy most atoms with most of their rules, let rules use copies here and there; return what the copies are copies of."""
    of: dict[int, int] = {}
    for stratum in strata:
        copy = {}
        for atom in [atom for atom in stratum if random.random() < 0.7]:
            copy[atom] = max(lower) + 1
            of[copy[atom]] = atom
            lower.append(copy[atom])

        def redirected(body: tuple[int, ...], copy: Mapping[int, int] = copy) -> tuple[int, ...]:
            return tuple(
                literal if abs(literal) not in copy or random.random() < 0.5 else copy[abs(literal)] * (1 if literal > 0 else -1)
                for literal in body
            )

        own = set(stratum)
        for place, (head, body) in enumerate(list(rules)):
            if head in own:
                rules[place] = head, redirected(body)
                if head in copy and random.random() < 0.97:
                    rules.append((copy[head], redirected(body)))
        stratum += copy.values()
    return of
