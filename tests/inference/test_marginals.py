"""Probabilities of answers given evidence and conditions, at every scale."""

import pytest

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Properties, build_circuit
from nesylang.compilation.compiled import CompiledProgram
from nesylang.grounding.program import (
    Choice,
    FixedWeight,
    GroundAnswer,
    GroundEvidence,
    GroundProgram,
    GroundQuery,
    LearnableWeight,
    Weight,
)
from nesylang.inference import Answer, marginals
from nesylang.source import NesyError, whole
from nesylang.syntax.terms import Atom

TEXT = whole("test.nesy", "0.3::a. 0.4::b. evidence a.")
THREE_TENTHS, FOUR_TENTHS = FixedWeight(0.3), FixedWeight(0.4)
A, B = Atom("a", TEXT), Atom("b", TEXT)


def compiled(
    first: Weight = THREE_TENTHS,
    second: Weight = FOUR_TENTHS,
    observed: bool = False,
    given: bool = False,
    repeated: int = 1,
) -> CompiledProgram:
    """Return the query ``q`` with answers a, b, a and b, nothing, everything; observed or given that a or b.

    ``repeated`` copies of ``a`` have to hold together for a to hold.
    """
    choices = tuple(Choice((weight,), False, (atom,), 0, (), TEXT) for weight, atom in [(first, A)] * repeated + [(second, B)])
    leaves = [(number, value) for number in range(repeated + 1) for value in range(2)]
    base = FIRST_LEAF + len(leaves)
    sums: list[list[tuple[int, int]]] = []

    def add(*elements: tuple[int, int]) -> int:
        sums.append(list(elements))
        return base + len(sums) - 1

    a, not_a = TRUE, FALSE
    for number in reversed(range(repeated)):
        yes, no = FIRST_LEAF + 2 * number, FIRST_LEAF + 2 * number + 1
        a, not_a = add((yes, a)), add((no, TRUE), (yes, not_a))
    b = FIRST_LEAF + 2 * repeated
    both, either = add((a, b)), add((a, TRUE), (not_a, b))
    conditioned = observed or given
    answers = (a, b, both, FALSE, either if conditioned else TRUE)
    roots = [either if observed else TRUE, *([either] if given else []), *answers]
    shift = len(roots) - len(answers)
    properties = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)
    evidence = (GroundEvidence(A, 1, True, TEXT), GroundEvidence(B, 2, False, TEXT)) if observed else ()
    atoms = tuple(GroundAnswer(Atom(name, TEXT), 1) for name in ("a", "b", "both", "nothing", "all"))
    ground = GroundProgram(choices, {}, (), {}, {}, (GroundQuery("q", A, atoms),), evidence, {})
    circuit = build_circuit(leaves, sums, roots, properties)
    return CompiledProgram(ground, circuit, (tuple(range(shift, shift + len(answers))),), ((1 if given else 0,) * len(answers),), ())


def probabilities(program: CompiledProgram) -> list[float]:
    (query,) = marginals(program)
    assert (query.name, query.goal) == ("q", A)
    assert [answer.atom for answer in query.answers] == [answer.atom for answer in program.ground.queries[0].answers]
    return [answer.probability for answer in query.answers]


def test_without_evidence() -> None:
    assert probabilities(compiled()) == [0.3, 0.4, 0.12, 0.0, 1.0]
    assert marginals(compiled())[0].answers[0] == Answer(A, 0.3)


@pytest.mark.parametrize(("observed", "given"), [(True, False), (False, True), (True, True)])
def test_conditioned(observed: bool, given: bool) -> None:
    either = 0.3 + 0.7 * 0.4
    expected = [0.3 / either, 0.4 / either, 0.12 / either, 0.0, 1.0]
    assert probabilities(compiled(observed=observed, given=given)) == pytest.approx(expected, rel=1e-14)


def test_zero_and_one() -> None:
    assert probabilities(compiled(FixedWeight(0.0), FixedWeight(1.0))) == [0.0, 1.0, 0.0, 0.0, 1.0]
    assert probabilities(compiled(FixedWeight(0.0), FixedWeight(1.0), observed=True)) == [0.0, 1.0, 0.0, 0.0, 1.0]


def test_never_above_one() -> None:
    for tenths in range(1, 10):
        assert max(probabilities(compiled(FixedWeight(tenths / 10), FixedWeight(0.1), observed=True))) <= 1.0


@pytest.mark.parametrize(("observed", "given"), [(True, False), (False, True)])
def test_underflow(observed: bool, given: bool) -> None:
    """P(a) = 0.5 ** 2000 is no float, its ratio to P(a or b) is."""
    program = compiled(FixedWeight(0.5), FixedWeight(0.0), observed=observed, given=given, repeated=2000)
    assert probabilities(program) == pytest.approx([1.0, 0.0, 0.0, 0.0, 1.0], rel=1e-12)


def test_an_answer_that_underflows_is_zero_beside_others() -> None:
    assert probabilities(compiled(FixedWeight(0.5), FixedWeight(0.25), repeated=2000)) == [0.0, 0.25, 0.0, 0.0, 1.0]


def test_small_probabilities_keep_their_digits() -> None:
    assert probabilities(compiled(FixedWeight(0.5), repeated=1000))[0] == pytest.approx(0.5**1000, rel=1e-10, abs=0.0)


def test_impossible_evidence_is_marked() -> None:
    """Neither atom has a rule here, so that the one observed true is impossible on its own."""
    with pytest.raises(NesyError) as caught:
        marginals(compiled(FixedWeight(0.0), FixedWeight(0.0), observed=True))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E501"
    assert [(label.span, label.message) for label in diagnostic.labels] == [(TEXT, "observed true")]
    assert diagnostic.hint


def test_impossible_condition() -> None:
    with pytest.raises(NesyError) as caught:
        marginals(compiled(FixedWeight(0.0), FixedWeight(0.0), given=True))
    assert {diagnostic.code for diagnostic in caught.value.diagnostics} == {"E503"}
    assert "condition of q has" in str(caught.value)


def test_learnable_weights() -> None:
    assert probabilities(compiled(first=LearnableWeight(0.25, ())))[0] == 0.25
    with pytest.raises(NesyError, match="E505"):
        marginals(compiled(first=LearnableWeight(None, ())))
