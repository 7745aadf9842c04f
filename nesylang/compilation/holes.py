"""The parts of a circuit that are not certified: compiled together by another compiler, with variables for certified parts below.

A part below the holes that shares no choice with what is around it, since its choices are reached through it alone, stands in as one
variable with two values: it holds, it does not. So the other compiler sees no more than what forced it to be called. The variable's values
become the two circuits of the part, which may have holes of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nesylang.circuit import Circuit
from nesylang.compilation.budget import CompilationBudget
from nesylang.compilation.emission import Emission
from nesylang.formula import Formula, Kind
from nesylang.formula.dominators import TOP, Dominators
from nesylang.formula.substitution import substituted

CONSTANT = 1
"""The node that is true."""

GROUPS = 100
"""Most formulas that are compiled one by one."""


class Filling(Protocol):
    """A compiler that fills holes."""

    name: str

    def compile(self, formula: Formula, values: list[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots, in their order; ``values[c]`` is the number of values of choice ``c``."""


@dataclass(frozen=True, slots=True)
class Hole:
    """Literals that were compiled together: the gates and choices of their formula, variables included, and the elements of the circuit."""

    literals: tuple[int, ...]
    gates: int
    choices: int
    variables: int
    elements: int


def fill_holes(emission: Emission, roots: Sequence[int], values: Sequence[int], filling: Filling, budget: CompilationBudget) -> list[Hole]:
    """Fill all holes that the nodes of some roots depend on, and return what was compiled together."""
    assembly = emission.assembly
    literal_of = {node: literal for literal, node in emission.holes.items()}
    literals: dict[int, None] = {}
    variables: dict[int, int] = {}
    nodes: dict[tuple[int, int], int] = {}
    found = [literal_of[node] for node in assembly.holes(roots)]
    while found:
        literals.update(dict.fromkeys(found))
        parts = _parts(emission, found, values, variables)
        made: list[int] = []
        for number in parts:
            variable = variables[number] = len(values) + len(variables)
            pair = emission.node(number), emission.node(-number)
            nodes.update(((variable, value), node) for value, node in enumerate(pair))
            made.extend(pair)
        literal_of = {node: literal for literal, node in emission.holes.items()}
        found = [literal for node in assembly.holes(made) if (literal := literal_of[node]) not in literals]
    leaves = {number: (variable, 0) for number, variable in variables.items()}
    counts = [*values, *([2] * len(variables))]
    found = list(literals)
    if not found:
        return []
    holes = []
    inner = assembly.inner([*roots, *nodes.values()]).union(nodes.values())
    groups = _apart(substituted(emission.builder, found, leaves))
    alone = len(groups) <= GROUPS
    for positions in _few(groups):
        group = [found[position] for position in positions]
        formula = substituted(emission.builder, group, leaves)
        circuit = filling.compile(formula, counts, budget)
        supports = []
        for literal, root in zip(group, formula.roots, strict=True):
            # What stands for a whole root is multiplied by nothing, and may mention what other roots depend on.
            supports.append(None if alone and emission.holes[literal] not in inner else formula.choices([root]))
        for literal, node in zip(group, assembly.include(circuit, nodes, supports), strict=True):
            assembly.fill(emission.holes[literal], node)
        gates = sum(node.kind >= Kind.AND for node in formula.nodes)
        choices = formula.choices(formula.roots)
        standing_in = sum(choice >= len(values) for choice in choices)
        holes.append(Hole(tuple(group), gates, len(choices), standing_in, circuit.size))
    return holes


def _parts(emission: Emission, literals: Sequence[int], values: Sequence[int], known: dict[int, int]) -> list[int]:
    """Return nodes below some literals, as far up as possible, that share no choice with anything beside or above them."""
    tree = Dominators(emission.builder, literals)
    roots = set(map(abs, literals))
    parts = []
    pending = list(reversed(tree.inside[TOP]))
    while pending:
        vertex = pending.pop()
        if vertex in known:
            continue
        alone = vertex > 1 and emission.exclusion.support(vertex).bit_count() == tree.dominated[vertex]
        if alone and _is_worthwhile(emission, vertex, values) and (vertex not in roots or vertex in tree.inner):
            parts.append(vertex)
        if vertex not in parts[-1:] or vertex in roots:
            pending.extend(reversed(tree.inside[vertex]))
    return parts


def _is_worthwhile(emission: Emission, vertex: int, values: Sequence[int]) -> bool:
    node = emission.builder.nodes[vertex - 1]
    return node.kind is not Kind.LEAF or values[node.children[0]] > 2


def _apart(formula: Formula) -> list[list[int]]:
    """Return the positions of roots in groups of which no two share a choice."""
    above: dict[int, int] = {}

    def top(vertex: int) -> int:
        while (further := above.setdefault(vertex, vertex)) != vertex:
            above[vertex] = above[further]
            vertex = above[vertex]
        return vertex

    for number in formula.reachable(formula.roots):
        node = formula.nodes[number - 1]
        if node.kind is Kind.LEAF:
            above[top(number)] = top(-1 - node.children[0])
        elif node.kind is not Kind.CONSTANT:
            for child in map(abs, formula.below(number)):
                if child != CONSTANT:
                    above[top(child)] = top(number)
    groups: dict[int, list[int]] = {}
    for position, root in enumerate(formula.roots):
        groups.setdefault(top(abs(root)), []).append(position)
    return list(groups.values())


def _few(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return groups as they are, or where there are many, several of them as one."""
    size = -(-len(groups) // GROUPS)
    return [[position for group in groups[start : start + size] for position in group] for start in range(0, len(groups), size)]
