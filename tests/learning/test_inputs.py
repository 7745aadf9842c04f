"""The slices of tensors that networks are applied to, taken together where that is possible."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import nesylang as nesy
from nesylang.learning.inputs import rows
from nesylang.source import NesyError, whole
from nesylang.syntax import parse_term
from nesylang.syntax.terms import Term

X = torch.arange(2 * 3 * 4 * 5).view(2, 3, 4, 5)
Y = -torch.arange(2 * 3 * 4 * 5).view(2, 3, 4, 5)
SPAN = whole("test", "x")


def term(text: str) -> Term:
    return parse_term(whole("test", text).source)


@pytest.mark.parametrize(
    "texts",
    [
        ["x"],
        ["x(0)", "x(1)", "x(2)"],
        ["x(2)", "x(0)"],
        ["x(1)", "y(1)", "x(1)", "y(0)", "y(2)"],
        ["x(1,2)", "x(0,3)", "x(0,0)"],
        ["y(0,0)", "y(0,1)", "y(0,2)", "y(0,3)", "y(1,0)"],
        ["x(0,1,2)", "y(2,3,4)", "x(1,1,1)"],
    ],
)
def test_rows_are_the_slices_below_each_other(texts: list[str]) -> None:
    expected = []
    for text in texts:
        tensor = X if text[0] == "x" else Y
        for index in text[2:-1].split(",") if len(text) > 1 else []:
            tensor = tensor[:, int(index)]
        expected.append(tensor)
    found = rows({"x": X, "y": Y}, [term(text) for text in texts], (), 2, "net", SPAN)
    assert torch.equal(found, torch.cat(expected))


def test_constants_and_results_of_networks_stand_among_slices() -> None:
    made, constant = term("made(0)"), term("constant(0)")
    tensors = {"x": X, made: torch.full((2, 4, 5), 7), constant: torch.full((1, 4, 5), 8)}
    found = rows(tensors, [term("x(0)"), made, constant, term("x(1)")], {constant}, 2, "net", SPAN)
    assert torch.equal(found, torch.cat([X[:, 0], tensors[made], tensors[constant].expand(2, 4, 5), X[:, 1]]))


@pytest.mark.parametrize("text", ["x(3)", "x(0,4)", "x(0,0,0,0)"])
def test_indices_outside_are_refused_among_others(text: str) -> None:
    with pytest.raises(NesyError, match=r"E603.*outside 'x' of shape \(2, 3, 4, 5\)"):
        rows({"x": X}, [term(text), term(text)], (), 2, "net", SPAN)


def test_slices_of_different_shapes_are_refused() -> None:
    with pytest.raises(NesyError, match=r"E603.*different shapes: x\(0\) has \(2, 4, 5\), x\(0,1\) has \(2, 5\)"):
        rows({"x": X}, [term("x(0)"), term("x(1)"), term("x(0,1)"), term("x(0,2)")], (), 2, "net", SPAN)


class Noted(nn.Module):
    """Notes the shapes of what it is called on."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[tuple[int, ...]] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.shapes.append(tuple(images.shape))
        return torch.stack([images[:, 0], -images[:, 0]], 1)


def test_a_network_is_called_once_on_distinct_inputs_whatever_their_order() -> None:
    text = "type image. type bit = 0..1. neural bit(image) -> bit.\n"
    text += "all :- bit(x(2), 1), bit(y, 1), bit(x(0), 1), bit(x(2), 1), bit(x(1), 0).\nquery all.\n"
    network = Noted()
    model = nesy.loads(text).module({"bit": nesy.logits(network)})
    x, y = torch.randn(4, 3, 1), torch.randn(4, 1)
    found = model(x=x, y=y)["all"].probability[:, 0]
    # Of the logits z and -z the second has the probability 1 / (1 + exp(2 z)).
    one = torch.sigmoid(-2 * torch.cat([x[:, :, 0], y], 1))
    torch.testing.assert_close(found, one[:, 2] * one[:, 3] * one[:, 0] * (1 - one[:, 1]))
    assert network.shapes == [(16, 1)]


def test_a_network_that_works_in_place_leaves_the_tensor_of_one_example_alone() -> None:
    text = "type image. type bit = 0..1. neural bit(image) -> bit.\nall :- bit(x(0), 1), bit(x(1), 0).\nquery all.\n"
    network = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 2))
    model = nesy.loads(text).module({"bit": nesy.logits(network)})
    x = torch.randn(1, 2, 4, requires_grad=True)
    before = x.detach().clone()
    model(x=x)["all"].sum().backward()
    assert torch.equal(x.detach(), before)
    assert x.grad is not None
