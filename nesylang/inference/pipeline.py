"""From an analysed program to its circuit: the stages in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from nesylang.analysis import Analysis
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, Compiler, compile_program
from nesylang.grounding import (
    GROUNDERS,
    AskedQuery,
    Grounder,
    GroundingBudget,
    GroundingRequest,
    GroundProgram,
    Observation,
    stated_observations,
    stated_queries,
)
from nesylang.inference.marginals import marginals
from nesylang.syntax.statements import Query


@dataclass(frozen=True, slots=True)
class Settings:
    """How programs are ground and compiled, and what that may cost."""

    grounder: Grounder = GROUNDERS["native"]
    compiler: Compiler = COMPILERS["direct"]
    grounding_budget: GroundingBudget = field(default_factory=GroundingBudget)
    compilation_budget: CompilationBudget = field(default_factory=CompilationBudget)


def compile_analysis(
    analysis: Analysis,
    settings: Settings,
    queries: Sequence[Query] | None = None,
    per_example: Sequence[Observation] = (),
) -> CompiledProgram:
    """Return the compiled program of some queries (default: the program's own) under its evidence.

    ``per_example`` are atoms whose truth each example of a batch brings. Raise NesyError for every mistake that shows on the way.
    """
    asked = stated_queries(analysis) if queries is None else [AskedQuery(query.goal, query.condition, query.span) for query in queries]
    request = GroundingRequest(
        analysis=analysis,
        queries=tuple(asked),
        observations=(*stated_observations(analysis), *per_example),
        program_queries=queries is None,
        budget=settings.grounding_budget,
        probabilities=partial(_probabilities, settings),
    )
    ground = settings.grounder.ground(request)
    return compile_program(ground, settings.compiler, settings.compilation_budget)


def _probabilities(settings: Settings, ground: GroundProgram) -> list[float]:
    """Return the probabilities of the answers of a ground program's first query, for subquery/2,3."""
    compiled = compile_program(ground, settings.compiler, settings.compilation_budget)
    return [answer.probability for answer in marginals(compiled)[0].answers]
