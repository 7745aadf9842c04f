"""Every answer compared with problog itself and with the world-by-world reference, on generated programs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from problog import get_evaluatable
from problog.errors import InconsistentEvidenceError
from problog.program import PrologString

import nesylang as nesy
from nesylang.syntax import print_term
from tests.reference.programs import graph_programs, propositional_programs
from tests.reference.worlds import marginals as reference_marginals


def problog_answers(text: str) -> dict[str, float] | None:
    """Return problog's probabilities by atom, spaces removed; None where it finds the evidence impossible."""
    try:
        results = get_evaluatable().create_from(PrologString(text)).evaluate()
    except (InconsistentEvidenceError, ZeroDivisionError):
        return None
    return {str(term).replace(" ", ""): float(value) for term, value in results.items() if term.is_ground()}


def nesylang_answers(text: str) -> dict[str, float] | None:
    try:
        return nesy.query(text)
    except nesy.NesyError as failure:
        if {diagnostic.code for diagnostic in failure.diagnostics} != {"E501"}:
            raise
        return None


def check(text: str) -> None:
    found = nesylang_answers(text)
    compiled = nesy.loads(text).compile()
    reference, evidence = reference_marginals(compiled.ground)
    if found is None:
        assert evidence == pytest.approx(0, abs=1e-12)
        return
    for query, values in zip(compiled.ground.queries, reference, strict=True):
        for answer, value in zip(query.answers, values, strict=True):
            assert not math.isnan(value)
            assert found[print_term(answer.atom)] == pytest.approx(value, abs=1e-9)
    expected = problog_answers(text)
    assert expected is not None
    for atom, value in expected.items():
        assert found.get(atom, 0.0) == pytest.approx(value, abs=1e-9), atom
    assert all(atom in expected or value == pytest.approx(0, abs=1e-12) for atom, value in found.items())


@given(propositional_programs())
def test_propositional_programs(text: str) -> None:
    check(text)


@given(graph_programs())
def test_graph_programs(text: str) -> None:
    check(text)
