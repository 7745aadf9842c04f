"""The least solution of a strongly connected component of rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence

from nesylang.analysis.components import strong_components
from nesylang.formula.closure import Rule, linearised
from nesylang.formula.elimination import eliminate
from nesylang.formula.equations import Equations
from nesylang.formula.formula import FormulaBuilder


def solve_loop(
    builder: FormulaBuilder,
    component: Collection[int],
    bodies: Mapping[int, Sequence[tuple[int, ...]]],
    values: MutableMapping[int, int],
    needed: Iterable[int],
) -> None:
    """Give the ``needed`` atoms of a component their literals: those of the least fixpoint of its rules.

    ``bodies`` are those of the rules of each atom, ``values`` has the literals of all atoms below the component.
    """
    members = set(component)
    rules = []
    for atom in component:
        for body in bodies.get(atom, ()):
            inside = dict.fromkeys(literal for literal in body if literal in members)
            outside = [values[literal] if literal > 0 else -values[-literal] for literal in body if literal not in members]
            rules.append(Rule(atom, tuple(inside), builder.conjunction(outside)))
    asked = sorted(needed)
    equations = linearised(builder, component, rules, asked) or equations_of(builder, component, rules)
    for atom in component:
        equations.simplify(atom)
    for part in strong_components(equations.edges(), asked):
        alone = equations.part(part, values)
        if len(part) == 1:
            values[part[0]] = alone.value(part[0], values)
        else:
            eliminate(alone, part, values)


def equations_of(builder: FormulaBuilder, component: Iterable[int], rules: Iterable[Rule]) -> Equations:
    """Return the equations of the atoms of a component that some rules are."""
    equations = Equations(builder)
    for atom in component:
        equations.declare(atom)
    for rule in rules:
        equations.add(rule.head, rule.body, rule.condition)
    return equations
