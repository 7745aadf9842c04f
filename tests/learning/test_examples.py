"""Examples of different structure in one call, against the module that has their queries, and against closed forms."""

import copy
import itertools
import math
import pickle
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

import nesylang as nesy
from nesylang.learning.structures import Cache

PROGRAM = """
    import lists.
    type image. type digit = 0..2.
    neural digit(image) -> digit.
    total([], 0).
    total([X|Xs], S) :- digit(X, D), total(Xs, T), S is D + T.
    odd(X) :- digit(X, 1).
    lowest(Xs, D) :- msort(Xs, [X|_]), digit(X, D).
    where(X, I) :- X =.. [_, I].
"""


class Counted(nn.Module):
    """The identity, which counts its calls and rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.rows.append(len(x))
        return x


def items(count: int = 8, seed: int = 0) -> Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).softmax(1)


def model(text: str = PROGRAM) -> nesy.LogicModule:
    return nesy.loads(text).module({"digit": Counted()}, queries=[])


def total(distributions: Sequence[Tensor], value: int) -> float:
    """Return the probability of a sum of independent digits, by enumeration."""
    found = 0.0
    for digits in itertools.product(range(3), repeat=len(distributions)):
        if sum(digits) == value:
            found += math.prod(d[digit].item() for d, digit in zip(distributions, digits, strict=True))
    return found


def test_lists_of_different_length_in_one_call() -> None:
    x, module = items(), model()
    chosen = [(3,), (0, 1), (7, 2, 4), (), (5, 6, 1, 0, 2), (4, 0), (6,)]
    examples = [f"total([{','.join(f'x({i})' for i in group)}], {len(group)})" for group in chosen]
    found = module.log_probabilities(examples, x=x).exp()
    expected = [total([x[i] for i in group], len(group)) for group in chosen]
    assert found.tolist() == pytest.approx(expected)
    assert (module.structures.misses, module.structures.hits) == (5, 0)
    module.log_probabilities(examples, x=x)
    assert (module.structures.misses, module.structures.hits) == (5, 5)


def test_networks_see_each_item_once() -> None:
    module = model()
    module.log_probabilities(["total([x(3),x(4)],2)", "odd(x(3))", "total([x(4)],1)", "total([x(3),x(3)],2)"], x=items())
    assert module.network("digit").rows == [2]


def test_one_item_twice_is_one_random_variable() -> None:
    x = items()
    found = model().log_probabilities(["total([x(3),x(3)],2)", "total([x(3),x(4)],2)"], x=x).exp()
    assert found.tolist() == pytest.approx([x[3, 1].item(), total([x[3], x[4]], 2)])


def test_labels_share_one_circuit() -> None:
    x, module = items(), model()
    examples = [nesy.Example(f"total([x({i}),x({i + 1})],S)", i % 5) for i in range(6)]
    found = module.log_probabilities(examples, x=x).exp()
    assert found.tolist() == pytest.approx([total([x[i], x[i + 1]], i % 5) for i in range(6)])
    assert len(module.structures) == 1


def test_queries_without_variables_may_be_labelled_false() -> None:
    x = items()
    examples = [nesy.Example("odd(x(1))", label) for label in (True, False, None)]
    assert model().log_probabilities(examples, x=x).exp().tolist() == pytest.approx([p := x[1, 1].item(), 1 - p, p])


def test_labels_and_observations_may_be_elements_of_tensors() -> None:
    x, labels, known = items(), torch.tensor([1, 2]), torch.tensor([True, False])
    plain = [nesy.Example(f"total([x({i})],S)", [1, 2][i], {"odd(x(3))": [True, False][i]}) for i in range(2)]
    given = [nesy.Example(f"total([x({i})],S)", labels[i], {"odd(x(3))": known[i]}) for i in range(2)]  # type: ignore[arg-type, dict-item]
    assert torch.equal(model().log_probabilities(given, x=x), model().log_probabilities(plain, x=x))
    pair = nesy.Example("digit(x(0),D), digit(x(1),E)", torch.tensor([1, 2]))  # type: ignore[arg-type]
    assert model().log_probabilities([pair], x=x).exp().item() == pytest.approx((x[0, 1] * x[1, 2]).item())


def test_evidence_of_different_atoms_and_values() -> None:
    x, module = items(), model()
    examples = [
        nesy.Example("total([x(0),x(1)],2)", evidence={"odd(x(0))": True}),
        nesy.Example("total([x(0),x(1)],2)", evidence={"odd(x(0))": False}),
        nesy.Example("total([x(2),x(3)],2)", evidence={"odd(x(3))": True, "odd(x(2))": True}),
        nesy.Example("total([x(2),x(3)],2)", evidence={"odd(x(2))": True, "odd(x(3))": True}),
        nesy.Example("total([x(2),x(3)],2)"),
    ]
    expected = [
        x[1, 1].item(),
        (total([x[0], x[1]], 2) - (x[0, 1] * x[1, 1]).item()) / (1 - x[0, 1].item()),
        1.0,
        1.0,
        total([x[2], x[3]], 2),
    ]
    assert module.log_probabilities(examples, x=x).exp().tolist() == pytest.approx(expected)
    assert len(module.structures) == 3


def test_results_are_those_of_the_module() -> None:
    x, program = items(), nesy.loads(PROGRAM)
    plain = program.module({"digit": Counted()}, queries=["total([a,b],S)"])(a=x[[1, 2]], b=x[[3, 4]])["total([a,b],S)"]
    results = model().ask(["total([x(1),x(3)],S)", "odd(x(0))", "total([x(2),x(4)],S)"], x=x)
    torch.testing.assert_close(torch.cat([torch.Tensor(results[0]), torch.Tensor(results[2])]), torch.Tensor(plain), check_dtype=False)
    assert results[0].answers == plain.answers
    assert results[0].argmax().tolist() == [plain.argmax()[0].item()]
    assert results[1].answers == [True]


def test_gradients() -> None:
    module = model()
    examples = [nesy.Example("total([x(0),x(1)],S)", 1, {"odd(x(0))": True}), nesy.Example("odd(x(2))", False), "total([x(1)],2)"]
    logits = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda scores: module.log_probabilities(examples, x=scores.softmax(1)), (logits,))


def test_the_loss() -> None:
    x, module = items(), model()
    examples = ["odd(x(1))", "odd(x(2))"]
    expected = -(x[1, 1].log() + x[2, 1].log()) / 2
    torch.testing.assert_close(module.nll_of(examples, x=x), expected)
    with pytest.warns(nesy.NesyWarning, match="example 1"):
        assert module.nll_of(["odd(x(1))", "total([x(1)],7)"], x=x).isinf()
    assert module.log_probabilities([]).shape == (0,)


def test_tensors_of_the_examples_own() -> None:
    x, module = items(), model()
    examples = [nesy.Example("total([a,b],2)", tensors={"a": x[i], "b": x[i + 1]}) for i in range(3)]
    examples.append(nesy.Example("total([s(0),s(1)],2)", tensors={"s": x[3:5]}))
    examples.append(nesy.Example("total([x(0),a],2)", tensors={"a": x[1]}))
    found = module.log_probabilities(examples, x=x).exp()
    assert found.tolist() == pytest.approx([total([x[i], x[i + 1]], 2) for i in (0, 1, 2, 3, 0)])


def test_several_indices_and_several_tensors() -> None:
    x = items(6).view(2, 3, 3)
    y = items(4, seed=1)
    examples = ["total([x(1,2),y(3)],2)", "total([y(0),y(3)],2)", "total([x(0,1),x(1,1)],2)"]
    module = model()
    expected = [total([x[1, 2], y[3]], 2), total([y[0], y[3]], 2), total([x[0, 1], x[1, 1]], 2)]
    assert module.log_probabilities(examples, x=x, y=y).exp().tolist() == pytest.approx(expected)
    assert len(module.structures) == 1


def test_terms_that_the_program_mentions_or_looks_into() -> None:
    x, module = items(), model(PROGRAM + "legend(D) :- digit(x(0), D).")
    examples = [
        nesy.Example("legend(D)", 1),
        nesy.Example("total([x(0),x(3)],S)", 1),
        nesy.Example("total([x(4),x(3)],S)", 1),
        nesy.Example("total([x(5),x(2)],S)", 1),
        nesy.Example("lowest([x(4),x(2)],D)", 1),
        nesy.Example("lowest([x(1),x(6)],D)", 1),
        "where(x(5),5)",
        "where(x(5),0)",
    ]
    sums = [total([x[i], x[j]], 1) for i, j in ((0, 3), (4, 3), (5, 2))]
    expected = [x[0, 1].item(), *sums, x[2, 1].item(), x[1, 1].item(), 1.0, 0.0]
    assert module.log_probabilities(examples, x=x).exp().tolist() == pytest.approx(expected)
    assert len(module.structures) == 7


def test_the_order_of_terms_that_the_program_mentions() -> None:
    x = items()
    module = model(PROGRAM + "lower(X) :- x(1) @< X, digit(x(1), 1). lower(X) :- X @< x(1), digit(X, 1). first(X) :- lowest([X, x(1)], 1).")
    examples = ["lower(x(3))", "lower(x(0))", "first(x(4))", "first(x(0))", "lowest([x(6),x(5)],1)", "lowest([x(5),x(6)],1)"]
    expected = [x[1, 1], x[0, 1], x[1, 1], x[0, 1], x[5, 1], x[5, 1]]
    assert module.log_probabilities(examples, x=x).exp().tolist() == pytest.approx([value.item() for value in expected])


def test_constants_that_only_look_like_tensors() -> None:
    program = nesy.loads("type image. neural cat(image). shade(x, dark). shade(y, light). p(X, C) :- shade(C, dark), cat(X).")
    module = program.module({"cat": nn.Flatten(0)}, queries=[])
    found = module.log_probabilities(["p(i(0),x)", "p(i(0),y)"], x=torch.tensor([0.5]), i=torch.tensor([0.25])).exp()
    assert found.tolist() == [0.25, 0.0]


def test_conditions_and_evidence_of_the_program() -> None:
    x = items()
    module = model(PROGRAM + "evidence not digit(x(0), 0).")
    left = (1 - x[0, 0]).item()
    found = module.log_probabilities(["odd(x(0))", "odd(x(1))", "total([x(0),x(1)],2) given odd(x(1))"], x=x).exp()
    assert found.tolist() == pytest.approx([x[0, 1].item() / left, x[1, 1].item(), x[0, 1].item() / left])


def test_inputs_have_an_entry_for_each_example() -> None:
    module = model(PROGRAM + "input bonus -> 0..2. input open. more(L, S) :- total(L, T), bonus(B), S is T + B. both(X) :- odd(X), open.")
    x = items()
    examples = [nesy.Example("more([x(0)],S)", 2), "both(x(1))", nesy.Example("more([x(1)],S)", 2)]
    found = module.log_probabilities(examples, x=x, bonus=torch.tensor([0, 1, 2]), open=torch.tensor([0.1, 0.5, 0.2])).exp()
    assert found.tolist() == pytest.approx([x[0, 2].item(), 0.5 * x[1, 1].item(), x[1, 0].item()])
    with pytest.raises(nesy.NesyError, match=r"E603.*an entry for each of the 3 examples, found 2"):
        module.log_probabilities(examples, x=x, bonus=torch.tensor([0, 1]), open=torch.zeros(2))


def test_learnable_weights_and_symbols() -> None:
    program = nesy.loads("""
        type image. type person = {ann, bob}.
        neural face(image) -> person. neural smiles(person).
        t(0.25) :: light.
        seen(X) :- light, face(X, P), smiles(P).
    """)
    networks = {"face": nn.Identity(), "smiles": lambda_module(lambda index: torch.tensor([0.5, 1.0])[index])}
    module = program.module(networks, queries=["seen(x(0))"])
    x = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    loss = module.nll_of(["seen(x(0))", "seen(x(1))"], x=x)
    assert loss.item() == pytest.approx(-(torch.tensor([0.125, 0.1875]).log().mean()).item())
    loss.backward()
    assert next(module.weights.parameters()).grad is not None
    with pytest.raises(nesy.NesyError, match=r"E605.*learnable"):
        program.module(networks, queries=[]).nll_of(["seen(x(0))"], x=x)


def lambda_module(function: object) -> nn.Module:
    module = nn.Module()
    module.forward = function  # type: ignore[assignment, method-assign]
    return module


def test_the_cache_is_bounded() -> None:
    x, module = items(), model()
    module.structures.bound = 2
    for _ in range(2):
        module.log_probabilities(["odd(x(0))", "total([x(0)],1)", "total([x(0),x(1)],1)"], x=x)
    assert len(module.structures) == 2
    assert (module.structures.misses, module.structures.hits) == (6, 0)


def test_a_cache_keeps_what_was_used_last() -> None:
    cache: Cache[str, str] = Cache(2)
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key, lambda key=key: key.upper())
    assert (cache.hits, cache.misses) == (2, 4)


def test_models_that_answered_can_be_copied_and_moved() -> None:
    x, module = items(), model()
    expected = module.log_probabilities(["odd(x(0))"], x=x)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(other.log_probabilities(["odd(x(0))"], x=x), expected)
        assert other.structures.misses == 1
    assert module.double().log_probabilities(["odd(x(0))"], x=x).dtype == torch.float64
    assert not module.state_dict()


def test_impossible_evidence_names_the_examples() -> None:
    x = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    examples = [
        nesy.Example("odd(x(0))", evidence={"odd(x(1))": True}),
        nesy.Example("odd(x(0))", evidence={"odd(x(0))": True}),
        nesy.Example("odd(x(1))", evidence={"odd(x(0))": True}),
        nesy.Example("odd(x(1))", evidence={"odd(x(0))": False}),
        nesy.Example("odd(x(1))", evidence={"total([x(0)],2)": True}),
    ]
    with pytest.raises(nesy.NesyError) as failure:
        model().log_probabilities(examples, x=x)
    messages = [diagnostic.message for diagnostic in failure.value.diagnostics]
    assert messages == [f"the evidence has probability zero for example {number}" for number in (2, 1, 4)] or sorted(messages) == sorted(
        f"the evidence has probability zero for example {number}" for number in (1, 2, 4)
    )


MISTAKES = [
    ("odd(x(0))", "E611", "examples are given as a list, found str"),
    ([7], "E611", "example 0 must be a nesy.Example or the text of a query, found int"),
    (["odd(x(0))", nesy.Example(7)], "E611", "the query of example 1 must be text, found int"),
    ([nesy.Example("odd(x(0))", evidence=["a"])], "E611", "the evidence of example 0 must be a dictionary, found list"),
    (
        [nesy.Example("odd(x(0))", evidence={"odd(x(1))": 1})],
        "E611",
        "the evidence of example 0 must map texts of atoms to bools, found int",
    ),
    (
        [nesy.Example("odd(x(0))", evidence={"not odd(x(1))": True})],
        "E611",
        "evidence of examples is about atoms, not negated ones (example 0)",
    ),
    (
        [nesy.Example("odd(x(0))", evidence={"odd(x(1))": True, "odd( x(1) )": True})],
        "E611",
        "an atom of the evidence is given twice (example 0)",
    ),
    ([nesy.Example("odd(a)", tensors={"a": 1})], "E611", "the tensor 'a' of example 0 must be a torch.Tensor, found int"),
    (["odd(x(0))", "total([x(0)],S)"], "E611", "the query total([x(0)],S) has variables and no label (example 1)"),
    ([nesy.Example("total([x(0)],S)", 9)], "E605", "unknown label 9 of total([x(0)],S) (example 0)"),
    ([nesy.Example("odd(x(0))", 7)], "E605", "unknown label 7 of odd(x(0)) (example 0)"),
    (["odd(x(0))", "odd(x(0"], "E104", "'(' is never closed (example 1)"),
    (["od(x(0))"], "E201", "unknown predicate od/1 (example 0)"),
    (["digit(x(0),7)"], "E203", "7 is not a value of the type digit (example 0)"),
    (["odd(x(0))", "odd(x(99))"], "E603", "'digit' is applied to x(99), which is outside 'x' of shape (8, 3) (example 1)"),
    (["odd(y(0))"], "E602", "'digit' is applied to y(0), and there is no tensor 'y' (example 0)"),
    (["total([x(0)|_],1)"], "E304", "a probabilistic clause is used while"),
    ([nesy.Example("odd(a)", tensors={"a": torch.zeros(2, 3)}), "odd(x(0))"], "E603", "'digit' is applied to tensors of different shapes"),
]


@pytest.mark.parametrize(("examples", "code", "message"), MISTAKES, ids=[message[:50] for _, _, message in MISTAKES])
def test_mistakes(examples: object, code: str, message: str) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        model().log_probabilities(examples, x=items())  # type: ignore[arg-type]
    diagnostic = failure.value.diagnostics[0]
    assert diagnostic.code == code
    assert diagnostic.message.startswith(message)


def test_shared_tensors_are_tensors() -> None:
    with pytest.raises(nesy.NesyError, match="E606"):
        model().log_probabilities(["odd(x(0))"], x=[[0.0]])  # type: ignore[arg-type]
