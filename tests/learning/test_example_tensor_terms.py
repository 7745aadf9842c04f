"""Examples over tensors that networks and functions compute, against the module that names the same tensors in its queries."""

import re
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

import nesylang as nesy
from nesylang import tensors

DECLARED = """
    import lists.
    type image. type vector. type digit = 0..2. type person = {ann, bob}.
    neural encode(image) -> vector.
    neural embed(person) -> vector.
    neural classify(vector) -> digit.
    foreign mix(vector, vector) -> vector.
    foreign close(vector, vector).
    digit(I, D) :- encode(I, V), classify(V, D).
    total([], 0).
    total([I|T], S) :- digit(I, D), total(T, R), S is D + R.
    likes(P, I) :- embed(P, V), encode(I, W), close(V, W).
    mixed(I, J, D) :- encode(I, V), encode(J, W), mix(V, W, U), classify(U, D).
    nested(P, I, J, D) :- embed(P, V), encode(I, W), mix(V, W, U), encode(J, X), mix(U, X, Y), classify(Y, D).
"""
ANNOTATED = """
    import lists.
    nn(encode, [X], V) :: code(X, V).
    nn(embed, [X], V, [ann, bob]) :: unused(X, V).
    nn(classify, [V], D, [0, 1, 2]) :: class(V, D).
    nn(close, [V, W]) :: close(V, W).
    digit(I, D) :- code(I, V), class(V, D).
    total([], 0).
    total([I|T], S) :- digit(I, D), total(T, R), S is D + R.
    alike(I, J) :- code(I, V), code(J, W), close(V, W).
"""


class Counted(nn.Module):
    """A module that counts the rows that it is called on."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module
        self.rows: list[int] = []

    def forward(self, *inputs: Tensor) -> Tensor:
        self.rows.append(len(inputs[0]))
        found: Tensor = self.module(*inputs)
        return found


def networks() -> dict[str, nn.Module]:
    torch.manual_seed(0)
    modules = {
        "encode": Counted(nn.Linear(4, 3).double()),
        "embed": Counted(nn.Embedding(2, 3).double()),
        "classify": nesy.logits(nn.Linear(3, 3).double()),
        "close": Counted(tensors.RBF(1.0)),
    }
    return modules


def scaled(first: Tensor, second: Tensor) -> Tensor:
    """Return the second input scaled by the mean of the first."""
    return first.mean(1, keepdim=True) * second


def declared(*queries: str) -> nesy.LogicModule:
    found = networks()
    return nesy.loads(DECLARED).bind(mix=scaled, close=found.pop("close")).module(found, queries)


def annotated(*queries: str) -> nesy.LogicModule:
    found = networks()
    del found["embed"]
    text = ANNOTATED.replace("nn(embed, [X], V, [ann, bob]) :: unused(X, V).", "")
    return nesy.loads(text).module(found, queries)


def items(count: int = 6) -> Tensor:
    return torch.randn(count, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def expected(module: nesy.LogicModule, data: Mapping[str, Tensor], used: str) -> Tensor:
    """Return the probabilities of the one query of a module whose tensors have a batch of one example."""
    result = module(**{name: tensor[None] for name, tensor in data.items() if re.search(rf"\b{name}\b", used)})
    return next(iter(result.values())).probability[0]


@pytest.mark.parametrize(
    "query",
    [
        "digit(x(3), D)",
        "total([x(0), x(2), x(0)], S)",
        "likes(ann, x(1))",
        "likes(bob, x(4)), digit(x(4), D)",
        "mixed(x(1), x(2), D)",
        "nested(bob, x(0), x(5), D)",
        "nested(ann, x(3), x(3), 1)",
        "close(x(1), y)",
        "encode(x(1), V), close(V, y)",
        "classify(encode(x(2)), D)",
        "classify(mix(embed(ann), encode(x(2))), D)",
        "member(P, [ann, bob]), likes(P, x(0))",
    ],
)
def test_declared_networks_and_functions(query: str) -> None:
    x = items()
    data = {"x": x, "y": x[0, :3] if "V" in query else x[0]}
    found = declared().ask([query], **data)[0]
    direct = declared(query)
    torch.testing.assert_close(found.probability[0].as_subclass(Tensor), expected(direct, data, query).as_subclass(Tensor))


@pytest.mark.parametrize(
    "query", ["digit(x(3), D)", "total([x(0), x(2), x(0)], S)", "alike(x(1), x(2))", "alike(x(1), x(1)), digit(x(1), D)"]
)
def test_annotated_networks(query: str) -> None:
    data = {"x": items()}
    found = annotated().ask([query], **data)[0]
    torch.testing.assert_close(found.probability[0].as_subclass(Tensor), expected(annotated(query), data, query).as_subclass(Tensor))


def test_each_distinct_term_is_computed_once_for_all_examples() -> None:
    module = declared()
    questions = ["total([x(0), x(1)], 2)", "digit(x(0), 1)", "likes(ann, x(1))", "likes(ann, x(3))", "likes(bob, x(1))", "total([x(1)], 0)"]
    together = module.log_probabilities(questions, x=items())
    assert module.network("encode").rows == [3]
    assert module.network("embed").rows == [2]
    assert module.network("close").rows == [3]
    torch.testing.assert_close(together, torch.cat([declared().log_probabilities([question], x=items()) for question in questions]))


def test_terms_of_several_ranks_are_computed_rank_by_rank() -> None:
    module = declared()
    questions = ["nested(ann, x(0), x(1), 1)", "mixed(x(0), x(1), 1)", "nested(bob, x(0), x(1), 1)", "mixed(x(0), x(1), 2)"]
    together = module.log_probabilities(questions, x=items())
    assert module.network("encode").rows == [2]
    torch.testing.assert_close(together, torch.cat([declared().log_probabilities([question], x=items()) for question in questions]))


def test_tensors_of_the_examples_own() -> None:
    x = items()
    examples = [nesy.Example("mixed(a, x(1), D)", number % 3, tensors={"a": x[number]}) for number in range(4)]
    examples += [nesy.Example("digit(a, D)", 1, tensors={"a": x[2]}), nesy.Example("digit(encode, D)", 1, tensors={"encode": x[2]})]
    module = declared()
    found = module.log_probabilities(examples, x=x)
    shared = [nesy.Example(f"mixed(x({number}), x(1), D)", number % 3) for number in range(4)] + [nesy.Example("digit(x(2), D)", 1)] * 2
    torch.testing.assert_close(found, declared().log_probabilities(shared, x=x))
    # The parts of four examples' own tensors, twice that of the third, and the shared one.
    assert module.network("encode").rows == [7]


def test_evidence_of_examples() -> None:
    x = items()
    example = nesy.Example("total([x(0), x(1)], S)", 2, {"digit(x(0), 1)": True, "digit(x(1), 2)": False})
    found = declared().log_probabilities([example], x=x).exp().item()
    p = declared().ask(["digit(x(1), D)"], x=x)[0].probability[0]
    assert found == pytest.approx((p[1] / (p[0] + p[1])).item())


def test_gradients() -> None:
    module = declared()
    weight = module.network("encode").module.weight.detach().clone().requires_grad_()
    examples = [nesy.Example("nested(ann, x(0), x(1), D)", 1), nesy.Example("likes(bob, x(1))"), nesy.Example("total([x(0), x(1)], S)", 3)]

    def answers(x: Tensor, weight: Tensor) -> Tensor:
        own = module.network("encode").module
        bias = own.bias

        class Encoder(nn.Module):
            def forward(self, inputs: Tensor) -> Tensor:
                return inputs @ weight.T + bias

        module.network("encode").module = Encoder()
        found = module.log_probabilities(examples, x=x)
        module.network("encode").module = own
        return found

    assert torch.autograd.gradcheck(answers, (items(2).requires_grad_(), weight))


HELD = "foreign edge(int) -> int. type image. neural hit(image). far(X, Y, I) :- edge(X, Y), hit(I)."


def test_parameters_of_foreign_answers() -> None:
    held = nn.Parameter(torch.tensor(0.25, dtype=torch.float64))

    def edge(node: int) -> object:
        return nesy.answers([nesy.weighted(node + 1, nesy.learnable("step", 0.5)), nesy.weighted(node + 2, held)])

    program = nesy.loads(HELD).bind(edge=edge)
    model = program.module({"hit": nn.Identity()}, ["far(0, 1, x)", "far(0, 2, x)"])
    x = torch.tensor([0.5, 0.2], dtype=torch.float64)
    questions = ["far(3, 4, x(0))", "far(3, 5, x(1))", "far(1, 2, x(0)) => far(1, 3, x(1))"]
    found = model.log_probabilities(questions, x=x).exp()
    assert found.tolist() == pytest.approx([0.25, 0.05, 1 - 0.25 * 0.95])
    found.sum().backward()
    assert held.grad is not None
    # By the closed forms: 0.2 from the second question, 0.5 * 0.5 * 0.2 from the third.
    assert held.grad.item() == pytest.approx(0.25)
    assert model.weights.logits["edge"].grad is not None
    with pytest.raises(nesy.NesyError, match=r"E605.*edge\(3,5\) is a parameter that the module was built without \(example 0\)"):
        program.module({"hit": nn.Identity()}, []).log_probabilities(["far(3, 5, x(1))"], x=x)


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        (["digit(x(0), 1)", "digit(x(9), 1)"], "E603: 'encode' is applied to x(9), which is outside 'x' of shape (6, 4) (example 1)"),
        (["digit(x(0), 1)", "likes(ann, z)"], "E602: 'encode' is applied to z, and there is no tensor 'z' (example 1)"),
        (
            ["close(x(0), y)", "likes(ann, x(0))"],
            "E603: 'close' is applied to tensors of different shapes: (4,) in example 0, (3,) in example 1",
        ),
        (["digit([x(0)], 1)"], "E602: [x(0)] names no tensor (example 0)"),
        (["classify(x(0), 1)"], "E603: the network 'classify' failed on input of shape (1, 4): "),
    ],
)
def test_mistakes(questions: list[str], message: str) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        declared().log_probabilities(questions, x=items(), y=items()[0])
    (diagnostic,) = failure.value.diagnostics
    assert f"{diagnostic.code}: {diagnostic.message}".startswith(message)


def test_a_function_that_returns_no_rows_is_named() -> None:
    found = networks()
    module = nesy.loads(DECLARED).bind(mix=lambda a, b: a[0], close=found.pop("close")).module(found, [])
    with pytest.raises(
        nesy.NesyError, match=r"E603.*the function 'mix' returned a tensor of shape \(3,\), expected a tensor of shape \(1, ...\)"
    ):
        module.log_probabilities(["mixed(x(0), x(1), 1)"], x=items())
