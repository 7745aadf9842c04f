"""Decision diagrams to evaluate: random formulas in conjunctive normal form, Sudoku, paths, and permutations."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations, product
from pathlib import Path

from pysdd.sdd import SddManager, SddNode, Vtree

from nesylang.circuit import Circuit
from nesylang.compilation.encoding import encode
from nesylang.compilation.sdd_reading import Reading

Clauses = list[list[int]]


def random_clauses(variables: int, clauses: int, seed: int) -> Clauses:
    """Return clauses of three different variables each."""
    rng = random.Random(seed)
    return [[rng.choice((1, -1)) * variable for variable in rng.sample(range(1, variables + 1), 3)] for _ in range(clauses)]


def exactly_one(variables: list[int]) -> Clauses:
    """Return clauses for exactly one of some variables."""
    return [variables, *([-one, -other] for one, other in combinations(variables, 2))]


def permutations(size: int) -> Clauses:
    """Return clauses for the matrices of zeros and ones with exactly one of these in each row and column."""
    lines = [[1 + row * size + column for column in range(size)] for row in range(size)]
    lines += [list(column) for column in zip(*lines, strict=True)]
    return [clause for line in lines for clause in exactly_one(line)]


def sudoku(box: int) -> Clauses:
    """Return clauses for the Sudokus of boxes of that width."""
    size = box * box

    def variable(row: int, column: int, digit: int) -> int:
        return 1 + (row * size + column) * size + digit

    found: Clauses = []
    for one, other in product(range(size), repeat=2):
        corner = one // box * box, one % box * box
        inside = [variable(corner[0] + i, corner[1] + j, other) for i in range(box) for j in range(box)]
        lines = [
            [variable(one, other, digit) for digit in range(size)],
            [variable(one, column, other) for column in range(size)],
            [variable(row, one, other) for row in range(size)],
            inside,
        ]
        found += [clause for line in lines for clause in exactly_one(line)]
    return found


def paths(size: int) -> Clauses:
    """Return clauses for sets of edges of a square grid that are a way between opposite corners, and cycles beside it."""
    number: dict[tuple[tuple[int, int], tuple[int, int]], int] = {}
    corners = list(product(range(size), repeat=2))
    for i, j in corners:
        for neighbour in ((i + 1, j), (i, j + 1)):
            if max(neighbour) < size:
                number[(i, j), neighbour] = len(number) + 1
    found: Clauses = []
    for corner in corners:
        edges = [variable for ends, variable in number.items() if corner in ends]
        if corner in ((0, 0), (size - 1, size - 1)):
            found += exactly_one(edges)
        else:
            found += [[-edge, *(other for other in edges if other != edge)] for edge in edges]
            found += [[-edge for edge in three] for three in combinations(edges, 3)]
    return found


DIAGRAMS: dict[str, Callable[[], Clauses]] = {
    "v40": lambda: random_clauses(40, 20, 1),
    "v50": lambda: random_clauses(50, 25, 2),
    "r40": lambda: random_clauses(40, 60, 1),
    "sudoku-4x4": lambda: sudoku(2),
    "paths-4x4": lambda: paths(4),
    "permutations-7": lambda: permutations(7),
}
"""The clauses of each diagram."""


def compiled(clauses: Clauses) -> tuple[SddManager, SddNode]:
    """Return the diagram of some clauses, with a balanced vtree, which is searched for better ones while it grows."""
    variables = max(abs(literal) for clause in clauses for literal in clause)
    manager = SddManager.from_vtree(Vtree(var_count=variables, vtree_type="balanced"))
    manager.auto_gc_and_minimize_on()
    node = manager.true()
    node.ref()
    for clause in sorted(clauses, key=lambda clause: max(map(abs, clause))):
        part = manager.false()
        for literal in clause:
            part = part | manager.literal(literal)
        following = node & part
        following.ref()
        node.deref()
        node = following
    return manager, node


def circuit_of(node: SddNode, variables: int) -> Circuit:
    """Return the circuit of a diagram: leaf (variable - 1, 0) is the variable, leaf (variable - 1, 1) its negation."""
    counts = dict.fromkeys(range(variables), 2)
    reading = Reading(counts)
    reading.enter(encode(counts))
    return reading.circuit([reading.root(node)], "sdd")


def saved(names: list[str], folder: Path) -> Iterator[tuple[str, Circuit, Path, int]]:
    """Yield the name of each diagram, its circuit, the file in which it is saved for others, and its number of variables."""
    for name in names:
        manager, node = compiled(DIAGRAMS[name]())
        path = folder / f"{name}.sdd"
        node.save(bytes(path))
        variables = int(manager.var_count())
        yield name, circuit_of(node, variables), path, variables
