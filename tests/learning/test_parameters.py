"""Learnable probabilities: their parameters, their initial values, and how alternatives share."""

import math

import pytest
import torch

import nesylang as nesy
from nesylang.evaluation import leaf_probabilities
from nesylang.grounding.program import Choice, FixedWeight, LearnableWeight
from nesylang.learning import LogicModule
from tests.learning.programs import AskedQuery, HandmadeProgram, choice, term, value_is


def program(*choices: Choice) -> HandmadeProgram:
    """Return a program that asks for every value of every choice."""
    queries = [
        AskedQuery(f"v({number},V)", [(f"v({number},{value})", value_is(number, value)) for value in range(item.values)])
        for number, item in enumerate(choices)
    ]
    return HandmadeProgram(choices, queries)


def t(initial: float | None, *index: str) -> LearnableWeight:
    return LearnableWeight(initial, tuple(map(term, index)))


def probabilities(*choices: Choice) -> list[list[float]]:
    result = LogicModule(program(*choices), dtype=torch.float64).double()()
    return [result[f"v({number},V)"].probability[0].tolist() for number in range(len(choices))]


@pytest.mark.parametrize(
    "item",
    [
        choice(t(0.3)),
        choice(t(0.0)),
        choice(t(1.0)),
        choice(t(0.2), t(0.3)),
        choice(t(0.2), t(0.8)),
        choice(t(0.2), FixedWeight(0.5)),
        choice(FixedWeight(0.25), t(0.25), t(0.25)),
        choice(t(0.5), t(0.3), exhaustive=True),
        choice(t(0.0), t(0.0), exhaustive=True),
        choice(t(1.0), t(0.0), exhaustive=True),
        choice(t(0.5), FixedWeight(0.5), exhaustive=True),
        choice(t(0.0), FixedWeight(1.0)),
    ],
)
def test_the_module_evaluates_as_the_initial_values(item: Choice) -> None:
    compiled = program(item).compile()
    expected = dict(zip(compiled.circuit.leaves, leaf_probabilities(compiled.ground, compiled.circuit), strict=True))
    assert probabilities(item)[0] == pytest.approx([expected[0, value] for value in range(item.values)], abs=1e-7)


def test_weights_without_value_are_random_but_seeded() -> None:
    def drawn(seed: int) -> list[list[float]]:
        torch.manual_seed(seed)
        return probabilities(
            choice(t(None)), choice(t(None), t(None), t(None), exhaustive=True, clause=1), choice(t(0.5), t(None), clause=2)
        )

    first = drawn(0)
    assert first == drawn(0)
    assert first != drawn(1)
    assert first[0][0] == pytest.approx(0.5, abs=0.15)
    assert first[1] == pytest.approx([1 / 3] * 3, abs=0.15)
    assert len(set(first[1])) == 3
    assert first[2] == pytest.approx([0.5, 0.25, 0.25], abs=0.1)
    assert [math.fsum(row) for row in first] == pytest.approx([1.0] * 3)


def test_one_parameter_per_clause_and_one_row_per_index() -> None:
    items = [choice(t(0.2, name), t(0.3, name), clause=4, heads=["color(x)", "shape"]) for name in ("k", "l", "k")]
    module = LogicModule(program(*items, choice(t(0.5), clause=9, heads=["'New York'(1)"])))
    assert {name: tuple(value.shape) for name, value in module.state_dict().items()} == {
        "weights.logits.color": (2, 3),
        "weights.logits.New_York": (1, 1),
    }
    with torch.no_grad():
        module.weights.logits["color"][1] = torch.tensor([0.0, 0.0, 0.0])
    result = module()
    assert [result[f"v({n},V)"].probability[0].tolist() for n in range(3)] == [
        pytest.approx([0.2, 0.3, 0.5]),
        pytest.approx([1 / 3] * 3),
        pytest.approx([0.2, 0.3, 0.5]),
    ]


def test_fixed_alternatives_keep_their_mass_while_training() -> None:
    module = LogicModule(program(choice(FixedWeight(0.25), t(0.25), t(0.25)))).double()
    optimizer = torch.optim.SGD(module.parameters(), 1.0)
    for _ in range(20):
        loss = module.nll(module(), {"v(0,V)": [1]})
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    learnt = module()["v(0,V)"].probability[0].tolist()
    assert learnt[0] == pytest.approx(0.25)
    assert learnt[1] > 0.6
    assert math.fsum(learnt) == pytest.approx(1.0)


def test_certain_initial_values_survive_training() -> None:
    module = LogicModule(program(choice(t(1.0)), choice(t(0.0), t(0.5), clause=1)))
    optimizer = torch.optim.Adam(module.parameters(), 0.1)
    result = module()
    (result["v(0,V)"][0, 0] + result["v(1,V)"][0, 1]).backward()
    optimizer.step()
    assert module()["v(0,V)"].probability.tolist() == [[1.0, 0.0]]
    after = module()["v(1,V)"].probability[0]
    assert after[0] == 0.0
    assert not after.isnan().any()


def test_names_do_not_depend_on_other_statements() -> None:
    rules = "t(0.5) :: a. t(0.5) :: b. t(0.25) :: a."
    names = list(nesy.loads(f"{rules} query a. query b.").module().state_dict())
    later = list(nesy.loads(f"0.1 :: c. d :- c. {rules} query a. query b. query d.").module().state_dict())
    assert sorted(names) == sorted(later) == ["weights.logits.a", "weights.logits.a_2", "weights.logits.b"]
