"""Atoms that a grounder has derived several times, from different calls: ``path(X, Y)`` and ``path(1, Y)`` both give a ``path(1, 2)``.

Atoms with one name are taken for the same as long as their rules are the same when this is done everywhere at once. Rules that cannot be
told apart have the same least fixpoint, level by level of negation, so that nothing rests on the names: they only say what is tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence


def same_atoms(atoms: Iterable[int], bodies: Mapping[int, Sequence[tuple[int, ...]]], names: Mapping[int, Hashable]) -> dict[int, int]:
    """Return for atoms that mean the same as another one which atom stands for them; ``atoms`` has all that any of them depends on.

    Each class of atoms with one name, or without any, is split until the rules of its atoms have the same classes in their bodies. Of a
    class that is split, the largest part remains what it is, and the atoms that use one of the others are looked at again.
    """
    by_name: dict[Hashable, list[int]] = defaultdict(list)
    for atom in atoms:
        if atom in bodies:
            by_name[names.get(atom)].append(atom)
    classes = [members for members in by_name.values() if len(members) > 1]
    if not classes:
        return {}
    split = _Classes(classes, bodies, [atom for members in by_name.values() for atom in members])
    split.refine()
    return {atom: min(members) for members in split.members for atom in members if atom != min(members)}


class _Classes:
    def __init__(self, members: list[list[int]], bodies: Mapping[int, Sequence[tuple[int, ...]]], heads: Sequence[int]) -> None:
        self.members = members
        self.bodies = bodies
        self.class_of = {atom: number for number, own in enumerate(members) for atom in own}
        self.users: dict[int, list[int]] = defaultdict(list)
        for head in heads:
            if head in self.class_of:
                for atom in dict.fromkeys(abs(literal) for body in bodies[head] for literal in body):
                    self.users[atom].append(head)

    def refine(self) -> None:
        """Split the classes until the atoms of each have the same rules."""
        pending = dict.fromkeys(range(len(self.members)))
        while pending:
            number = next(iter(pending))
            del pending[number]
            found: dict[Hashable, list[int]] = defaultdict(list)
            for atom in self.members[number]:
                found[self._rules(atom)].append(atom)
            parts = sorted(found.values(), key=len, reverse=True)
            self.members[number] = parts[0]
            for part in parts[1:]:
                for atom in part:
                    self.class_of[atom] = len(self.members)
                self.members.append(part)
                for atom in part:
                    pending.update((self.class_of[user], None) for user in self.users.get(atom, ()))

    def _rules(self, atom: int) -> Hashable:
        return frozenset(frozenset(map(self._named, body)) for body in self.bodies[atom])

    def _named(self, literal: int) -> tuple[bool, bool, int]:
        """Return a literal's sign and what its atom is: the number of its class, or its own where it has none."""
        number = self.class_of.get(abs(literal))
        return literal > 0, number is None, abs(literal) if number is None else number
