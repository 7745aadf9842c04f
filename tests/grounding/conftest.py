"""What the tests of grounders share: a program text and its ground program, or what is said about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import nesylang as nesy
from nesylang.grounding import GROUNDERS, Grounder, GroundingBudget, GroundProgram
from nesylang.inference import Settings
from nesylang.source import Diagnostic

Ground = Callable[..., GroundProgram]
Answers = Callable[..., dict[str, float]]
Complaints = Callable[..., list[Diagnostic]]


@pytest.fixture(params=sorted(GROUNDERS))
def grounder(request: pytest.FixtureRequest) -> Grounder:
    """Every row of GROUNDERS in turn."""
    return GROUNDERS[request.param]


@pytest.fixture
def ground(grounder: Grounder) -> Ground:
    """A function that returns the ground program of a text."""
    return lambda text, *evidence: nesy.loads(text, Settings(grounder=grounder)).compile(evidence=evidence).ground


@pytest.fixture
def answers(grounder: Grounder) -> Answers:
    """A function that returns the probabilities of a program's answers, or of those to some queries."""
    return lambda text, *queries: nesy.query(nesy.loads(text, Settings(grounder=grounder)), *queries)


@pytest.fixture
def complaints(grounder: Grounder) -> Complaints:
    """A function that returns what is said about a program that passes analysis and is wrong when it is grounded."""

    def run(text: str, budget: GroundingBudget | None = None) -> list[Diagnostic]:
        program = nesy.loads(text, Settings(grounder=grounder, grounding_budget=budget or GroundingBudget()))
        with pytest.raises(nesy.NesyError) as failure:
            nesy.query(program)
        return list(failure.value.diagnostics)

    return run
