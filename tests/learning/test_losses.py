"""The negative log-likelihood: labels by value, and its edges."""

import math
import warnings

import pytest
import torch
from torch import Tensor

import nesylang as nesy
from nesylang.learning import NesyWarning, nll
from nesylang.learning.result import QueryResult, Result
from nesylang.source import NesyError

PROBABILITIES = torch.tensor([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]], dtype=torch.float64)


def result(log_probabilities: Tensor | None = None) -> Result:
    values = PROBABILITIES.log() if log_probabilities is None else log_probabilities
    return Result(
        {
            "p(X)": QueryResult.of(values, [3, 5], ["p(3)", "p(5)"]),
            "color(X)": QueryResult.of(values, ["red", "blue"], ["color(red)", "color(blue)"]),
            "pair(X,Y)": QueryResult.of(values, [(3, "a"), (5, "b")], ["pair(3,a)", "pair(5,b)"]),
            "grid(X,Y)": QueryResult.of(values, [(3, 1), (5, 2)], ["grid(3,1)", "grid(5,2)"]),
            "holds": QueryResult.of(values[:, :1], [True], ["holds"]),
        }
    )


EXPECTED = -math.log(0.75 * 0.5 * 1.0) / 3


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("p( X )", torch.tensor([5, 3, 3])),
        ("p(X)", [5, 3, 3]),
        ("p(X)", torch.tensor([5, 3, 3], dtype=torch.uint8).numpy()),
        ("color(X)", ["blue", "red", "red"]),
        ("pair(X, Y)", [(5, "b"), (3, "a"), (3, "a")]),
        ("grid(X,Y)", torch.tensor([[5, 2], [3, 1], [3, 1]])),
        ("holds", torch.tensor([False, True, True])),
        ("holds", [False, True, True]),
        ("holds", torch.tensor([0, 1, 1])),
    ],
)
def test_mean_negative_log_probability(query: str, labels: object) -> None:
    loss = nll(result(), {query: labels})  # type: ignore[dict-item]
    assert loss.shape == ()
    assert loss.item() == pytest.approx(EXPECTED)


def test_queries_are_summed() -> None:
    loss = nll(result(), {"p(X)": [5, 3, 3], "color(X)": ["blue", "red", "red"]})
    assert loss.item() == pytest.approx(2 * EXPECTED)


def test_an_empty_batch_loses_nothing() -> None:
    assert nll(result(torch.zeros(0, 2)), {"p(X)": torch.zeros(0, dtype=torch.long)}).item() == 0.0


def test_gradient() -> None:
    logs = torch.tensor([[-0.5, -1.0], [-2.0, -0.1]], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: nll(result(x), {"p(X)": [3, 5], "holds": [False, True]}), (logs,))


@pytest.mark.parametrize(("query", "label", "other"), [("p(X)", 5, 3), ("holds", False, True)])
def test_impossible_labels(query: str, label: object, other: object) -> None:
    logs = torch.tensor([[0.0, -math.inf], [-1.0, -2.0], [0.0, -math.inf]], requires_grad=True)
    with pytest.warns(NesyWarning, match="examples 0, 2") as caught:
        loss = nll(result(logs), {query: [label, other, label]})  # type: ignore[dict-item]
    assert caught[0].category is NesyWarning
    assert loss.item() == math.inf
    loss.backward()
    assert logs.grad is not None
    assert (logs.grad[[0, 2]] == 0).all()
    assert logs.grad[1].tolist() == pytest.approx([-1 / 3, 0.0])


def test_possible_labels_warn_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nll(result(), {"p(X)": [3, 3, 3]})


def test_a_false_label_is_stable_at_both_ends() -> None:
    tiny = torch.tensor([[-1e-12, 0.0], [-800.0, 0.0], [-math.inf, 0.0]], dtype=torch.float64, requires_grad=True)
    loss = nll(result(tiny), {"holds": [False, False, False]})
    assert loss.item() == pytest.approx(-math.log(1e-12) / 3, rel=1e-6)
    loss.backward()
    assert tiny.grad is not None
    assert tiny.grad.isfinite().all()


@pytest.mark.parametrize(
    ("code", "query", "labels", "parts"),
    [
        ("E605", "p(X)", [3, 4, 5], ["unknown label 4 of p(X) (example 1)", "3, 5"]),
        ("E605", "p(X)", ["3", 3, 3], ["unknown label '3'"]),
        ("E605", "p(X)", [True, 3, 3], ["unknown label True"]),
        ("E605", "holds", [True, 2, True], ["unknown label 2", "True and False"]),
        ("E605", "q(X)", [1, 2, 3], ["q(X)"]),
        ("E603", "p(X)", [3, 5], ["3 in all", "found 2"]),
        ("E603", "p(X)", torch.tensor([[3], [5], [3]]), ["(3,)", "(3, 1)"]),
        ("E603", "p(X)", torch.tensor(3), ["found shape ()"]),
        ("E603", "grid(X,Y)", torch.tensor([3, 5, 3]), ["(3, 2)", "(3,)"]),
        ("E606", "p(X)", 3, ["found int"]),
        ("E606", "color(X)", "red", ["found str"]),
    ],
)
def test_labels_that_do_not_fit(code: str, query: str, labels: object, parts: list[str]) -> None:
    with pytest.raises(NesyError) as caught:
        nll(result(), {query: labels})  # type: ignore[dict-item]
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    for part in parts:
        assert part in diagnostic.render()


def test_no_labels() -> None:
    with pytest.raises(NesyError, match="E606"):
        nll(result(), {})


def test_one_row_serves_every_label() -> None:
    """A program without input tensors has one example; labels drawn from it are many."""
    model = nesy.loads("t(0.25) :: red; t(0.75) :: blue. color(red) :- red. color(blue) :- blue. query color(X).").module()
    labels = ["red", "blue", "blue", "blue"]
    loss = model.nll(model(), {"color(X)": labels})
    assert loss.item() == pytest.approx(-(math.log(0.25) + 3 * math.log(0.75)) / 4, abs=1e-6)
    loss.backward()
    assert model.weights.logits["red"].grad.abs().max().item() == pytest.approx(0, abs=1e-6)


def test_evidence_has_a_log_probability() -> None:
    model = nesy.loads("t(0.25) :: a. 0.5 :: b. c :- a, b. evidence c. query a.").module()
    result = model()
    assert result.log_evidence.shape == (1,)
    assert result.log_evidence.item() == pytest.approx(math.log(0.125), abs=1e-6)
    (-result.log_evidence.mean()).backward()
    assert model.weights.logits["a"].grad.item() == pytest.approx(-0.75, abs=1e-6)


def test_without_evidence_its_log_probability_is_zero() -> None:
    assert nesy.loads("t(0.25) :: a. query a.").module()().log_evidence.tolist() == [0.0]
