"""The weights of leaves that a program states itself."""

import pytest

from nesylang.circuit import FIRST_LEAF, build_circuit
from nesylang.evaluation import leaf_probabilities
from nesylang.grounding.program import Choice, FixedWeight, GroundProgram, LearnableWeight, NeuralWeight, Weight
from nesylang.source import NesyError, Span, whole
from nesylang.syntax.terms import Atom
from tests.evaluation.diagrams import ALL

TEXT = whole("test.nesy", "t(_)::free.")


def weights_of(*weights: Weight, exhaustive: bool = False, span: Span = TEXT) -> list[float]:
    """Return the weight of every value of a choice."""
    choice = Choice(weights, exhaustive, tuple(Atom(f"a{i}", span) for i in range(len(weights))), 0, (), span)
    ground = GroundProgram((choice,), {}, (), {}, {}, (), (), {})
    leaves = [(0, value) for value in range(choice.values)]
    circuit = build_circuit(leaves, [], [FIRST_LEAF + index for index in range(len(leaves))], ALL)
    return leaf_probabilities(ground, circuit)


def test_remainder_is_exact_and_never_negative() -> None:
    assert weights_of(FixedWeight(0.3)) == [0.3, 0.7]
    assert weights_of(*[FixedWeight(0.1)] * 10)[-1] == 0.0
    assert weights_of(FixedWeight(0.6), FixedWeight(0.4000000000000001))[-1] == 0.0
    assert weights_of(FixedWeight(0.0)) == [0.0, 1.0]
    assert weights_of(FixedWeight(1.0)) == [1.0, 0.0]
    assert weights_of(FixedWeight(0.25), FixedWeight(0.75), exhaustive=True) == [0.25, 0.75]


def test_learnable_weights_evaluate_as_their_initial_values() -> None:
    assert weights_of(LearnableWeight(0.5, ())) == [0.5, 0.5]
    assert weights_of(LearnableWeight(0.2, ()), FixedWeight(0.5)) == pytest.approx([0.2, 0.5, 0.3])


def test_learnable_weights_without_remainder_share_what_is_left() -> None:
    assert weights_of(LearnableWeight(0.5, ()), LearnableWeight(0.3, ()), exhaustive=True) == pytest.approx([0.625, 0.375])
    assert weights_of(LearnableWeight(0.0, ()), LearnableWeight(0.0, ()), exhaustive=True) == [0.5, 0.5]


def test_a_learnable_weight_without_value_is_marked() -> None:
    with pytest.raises(NesyError) as caught:
        weights_of(LearnableWeight(None, ()))
    diagnostic = caught.value.diagnostics[0]
    assert (diagnostic.code, diagnostic.span) == ("E505", TEXT)
    assert "needs weights" in diagnostic.message


def test_a_network_is_named() -> None:
    with pytest.raises(NesyError, match=r"E505.*'digit'(.|\n)*program\.module") as caught:
        weights_of(NeuralWeight("digit", (), 0), exhaustive=True)
    assert caught.value.diagnostics[0].span == TEXT


def test_evidence_of_examples_is_an_indicator() -> None:
    ground = GroundProgram((), {}, (), {}, {}, (), (), {})
    circuit = build_circuit([(0, 0), (0, 1)], [], [FIRST_LEAF, FIRST_LEAF + 1], ALL)
    assert leaf_probabilities(ground, circuit) == [1.0, 1.0]
    assert leaf_probabilities(ground, circuit, {0: True}) == [1.0, 0.0]
    assert leaf_probabilities(ground, circuit, {0: False}) == [0.0, 1.0]
