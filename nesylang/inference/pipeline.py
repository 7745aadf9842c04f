"""From an analysed program to its circuit: the stages in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic

from nesylang.analysis import Analysis
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, Compiler, compile_program
from nesylang.compilation.budget import Listener, Progress, running
from nesylang.compilation.statistics import Statistics
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
from nesylang.inference.cache import Lookup, Place
from nesylang.inference.marginals import marginals
from nesylang.source import error
from nesylang.source.collection import paused_collection
from nesylang.syntax.statements import Query


@dataclass(frozen=True, slots=True)
class Settings:
    """How programs are ground and compiled, and what that may cost.

    ``functions`` are the Python functions that foreign predicates call, by name or by ``name/arity``. ``progress`` is called with a
    Progress whenever a stage begins, a few times each second while a circuit is compiled, and once at the end, ``measured`` with
    the statistics of each compiled program. ``cache`` says where compiled programs are kept: in the usual folder, in one by its
    path, or nowhere (False).
    """

    grounder: Grounder = GROUNDERS["native"]
    compiler: Compiler = COMPILERS["direct"]
    grounding_budget: GroundingBudget = field(default_factory=GroundingBudget)
    compilation_budget: CompilationBudget = field(default_factory=CompilationBudget)
    functions: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    progress: Listener | None = None
    measured: Callable[[Statistics], None] | None = None
    cache: Place = True


def compile_analysis(
    analysis: Analysis,
    settings: Settings,
    queries: Sequence[Query] | None = None,
    per_example: Sequence[Observation] = (),
) -> CompiledProgram:
    """Return the compiled program of some queries (default: the program's own) under its evidence, from the cache where it was before.

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
        functions=settings.functions,
    )
    lookup = Lookup(settings.cache, partial(_key, settings, request))
    kept = lookup.find(statement.span.source for statement in analysis.statements)
    if kept is not None:
        _report(settings, kept)
        return kept
    listener = settings.progress
    began = monotonic()
    try:
        if listener is not None:
            listener(Progress("grounding", 0.0))
        with paused_collection():
            ground = _ground(settings, request)
            grounded = monotonic()
            compiled = compile_program(ground, settings.compiler, running(settings.compilation_budget, listener))
    finally:
        if listener is not None:
            listener(Progress("end", monotonic() - began))
    compiled = replace(compiled, costs=replace(compiled.costs, grounding_seconds=grounded - began))
    compiled = lookup.keep(compiled, monotonic() - began)
    _report(settings, compiled)
    return compiled


def _report(settings: Settings, compiled: CompiledProgram) -> None:
    if settings.measured is not None:
        settings.measured(compiled.statistics)


def _key(settings: Settings, request: GroundingRequest) -> str | None:
    """Return the key of a request in the cache, None where its result must not be kept."""
    from nesylang.inference.contents import content_key, described

    parts = [described(part) for part in (settings.grounder, settings.compiler, settings.grounding_budget, settings.compilation_budget)]
    parts.append(str(request.program_queries))
    known = [part for part in parts if part is not None]
    return content_key(request.analysis, request.queries, request.observations, known) if len(known) == len(parts) else None


def _ground(settings: Settings, request: GroundingRequest) -> GroundProgram:
    """Return the ground program of a request; raise NesyError E306 where the system has no more memory to give."""
    try:
        return settings.grounder.ground(request)
    except MemoryError:
        span = request.queries[0].span if request.queries else None
        hint = "ask fewer queries at once, or let rules derive fewer atoms"
        raise error("E306", "grounding needs more memory than there is", span, "asked here", hint) from None


def _probabilities(settings: Settings, ground: GroundProgram) -> list[float]:
    """Return the probabilities of the answers of a ground program's first query, for subquery/2,3."""
    compiled = compile_program(ground, settings.compiler, settings.compilation_budget)
    return [answer.probability for answer in marginals(compiled)[0].answers]
