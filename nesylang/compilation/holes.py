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


class Filling(Protocol):
    """A compiler that fills holes."""

    name: str

    def compile(self, formula: Formula, values: list[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots, in their order; ``values[c]`` is the number of values of choice ``c``."""


@dataclass(frozen=True, slots=True)
class Holes:
    """The literals that were compiled by another compiler, and the nodes that variables stood in for."""

    literals: tuple[int, ...]
    variables: tuple[int, ...]


def fill_holes(emission: Emission, roots: Sequence[int], values: Sequence[int], filling: Filling, budget: CompilationBudget) -> Holes:
    """Fill all holes that the nodes of some roots depend on, and return what they were."""
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
    if literals:
        formula = substituted(emission.builder, list(literals), {number: (variable, 0) for number, variable in variables.items()})
        circuit = filling.compile(formula, [*values, *([2] * len(variables))], budget)
        for literal, node in zip(literals, assembly.include(circuit, nodes), strict=True):
            assembly.fill(emission.holes[literal], node)
    return Holes(tuple(literals), tuple(variables))


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
