"""The torch engine against the Python engine, its gradients, and its numerics at the edges."""

import copy
import io
import math
import pickle
from collections.abc import Iterable

import pytest
import torch
from torch import Tensor

from nesylang.circuit import FALSE, TRUE, build_circuit
from nesylang.evaluation import EXACT, SEMIRINGS, LogProbability, Semiring, evaluate
from nesylang.evaluation.torch_engine import ENGINES, TorchCircuit
from tests.evaluation.diagrams import ALL, RandomCircuit, chain_circuit, random_circuit, random_table

names = pytest.mark.parametrize("name", EXACT)
engines = pytest.mark.parametrize("engine", ENGINES)


def batch_of_weights(example: RandomCircuit, batch: int, zeros: bool = False) -> Tensor:
    """Return probabilities (batch, leaves)."""
    rows = [example.weights(random_table(example.sizes, 100 + index, zeros)) for index in range(batch)]
    return torch.tensor(rows, dtype=torch.float64)


@names
@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("seed", range(8))
@engines
def test_parity_with_the_python_engine(seed: int, zeros: bool, batch: int, name: str, engine: str) -> None:
    example = random_circuit(seed)
    weights = batch_of_weights(example, batch, zeros)
    roots = TorchCircuit(example.circuit, name, engine)(weights.log())
    expected = [evaluate(example.circuit, row, SEMIRINGS[name]) for row in weights.tolist()]
    torch.testing.assert_close(roots, torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=1e-14)


@names
@engines
def test_float32_stays_float32(name: str, engine: str) -> None:
    example = random_circuit(3)
    weights = batch_of_weights(example, 2)
    circuit = TorchCircuit(example.circuit, name, engine)
    roots = circuit(weights.log().float())
    assert roots.dtype == torch.float32
    torch.testing.assert_close(roots.double(), circuit(weights.log()), rtol=1e-5, atol=1e-6)


@names
@engines
def test_empty_batch_and_constant_roots(name: str, engine: str) -> None:
    example = random_circuit(1)
    assert TorchCircuit(example.circuit, name, engine)(torch.zeros(0, len(example.circuit.leaves))).shape == (0, len(example.circuit.roots))
    constants = TorchCircuit(build_circuit([], [], [TRUE, FALSE], ALL), name, engine)
    row = SEMIRINGS[name]
    assert constants(torch.zeros(3, 0)).tolist() == [[row.one, row.zero]] * 3


@names
@pytest.mark.parametrize("seed", range(4))
@engines
def test_gradcheck(seed: int, name: str, engine: str) -> None:
    example = random_circuit(seed, choices=4, roots=2)
    weights = batch_of_weights(example, 3).log().requires_grad_()
    circuit = TorchCircuit(example.circuit, name, engine)
    finite = circuit(weights).detach().isfinite().all(0)
    assert finite.any()
    assert torch.autograd.gradcheck(lambda leaves: circuit(leaves)[:, finite], (weights,))


@names
@engines
def test_double_backward_is_refused(name: str, engine: str) -> None:
    example = random_circuit(0)
    weights = batch_of_weights(example, 1).log().requires_grad_()
    total = TorchCircuit(example.circuit, name, engine)(weights)[:, 1:].exp().sum()
    (gradient,) = torch.autograd.grad(total, weights, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()


@names
@pytest.mark.parametrize("seed", range(6))
@engines
def test_zeros_give_no_nan_forward_or_backward(seed: int, name: str, engine: str) -> None:
    example = random_circuit(seed)
    weights = batch_of_weights(example, 4, zeros=True).log()
    weights[0] = -math.inf
    weights.requires_grad_()
    roots = TorchCircuit(example.circuit, name, engine)(weights)
    assert not roots.isnan().any()
    roots.backward(torch.ones_like(roots))
    assert weights.grad is not None
    assert weights.grad.isfinite().all()
    assert (weights.grad[0] == 0).all()
    assert (weights.grad[weights == -math.inf] == 0).all()


@engines
def test_log_does_not_underflow(engine: str) -> None:
    circuit = TorchCircuit(chain_circuit(2000), "log", engine)
    weights = torch.full((1, 2000), 0.5, dtype=torch.float64).log().requires_grad_()
    roots = circuit(weights)
    assert roots[0].tolist() == [pytest.approx(2000 * math.log(0.5), rel=1e-13), 0.0, -math.inf]
    roots[0, 0].backward()
    assert weights.grad is not None
    torch.testing.assert_close(weights.grad, torch.ones_like(weights))


class PlainLog(Semiring[float]):
    """The log row without its derivatives, as a user may write it."""

    name = "plain log"
    requires = frozenset({"deterministic"})
    zero, one = -math.inf, 0.0
    weight = LogProbability.weight
    plus = LogProbability.plus
    times = LogProbability.times
    probability = LogProbability.probability
    tensor_weight = LogProbability.tensor_weight
    tensor_constants = LogProbability.tensor_constants
    tensor_times = LogProbability.tensor_times
    tensor_plus = LogProbability.tensor_plus
    tensor_log = LogProbability.tensor_log


class MaxProduct(Semiring[float]):
    """Probability of the most probable world."""

    name = "max-product"
    requires = frozenset({"decomposable", "nnf"})
    zero, one = 0.0, 1.0

    def weight(self, probability: float) -> float:
        return probability

    def plus(self, values: Iterable[float]) -> float:
        return max(values, default=0.0)

    def times(self, left: float, right: float) -> float:
        return left * right

    def probability(self, value: float) -> float:
        return value

    def tensor_weight(self, log_weights: Tensor) -> Tensor:
        return log_weights.exp()

    def tensor_constants(self, like: Tensor) -> Tensor:
        return torch.stack([like.new_zeros(like.shape[1]), like.new_ones(like.shape[1])])

    def tensor_times(self, left: Tensor, right: Tensor) -> Tensor:
        return left * right

    def tensor_plus(self, products: Tensor) -> Tensor:
        return products.amax(1)

    def tensor_log(self, values: Tensor) -> Tensor:
        return values.log()


@pytest.mark.parametrize("seed", range(4))
def test_derivatives_of_the_log_row_equal_those_of_autograd(seed: int) -> None:
    example = random_circuit(seed)
    weights = batch_of_weights(example, 3, zeros=True).log().requires_grad_()
    gradients = []
    for row in (PlainLog(), SEMIRINGS["log"]):
        roots = TorchCircuit(example.circuit, row)(weights)
        gradients.append(torch.autograd.grad(roots, weights, torch.ones_like(roots))[0])
    assert gradients[0].isfinite().all()
    torch.testing.assert_close(gradients[0], gradients[1])


@pytest.mark.parametrize("seed", range(4))
def test_a_semiring_of_the_user(seed: int) -> None:
    example = random_circuit(seed)
    weights = batch_of_weights(example, 2)
    roots = TorchCircuit(example.circuit, MaxProduct())(weights.log())
    expected = [evaluate(example.circuit, row, MaxProduct()) for row in weights.tolist()]
    torch.testing.assert_close(roots, torch.tensor(expected, dtype=torch.float64))


@names
@engines
def test_copies_and_files(name: str, engine: str) -> None:
    example = random_circuit(2)
    weights = batch_of_weights(example, 2).log()
    circuit = TorchCircuit(example.circuit, name, engine)
    assert not circuit.state_dict()
    buffer = io.BytesIO()
    torch.save(circuit, buffer)
    buffer.seek(0)
    for other in (copy.deepcopy(circuit), pickle.loads(pickle.dumps(circuit)), torch.load(buffer, weights_only=False)):
        assert torch.equal(other(weights), circuit(weights))


@names
@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_layers_as_on_other_devices_give_the_same(seed: int, zeros: bool, name: str) -> None:
    example = random_circuit(seed)
    circuit = TorchCircuit(example.circuit, name)
    found = []
    for evaluated in (circuit, circuit.in_layers):
        weights = batch_of_weights(example, 3, zeros).log().requires_grad_()
        roots = evaluated(weights)
        torch.where(roots.isfinite(), roots, 0.0).sum().backward()
        found += [roots.detach(), weights.grad]
    torch.testing.assert_close(found[0], found[2], rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(found[1], found[3], rtol=1e-10, atol=1e-13)
