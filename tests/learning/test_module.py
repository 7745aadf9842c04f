"""The module: what it computes, how it calls its networks, and its life as a torch module."""

import copy
import io
import itertools
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nesylang.compilation.compiled import CompiledProgram
from nesylang.evaluation import EXACT
from nesylang.grounding.program import FixedWeight, LearnableWeight
from nesylang.learning import LogicModule, logits
from nesylang.source import NesyError
from tests.learning.programs import (
    DIGITS,
    AskedQuery,
    HandmadeProgram,
    Recorder,
    addition,
    choice,
    distributions,
    neural,
    signature,
    term,
    value_is,
)


def identity() -> Recorder:
    return Recorder(lambda x: x)


def sum_probabilities(first: Tensor, second: Tensor) -> Tensor:
    """Return the distribution (batch, 5) of the sum of two digits."""
    return torch.stack([sum(first[:, i] * second[:, s - i] for i in range(3) if 0 <= s - i < 3) for s in range(5)], 1)


@pytest.mark.parametrize("semiring", EXACT)
def test_addition(semiring: str) -> None:
    network = identity()
    a, b = distributions(4), distributions(4, seed=1)
    result = LogicModule(addition(), {"digit": network}, semiring=semiring)(a=a, b=b)
    assert list(result) == ["sum(a,b,S)"]
    torch.testing.assert_close(result["sum(a,b,S)"].probability, sum_probabilities(a, b))
    torch.testing.assert_close(torch.Tensor(result["sum(a,b,S)"]).exp().sum(1), torch.ones(4, dtype=torch.float64), check_dtype=False)
    assert result["sum(a,b,S)"].answers == [0, 1, 2, 3, 4]


def test_both_engines_train_alike() -> None:
    found = []
    for engine in ("fused", "torch"):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Linear(3, 3), nn.Softmax(1)).double()
        module = LogicModule(addition(), {"digit": network}, engine=engine)
        logarithms = torch.Tensor(module(a=distributions(9).double(), b=distributions(9, seed=1).double())["sum(a,b,S)"])
        logarithms[:, 2].sum().backward()
        found.append([logarithms.detach(), *(parameter.grad for parameter in network.parameters())])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14)


def test_a_network_is_called_once_on_its_distinct_inputs_stacked() -> None:
    network = identity()
    program = addition(["x(0)", "x(1)", "x(0)"])
    x = torch.stack([distributions(2), distributions(2, seed=1)], 1)
    LogicModule(program, {"digit": network})(x=x)
    (inputs,) = network.calls
    assert torch.equal(inputs[0], torch.cat([x[:, 0], x[:, 1]]))


def test_indexed_terms_are_slices() -> None:
    program = addition(["x(1)", "y(0,2)"])
    x = torch.stack([distributions(3), distributions(3, seed=1)], 1)
    y = torch.stack([distributions(3, seed=number) for number in range(2, 8)], 1).view(3, 2, 3, 3)
    result = LogicModule(program, {"digit": identity()})(x=x, y=y)
    torch.testing.assert_close(result["sum(x(1),y(0,2),S)"].probability, sum_probabilities(x[:, 1], y[:, 0, 2]))


def test_logits_and_probabilities_agree() -> None:
    scores = {name: torch.randn(3, 3, dtype=torch.float64) for name in "ab"}
    marked = LogicModule(addition(), {"digit": logits(identity())})(**scores)
    plain = LogicModule(addition(), {"digit": nn.Softmax(1)})(**scores)
    torch.testing.assert_close(marked["sum(a,b,S)"].probability, plain["sum(a,b,S)"].probability)


def test_extreme_logits_keep_a_gradient_where_probabilities_lose_it() -> None:
    scores = torch.tensor([[0.0, -200.0, 0.0]], requires_grad=True)
    result = LogicModule(addition(), {"digit": logits(identity())})(a=scores, b=torch.tensor([[0.0, -200.0, -300.0]]))
    loss = -result["sum(a,b,S)"][0, 1]
    loss.backward()
    assert loss.item() == pytest.approx(200.0, abs=1.0)
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


def test_symbols_reach_a_network_once_as_indices() -> None:
    people = ["ann", "bob", "eve"]
    table = torch.tensor([0.1, 0.2, 0.7], dtype=torch.float64)
    network = Recorder(lambda person: table[person])
    program = HandmadeProgram(
        [neural("smokes", ["eve"], 1, exhaustive=False), neural("smokes", ["bob"], 1, exhaustive=False)],
        [AskedQuery("both", [("both", lambda world: world == (0, 0))]), AskedQuery("none", [("none", lambda world: world == (1, 1))])],
        [signature("smokes", [people])],
    )
    module = LogicModule(program, {"smokes": network})
    result = module()
    assert [inputs[0].tolist() for inputs in network.calls] == [[2, 1]]
    assert network.calls[0][0].dtype == torch.long
    torch.testing.assert_close(result["both"].probability, torch.tensor([[0.14]], dtype=torch.float64))
    torch.testing.assert_close(result["none"].probability, torch.tensor([[0.24]], dtype=torch.float64))


def test_symbols_and_tensors_together() -> None:
    network = Recorder(lambda image, person: image.softmax(1) * 0 + torch.nn.functional.one_hot(person, 3).to(image.dtype))
    program = HandmadeProgram(
        [neural("likes", ["a", "ann"], 3), neural("likes", ["a", "eve"], 3)],
        [
            AskedQuery(
                "p(X,Y)", [(f"p({x},{y})", lambda world, x=x, y=y: world == (x, y)) for x, y in itertools.product(range(3), repeat=2)]
            )
        ],
        [signature("likes", [None, ["ann", "bob", "eve"]], ["0", "1", "2"])],
    )
    result = LogicModule(program, {"likes": network})(a=torch.zeros(2, 3))
    assert network.calls[0][0].shape == (4, 3)
    assert network.calls[0][1].tolist() == [0, 0, 2, 2]
    assert result["p(X,Y)"].argmax() == [(0, 2), (0, 2)]


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
@pytest.mark.parametrize("marked", [False, True])
def test_bernoulli_networks(shape: tuple[int, ...], marked: bool) -> None:
    scores = torch.tensor([-50.0, 0.5, 50.0])
    network = identity()
    program = HandmadeProgram(
        [neural("edge", ["a"], 1, exhaustive=False)],
        [AskedQuery("yes", [("yes", value_is(0, 0))]), AskedQuery("no", [("no", value_is(0, 1))])],
        [signature("edge", [None])],
    )
    outputs = scores if marked else scores.sigmoid()
    result = LogicModule(program, {"edge": logits(network) if marked else network})(a=outputs.view(shape))
    torch.testing.assert_close(result["yes"].probability[:, 0], scores.sigmoid())
    torch.testing.assert_close(result["no"].probability[:, 0], (-scores).sigmoid(), atol=1e-7, rtol=1e-5)
    if marked:
        assert result["no"][2, 0].item() == pytest.approx(-50.0)


def test_a_network_with_one_value_leaves_nothing() -> None:
    program = HandmadeProgram(
        [neural("only", ["a"], 1, exhaustive=False)],
        [AskedQuery("p(X)", [("p(0)", value_is(0, 0)), ("p(1)", value_is(0, 1))])],
        [signature("only", [None], ["7"])],
    )
    result = LogicModule(program, {"only": identity()})(a=torch.ones(2, 1))
    assert result["p(X)"].probability.tolist() == [[1.0, 0.0]] * 2


def test_two_networks() -> None:
    program = HandmadeProgram(
        [neural("digit", ["a"], 3), neural("color", ["a"], 2)],
        [
            AskedQuery(
                "p(D,C)",
                [(f"p({d},{c})", lambda world, d=d, k=k: world == (d, k)) for d in range(3) for k, c in enumerate(["red", "'Blue'"])],
            )
        ],
        [DIGITS, signature("color", [None], ["red", "'Blue'"])],
    )
    digits, colors = distributions(2), distributions(2, 2, seed=5)
    module = LogicModule(program, {"digit": Recorder(lambda x: x[:, :3]), "color": Recorder(lambda x: x[:, 3:])})
    result = module(a=torch.cat([digits, colors], 1))
    torch.testing.assert_close(result["p(D,C)"].probability, (digits.unsqueeze(2) * colors.unsqueeze(1)).flatten(1))
    assert result["p(D,C)"].answers[1] == (0, "Blue")
    assert result["p( D, C )"].atoms[1] == "p(0,'Blue')"


def test_a_program_without_tensors_has_batch_size_one() -> None:
    program = HandmadeProgram([choice(FixedWeight(0.3))], [AskedQuery("h0", [("h0", value_is(0, 0))])])
    result = LogicModule(program)()
    assert result["h0"].shape == (1, 1)
    assert result["h0"].probability.item() == pytest.approx(0.3)
    double = LogicModule(program, dtype=torch.float64)()["h0"].probability
    assert double.dtype == torch.float64
    assert double.item() == pytest.approx(0.3, abs=1e-16)
    assert LogicModule(program).to(torch.float64)()["h0"].probability.item() == pytest.approx(0.3, abs=1e-16)


def test_a_ground_query_without_proof_has_probability_zero() -> None:
    program = HandmadeProgram([choice(FixedWeight(0.3))], [AskedQuery("never", [])])
    result = LogicModule(program)()["never"]
    assert result.probability.tolist() == [[0.0]]
    assert (result.answers, result.atoms) == ([True], ["never"])


def test_a_query_without_answers() -> None:
    program = HandmadeProgram([choice(FixedWeight(0.3))], [AskedQuery("p(X)", [])])
    result = LogicModule(program)()["p(X)"]
    assert result.shape == (1, 0)
    with pytest.raises(NesyError, match="E605"):
        result.argmax()


def test_an_empty_batch() -> None:
    result = LogicModule(addition(), {"digit": identity()})(a=torch.zeros(0, 3), b=torch.zeros(0, 3))
    assert result["sum(a,b,S)"].shape == (0, 5)


def test_evidence_of_the_program_conditions() -> None:
    program = HandmadeProgram(
        [choice(FixedWeight(0.3)), choice(FixedWeight(0.5))],
        [AskedQuery("h0", [("h0", value_is(0, 0))])],
        observed=lambda world: 0 in world,
    )
    assert LogicModule(program)()["h0"].probability.item() == pytest.approx(0.3 / 0.65)


def test_given() -> None:
    program = HandmadeProgram(
        [choice(FixedWeight(0.3)), choice(FixedWeight(0.5))],
        [AskedQuery("h0", [("h0", value_is(0, 0))], given=lambda world: 0 in world), AskedQuery("h1", [("h1", value_is(1, 0))])],
    )
    result = LogicModule(program)()
    assert result["h0"].probability.item() == pytest.approx(0.3 / 0.65)
    assert result["h1"].probability.item() == pytest.approx(0.5)


def test_evidence_per_example() -> None:
    compiled = []

    class Counting(HandmadeProgram):
        def compile(self, evidence: tuple[str, ...] = ()) -> CompiledProgram:
            compiled.append(evidence)
            return super().compile(evidence)

    plain = addition()
    program = Counting(plain.choices, plain.queries, plain.networks, observable=plain.observable)
    module = LogicModule(program, {"digit": identity()})
    a, b = distributions(2), distributions(2, seed=1)
    observed = torch.tensor([True, False])
    for text in ("odd(a)", "odd( a )"):
        result = module(a=a, b=b, evidence={text: observed})
        odd, even = torch.tensor([0.0, 1.0, 0.0]), torch.tensor([1.0, 0.0, 1.0])
        given = a * torch.stack([odd, even])
        given = given / given.sum(1, keepdim=True)
        torch.testing.assert_close(result["sum(a,b,S)"].probability, sum_probabilities(given, b))
    module(a=a, b=b)
    module(a=a, b=b, evidence={"odd(b)": observed, "odd(a)": observed})
    module(a=a, b=b, evidence={"odd(a)": observed, "odd(b)": observed})
    assert compiled == [(), ("odd(a)",), ("odd(a)", "odd(b)")]


def test_impossible_evidence_names_the_examples() -> None:
    module = LogicModule(addition(), {"digit": identity()})
    a = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]])
    with pytest.raises(NesyError, match=r"E501.*examples 0, 2\n") as caught:
        module(a=a, b=a, evidence={"odd(a)": torch.tensor([True, True, True])})
    assert [label.span.text for label in caught.value.diagnostics[0].labels] == ["evidence odd(a)."]


def test_impossible_condition_names_query_and_examples() -> None:
    program = HandmadeProgram(
        [neural("digit", ["a"], 3)],
        [AskedQuery("q(X)", [("q(1)", value_is(0, 1))], given=value_is(0, 1)), AskedQuery("r", [("r", value_is(0, 0))])],
        [DIGITS],
    )
    module = LogicModule(program, {"digit": identity()})
    with pytest.raises(NesyError, match=r"E503.*q\(X\).*example 1\n"):
        module(a=torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]))


def learnable_program() -> HandmadeProgram:
    plain = addition()
    return HandmadeProgram(
        [*plain.choices, choice(LearnableWeight(0.25, ()), heads=["flip"], clause=7)],
        [
            AskedQuery("sum(a,b,S)", [(f"sum(a,b,{s})", lambda world, s=s: world[0] + world[1] + (world[2] == 0) == s) for s in range(6)]),
        ],
        plain.networks,
        observable=plain.observable,
    )


def test_gradcheck_of_the_logic() -> None:
    module = LogicModule(learnable_program(), {"digit": logits(identity())}).double()
    a, b = torch.randn(2, 3, dtype=torch.float64, requires_grad=True), torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    weight = module.weights.logits["flip"]
    evidence = {"odd(a)": torch.tensor([True, False])}

    def logic(a: Tensor, b: Tensor, flip: Tensor) -> Tensor:
        outcome = torch.func.functional_call(module, {"weights.logits.flip": flip}, (), {"evidence": evidence, "a": a, "b": b})
        finite = outcome["sum(a,b,S)"][:, 2:4]
        assert isinstance(finite, Tensor)
        return finite

    assert torch.autograd.gradcheck(logic, (a, b, weight.detach().clone().requires_grad_()))


def test_zero_probabilities_give_zero_gradients_not_nan() -> None:
    a = torch.tensor([[1.0, 0.0, 0.0]], requires_grad=True)
    b = torch.tensor([[0.0, 1.0, 0.0]], requires_grad=True)
    result = LogicModule(addition(), {"digit": identity()})(a=a, b=b)["sum(a,b,S)"]
    assert result.probability.tolist() == [[0.0, 1.0, 0.0, 0.0, 0.0]]
    result.probability.sum().backward()
    assert a.grad is not None
    assert a.grad.isfinite().all()
    assert a.grad[0, 1:].tolist() == [0.0, 0.0]


def trained_module() -> LogicModule:
    torch.manual_seed(0)
    return LogicModule(learnable_program(), {"digit": logits(nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)))})


def test_state_dict_loads_into_a_new_module() -> None:
    module = trained_module().eval()
    inputs = {"a": torch.randn(2, 4), "b": torch.randn(2, 4)}
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_()
    module(**inputs, evidence={"odd(a)": torch.tensor([True, False])})
    state = module.state_dict()
    assert sorted(state) == ["networks.digit.network.0.bias", "networks.digit.network.0.weight", "weights.logits.flip"]
    other = trained_module().eval()
    assert not torch.equal(other(**inputs)["sum(a,b,S)"], module(**inputs)["sum(a,b,S)"])
    other.load_state_dict(state)
    assert torch.equal(other(**inputs)["sum(a,b,S)"], module(**inputs)["sum(a,b,S)"])


def test_copies_and_files() -> None:
    module = trained_module().eval()
    inputs = {"a": torch.randn(2, 4), "b": torch.randn(2, 4)}
    expected = module(**inputs)["sum(a,b,S)"]
    copied = copy.deepcopy(module)
    with torch.no_grad():
        next(copied.parameters()).add_(1.0)
    assert torch.equal(module(**inputs)["sum(a,b,S)"], expected)


def test_pickles_within_and_across_processes() -> None:
    program = HandmadeProgram(
        [neural("digit", ["a"], 3), choice(LearnableWeight(0.25, (term("f(k)"),)), heads=["flip(f(k))"], clause=2)],
        [AskedQuery("h", [("h", first_value)])],
        [DIGITS],
    )
    module = LogicModule(program, {"digit": logits(nn.Linear(4, 3))})
    inputs = torch.randn(2, 4)
    expected = module(a=inputs)["h"]
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    assert torch.equal(torch.load(buffer, weights_only=False)(a=inputs)["h"], expected)
    assert torch.equal(pickle.loads(pickle.dumps(module))(a=inputs)["h"], expected)
    # A new process hashes names differently; the rows of parameters must be found again under terms made there.
    code = """if True:
        import pickle, sys
        from tests.learning.programs import term
        module, inputs, expected = pickle.load(sys.stdin.buffer)
        assert (module(a=inputs)["h"] == expected).all()
        assert module.weights.clauses[2].rows[((term("f(k)"),),)] == 0
    """
    payload = pickle.dumps((module, inputs, expected.detach()))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], input=payload, env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed}, check=False
        )
        assert done.returncode == 0


def first_value(world: tuple[int, ...]) -> bool:
    return world[0] == 0 and world[1] == 0


def test_types() -> None:
    module = trained_module().eval()
    inputs = {"a": torch.randn(2, 4), "b": torch.randn(2, 4)}
    single = module(**inputs)["sum(a,b,S)"]
    assert single.dtype == torch.float32
    module = module.to(torch.float64)
    double = module(**{name: tensor.double() for name, tensor in inputs.items()})["sum(a,b,S)"]
    assert double.dtype == torch.float64
    torch.testing.assert_close(single.double(), double, rtol=1e-5, atol=1e-5)
    half = module.to(torch.bfloat16)(**{name: tensor.bfloat16() for name, tensor in inputs.items()})["sum(a,b,S)"]
    assert half.dtype == torch.float32
    torch.testing.assert_close(half.exp(), single.exp(), rtol=0.1, atol=0.05)


def test_training_mode_and_determinism() -> None:
    module = trained_module()
    network = module.networks["digit"]
    assert network.training
    assert not module.eval().networks["digit"].training
    inputs = {"a": torch.randn(2, 4), "b": torch.randn(2, 4)}
    assert torch.equal(module(**inputs)["sum(a,b,S)"], module(**inputs)["sum(a,b,S)"])


def test_training_learns_from_sums() -> None:
    torch.manual_seed(1)
    a, b = torch.randint(0, 3, (200,)), torch.randint(0, 3, (200,))
    one_hot = torch.eye(3)
    module = LogicModule(addition(), {"digit": logits(nn.Linear(3, 3))})
    optimizer = torch.optim.Adam(module.parameters(), 0.1)
    for _ in range(60):
        result = module(a=one_hot[a], b=one_hot[b])
        loss = module.nll(result, {"sum(a, b, S)": a + b})
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert torch.equal(module(a=one_hot[a], b=one_hot[b])["sum(a,b,S)"].argmax(), a + b)


def test_network_names_that_torch_refuses() -> None:
    program = HandmadeProgram(
        [neural("train", ["a"], 3), neural("a.b", ["a"], 3), neural("a_b", ["a"], 3)],
        [AskedQuery("q", [("q", lambda world: world == (0, 1, 2))])],
        [signature(name, [None], ["0", "1", "2"]) for name in ("train", "a.b", "a_b")],
    )
    networks = {name: identity() for name in ("train", "a.b", "a_b")}
    result = LogicModule(program, networks)(a=torch.tensor([[0.2, 0.3, 0.5]]))
    assert result["q"].probability.item() == pytest.approx(0.2 * 0.3 * 0.5)
    assert [len(network.calls) for network in networks.values()] == [1, 1, 1]


def test_evidence_on_learnable_weights_that_no_query_needs() -> None:
    class Growing(HandmadeProgram):
        def compile(self, evidence: tuple[str, ...] = ()) -> CompiledProgram:
            return HandmadeProgram(self.choices if evidence else self.choices[:1], self.queries, observable=self.observable).compile(
                evidence
            )

    program = Growing(
        [choice(FixedWeight(0.5)), choice(LearnableWeight(0.2, ()), clause=3)],
        [AskedQuery("h0", [("h0", value_is(0, 0))])],
        observable=[("seen", lambda world: 0 in world)],
    )
    observed = {"seen": torch.tensor([True])}
    with pytest.raises(NesyError, match=r"E605(.|\n)*'evidence'"):
        LogicModule(program)(evidence=observed)
    module = LogicModule(program, evidence=("seen",))
    assert list(module.state_dict()) == ["weights.logits.h0"]
    assert module(evidence=observed)["h0"].probability.item() == pytest.approx(0.5 / 0.6)


def test_distributed_training(tmp_path: Path) -> None:
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path / 'group'}", rank=0, world_size=1)
    try:
        module = nn.parallel.DistributedDataParallel(trained_module())
        result = module(a=torch.randn(2, 4), b=torch.randn(2, 4))
        module.module.nll(result, {"sum(a,b,S)": [1, 2]}).backward()
    finally:
        torch.distributed.destroy_process_group()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in module.parameters())
