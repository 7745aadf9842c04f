"""Budgets: a compilation that would take too long or too much ends with a clear error."""

from __future__ import annotations

import random
import time

import pytest

import nesylang as nesy
from nesylang.compilation import COMPILERS, CompilationBudget, compile_program
from nesylang.compilation.budget import Meter
from nesylang.grounding.program import GroundProgram
from nesylang.inference import Settings
from nesylang.source import NesyError
from tests.reference.ground import choice, ground_program

EVERY_COMPILER = pytest.mark.parametrize("name", COMPILERS)


def hard(width: int) -> GroundProgram:
    """Return a program whose circuit is exponential in its width: a disjunction of random conjunctions of three choices."""
    generator = random.Random(width)
    choices = [choice(number, [0.5]) for number in range(2 * width)]
    goal = 2 * width + 1
    return ground_program(choices, [(goal, tuple(generator.sample(range(1, goal), 3))) for _ in range(4 * width)], [goal])


@EVERY_COMPILER
def test_nodes(name: str) -> None:
    with pytest.raises(NesyError) as failure:
        compile_program(hard(12), COMPILERS[name], CompilationBudget(nodes=50))
    (found,) = failure.value.diagnostics
    assert found.code == "E401"
    assert "nodes of 50 allowed" in found.message
    assert "--nodes" in (found.hint or "")


@EVERY_COMPILER
def test_seconds(name: str) -> None:
    started = time.monotonic()
    with pytest.raises(NesyError) as failure:
        compile_program(hard(40), COMPILERS[name], CompilationBudget(seconds=0.3))
    (found,) = failure.value.diagnostics
    assert found.code == "E401"
    assert "seconds of 0.3 allowed" in found.message
    assert time.monotonic() - started < 20


@EVERY_COMPILER
def test_a_budget_that_suffices(name: str) -> None:
    circuit = compile_program(hard(6), COMPILERS[name], CompilationBudget(nodes=100_000, seconds=60.0)).circuit
    assert 0 < circuit.inner_count < 100_000


def test_settings_carry_the_budget() -> None:
    text = "".join(f"0.5::a({i}). 0.5::b({i}). " for i in range(12)) + "p :- a(X), b(X). q :- a(X), Y is 11-X, b(Y). query p. query q."
    with pytest.raises(NesyError) as failure:
        nesy.query(nesy.loads(text, Settings(compilation_budget=CompilationBudget(nodes=20))))
    assert failure.value.diagnostics[0].code == "E401"
    assert nesy.query(nesy.loads(text))["p"] == pytest.approx(1 - 0.75**12)


def test_the_meter() -> None:
    meter = Meter(CompilationBudget(nodes=3, seconds=1000.0))
    meter.check(3)
    with pytest.raises(NesyError, match="4 nodes of 3 allowed"):
        meter.check(4)
    late = Meter(CompilationBudget(seconds=1.0), started=time.monotonic() - 2.0)
    with pytest.raises(NesyError, match="seconds of 1 allowed"):
        late.check(0)
