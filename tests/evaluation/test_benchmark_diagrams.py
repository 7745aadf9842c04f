"""The diagrams of the evaluation benchmark have as many models as what they are named after."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import pytest

from benchmarks.evaluation.diagrams import circuit_of, compiled, paths, permutations, random_clauses, rows, saved, sudoku
from nesylang.circuit.smoothing import smoothed
from nesylang.evaluation import SEMIRINGS, evaluate


def models(node: object, variables: int) -> float:
    """Return the number of models of a diagram over some variables."""
    circuit = smoothed(circuit_of(node, variables), dict.fromkeys(range(variables), 2))
    (found,) = evaluate(circuit, [0.5] * len(circuit.leaves), SEMIRINGS["counting"])
    return found


def test_sudokus_permutations_and_rows() -> None:
    assert models(compiled(sudoku(2), minimised=True)[1], 64) == 288
    assert models(compiled(permutations(5), minimised=False)[1], 25) == math.factorial(5)
    assert models(rows(4)[1], 64) == math.factorial(4) ** 4


@pytest.mark.parametrize("size", [2, 3])
def test_paths_and_cycles_beside_them(size: int) -> None:
    clauses = paths(size)
    edges = max(abs(literal) for clause in clauses for literal in clause)
    worlds = product([False, True], repeat=edges)
    expected = sum(all(any(world[abs(literal) - 1] is (literal > 0) for literal in clause) for clause in clauses) for world in worlds)
    assert models(compiled(clauses, minimised=False)[1], edges) == expected > 1


def test_random_clauses_with_and_without_minimising() -> None:
    clauses = random_clauses(12, 20, 3)
    worlds = list(product([False, True], repeat=12))
    expected = sum(all(any(world[abs(literal) - 1] is (literal > 0) for literal in clause) for clause in clauses) for world in worlds)
    assert [models(compiled(clauses, minimised=way)[1], 12) for way in (False, True)] == [expected, expected]


def test_diagrams_are_saved_beside_their_circuits(tmp_path: Path) -> None:
    ((name, circuit, path, variables),) = saved(["paths-4x4"], tmp_path)
    assert (name, variables, path.suffix) == ("paths-4x4", 24, ".sdd")
    assert path.read_text().count("\n") > circuit.inner_count
