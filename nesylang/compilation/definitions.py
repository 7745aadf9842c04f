"""Formulas of several roots as one: each answer gets a name, and what the names stand for is part of the formula.

The roots of a program are answers that hold together with the evidence. Compiled one by one they repeat the evidence; as one formula
"the evidence holds, and each name holds where its answer does" they are compiled once, and each root is the context of a name. An answer
that other answers depend on is known to them by its name, so that a chain or a network of answers falls into pieces that know little of
each other, as in the encoding of Bayesian networks by Chavira and Darwiche (2008). Names are decided by choices: forgetting them at the
end, which makes their leaves true, leaves circuits deterministic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nesylang.formula import FALSE, TRUE, Formula, FormulaBuilder, Kind


@dataclass(frozen=True, slots=True)
class Joint:
    """A formula with one root, and for each root that it was made of the literal of its name.

    Names are choices of two values, true first, that follow those of ``values``. The literal of a root is the leaf (name, 0), negative
    where the answer is the opposite, TRUE where the root is all of the formula, FALSE where it is false. Names are numbered from
    ``first_name``; ``count`` is how many there are, ``answers`` how many different answers
    they name at least.
    """

    formula: Formula
    values: tuple[int, ...]
    names: tuple[int, ...]
    first_name: int
    count: int
    answers: int


def joined(formula: Formula, values: Sequence[int], atoms: bool) -> Joint:
    """Return the roots of a formula as one; with ``atoms`` all disjunctions that are used more than once have names as well."""
    builder = FormulaBuilder.of(formula)
    roots = _possible(formula)
    shared = in_common(formula)
    base = builder.conjunction(_topmost(formula, roots[0], shared, inside=True) if roots else [])
    rest = {root: builder.conjunction(_topmost(formula, root, shared, inside=False)) for root in roots}
    whole = builder.formula([base, *rest.values()])
    named = {abs(literal) for literal in rest.values() if abs(literal) != TRUE}
    if atoms:
        named |= _shared_disjunctions(whole)
    return _named(whole, base, [rest.get(root, FALSE) for root in formula.roots], named, values)


def in_common(formula: Formula) -> set[int]:
    """Return the literals that are conjuncts of all roots but those that are false: what evidence says is among them."""
    below = [set(_conjuncts(formula, root)) for root in _possible(formula)]
    return set.intersection(*below) if below else set()


def _possible(formula: Formula) -> list[int]:
    return [root for root in dict.fromkeys(formula.roots) if root != FALSE]


def _named(whole: Formula, base: int, roots: Sequence[int], named: set[int], values: Sequence[int]) -> Joint:
    """Return the formula in which names stand for nodes everywhere, and say what they stand for."""
    builder = FormulaBuilder()
    made = {TRUE: TRUE}
    definitions = []
    count = len(values)
    for number in whole.reachable(whole.roots):
        node = whole.nodes[number - 1]
        if node.kind is Kind.CONSTANT:
            continue
        if node.kind is Kind.LEAF:
            literal = builder.leaf(*node.children)
        else:
            children = [_literal(made, child) for child in node.children]
            literal = builder.conjunction(children) if node.kind is Kind.AND else builder.disjunction(children)
        if number in named and abs(literal) != TRUE:
            name = builder.leaf(count, 0)
            count += 1
            same = [builder.conjunction([name, literal]), builder.conjunction([-name, -literal])]
            definitions.append(builder.disjunction(same))
            literal = name
        made[number] = literal
    names = tuple(_literal(made, root) for root in roots)
    combined = builder.formula([builder.conjunction([_literal(made, base), *definitions])])
    flat = builder.conjunction([part for part in _conjuncts(combined, combined.roots[0]) if not _parts(combined, part)])
    added = count - len(values)
    return Joint(builder.formula([flat]), (*values, *([2] * added)), names, len(values), added, len({abs(name) for name in names} - {TRUE}))


def _literal(made: Mapping[int, int], literal: int) -> int:
    return made[literal] if literal > 0 else -made[-literal]


def _parts(formula: Formula, literal: int) -> Sequence[int]:
    """Return the literals that a literal is the conjunction of; none where it is no conjunction."""
    node = formula.node(literal)
    if node.kind is not (Kind.AND if literal > 0 else Kind.OR):
        return ()
    return node.children if literal > 0 else [-child for child in node.children]


def _conjuncts(formula: Formula, literal: int) -> Iterator[int]:
    """Yield a literal, and all that are conjuncts of it or of its conjuncts."""
    seen = {literal}
    pending = [literal]
    while pending:
        conjunct = pending.pop()
        yield conjunct
        for part in _parts(formula, conjunct):
            if part not in seen:
                seen.add(part)
                pending.append(part)


def _topmost(formula: Formula, literal: int, shared: Collection[int], inside: bool) -> list[int]:
    """Return literals whose conjunction is, together with the shared ones, a literal: shared ones themselves, or those beside them.

    They are as large as possible: a conjunction is not taken apart where none of its conjuncts are shared.
    """
    found: dict[int, None] = {}
    seen = {literal}
    pending = [literal]
    while pending:
        conjunct = pending.pop()
        if conjunct in shared:
            if inside:
                found.setdefault(conjunct)
        elif not any(below in shared for below in _conjuncts(formula, conjunct)):
            if not inside:
                found.setdefault(conjunct)
        else:
            for part in reversed(_parts(formula, conjunct)):
                if part not in seen:
                    seen.add(part)
                    pending.append(part)
    return list(found)


def _shared_disjunctions(formula: Formula) -> set[int]:
    uses: Counter[int] = Counter()
    reached = formula.reachable(formula.roots)
    for number in reached:
        if formula.nodes[number - 1].kind in (Kind.AND, Kind.OR):
            uses.update(map(abs, formula.nodes[number - 1].children))
    return {number for number in reached if formula.nodes[number - 1].kind is Kind.OR and uses[number] > 1}
