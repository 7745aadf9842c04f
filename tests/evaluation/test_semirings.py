"""Laws that every row of SEMIRINGS obeys, in Python and in torch."""

import math

import pytest
import torch

from nesylang.circuit import FALSE, FIRST_LEAF, Properties, build_circuit
from nesylang.evaluation import EXACT, SEMIRINGS, Semiring, evaluate
from nesylang.evaluation.torch_engine import TorchCircuit
from nesylang.source import NesyError

PROBABILITIES = [0.0, 1e-300, 0.125, 0.3, 1.0]
rows = pytest.mark.parametrize("row", SEMIRINGS.values(), ids=SEMIRINGS.keys())
exact = pytest.mark.parametrize("row", [SEMIRINGS[name] for name in EXACT], ids=EXACT)


def close(row: Semiring[float], first: float, second: float) -> bool:
    return math.isclose(row.probability(first), row.probability(second), rel_tol=1e-12, abs_tol=0.0)


@rows
def test_weights_of_zero_and_one_are_the_constants(row: Semiring[float]) -> None:
    assert row.weight(0.0) == row.zero
    assert row.weight(1.0) == row.one
    assert row.plus([]) == row.zero
    assert row.plus(iter([row.zero, row.zero])) == row.zero


@rows
@pytest.mark.parametrize("a", PROBABILITIES)
@pytest.mark.parametrize("b", PROBABILITIES)
def test_laws(row: Semiring[float], a: float, b: float) -> None:
    x, y, z = row.weight(a), row.weight(b), row.weight(0.25)
    assert close(row, row.plus([x, y]), row.plus([y, x]))
    assert close(row, row.times(x, y), row.times(y, x))
    assert close(row, row.plus([x, row.zero]), x)
    assert close(row, row.times(x, row.one), x)
    assert row.times(x, row.zero) == row.zero
    assert close(row, row.plus([row.plus([x, y]), z]), row.plus([x, row.plus([y, z])]))
    assert close(row, row.times(row.times(x, y), z), row.times(x, row.times(y, z)))
    assert close(row, row.times(z, row.plus([x, y])), row.plus([row.times(z, x), row.times(z, y)]))


@exact
@pytest.mark.parametrize("a", PROBABILITIES)
def test_probability_undoes_weight(row: Semiring[float], a: float) -> None:
    assert math.isclose(row.probability(row.weight(a)), a, rel_tol=1e-12)


@rows
def test_torch_operations_equal_the_python_ones(row: Semiring[float]) -> None:
    probabilities = torch.tensor(PROBABILITIES, dtype=torch.float64)
    values = row.tensor_weight(probabilities.log().unsqueeze(1))
    expected = [row.weight(p) for p in PROBABILITIES]
    torch.testing.assert_close(values[:, 0], torch.tensor(expected, dtype=torch.float64))
    assert row.tensor_constants(values)[:, 0].tolist() == [row.zero, row.one]
    total = row.tensor_plus(values.unsqueeze(0))
    assert math.isclose(total.item(), row.plus(expected), rel_tol=1e-12)
    product = row.tensor_times(values[3], values[2])
    assert math.isclose(product.item(), row.times(expected[3], expected[2]), rel_tol=1e-12)
    assert row.tensor_plus(row.tensor_constants(values)[:1].unsqueeze(0)).item() == row.zero
    logarithms = [math.log(row.probability(value)) if row.probability(value) else -math.inf for value in expected]
    torch.testing.assert_close(row.tensor_log(values)[:, 0], torch.tensor(logarithms, dtype=torch.float64))


def test_log_probability_never_gives_nan() -> None:
    row = SEMIRINGS["log"]
    assert row.plus([-math.inf, -math.inf]) == -math.inf
    assert row.plus([-math.inf, -1.0]) == -1.0
    assert row.plus([-1000.0, -1000.0]) == pytest.approx(-1000.0 + math.log(2.0), rel=1e-15)


@exact
def test_a_circuit_without_a_required_property_is_refused(row: Semiring[float]) -> None:
    loose = Properties(decomposable=True, deterministic=False, value_smooth=True, smooth=False, nnf=True)
    circuit = build_circuit([(0, 0)], [], [FIRST_LEAF, FALSE], loose)
    with pytest.raises(NesyError, match="deterministic"):
        evaluate(circuit, [0.5], row)
    with pytest.raises(NesyError, match="deterministic"):
        TorchCircuit(circuit, row)
