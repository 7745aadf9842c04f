"""The best world, whether there is one, and how many there are: against enumeration, in Python and in torch, and of programs."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
import torch

import nesylang as nesy
from nesylang.circuit.smoothing import smoothed
from nesylang.evaluation import SEMIRINGS, evaluate
from nesylang.evaluation.torch_engine import TorchCircuit
from nesylang.source import NesyError
from tests.evaluation.diagrams import RandomCircuit, random_circuit, random_table

NAMES = ("max-product", "boolean", "counting")


def enumerated(example: RandomCircuit, table: list[list[float]], name: str) -> list[float]:
    """Return for each root the probability of its best world, whether it has one, or how many it has."""
    found = []
    for holds in example.holds:
        worlds = [world for world in itertools.product(*map(range, example.sizes)) if holds(world)]
        chances = [math.prod(table[choice][value] for choice, value in enumerate(world)) for world in worlds]
        possible = sum(chance > 0 for chance in chances)
        found.append({"max-product": max(chances, default=0.0), "boolean": float(possible > 0), "counting": float(possible)}[name])
    return found


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", NAMES)
def test_against_enumeration(name: str, seed: int, zeros: bool) -> None:
    example = random_circuit(seed)
    example = replace(example, circuit=smoothed(example.circuit, dict(enumerate(example.sizes))))
    tables = [random_table(example.sizes, 50 + row, zeros) for row in range(3)]
    expected = [enumerated(example, table, name) for table in tables]
    row = SEMIRINGS[name]
    plain = [[row.probability(value) for value in evaluate(example.circuit, example.weights(table), row)] for table in tables]
    assert plain == [pytest.approx(values, rel=1e-12) for values in expected]
    logarithms = torch.tensor([example.weights(table) for table in tables], dtype=torch.float64).log()
    roots = row.tensor_log(TorchCircuit(example.circuit, name)(logarithms)).exp()
    torch.testing.assert_close(roots, torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("name", ["max-product", "counting"])
def test_circuits_that_leave_choices_out_are_refused(name: str) -> None:
    circuit = random_circuit(0).circuit
    with pytest.raises(NesyError, match=r"E606.*smooth"):
        TorchCircuit(circuit, name)


def test_the_best_world_shows_in_the_gradient() -> None:
    example = random_circuit(4)
    circuit = smoothed(example.circuit, dict(enumerate(example.sizes)))
    table = random_table(example.sizes, 7)
    logarithms = torch.tensor([[table[choice][value] for choice, value in circuit.leaves]], dtype=torch.float64).log().requires_grad_()
    roots = TorchCircuit(circuit, "max-product")(logarithms)
    number = next(number for number, value in enumerate(roots[0].tolist()) if -math.inf < value and example.circuit.roots[number] > 1)
    roots[0, number].backward()
    assert logarithms.grad is not None
    world = [leaf for leaf, share in zip(circuit.leaves, logarithms.grad[0].tolist(), strict=True) if share]
    assert [choice for choice, _ in sorted(world)] == list(range(len(example.sizes)))
    assert math.prod(table[choice][value] for choice, value in world) == pytest.approx(roots[0, number].exp().item())
    assert example.holds[number](tuple(value for _, value in sorted(world)))


PROGRAM = """
0.6 :: burglary.
0.1 :: earthquake.
0.3 :: hears(P) :- P in 1..2.
alarm :- burglary.
alarm :- earthquake.
calls(P) :- alarm, hears(P).
query calls(1).
query alarm.
"""


def test_programs_with_all_their_choices() -> None:
    program = nesy.loads(PROGRAM)
    best = program.module(semiring="max-product", dtype=torch.float64)()
    # Whether the second one hears is no matter for either query, and is no choice of the ground program.
    assert best["calls(1)"].probability.item() == pytest.approx(0.6 * 0.9 * 0.3)
    assert best["alarm"].probability.item() == pytest.approx(0.6 * 0.9 * 0.7)
    counts = program.module(semiring="counting")()
    assert counts["calls(1)"].probability.item() == pytest.approx(3)
    assert counts["alarm"].probability.item() == pytest.approx(6)
    possible = program.module(semiring="boolean")()
    assert possible["alarm"].probability.item() == 1.0


def test_evidence_is_part_of_the_worlds() -> None:
    program = nesy.loads(PROGRAM + "evidence not burglary.\n")
    best = program.module(semiring="max-product", dtype=torch.float64)()
    assert best["alarm"].probability.item() == pytest.approx(0.4 * 0.1 * 0.7)
    counts = program.module(semiring="counting")()
    assert counts["alarm"].probability.item() == pytest.approx(2)
    assert counts.log_evidence.exp().item() == pytest.approx(4)


def test_evidence_of_examples() -> None:
    module = nesy.loads(PROGRAM).module(semiring="counting", evidence=["burglary"])
    found = module(evidence={"burglary": torch.tensor([True, False])})
    assert found["alarm"].probability[:, 0].tolist() == pytest.approx([4, 2])
    assert module()["alarm"].probability[:, 0].tolist() == pytest.approx([6])


def test_evaluation_without_gradients_comes_before_training() -> None:
    program = nesy.loads("neural coin(image) -> bit. type image. type bit = 0..1. win :- coin(x, 1). query win.")
    model = program.module({"coin": nesy.logits(torch.nn.Linear(3, 2))}, semiring="max-product")
    with torch.inference_mode():
        model(x=torch.randn(2, 3))
    model(x=torch.randn(2, 3))["win"].sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", SEMIRINGS)
def test_an_empty_batch_on_other_devices(name: str) -> None:
    example = random_circuit(1)
    circuit = TorchCircuit(smoothed(example.circuit, dict(enumerate(example.sizes))), name)
    logarithms = torch.zeros(0, len(circuit.circuit.leaves), requires_grad=True)
    roots = circuit.in_layers(logarithms)
    assert roots.shape == (0, len(circuit.circuit.roots))
    if roots.requires_grad:
        roots.sum().backward()
