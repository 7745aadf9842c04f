"""Formulas as CNF in the DIMACS format, with weights as in the Model Counting Competition."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from nesylang.circuit.formats.variables import Variables
from nesylang.formula import FALSE, TRUE, Formula, Kind, expanded

Clause = tuple[int, ...]

PAIRWISE = 10
"""Most values of a choice of which each pair has a clause of its own."""


def write_dimacs(
    formula: Formula, roots: Sequence[int], variables: Variables, names: Sequence[str], comments: Sequence[str], projected: bool = False
) -> str:
    """Return a CNF whose weighted models are the worlds of the first of some roots; ``names`` has those of all of them.

    A variable for each gate is defined by clauses (Tseitin 1968), so that each world has exactly one model. ``projected`` also asks
    counters to count over the variables of the choices only, which gives the same number.
    """
    exclusions, count = _exactly_one(variables, variables.count)
    plain = expanded(Formula(formula.nodes, tuple(roots), formula.distributions))
    clauses, literals, count = _definitions(plain, variables, count)
    root = literals[0]
    if root == TRUE_ROOT:
        goal: list[Clause] = []
    elif root == FALSE_ROOT:
        goal = [(1,), (-1,)]
        count = max(count, 1)
    else:
        goal = [(root,)]
    rules = [*exclusions, *clauses, *goal]
    lines = [f"c t {'pwmc' if projected else 'wmc'}", *comments]
    for name, literal in zip(names, literals, strict=True):
        meaning = "true" if literal == TRUE_ROOT else "false" if literal == FALSE_ROOT else str(literal)
        lines.append(f"c root {meaning} {name}")
    lines.append(f"p cnf {count} {len(rules)}")
    if projected:
        lines.append(f"c p show {''.join(f'{variable} ' for variable in range(1, variables.count + 1))}0")
    lines += [" ".join(map(str, (*clause, 0))) for clause in rules]
    return "\n".join(lines) + "\n"


TRUE_ROOT, FALSE_ROOT = 0, -(1 << 60)
"""What stands for a root that holds in all worlds, or in none."""


def _definitions(formula: Formula, variables: Variables, count: int) -> tuple[list[Clause], list[int], int]:
    """Return the clauses that define a variable for each gate, numbered after ``count``, the roots' literals, and the last number."""
    clauses: list[Clause] = []
    literals: dict[int, int] = {}

    def spelled(literal: int) -> int:
        return literals[literal] if literal > 0 else -literals[-literal]

    for number in formula.reachable(formula.roots):
        node = formula.nodes[number - 1]
        if node.kind is Kind.LEAF:
            literals[number] = variables.literal(node.children[0], node.children[1])
        elif node.kind in (Kind.AND, Kind.OR):
            count += 1
            literals[number] = count
            # An or is the negation of the and of the negations.
            sign = 1 if node.kind is Kind.AND else -1
            members = [sign * spelled(child) for child in node.children]
            clauses.extend((-sign * count, member) for member in members)
            clauses.append((sign * count, *(-member for member in members)))
    roots = []
    for root in formula.roots:
        roots.append(TRUE_ROOT if root == TRUE else FALSE_ROOT if root == FALSE else spelled(root))
    return clauses, roots, count


def _exactly_one(variables: Variables, count: int) -> tuple[list[Clause], int]:
    """Return the clauses that say of the variables of each choice that exactly one is true, and the number of variables with their own."""
    clauses: list[Clause] = []
    for choice, of_choice in variables.of_choice.items():
        if variables.values[choice] == 2:
            continue
        clauses.append(of_choice)
        if len(of_choice) <= PAIRWISE:
            clauses.extend((-one, -other) for one, other in combinations(of_choice, 2))
            continue
        # A variable "one of the first ones" for each but the last: pairs of hundreds of variables would be too many clauses.
        before = of_choice[0]
        for variable in of_choice[1:]:
            clauses.append((-before, -variable))
            if variable != of_choice[-1]:
                count += 1
                clauses += [(-count, before, variable), (count, -before), (count, -variable)]
                before = count
    return clauses, count
