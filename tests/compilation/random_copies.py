"""Random loops of which there are several copies, all the same or nearly so, as where a grounder derives atoms from several calls.

``path(X, Y)`` and ``path(1, Y)`` both give a ``path(1, 2)``: atoms with one name, in components of their own, whose rules are mostly the
same. What takes them for the same atom has to notice every rule that one of them has and the other has not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

Rules = list[tuple[int, tuple[int, ...]]]
Pattern = list[tuple[int, tuple[int, ...], tuple[int, ...]]]
"""Rules of a loop: the place of the head, those of the atoms of the loop in the body, and literals from below."""

LARGEST = 36
"""Most rules of all copies, about."""


def copied_loops(rng: random.Random, lower: list[int], rules: Rules, names: dict[int, str | None]) -> list[int]:
    """Add one or two strata of copies, and conditions on these; return all atoms so far.

    ``names`` says which names copies have: a copy that of its original, or None where it has none; all names are confused now and then.
    """
    atoms = list(lower)
    for stratum in range(rng.choice([1, 1, 2])):
        if rng.random() < 0.5:
            copies = _alike(rng, atoms, rules)
        else:
            pattern, size = rng.choice([_any, _any, _paths, _ring])(rng, atoms)
            most = max(2, min(6, LARGEST // max(1, len(pattern))))
            copies = _copies(rng, size, rng.randint(2, most), atoms[-1] + 1)
            rules.extend(_rules(rng, pattern, copies, atoms))
        own = list(copies.values())
        named = rng.choice(["copies", "copies", "nothing", "one", "few"])
        for (_, place), atom in copies.items():
            kinds = {"copies": f"s{stratum}_{place}", "nothing": None, "one": "same", "few": f"n{rng.randint(0, 1)}"}
            names[atom] = kinds[named]
        atoms += own
        for _ in range(rng.randint(1, 3)):
            condition = atoms[-1] + 1
            rules.extend((condition, _condition(rng, copies, own, lower)) for _ in range(rng.randint(1, 2)))
            atoms.append(condition)
    rng.shuffle(rules)
    return atoms


def pairs_of_copies(names: Mapping[int, str | None]) -> list[tuple[int, int]]:
    """Return pairs of atoms with the same name, or without any."""
    atoms = sorted(names)
    return [(one, other) for one, other in product(atoms, atoms) if one != other and names[one] == names[other]]


def _copies(rng: random.Random, size: int, count: int, first: int) -> dict[tuple[int, int], int]:
    """Return the atoms of some copies by the copy and their place in it; the first has all, others may lack some."""
    complete = rng.random() < 0.6
    wanted = [(copy, place) for copy in range(count) for place in range(size) if copy == 0 or complete or rng.random() < 0.75]
    numbers = list(range(first, first + len(wanted)))
    if rng.random() < 0.5:
        rng.shuffle(numbers)
        return dict(sorted(zip(wanted, numbers, strict=True), key=lambda item: item[1]))
    return dict(zip(wanted, numbers, strict=True))


def _rules(
    rng: random.Random, pattern: Pattern, copies: Mapping[tuple[int, int], int], lower: Sequence[int]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the rules of all copies: the same ones but for few, which refer to other copies as often as is drawn."""
    count = 1 + max(copy for copy, _ in copies)
    different = rng.choice([0.0, 0.02, 0.05, 0.15])
    mutual = rng.choice([0.0, 0.0, 0.2, 0.6])
    for copy in range(count):
        for place, inside, outside in pattern:
            head = copies.get((copy, place))
            if head is None or (different and rng.random() < different):
                continue
            body = [copies.get((rng.randrange(count) if rng.random() < mutual else copy, used), copies[0, used]) for used in inside]
            below = [_literal(rng, lower) if rng.random() < different else literal for literal in outside]
            if rng.random() < 0.3:
                below.reverse()
            yield head, (*body, *below) if rng.random() < 0.8 else (*below, *body)
            if rng.random() < different:
                yield head, (_literal(rng, lower), *([rng.choice(list(copies.values()))] if rng.random() < 0.5 else []))


def _alike(rng: random.Random, lower: Sequence[int], rules: Rules) -> dict[tuple[int, int], int]:
    """Add atoms that are all alike at first sight: few kinds of rules, between atoms that are drawn; return these as copies of one."""
    literals = [_literal(rng, lower) for _ in range(rng.randint(1, 3))]
    steps = [(count, rng.choice([(), *((literal,) for literal in literals)])) for count in (1, 1, rng.choice([1, 2]))]
    kinds = [[(0, (rng.choice(literals),))], *([step] for step in steps), [steps[0], (0, (literals[-1],))]]
    own = [lower[-1] + 1 + place for place in range(rng.randint(4, 14))]
    for place, atom in enumerate(own):
        kind = kinds[place] if place < len(kinds) else rng.choice(kinds)
        for inside, outside in kind:
            rules.append((atom, (*(rng.choice(own) for _ in range(inside)), *outside)))
    return {(copy, 0): atom for copy, atom in enumerate(own)}


def _condition(rng: random.Random, copies: Mapping[tuple[int, int], int], own: Sequence[int], lower: Sequence[int]) -> tuple[int, ...]:
    """Return a body on copies: mostly that one holds and another of the same atom does not."""
    place = rng.choice([place for _, place in copies])
    same = [atom for (_, other), atom in copies.items() if other == place]
    if len(same) > 1 and rng.random() < 0.6:
        one, other = rng.sample(same, 2)
        return rng.choice([(one, -other), (one, other), (-one, -other)])
    return tuple(_literal(rng, [*own, *own, *lower]) for _ in range(rng.randint(1, 3)))


def _literal(rng: random.Random, atoms: Sequence[int]) -> int:
    atom = rng.choice(atoms)
    return atom if rng.random() < 0.7 else -atom


def _any(rng: random.Random, lower: Sequence[int]) -> tuple[Pattern, int]:
    """Return any rules, with none, one or two atoms of their own in the body."""
    size = rng.randint(1, 5)
    pattern = []
    for place in [*range(size), *(rng.randrange(size) for _ in range(rng.randint(1, size + 1)))]:
        inside = tuple(rng.randrange(size) for _ in range(rng.choice([0, 1, 1, 2, 2])))
        outside = tuple(_literal(rng, lower) for _ in range(rng.randint(0 if inside else 1, 2)))
        pattern.append((place, inside, outside))
    return pattern, size


def _paths(rng: random.Random, lower: Sequence[int]) -> tuple[Pattern, int]:
    """Return the paths between two or three things: doubly recursive, or by edges at their beginning or end."""
    things = range(rng.choice([2, 2, 3]))
    place = {pair: number for number, pair in enumerate(product(things, things))}
    edges = {pair: _literal(rng, lower) for pair in place if rng.random() < 0.7}
    pattern: Pattern = [(place[pair], (), (edge,)) for pair, edge in edges.items()]
    kind = rng.choice(["double", "double", "first", "last"])
    for x, y, z in product(things, things, things):
        if kind == "double" and x != z != y and (len(things) < 3 or rng.random() < 0.8):
            pattern.append((place[x, y], (place[x, z], place[z, y]), ()))
        elif kind == "first" and (x, z) in edges:
            pattern.append((place[x, y], (place[z, y],), (edges[x, z],)))
        elif kind == "last" and (z, y) in edges:
            pattern.append((place[x, y], (place[x, z],), (edges[z, y],)))
    return pattern, len(place)


def _ring(rng: random.Random, lower: Sequence[int]) -> tuple[Pattern, int]:
    """Return a ring that looks the same from each of its atoms, but for where it begins."""
    size = rng.randint(2, 6)
    step = () if rng.random() < 0.5 else (_literal(rng, lower),)
    pattern: Pattern = [(place, ((place + 1) % size,), step) for place in range(size)]
    start = _literal(rng, lower)
    pattern.extend((place, (), (start,)) for place in rng.sample(range(size), rng.randint(1, min(3, size))))
    return pattern, size
