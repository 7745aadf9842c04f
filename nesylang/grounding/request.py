"""What a grounder is asked: queries and observations about an analysed program, within a budget."""

from __future__ import annotations

from dataclasses import dataclass, field

from nesylang.analysis import Analysis
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
    """Most goals that may be open at once, and most seconds."""

    goals: int = 500_000
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class GroundingRequest:
    """Queries and observations on top of those that the program derives itself (``query(X) :- ...``, ``evidence(X, true) :- ...``).

    ``program_queries`` says whether the program's own query/1 clauses are asked too.
    """

    analysis: Analysis
    queries: tuple[AskedQuery, ...]
    observations: tuple[Observation, ...]
    program_queries: bool = True
    budget: GroundingBudget = field(default_factory=GroundingBudget)
