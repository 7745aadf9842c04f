"""The kernel for CPUs against the layers of torch: values, gradients, tiles, threads, and numbers at the edges."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain
from types import ModuleType

import pytest
import torch
from torch import Tensor

from nesylang.circuit import FIRST_LEAF, TRUE, build_circuit
from nesylang.evaluation import EXACT, SEMIRINGS, exact, fused, kernel, linear
from nesylang.evaluation.torch_engine import ENGINES, TorchCircuit
from nesylang.source import NesyError
from tests.evaluation.diagrams import ALL, chain_circuit, random_circuit, random_table
from tests.evaluation.test_torch_engine import MaxProduct

names = pytest.mark.parametrize("name", EXACT)


def both(circuit: TorchCircuit, other: TorchCircuit, logarithms: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return the roots and the gradients of some logarithms by two circuits; each root counts differently."""
    found = []
    for evaluated in (circuit, other):
        given = logarithms.clone().requires_grad_()
        roots = evaluated(given)
        finite = roots.isfinite()
        sign = torch.arange(1, roots.shape[1] + 1, dtype=roots.dtype)
        torch.where(finite, roots * sign, 0.0).sum().backward()
        assert given.grad is not None
        found.append((roots.detach(), given.grad))
    return found


@names
@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("batch", [1, 2, 31, 33, 100])
@pytest.mark.parametrize("seed", range(6))
def test_both_engines_give_the_same_numbers(seed: int, batch: int, zeros: bool, name: str) -> None:
    example = random_circuit(seed)
    rows = [example.weights(random_table(example.sizes, 100 + index, zeros)) for index in range(batch)]
    logarithms = torch.tensor(rows, dtype=torch.float64).log()
    pair = [TorchCircuit(example.circuit, name, engine) for engine in ("fused", "torch")]
    (roots, gradients), (other, others) = both(*pair, logarithms)
    torch.testing.assert_close(roots, other, rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(gradients, others, rtol=1e-10, atol=1e-13)


def uneven(batch: int) -> tuple[TorchCircuit, TorchCircuit, Tensor]:
    """Return a long chain in both engines, and instances of which some underflow and some do not."""
    circuit = chain_circuit(2000)
    logarithms = torch.full((batch, 2000), 0.9999, dtype=torch.float64).log()
    logarithms[::3] = math.log(0.5)
    logarithms[1] = -700.0
    return TorchCircuit(circuit, "log", "fused"), TorchCircuit(circuit, "log", "torch"), logarithms


def test_instances_that_underflow_are_exact_beside_others_that_do_not() -> None:
    circuit, other, logarithms = uneven(40)
    (roots, gradients), (expected, expected_gradients) = both(circuit, other, logarithms)
    assert roots[0, 0] == pytest.approx(2000 * math.log(0.5), rel=1e-12)
    assert roots[1, 0] == pytest.approx(-1_400_000.0, rel=1e-12)
    torch.testing.assert_close(roots, expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(gradients, expected_gradients, rtol=1e-10, atol=0)


def test_exactly_500_of_1000_rare_events() -> None:
    """ln P is -1618.142999: the circuit counts coins, the j of the first i."""
    coins, wanted = 1000, 500
    leaves = [(coin, value) for coin in range(coins) for value in (0, 1)]
    sums: list[list[tuple[int, int]]] = []
    first = FIRST_LEAF + len(leaves)
    row = {0: TRUE}
    for coin in range(coins):
        following = {}
        for count in range(min(coin + 1, wanted) + 1):
            terms = [(FIRST_LEAF + 2 * coin, row[count - 1])] if count - 1 in row else []
            terms += [(FIRST_LEAF + 2 * coin + 1, row[count])] if count in row else []
            sums.append(terms)
            following[count] = first + len(sums) - 1
        row = following
    circuit = build_circuit(leaves, sums, [row[wanted]], ALL)
    exact = math.lgamma(coins + 1) - 2 * math.lgamma(wanted + 1) + wanted * (math.log(0.01) + math.log(0.99))
    logarithms = torch.tensor([[0.01, 0.99] * coins], dtype=torch.float64).log().requires_grad_()
    root = TorchCircuit(circuit, "log", "fused")(logarithms)
    assert root.item() == pytest.approx(-1618.142999, abs=1e-6)
    assert root.item() == pytest.approx(exact, rel=1e-12)
    root.backward()
    # Half of the coins show one side, half the other.
    torch.testing.assert_close(logarithms.grad, torch.full_like(logarithms, 0.5), rtol=1e-9, atol=0)


@pytest.mark.parametrize("log_weight", [1.0, 400.0])
def test_weights_above_one_are_evaluated_in_logarithms(log_weight: float) -> None:
    circuit = chain_circuit(5)
    logarithms = torch.full((3, 5), log_weight, dtype=torch.float64)
    logarithms[1] = -1.0
    (roots, gradients), (expected, expected_gradients) = both(
        TorchCircuit(circuit, "log", "fused"), TorchCircuit(circuit, "log", "torch"), logarithms
    )
    assert roots[0, 0] == pytest.approx(5 * log_weight)
    torch.testing.assert_close(roots, expected, rtol=1e-12, atol=0)
    torch.testing.assert_close(gradients, expected_gradients)


def test_no_number_stays_none() -> None:
    circuit = chain_circuit(4)
    logarithms = torch.full((3, 4), -1.0, dtype=torch.float64)
    logarithms[1, 2] = math.nan
    found = [TorchCircuit(circuit, "log", engine)(logarithms)[:, 0].isnan().tolist() for engine in ENGINES]
    assert found == [[False, True, False]] * 2


LIMITS = [
    (exact, "KEPT_BYTES", 0),
    (exact, "THREADED", 0),
    (exact, "LARGE", 0.0),
    (fused, "WIDEST", 1),
    (fused, "WIDEST", 7),
    (fused, "NARROWEST", 1000),
    (linear, "NARROWEST", 7),
]


@pytest.mark.parametrize(("module", "limit", "value"), LIMITS)
def test_tiles_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, module: ModuleType, limit: str, value: float) -> None:
    circuit, layers, logarithms = uneven(50)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        before = both(circuit, layers, logarithms)
        monkeypatch.setattr(linear, "TILE_BYTES", 1)
        monkeypatch.setattr(module, limit, value)
        after = both(circuit, layers, logarithms)
    finally:
        torch.set_num_threads(threads)
    for one, other in zip(chain(*before), chain(*after), strict=True):
        assert torch.equal(one, other)


def test_values_are_kept_for_the_backward_pass_only_if_there_is_one_and_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    circuit, _, logarithms = uneven(50)
    kept: list[list[bool]] = []
    evaluate = exact.Tile.gradients

    def noted(tile: exact.Tile, above: object) -> object:
        kept.append([tile.values is not None])
        return evaluate(tile, above)

    monkeypatch.setattr(exact.Tile, "gradients", noted)
    monkeypatch.setattr(fused, "TILE_BYTES", 25 * 8 * 4002)
    circuit(logarithms)
    circuit(logarithms.clone().requires_grad_()).sum().backward()
    assert kept == [[True], [True]]
    kept.clear()
    monkeypatch.setattr(exact, "KEPT_BYTES", 0)
    circuit(logarithms.clone().requires_grad_()).sum().backward()
    assert kept == [[False], [False]]


@names
def test_the_same_root_twice_gets_both_gradients(name: str) -> None:
    circuit = build_circuit([(0, 0), (0, 1)], [[(FIRST_LEAF, TRUE), (FIRST_LEAF + 1, TRUE)]], [4, 4], ALL)
    logarithms = torch.tensor([[0.25, 0.5]], dtype=torch.float64).log().requires_grad_()
    TorchCircuit(circuit, name, "fused")(logarithms).sum().backward()
    scale = 0.75 if name == "log" else 1.0
    torch.testing.assert_close(logarithms.grad, torch.tensor([[0.5 / scale, 1.0 / scale]], dtype=torch.float64))


def test_the_backward_pass_can_be_repeated() -> None:
    circuit, _, logarithms = uneven(5)
    given = logarithms.requires_grad_()
    roots = circuit(given)[:, 0].sum()
    (first,) = torch.autograd.grad(roots, given, retain_graph=True)
    (second,) = torch.autograd.grad(roots, given)
    assert torch.equal(first, second)


def test_engines_are_chosen_by_name() -> None:
    circuit = chain_circuit(3)
    assert TorchCircuit(circuit, "log").engine == "fused"
    assert TorchCircuit(circuit, "log", "torch").engine == "torch"
    assert TorchCircuit(circuit, MaxProduct()).engine == "torch"
    with pytest.raises(NesyError, match=r"E606.*no engine 'fast'"):
        TorchCircuit(circuit, "log", "fast")
    with pytest.raises(NesyError, match=r"E606.*does not know the semiring 'max-product'"):
        TorchCircuit(circuit, MaxProduct(), "fused")
    assert set(EXACT) <= set(SEMIRINGS)


def test_where_nothing_can_be_kept_on_disk_the_kernel_is_compiled_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(**options: object) -> Callable[[Callable[..., object]], Callable[..., object]]:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(kernel, "njit", refusing)
    assert kernel.compiled(set())(max) is max


@pytest.mark.parametrize("engine", ENGINES)
def test_memory_is_used_again_once_nobody_needs_it(engine: str) -> None:
    circuit = TorchCircuit(chain_circuit(2000), "log", engine)
    logarithms = torch.full((5, 2000), 0.9999, dtype=torch.float64).log().requires_grad_()
    free = circuit._cpu().buffers._free
    values = circuit.circuit.node_count, 5

    def addresses() -> set[int]:
        return {array.ctypes.data for arrays in free.values() for array in arrays}

    roots = circuit(logarithms)
    assert not free.get(values)
    roots.sum().backward()
    # The roots are still there, and with them the graph: autograd lets go of what it kept for the backward pass all the same.
    assert len(free[values]) == 2
    circuit(logarithms)[:, 0].sum().backward()
    before = addresses()
    for _ in range(3):
        circuit(logarithms)[:, 0].sum().backward()
        assert addresses() == before


def test_values_that_are_needed_for_another_backward_pass_are_not_used_again() -> None:
    circuit, _, logarithms = uneven(5)
    given = logarithms.requires_grad_()
    roots = circuit(given)[:, 0].sum()
    (first,) = torch.autograd.grad(roots, given, retain_graph=True)
    other = torch.full_like(logarithms, 0.5).log().requires_grad_()
    circuit(other).sum().backward()
    (second,) = torch.autograd.grad(roots, given)
    assert torch.equal(first, second)
    with pytest.raises(RuntimeError, match="second time"):
        torch.autograd.grad(roots, given)


def test_gradients_of_any_size_flow_through_small_roots() -> None:
    circuit, layers, _ = uneven(2)
    logarithms = torch.full((2, 2000), math.exp(-600 / 2000), dtype=torch.float64).log()
    for evaluated in (circuit, layers):
        given = logarithms.clone().requires_grad_()
        roots = evaluated(given)
        assert roots[0, 0].item() == pytest.approx(-600)
        roots[:, 0].backward(torch.tensor([1e200, 1.0], dtype=torch.float64))
        assert given.grad is not None
        torch.testing.assert_close(given.grad[0] / 1e200, torch.ones(2000, dtype=torch.float64))
        torch.testing.assert_close(given.grad[1], torch.ones(2000, dtype=torch.float64))


@pytest.mark.parametrize("kept", [0, 1 << 30])
@pytest.mark.parametrize("engine", ENGINES)
def test_logarithms_that_change_before_the_backward_pass_are_noticed(engine: str, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "KEPT_BYTES", kept)
    circuit = build_circuit([(0, 0), (0, 1), (1, 0), (1, 1)], [[(2, 4), (3, 5)]], [6], ALL)
    given = torch.tensor([[-700.0, -702.0, -300.0, -301.0]] * 2, dtype=torch.float64, requires_grad=True)
    logarithms = given * 1
    roots = TorchCircuit(circuit, "log", engine)(logarithms)
    with torch.no_grad():
        logarithms.zero_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        roots.sum().backward()


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_is_kept_where_no_gradients_are_asked_for(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lent: list[exact.Tile] = []
    monkeypatch.setattr(exact.Tile, "lend", lent.append)
    circuit = TorchCircuit(chain_circuit(20), "log", engine)
    logarithms = torch.full((5, 20), 0.5).log().requires_grad_()
    with torch.no_grad():
        circuit(logarithms)
    circuit(logarithms.detach())
    assert not lent


def test_arrays_may_come_back_while_others_are_taken() -> None:
    buffers = exact.Buffers()
    first = buffers.lend(buffers.take((3, 2)))
    address = first.data_ptr()
    # As when the garbage collector frees the tensor in a thread that is inside of ``take``.
    with buffers._lock:
        del first
    assert buffers.take((3, 2)).ctypes.data == address
