"""The Python engine against enumeration of worlds."""

import math
import subprocess
import sys

import pytest

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, build_circuit
from nesylang.evaluation import EXACT, SEMIRINGS, evaluate
from tests.evaluation.diagrams import ALL, chain_circuit, random_circuit, random_table


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_enumeration(seed: int, zeros: bool, name: str) -> None:
    example = random_circuit(seed)
    table = random_table(example.sizes, seed, zeros)
    row = SEMIRINGS[name]
    values = evaluate(example.circuit, example.weights(table), row)
    assert [row.probability(value) for value in values] == pytest.approx(example.enumerate(table), rel=1e-12, abs=1e-300)


def test_random_circuits_have_something_to_evaluate() -> None:
    assert sum(random_circuit(seed).circuit.size for seed in range(12)) > 200


def test_constants_alone() -> None:
    circuit = build_circuit([], [], [TRUE, FALSE, TRUE], ALL)
    assert evaluate(circuit, [], SEMIRINGS["probability"]) == [1.0, 0.0, 1.0]
    assert evaluate(circuit, [], SEMIRINGS["log"]) == [0.0, -math.inf, 0.0]


def test_a_leaf_as_root() -> None:
    circuit = build_circuit([(0, 0)], [], [FIRST_LEAF], ALL)
    assert evaluate(circuit, [0.25], SEMIRINGS["probability"]) == [0.25]


def test_log_does_not_underflow() -> None:
    circuit = chain_circuit(2000)
    assert evaluate(circuit, [0.5] * 2000, SEMIRINGS["probability"])[0] == 0.0
    assert evaluate(circuit, [0.5] * 2000, SEMIRINGS["log"])[0] == pytest.approx(2000 * math.log(0.5), rel=1e-13)


def test_needs_neither_torch_nor_numpy() -> None:
    code = "import sys, nesylang.evaluation, nesylang.inference; sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
