"""From an analysed program and what is asked of it to ground rules over choices."""

from __future__ import annotations

from typing import Protocol

from nesylang.grounding.native.grounder import NativeGrounder
from nesylang.grounding.program import (
    Choice,
    FixedWeight,
    GroundAnswer,
    GroundEvidence,
    GroundProgram,
    GroundQuery,
    GroundRule,
    InputSignature,
    InputWeight,
    LearnableWeight,
    NetworkSignature,
    NeuralWeight,
)
from nesylang.grounding.reference import ProblogGrounder
from nesylang.grounding.request import AskedQuery, GroundingBudget, GroundingRequest, Observation
from nesylang.grounding.stated import is_query, stated_observations, stated_queries


class Grounder(Protocol):
    """Anything that grounds: returns the ground program of a request, raises NesyError for the user's mistakes."""

    name: str

    def ground(self, request: GroundingRequest) -> GroundProgram:
        """Return the ground program of what is asked."""


GROUNDERS: dict[str, Grounder] = {"native": NativeGrounder(), "problog": ProblogGrounder()}
"""Grounders by name."""

__all__ = [
    "GROUNDERS",
    "AskedQuery",
    "Choice",
    "FixedWeight",
    "GroundAnswer",
    "GroundEvidence",
    "GroundProgram",
    "GroundQuery",
    "GroundRule",
    "Grounder",
    "GroundingBudget",
    "GroundingRequest",
    "InputSignature",
    "InputWeight",
    "LearnableWeight",
    "NetworkSignature",
    "NeuralWeight",
    "Observation",
    "is_query",
    "stated_observations",
    "stated_queries",
]
