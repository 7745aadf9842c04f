"""Which part of a program errors of compilations mark."""

from __future__ import annotations

import pytest

import nesylang as nesy
from nesylang.compilation import beyond
from nesylang.compilation.budget import CompilationBudget, out_of_memory
from nesylang.compilation.compile import compile_program
from nesylang.formula import build_formula
from nesylang.grounding import GROUNDERS, GroundingRequest, stated_queries
from nesylang.grounding.program import GroundProgram
from nesylang.inference import Settings
from nesylang.source import Diagnostic

GRID = """
0.5 :: e(X, Y) :- X in 1..6, Y in 1..6, X < Y.
path(X, Y) :- e(X, Y).
path(X, Y) :- path(X, Z), e(Z, Y).
"""


def spent(program: str, **budget: float) -> Diagnostic:
    settings = Settings(compilation_budget=CompilationBudget(**budget), cache=False)
    with pytest.raises(nesy.NesyError) as failure:
        nesy.query(nesy.loads(program, settings))
    (found,) = failure.value.diagnostics
    assert found.code == "E401"
    return found


def marked(found: Diagnostic) -> list[tuple[str, str]]:
    """Return the marked texts with what is said about them."""
    return [(label.span.source.text[label.span.start : label.span.end], label.message) for label in found.labels]


def test_the_query_that_needs_most_is_marked() -> None:
    found = spent(f"{GRID}query e(1, 2).\nquery path(1, Y).\nquery path(1, 2).", nodes=3)
    ((goal, said),) = marked(found)
    assert goal == "path(1, Y)"
    assert said.startswith("the 5 answers to path(1,Y) need ")
    assert said.endswith(" over 15 choices, more than those of the other 2 queries")
    assert (found.hint or "").startswith("ask fewer queries at once, ")


def test_a_single_answer_cannot_be_asked_less_at_once() -> None:
    found = spent(f"{GRID}query path(1, 6).", nodes=3)
    ((goal, said),) = marked(found)
    assert goal == "path(1, 6)"
    assert said.startswith("the answer to path(1,6) needs ")
    assert "fewer queries" not in (found.hint or "")


def test_evidence_that_needs_most_is_marked_too() -> None:
    found = spent(f"{GRID}evidence path(1, 6).\nquery e(1, 2).", nodes=3)
    assert [text for text, _ in marked(found)] == ["e(1, 2)", "evidence path(1, 6)"]
    assert marked(found)[1][1].startswith("the evidence alone needs ")


def test_evidence_alone_is_marked() -> None:
    settings = Settings(compilation_budget=CompilationBudget(nodes=3), cache=False)
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads(f"{GRID}evidence path(1, 6).", settings).compile()
    assert [text for text, _ in marked(failure.value.diagnostics[0])] == ["evidence path(1, 6)"]


def test_many_queries_are_told_apart_by_their_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beyond, "VISITS", 10)
    found = spent(f"{GRID}query path(1, 2).\nquery path(1, Y).", nodes=3)
    assert marked(found) == [("path(1, Y)", "the 5 answers to path(1,Y), more than those of the other 1 query")]


def ground_of(program: str) -> GroundProgram:
    analysis = nesy.loads(program).analysis
    return GROUNDERS["native"].ground(GroundingRequest(analysis, tuple(stated_queries(analysis)), ()))


def test_the_budget_counts_while_formulas_are_built() -> None:
    ground = ground_of(f"{GRID.replace('6', '30')}query path(1, 30).")
    looks = []
    build_formula(ground, [ground.queries[0].answers[0].literal], lambda: looks.append(1))
    assert looks
    with pytest.raises(nesy.NesyError) as failure:
        compile_program(ground, nesy.Settings().compiler, CompilationBudget(seconds=1e-9))
    (found,) = failure.value.diagnostics
    assert found.code == "E401"
    assert marked(found) == [("path(1, 30)", "asked here; the formula of this query was not complete")]


def test_memory_that_runs_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = ground_of(f"{GRID}query path(1, 2).\nquery path(1, Y).")

    class Hungry:
        name = "hungry"

        def compile(self, *_: object) -> None:
            raise MemoryError

    with pytest.raises(nesy.NesyError) as failure:
        compile_program(ground, Hungry(), CompilationBudget())
    (found,) = failure.value.diagnostics
    assert (found.code, found.message) == ("E401", out_of_memory().diagnostics[0].message)
    assert marked(found)[0][0] == "path(1, Y)"
    assert "--memory" not in (found.hint or "")


def test_memory_that_runs_out_in_grounding_is_an_error() -> None:
    class Hungry:
        name = "hungry"

        def ground(self, request: object) -> GroundProgram:
            raise MemoryError

    with pytest.raises(nesy.NesyError) as failure:
        nesy.query(nesy.loads("0.5 :: a. query a.", Settings(grounder=Hungry(), cache=False)))
    assert [found.code for found in failure.value.diagnostics] == ["E306"]
