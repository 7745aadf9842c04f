"""Decision diagrams to evaluate: random formulas in conjunctive normal form, Sudoku, paths, and permutations."""

from __future__ import annotations

import random
import tempfile
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


def rows(size: int) -> tuple[SddManager, SddNode]:
    """Return the diagram of ``size`` permutations beside each other, such as the rows of a Sudoku, each with a vtree of its own."""
    count = size * size
    groups = [list(range(row * count + 1, (row + 1) * count + 1)) for row in range(size)]
    manager = SddManager.from_vtree(_beside_each_other(groups))
    node = manager.true()
    for group in groups:
        lines = [group[start : start + size] for start in range(0, count, size)]
        lines += [list(column) for column in zip(*lines, strict=True)]
        own = manager.true()
        for line in lines:
            own = own & _one_of(manager, line)
        node = node & own
    return manager, node


def _one_of(manager: SddManager, variables: list[int]) -> SddNode:
    """Return the diagram of exactly one of some variables."""
    one, none = manager.false(), manager.true()
    for variable in reversed(variables):
        one = (manager.literal(variable) & none) | (manager.literal(-variable) & one)
        none = none & manager.literal(-variable)
    return one


def _beside_each_other(groups: list[list[int]]) -> Vtree:
    """Return a balanced vtree of balanced ones, one for each group of variables."""
    lines: list[str] = []

    def added(words: str) -> int:
        kind, _, children = words.partition(" ")
        lines.append(f"{kind} {len(lines)} {children}")
        return len(lines) - 1

    def balanced(parts: list[int]) -> int:
        middle = len(parts) // 2
        return parts[0] if len(parts) == 1 else added(f"I {balanced(parts[:middle])} {balanced(parts[middle:])}")

    balanced([balanced([added(f"L {variable}") for variable in group]) for group in groups])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vtree"
        path.write_text(f"vtree {len(lines)}\n" + "\n".join(lines) + "\n")
        return Vtree.from_file(bytes(path))


def conjunction(manager: SddManager, clauses: Clauses) -> SddNode:
    """Return the diagram of some clauses."""
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
    return node


def compiled(clauses: Clauses, minimised: bool) -> tuple[SddManager, SddNode]:
    """Return the diagram of some clauses, with a balanced vtree; ``minimised`` has better ones searched for while it grows."""
    variables = max(abs(literal) for clause in clauses for literal in clause)
    manager = SddManager.from_vtree(Vtree(var_count=variables, vtree_type="balanced"))
    if minimised:
        manager.auto_gc_and_minimize_on()
    return manager, conjunction(manager, clauses)


DIAGRAMS: dict[str, Callable[[], tuple[SddManager, SddNode]]] = {
    "v40": lambda: compiled(random_clauses(40, 20, 1), minimised=False),
    "v50": lambda: compiled(random_clauses(50, 25, 2), minimised=False),
    "r40": lambda: compiled(random_clauses(40, 60, 0), minimised=False),
    "r40-minimised": lambda: compiled(random_clauses(40, 60, 1), minimised=True),
    "sudoku-4x4": lambda: compiled(sudoku(2), minimised=True),
    "paths-4x4": lambda: compiled(paths(4), minimised=True),
    "permutations-7": lambda: compiled(permutations(7), minimised=True),
    "rows-9x9": lambda: rows(9),
}
"""The diagrams by name."""

UNIFORM = {"rows-9x9": 1 / 9}
"""Diagrams whose variables all have one probability: the permutations of 9 rows have 3e-61, which is zero in float32."""


def circuit_of(node: SddNode, variables: int) -> Circuit:
    """Return the circuit of a diagram: leaf (variable - 1, 0) is the variable, leaf (variable - 1, 1) its negation."""
    counts = dict.fromkeys(range(variables), 2)
    reading = Reading(counts)
    reading.enter(encode(counts))
    return reading.circuit([reading.root(node)], "sdd")


def saved(names: list[str], folder: Path) -> Iterator[tuple[str, Circuit, Path, int]]:
    """Yield the name of each diagram, its circuit, the file in which it is saved for others, and its number of variables."""
    for name in names:
        manager, node = DIAGRAMS[name]()
        path = folder / f"{name}.sdd"
        node.save(bytes(path))
        variables = int(manager.var_count())
        yield name, circuit_of(node, variables), path, variables
