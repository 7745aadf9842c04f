"""Formulas as queries of a module: their answers are truth values, or the values of what they leave open."""

from __future__ import annotations

import pytest

import nesylang as nesy

PROGRAM = "t(0.5) :: p(1). t(0.4) :: p(2). 0.5 :: e(1, 2). 0.25 :: e(2, 3)."


def test_formulas_have_labels() -> None:
    queries = ["forall(X in 1..2 : p(X))", "exists(X in 1..2 : p(X))", "p(1) => p(2)", "exists(Y : e(X, Y))"]
    model = nesy.loads(PROGRAM).module(queries=queries)
    result = model()
    assert [result[query].answers for query in queries] == [[True], [True], [True], [1, 2]]
    assert [round(result[query].probability[0, 0].item(), 6) for query in queries] == [0.2, 0.7, 0.7, 0.5]
    loss = model.nll(result, {"forall(X in 1..2 : p(X))": [True], "exists(Y : e(X, Y))": [1]})
    loss.sum().backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_evidence_of_examples_is_no_formula() -> None:
    model = nesy.loads(f"{PROGRAM} query p(1).").module()
    with pytest.raises(nesy.NesyError, match="ground atom"):
        model(evidence={"p(1) => p(2)": [True]})
