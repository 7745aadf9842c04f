"""The equations that the rules of a strongly connected component are: disjunctions of products of its own atoms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from nesylang.formula.formula import FALSE, TRUE, FormulaBuilder, Kind

Product = tuple[int, ...]
"""Atoms of a component, in ascending order, each once; the empty product is true."""

Sum = dict[Product, dict[int, None]]
"""Products of atoms, each with the literals of which one has to hold for it to count: those of the empty product are the constant."""

SUBSETS = 4
"""Most atoms of a product of which all smaller products are looked for."""

MOST = 64
"""Most literals below one of a disjunction that are compared with the others."""


class Equations:
    """``atom = or of (one of some literals, and all atoms of a product)``, to be solved for the least values.

    A product with the atom itself adds nothing to the least solution, and neither does a product whose literals imply those of a smaller
    one: both are left out.
    """

    def __init__(self, builder: FormulaBuilder) -> None:
        self.builder = builder
        self.sums: dict[int, Sum] = {}
        self.occurrences: dict[int, dict[tuple[int, Product], None]] = {}
        """For each atom the equations and products that it occurs in."""

    def declare(self, atom: int) -> None:
        """Add an equation that says that an atom is false, to be added to."""
        self.sums.setdefault(atom, {})
        self.occurrences.setdefault(atom, {})

    def add(self, atom: int, product: Iterable[int], literal: int) -> None:
        """Add to the equation of an atom a product of atoms, all of them declared, that counts where a literal holds."""
        factors = tuple(sorted(set(product)))
        if literal == FALSE or atom in factors:
            return
        total = self.sums[atom]
        if factors not in total:
            total[factors] = {}
            for factor in factors:
                self.occurrences[factor][atom, factors] = None
        total[factors][literal] = None

    def remove(self, atom: int, product: Product) -> int:
        """Take a product out of an equation and return the literal that it counted with."""
        for factor in product:
            del self.occurrences[factor][atom, product]
        return disjunction(self.builder, self.sums[atom].pop(product))

    def simplify(self, atom: int) -> Mapping[Product, int]:
        """Return the products of an atom's equation and what each counts with, having left out those that smaller ones make superfluous."""
        total = self.sums[atom]
        found: dict[Product, int] = {}
        for product in sorted(total, key=len):
            literal = disjunction(self.builder, total[product])
            if literal == FALSE or self._superfluous(product, literal, found):
                self.remove(atom, product)
            else:
                found[product] = literal
                total[product] = {literal: None}
        return found

    def _superfluous(self, product: Product, literal: int, smaller: Mapping[Product, int]) -> bool:
        if not product:
            return False
        if len(product) <= SUBSETS:
            subsets: Iterable[Product] = (part for size in range(len(product)) for part in combinations(product, size))
        else:
            atoms = set(product)
            subsets = (part for part in smaller if atoms.issuperset(part))
        return any(part in smaller and self.builder.implies(literal, smaller[part]) for part in subsets)

    def edges(self) -> dict[int, list[int]]:
        """Return for each atom the atoms of its equation."""
        return {atom: list(dict.fromkeys(factor for product in total for factor in product)) for atom, total in self.sums.items()}

    def constant(self, atom: int) -> int:
        """Return the literal of an atom where all atoms of its equation are false."""
        return disjunction(self.builder, self.sums[atom].get((), ()))

    def value(self, atom: int, values: Mapping[int, int]) -> int:
        """Return the literal of an atom, given those of the atoms of its equation."""
        builder = self.builder
        terms = []
        for product, literals in self.sums[atom].items():
            terms.append(builder.conjunction([disjunction(builder, literals), *(values[factor] for factor in product)]))
        return disjunction(builder, terms)

    def part(self, component: Iterable[int], values: Mapping[int, int]) -> Equations:
        """Return the equations of some of the atoms, the literals of all other atoms put in."""
        found = Equations(self.builder)
        for atom in component:
            found.declare(atom)
        for atom in found.sums:
            for product, literals in self.sums[atom].items():
                outside = [values[factor] for factor in product if factor not in found.sums]
                literal = self.builder.conjunction([disjunction(self.builder, literals), *outside])
                found.add(atom, [factor for factor in product if factor in found.sums], literal)
        return found

    def linear(self) -> bool:
        """Return whether no product has two atoms."""
        return all(len(product) < 2 for total in self.sums.values() for product in total)


def conjuncts(builder: FormulaBuilder, literal: int, most: int | None = None) -> set[int]:
    """Return literals that hold where a literal does, itself among them: those that it is an and of, as far as ``most`` of them."""
    found = {TRUE}
    pending = [literal]
    while pending and (most is None or len(found) <= most):
        current = pending.pop()
        if current not in found:
            found.add(current)
            if current > 0 and builder.nodes[current - 1].kind is Kind.AND:
                pending.extend(builder.nodes[current - 1].children)
    return found


def disjunction(builder: FormulaBuilder, literals: Iterable[int]) -> int:
    """Return the literal of a disjunction, without those literals that are seen at once to imply another one of it."""
    kept = dict.fromkeys(literals)
    if len(kept) < 2:
        return builder.disjunction(list(kept))
    for literal in list(kept):
        if literal <= TRUE or literal not in kept:
            continue
        node = builder.nodes[literal - 1]
        if node.kind is Kind.OR and len(node.children) <= MOST:
            for child in node.children:
                kept.pop(child, None)
        elif node.kind is Kind.AND:
            del kept[literal]
            if kept.keys().isdisjoint(conjuncts(builder, literal, MOST)):
                kept[literal] = None
    return builder.disjunction(list(kept))
