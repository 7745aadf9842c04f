"""What a grounder is asked: queries and observations about an analysed program, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from nesylang.analysis import Analysis
from nesylang.grounding.program import GroundProgram
from nesylang.source import Span
from nesylang.syntax.terms import Term


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """A goal, and the condition that it is asked under (``given``)."""

    goal: Term
    condition: Term | None
    span: Span


@dataclass(frozen=True, slots=True)
class Observation:
    """An observed atom; ``value`` is None where each example of a batch brings its own."""

    atom: Term
    value: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class GroundingBudget:
    """Most answers and ground rules, seconds, bytes of memory on top of what is used when grounding begins, and calls open at once.

    Without a bound on ``goals``, memory is what bounds recursion. The grounder ``problog`` counts only goals, 500,000 where nothing is
    said, and seconds.
    """

    goals: int | None = None
    seconds: float = 120.0
    answers: int = 20_000_000
    rules: int = 20_000_000
    bytes: int = 8 * 2**30


@dataclass(frozen=True, slots=True)
class GroundingRequest:
    """Queries and observations on top of those that the program derives itself (``query(X) :- ...``, ``evidence(X, true) :- ...``).

    ``program_queries`` says whether the program's own query/1 clauses are asked too, ``program_evidence`` whether its evidence/1,2 clauses
    observe. ``probabilities`` computes, for subquery/2,3, the
    probabilities of the answers of a ground program's first query. ``functions`` are what Python binds foreign predicates to, by name or
    by ``name/arity``.
    """

    analysis: Analysis
    queries: tuple[AskedQuery, ...]
    observations: tuple[Observation, ...]
    program_queries: bool = True
    budget: GroundingBudget = field(default_factory=GroundingBudget)
    probabilities: Callable[[GroundProgram], Sequence[float]] | None = None
    program_evidence: bool = True
    functions: Mapping[str, Callable[..., object]] = field(default_factory=dict)
