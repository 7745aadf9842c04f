"""Modules of real programs, from text to gradients."""

import math
import pickle

import pytest
import torch
from torch import Tensor, nn

import nesylang as nesy

TWO_DIGITS = """
type digit = 0..3.
type image.
neural digit(image) -> digit.
first(N) :- digit(x(0), A), digit(x(1), B), N is 4 * A + B.
second(N) :- digit(y(0), A), digit(y(1), B), N is 4 * A + B.
sum(S) :- first(A), second(B), S is A + B.
odd(C) :- digit(x(C), A), 1 is A mod 2.
query sum(S).
query first(N) given odd(1).
"""


def values(images: Tensor) -> Tensor:
    """Return the distribution (batch, 16) of a two-digit number from those of its digits (batch, 2, 4)."""
    return (images[:, 0].unsqueeze(2) * images[:, 1].unsqueeze(1)).flatten(1)


def sums(first: Tensor, second: Tensor) -> Tensor:
    """Return the distribution (batch, 31) of the sum of two numbers below 16."""
    joint = first.unsqueeze(2) * second.unsqueeze(1)
    index = (torch.arange(16).unsqueeze(1) + torch.arange(16)).flatten()
    return joint.new_zeros(len(first), 31).index_add(1, index, joint.flatten(1))


def images(seed: int, batch: int = 3) -> Tensor:
    """Return digit distributions (batch, 2, 4)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, 2, 4, generator=generator, dtype=torch.float64).softmax(2)


def test_two_digit_addition() -> None:
    module = nesy.loads(TWO_DIGITS).module({"digit": nn.Identity()})
    x, y = images(0), images(1)
    result = module(x=x, y=y)
    assert result["sum(S)"].answers == list(range(31))
    torch.testing.assert_close(result["sum(S)"].probability, sums(values(x), values(y)))
    odd = torch.arange(4) % 2 == 1
    last = x[:, 1] * odd / (x[:, 1] * odd).sum(1, keepdim=True)
    conditioned = values(torch.stack([x[:, 0], last], 1))
    found = result["first(N) given odd(1)"]
    torch.testing.assert_close(found.probability, conditioned[:, found.answers])


def test_evidence_of_examples() -> None:
    module = nesy.loads(TWO_DIGITS).module({"digit": nn.Identity()}, queries=["sum(S)"])
    x, y = images(2), images(3)
    observed = torch.tensor([True, False, True])
    allowed = (torch.arange(4) % 2 == 1) == observed.unsqueeze(1)
    restricted = x[:, 0] * allowed / (x[:, 0] * allowed).sum(1, keepdim=True)
    expected = sums(values(torch.stack([restricted, x[:, 1]], 1)), values(y))
    torch.testing.assert_close(module(x=x, y=y, evidence={"odd(0)": observed})["sum(S)"].probability, expected)


WEATHER = """
t(0.3) :: cold.
0.1 :: wet(D) ; t(0.2) :: dry(D) ; 0.3 :: misty(D) :- day(D).
t(0.25, D) :: windy(D) :- day(D).
t(0.5) :: early ; t(0.3) :: late ; t(0.2) :: never.
day(monday). day(tuesday).
bad(D) :- wet(D), cold.
bad(D) :- windy(D), \\+ dry(D).
evidence \\+ bad(tuesday).
query bad(D).
query cold given windy(monday).
query wet(D).
query late.
"""


def test_both_engines_agree_on_a_program_without_networks() -> None:
    program = nesy.loads(WEATHER)
    result = program.module()()
    for query in program.marginals():
        found = result[query.name].probability[0].tolist()
        assert found == pytest.approx([answer.probability for answer in query.answers], abs=1e-6)
    assert result["late"].probability.item() == pytest.approx(0.3)


def test_learning_probabilities_from_observations() -> None:
    """Three of four days are bad: the likelihood is largest where windy, the only cause, has probability 3/4."""
    program = nesy.loads("t(_) :: windy. bad :- windy. query bad.")
    torch.manual_seed(0)
    module = program.module()
    optimizer = torch.optim.Adam(module.parameters(), 0.1)
    for _ in range(200):
        result = module()
        loss = -(0.75 * result["bad"] + 0.25 * torch.log1p(-result["bad"].exp())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert module()["bad"].probability.item() == pytest.approx(0.75, abs=1e-3)


def test_relations_between_symbols_and_images() -> None:
    program = nesy.loads(
        """
        type person = {ann, bob, eve}.
        type image.
        neural knows(person, image).
        friend(P) :- P in person, knows(P, photo).
        query friend(P).
        """
    )

    class Bilinear(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(3, 4)

        def forward(self, person: Tensor, image: Tensor) -> Tensor:
            return (self.embedding(person) * image).sum(1)

    network = Bilinear()
    module = program.module({"knows": nesy.logits(network)})
    photo = torch.randn(5, 4)
    result = module(photo=photo)
    assert result["friend(P)"].answers == ["ann", "bob", "eve"]
    torch.testing.assert_close(result["friend(P)"].probability, (photo @ network.embedding.weight.T).sigmoid())
    loss = module.nll(result, {"friend(P)": ["ann"] * 5})
    loss.backward()
    assert network.embedding.weight.grad is not None
    assert network.embedding.weight.grad[0].abs().sum() > 0


def test_a_program_in_the_style_of_deepproblog() -> None:
    program = nesy.loads("nn(net, [X], D, [0, 1, 2]) :: digit(X, D). sum(S) :- digit(a, A), digit(b, B), S is A + B. query sum(S).")
    module = program.module({"net": nn.Identity()})
    uniform = torch.full((2, 3), 1 / 3)
    torch.testing.assert_close(module(a=uniform, b=uniform)["sum(S)"].probability[0] * 9, torch.tensor([1.0, 2.0, 3.0, 2.0, 1.0]))


def test_underflow_is_no_loss_of_gradient() -> None:
    body = ", ".join(f"on(x({index}))" for index in range(200))
    module = nesy.loads(f"type image. neural on(image). all :- {body}. query all.").module({"on": nesy.logits(nn.Flatten(0))})
    x = torch.full((2, 200, 1), -20.0, requires_grad=True)
    loss = module.nll(module(x=x), {"all": [True, True]})
    assert loss.item() == pytest.approx(200 * math.log1p(math.exp(20.0)), rel=1e-5)
    loss.backward()
    torch.testing.assert_close(x.grad, torch.full_like(x, -0.5), rtol=1e-4, atol=0.0)


def test_pickled_modules_compile_further_evidence() -> None:
    module = pickle.loads(pickle.dumps(nesy.loads(TWO_DIGITS).module({"digit": nn.Identity()})))
    x = images(4)
    found = module(x=x, y=x, evidence={"odd(1)": torch.tensor([True] * 3)})["sum(S)"].probability
    torch.testing.assert_close(found.sum(1), torch.ones(3, dtype=torch.float64))
