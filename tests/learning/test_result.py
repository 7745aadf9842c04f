"""Results: look-up by query, values of answers, and the tensors they are."""

import copy
import pickle

import pytest
import torch

from nesylang.grounding.program import GroundAnswer, GroundQuery
from nesylang.learning.result import QueryResult, Result
from nesylang.learning.values import answer_values
from nesylang.source import NesyError
from tests.learning.programs import term

HALF = torch.tensor([[0.25, 0.75], [0.5, 0.125]]).log()


def result() -> Result:
    return Result(
        {
            "p(a,X)": QueryResult.of(HALF, [3, 5], ["p(a,3)", "p(a,5)"]),
            "q('a b',X)": QueryResult.of(HALF, ["red", "blue"], ["q('a b',red)", "q('a b',blue)"]),
            "r": QueryResult.of(HALF[:, :1], [True], ["r"]),
        }
    )


def test_lookup_by_any_spacing() -> None:
    found = result()
    assert found["p(a,X)"] is found["p( a , X )"]
    assert found["q( 'a b', X)"].answers == ["red", "blue"]
    assert "p(a, X)" in found
    assert "q('ab',X)" not in found
    assert found.get("q('ab',X)") is None
    assert found.get("p(a, X)") is found["p(a,X)"]
    assert list(found) == ["p(a,X)", "q('a b',X)", "r"]
    assert len(found) == 3
    assert found.answers["p(a, X)"] == [3, 5]


def test_unknown_query() -> None:
    with pytest.raises(NesyError, match=r"E605(.|\n)*did you mean 'p\(a,X\)'"):
        result()["p(b,X)"]
    with pytest.raises(NesyError, match=r"E605(.|\n)*p\(a,X\)"):
        result()["something quite different"]


def test_probability_is_plain() -> None:
    probability = result()["p(a,X)"].probability
    assert type(probability) is torch.Tensor
    torch.testing.assert_close(probability, torch.tensor([[0.25, 0.75], [0.5, 0.125]]))


def test_operations_give_plain_tensors() -> None:
    found = result()["p(a,X)"]
    for tensor in (found + 1, found[0], found.exp(), found.detach(), found.mean(), torch.stack([found, found])):
        assert type(tensor) is torch.Tensor


def test_gradients_flow_through_the_result() -> None:
    leaf = HALF.clone().requires_grad_()
    QueryResult.of(leaf * 2, [0, 1], ["p(0)", "p(1)"]).sum().backward()
    assert leaf.grad is not None
    assert (leaf.grad == 2).all()


def test_argmax() -> None:
    found = result()
    integers = found["p(a,X)"].argmax()
    assert isinstance(integers, torch.Tensor)
    assert integers.tolist() == [5, 3]
    assert integers.dtype == torch.long
    assert found["q('a b',X)"].argmax() == ["blue", "red"]
    ground = found["r"].argmax()
    assert isinstance(ground, torch.Tensor)
    assert ground.tolist() == [False, False]
    positions = found["p(a,X)"].argmax(1)
    assert isinstance(positions, torch.Tensor)
    assert positions.tolist() == [1, 0]
    assert QueryResult.of(HALF, [2**70, 1], ["p(1)", "p(2)"]).argmax() == [1, 2**70]


def test_copies_keep_their_answers() -> None:
    found = result()["p(a,X)"]
    for copied in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert isinstance(copied, QueryResult)
        assert copied.answers == [3, 5]
        assert torch.equal(copied, found)


@pytest.mark.parametrize(
    ("goal", "atom", "value"),
    [
        ("p(X)", "p(3)", 3),
        ("p(X)", "p(-1)", -1),
        ("p(X)", "p(0.5)", 0.5),
        ("p(X)", "p(red)", "red"),
        ("p(X)", "p('New York')", "New York"),
        ("p(X)", 'p("a b")', "a b"),
        ("p(X)", "p(f(a, 'B'))", "f(a,'B')"),
        ("p(X)", "p([1, 2])", "[1,2]"),
        ("p(a)", "p(a)", True),
        ("p", "p", True),
        ("p(X, Y)", "p(1, a)", (1, "a")),
        ("p(X, X)", "p(1, 1)", 1),
        ("p(_, X)", "p(1, 2)", (1, 2)),
        ("p(_, _)", "p(1, 2)", (1, 2)),
        ("p(f(X), [Y, 7])", "p(f(1), [2, 7])", (1, 2)),
        ("p([H|T])", "p([1, 2, 3])", (1, "[2,3]")),
        ("p([H|T])", "p([1])", (1, "[]")),
        ("(p(X), q(Y))", "(p(1), q(2))", (1, 2)),
    ],
)
def test_values_of_answers(goal: str, atom: str, value: object) -> None:
    (found,) = answer_values(GroundQuery(goal, term(goal), (GroundAnswer(term(atom), 1),)))
    assert found == value
    assert type(found) is type(value)
