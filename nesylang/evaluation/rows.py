"""The semirings by name."""

from __future__ import annotations

from nesylang.evaluation.semirings import LogProbability, Probability, Semiring
from nesylang.evaluation.worlds import Boolean, Counting, MaxProduct

SEMIRINGS: dict[str, Semiring[float]] = {row.name: row for row in (Probability(), LogProbability(), MaxProduct(), Boolean(), Counting())}
"""The rows by name; engines also take a ``Semiring`` object itself."""

EXACT = ("probability", "log")
"""Those that are evaluated in linear arithmetic on CPUs, and in logarithms where that is not enough."""
