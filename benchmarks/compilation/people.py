"""People who influence or approach each other: programs, and their probabilities by going through sets of people or traits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from benchmarks.compilation.case import Case, program

STRESS, INFLUENCE, ASTHMA = 0.3, 0.2, 0.4


@dataclass(frozen=True, slots=True)
class Friends:
    """People of whom each has three friends; ``observed`` are the literals of the evidence, of smokes, asthma and influences."""

    count: int
    pairs: tuple[tuple[int, int], ...]
    observed: tuple[tuple[str, tuple[int, ...], bool], ...]

    def text(self) -> str:
        """Return the program, which asks who smokes."""
        return program(
            *(f"person({i})." for i in range(self.count)),
            *(f"friend({i},{j})." for i, j in self.pairs),
            f"{STRESS}::stress(X) :- person(X).",
            f"{INFLUENCE}::influences(X, Y) :- person(X), person(Y).",
            "smokes(X) :- stress(X).",
            "smokes(X) :- friend(X, Y), influences(Y, X), smokes(Y).",
            f"{ASTHMA}::asthma(X) :- smokes(X).",
            *(f"evidence({name}({','.join(map(str, who))}),{str(value).lower()})." for name, who, value in self.observed),
            "query(smokes(_)).",
        )

    def expected(self) -> dict[str, float]:
        """Return the answers from the probability of each set of people to be those who smoke.

        A set are all smokers where its members smoke, whatever the others do, and nobody else is stressed or influenced by them. The
        first probability is what the proper subsets leave of 1; it is computed in extended precision, as differences lose digits.
        """
        blocked = {who for name, who, value in self.observed if name == "influences" and not value}
        arcs = [(j, i) for i, j in self.pairs if (j, i) not in blocked]  # j influences i
        size = 1 << self.count
        sets = np.arange(size)
        precise = np.longdouble
        if np.finfo(precise).eps > 1e-18:
            raise ArithmeticError("this check needs floating-point numbers of 80 bits")
        power = (precise(1) - precise(str(INFLUENCE))) ** np.arange(len(arcs) + 1)
        calm = (precise(1) - precise(str(STRESS))) ** np.arange(self.count + 1)
        sizes = sum(((sets >> i) & 1 for i in range(self.count)), np.zeros(size, dtype=np.int64))

        def outward(within: int, subsets: np.ndarray) -> np.ndarray:
            """Return how many arcs lead from each subset to the rest of the set."""
            return sum((((subsets >> i) & ~(subsets >> j) & (within >> j) & 1) for i, j in arcs), np.zeros(len(subsets), dtype=np.int64))

        alone = np.ones(size, dtype=precise)
        for members in range(1, size):
            subsets = _proper_subsets(members)
            weights = alone[subsets] * calm[sizes[members] - sizes[subsets]] * power[outward(members, subsets)]
            alone[members] = 1 - weights.sum()
        everybody = size - 1
        worlds = alone * calm[self.count - sizes] * power[outward(everybody, sets)]
        for name, who, value in self.observed:
            smoking = (sets >> who[0]) & 1 == 1
            if name == "smokes":
                worlds = np.where(smoking == value, worlds, 0)
            elif name == "asthma":
                worlds = worlds * np.where(smoking, precise(str(ASTHMA if value else 1 - ASTHMA)), 0 if value else 1)
        total = worlds.sum()
        return {f"smokes({i})": float(worlds[(sets >> i) & 1 == 1].sum() / total) for i in range(self.count)}


def _proper_subsets(members: int) -> np.ndarray:
    subsets = np.zeros(1, dtype=np.int64)
    for position in range(members.bit_length()):
        if members >> position & 1:
            subsets = np.concatenate([subsets, subsets | 1 << position])
    return subsets[:-1]


def friends(count: int, evidence: bool) -> Friends:
    """Return people who each have three friends; with evidence one smokes, one does not, one has asthma, one does not influence another."""
    rng = random.Random(count)
    pairs = tuple((i, j) for i in range(count) for j in sorted(rng.sample([k for k in range(count) if k != i], 3)))
    observed: tuple[tuple[str, tuple[int, ...], bool], ...] = ()
    if evidence:
        i, j = pairs[-1]
        observed = (("smokes", (2,), True), ("smokes", (3,), False), ("asthma", (5,), True), ("influences", (j, i), False))
    return Friends(count, pairs, observed)


@dataclass(frozen=True, slots=True)
class Strangers:
    """People with traits, who approach those with traits that are compatible with their own; all pairs are asked."""

    people: int
    traits: int

    def text(self) -> str:
        """Return the program."""
        return program(
            *(f"person(p{i})." for i in range(self.people)),
            *(f"trait({i})." for i in range(1, self.traits + 1)),
            "0.3::fits(S, T) :- trait(S), trait(T), S > T.",
            "compatible(S, T) :- fits(S, T).",
            "compatible(S, T) :- fits(T, S).",
            "0.6::has(P, T) :- person(P), trait(T).",
            "0.9::approaches(P, Q) :- person(P), person(Q), P \\= Q, has(P, S), has(Q, T), compatible(S, T).",
            "query(approaches(_,_)).",
        )

    def expected(self) -> dict[str, float]:
        """Return the answers, which are the same for all pairs, from all sets of traits that two people may have."""
        total = 0.0
        pairs = list(combinations(range(self.traits), 2))
        for values in product((0, 1), repeat=2 * self.traits):
            mine, theirs = values[: self.traits], values[self.traits :]
            weight = 1.0
            for value in values:
                weight *= 0.6 if value else 0.4
            missing = 1.0
            for s, t in pairs:
                chances = mine[s] * theirs[t] + mine[t] * theirs[s]
                missing *= 0.7 + 0.3 * 0.1**chances
            total += weight * (1 - missing)
        return {f"approaches(p{i},p{j})": total for i in range(self.people) for j in range(self.people) if i != j}


def people_cases() -> Iterator[Case]:
    """Yield the cases of people."""
    for count in (8, 10, 12, 14):
        for evidence, kind in ((False, "prior"), (True, "evidence")):
            group = friends(count, evidence)
            yield Case(f"smokers-{kind}-{count}", group.text, group.expected, quick=count == 8)
    for people, traits in ((3, 3), (4, 3), (4, 4), (6, 4)):
        strangers = Strangers(people, traits)
        yield Case(f"approaches-{people}-{traits}", strangers.text, strangers.expected, quick=people == 3)
