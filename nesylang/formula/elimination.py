"""Equations solved by elimination: atom after atom is replaced by what it stands for, then the values are filled in backwards.

Over the Boolean lattice ``x = a or (b and x)`` has the least solution ``a``. So an equation that its own atom was left out of is solved,
and can be put in place of the atom wherever it occurs. This is Gaussian elimination over a closed semiring in which the star of every
element is one (Backhouse and Carre, Regular algebra applied to path-finding problems, 1975; Lehmann, Algebraic structures for transitive
closure, 1977; for equations that are not linear: Bekic's rule for simultaneous fixpoints, 1969). While equations are linear, each step
adds at most as many products as the atom has occurrences times products of its own, and these are at most the square of the number of
atoms. The order is Markowitz's: next comes an atom for which this number is least. Where products have several atoms it can grow without
limit; then elimination goes on as long as it makes the number of products times that of atoms smaller, which bounds the work of iterating
what is left.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, MutableMapping

from nesylang.formula.components import cutting_atoms
from nesylang.formula.equations import Equations
from nesylang.formula.formula import FALSE


def eliminate(equations: Equations, component: Collection[int], values: MutableMapping[int, int]) -> None:
    """Give the atoms of a component the literals of the least solution; ``values`` has those of all other atoms."""
    elimination = _Elimination(equations, component)
    rest = elimination.run()
    if rest:
        iterate(equations, rest, values)
    for atom in reversed(elimination.order):
        values[atom] = equations.value(atom, values)


class _Elimination:
    def __init__(self, equations: Equations, component: Collection[int]) -> None:
        self.equations = equations
        self.position = {atom: place for place, atom in enumerate(component)}
        self.order: list[int] = []
        self.heap = [(self._cost(atom), place, atom) for atom, place in self.position.items()]
        heapq.heapify(self.heap)
        self.size = sum(len(equations.sums[atom]) for atom in component)

    def run(self) -> list[int]:
        """Eliminate atoms in the order of their cost; return those that are left because it would take too much."""
        remaining = dict.fromkeys(self.position)
        while self.heap:
            cost, place, atom = heapq.heappop(self.heap)
            if atom not in remaining:
                continue
            now = self._cost(atom)
            if now != cost:
                heapq.heappush(self.heap, (now, place, atom))
                continue
            if not self._linear(atom) and not self._pays(atom, cost, len(remaining)):
                break
            del remaining[atom]
            self.order.append(atom)
            for changed in self._eliminate(atom):
                if changed in remaining:
                    heapq.heappush(self.heap, (self._cost(changed), self.position[changed], changed))
        return list(remaining)

    def _cost(self, atom: int) -> int:
        total = self.equations.sums[atom]
        return (len(total) - (() in total)) * len(self.equations.occurrences[atom])

    def _pays(self, atom: int, cost: int, remaining: int) -> bool:
        """Return whether it makes the equations times the rounds that they would take to iterate less to eliminate an atom."""
        removed = len(self.equations.sums[atom]) + len(self.equations.occurrences[atom])
        return (self.size + cost - removed) * (remaining - 1) <= self.size * remaining

    def _linear(self, atom: int) -> bool:
        """Return whether no product that an atom is in or has in its equation has several atoms."""
        own = all(len(product) < 2 for product in self.equations.sums[atom])
        return own and all(len(product) < 2 for _, product in self.equations.occurrences[atom])

    def _eliminate(self, atom: int) -> dict[int, None]:
        """Put an atom's equation in its place; return the atoms whose cost may have changed."""
        equations = self.equations
        own = equations.simplify(atom)
        changed = {factor: None for product in own for factor in product}
        for head, product in list(equations.occurrences[atom]):
            before = len(equations.sums[head])
            literal = equations.remove(head, product)
            others = [factor for factor in product if factor != atom]
            for replacement, condition in own.items():
                equations.add(head, [*others, *replacement], equations.builder.conjunction([literal, condition]))
            self.size += len(equations.sums[head]) - before
            changed[head] = None
            changed.update(dict.fromkeys(others))
        # The equation itself is out of the way of those that remain.
        for product in own:
            for factor in product:
                del equations.occurrences[factor][atom, product]
        self.size -= len(own)
        return changed


def iterate(equations: Equations, component: Collection[int], values: MutableMapping[int, int]) -> None:
    """Give the atoms of a component the literals of the least solution, by rounds of putting in what the round before has found.

    As many rounds suffice as there are atoms in a set that cuts all cycles: in every world each round but the last makes one of them
    true. A round in which nothing changes is the last one. An equation whose atoms have kept their literals is not looked at again.
    """
    edges = equations.edges()
    cut, order = cutting_atoms(edges, component, next(iter(component)))
    current = dict.fromkeys(cut, FALSE)
    known: dict[int, tuple[tuple[int, ...], int]] = {}
    for _ in range(len(cut) + 1):
        values.update(current)
        following = {}
        for atom in order:
            inputs = tuple(values[factor] for factor in edges[atom])
            if atom not in known or known[atom][0] != inputs:
                known[atom] = inputs, equations.value(atom, values)
            value = known[atom][1]
            if atom in current:
                following[atom] = value
            else:
                values[atom] = value
        if following == current:
            break
        current = following
    values.update(current)
