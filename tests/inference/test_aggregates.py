"""Aggregates over many choices: values of which the probability is far below the smallest float."""

from __future__ import annotations

import math

import pytest

import nesylang as nesy
from nesylang.evaluation import SEMIRINGS, evaluate
from nesylang.evaluation.weights import leaf_probabilities
from nesylang.inference import Settings, compile_analysis


def test_half_of_a_thousand_rare_events() -> None:
    """Constraint C11: ln P = ln(1000 choose 500) + 500 ln .01 + 500 ln .99."""
    program = nesy.loads("0.01 :: rare(X) :- X in 1..1000. query count{X : rare(X)} = 500.")
    compiled = compile_analysis(program.analysis, Settings())
    weights = leaf_probabilities(compiled.ground, compiled.circuit)
    values = evaluate(compiled.circuit, weights, SEMIRINGS["log"])
    ((root,),) = compiled.answer_roots
    expected = math.lgamma(1001) - 2 * math.lgamma(501) + 500 * math.log(0.01) + 500 * math.log(0.99)
    assert expected == pytest.approx(-1618.142999, abs=1e-6)
    assert values[root] == pytest.approx(expected, abs=1e-6)


def test_posteriors_given_a_value_that_is_nearly_impossible() -> None:
    program = nesy.loads("1/1000 :: rare(X) :- X in 1..200. query rare(1) given count{X : rare(X)} = 150.")
    (query,) = program.marginals()
    assert query.answers[0].probability == pytest.approx(0.75)
