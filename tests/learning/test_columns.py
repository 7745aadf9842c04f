"""Columns of results whose types are declared: one for each value, those without proof included."""

import pytest
import torch
from torch import nn

import nesylang as nesy

DIGITS = """
    type image. type digit = 0..2.
    neural digit(image) -> digit.
"""


def distributions(batch: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(batch, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).softmax(1)


def test_a_column_for_every_value_in_the_declared_order() -> None:
    program = nesy.loads(f"""{DIGITS}
        pred big({{no, yes}}, 0..4).
        big(yes, D) :- digit(x, D), D > 0.
        query big(V, D).
        query big(yes, D).
        query big(V, 1).
    """)
    x = distributions(2)
    result = program.module({"digit": nn.Identity()})(x=x)
    assert result["big(V,D)"].answers == [(value, digit) for value in ("no", "yes") for digit in range(5)]
    assert result["big(V,D)"].atoms[6] == "big(yes,1)"
    expected = torch.zeros(2, 10, dtype=torch.float64)
    expected[:, 6:8] = x[:, 1:]
    torch.testing.assert_close(result["big(V,D)"].probability, expected)
    assert result["big(yes,D)"].answers == [0, 1, 2, 3, 4]
    torch.testing.assert_close(result["big(yes,D)"].probability, expected[:, 5:])
    assert result["big(V,1)"].answers == ["no", "yes"]
    assert result["big(V,1)"].argmax() == ["yes", "yes"]


def test_columns_without_proof_have_gradient_zero() -> None:
    program = nesy.loads(f"{DIGITS} pred two(0..9). two(D) :- digit(x, D), D < 2. query two(D).")
    x = distributions(2).requires_grad_()
    result = program.module({"digit": nn.Identity()})(x=x)["two(D)"]
    result.probability.sum().backward()
    assert x.grad is not None
    torch.testing.assert_close(x.grad, torch.tensor([[1.0, 1.0, 0.0]] * 2, dtype=torch.float64))
    assert result[:, 2:].eq(-torch.inf).all()


def test_labels_without_proof_are_known() -> None:
    model = nesy.loads(f"{DIGITS} pred two(0..9). two(D) :- digit(x, D), D < 2. query two(D).").module({"digit": nn.Identity()})
    result = model(x=distributions(2))
    with pytest.warns(nesy.NesyWarning, match="example 1"):
        assert model.nll(result, {"two(D)": [1, 7]}).item() == float("inf")
    with pytest.raises(nesy.NesyError, match="E605"):
        model.nll(result, {"two(D)": [1, 10]})


def test_a_query_without_any_proof() -> None:
    result = nesy.loads("pred p(0..2). query p(X).").module()()["p(X)"]
    assert result.answers == [0, 1, 2]
    assert result.tolist() == [[-torch.inf] * 3]


def test_the_same_variable_twice_and_conjunctions() -> None:
    program = nesy.loads(f"{DIGITS} pred p(0..3, digit). p(A, B) :- digit(x, A), digit(y, B). query p(D, D). query p(A, B), digit(z, B).")
    x, y, z = (distributions(2, seed) for seed in range(3))
    result = program.module({"digit": nn.Identity()})(x=x, y=y, z=z)
    assert result["p(D,D)"].answers == [0, 1, 2]
    torch.testing.assert_close(result["p(D,D)"].probability, x * y)
    pairs = result["p(A,B),digit(z,B)"]
    assert pairs.answers == [(a, b) for a in range(4) for b in range(3)]
    torch.testing.assert_close(pairs.probability[:, :9], torch.einsum("na,nb,nb->nab", x, y, z).flatten(1))
    assert pairs[:, 9:].eq(-torch.inf).all()


@pytest.mark.parametrize("query", ["free(X)", "p(X, Y), free(Y)", "p(f(X), 1)", "p(X, 1) given p(X, 1)", "p(1, _), p(_, 1)", "not p(0, 1)"])
def test_other_queries_have_the_answers_with_a_proof(query: str) -> None:
    program = nesy.loads(f"pred p(any, 0..2). p(1, 1). p(f(2), 1). free(1). query {query}.")
    (result,) = program.module()().values()
    assert len(result.answers) == len(program.marginals()[0].answers) == result.shape[1]


def test_anonymous_variables_are_columns_too() -> None:
    result = nesy.loads("pred p(0..1, 0..1). 0.5 :: p(1, 0). query p(_, _).").module()()
    assert result["p(_,_)"].answers == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert result["p(_,_)"].probability.tolist() == [[0, 0, 0.5, 0]]


def test_answers_outside_the_types_are_errors() -> None:
    program = nesy.loads("pred p(0..2). p(X) :- X in 1..5. query p(X).")
    for asked in (program.module, program.marginals):
        with pytest.raises(nesy.NesyError, match=r"E311.*p\(3\)"):
            asked()


def test_other_commands_show_the_answers_with_a_proof() -> None:
    assert nesy.query("pred p(0..9). 0.5 :: p(3). query p(X).") == {"p(3)": 0.5}


def test_too_many_instances() -> None:
    assert nesy.loads("pred p(0..999, 0..999). p(1, 2). query p(X, Y).").module()()["p(X,Y)"].answers == [(1, 2)]


def test_bools_and_evidence() -> None:
    program = nesy.loads("pred p(bool). 0.5 :: a. p(true) :- a. query p(X).")
    result = program.module(evidence=["a"])(evidence={"a": torch.tensor([True, False])})["p(X)"]
    assert result.answers == ["false", "true"]
    assert result.probability.tolist() == [[0, 1], [0, 0]]
