"""Which pieces of impossible evidence exclude each other."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from nesylang.compilation import COMPILERS, CompilationBudget, compile_program
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.grounding.program import GroundEvidence, GroundProgram
from nesylang.source import NesyError

MOST_PIECES = 40
"""Most pieces of evidence that are looked at one by one."""

MOST_SECONDS = 2.0
"""How long the search may take."""


def conflicting(ground: GroundProgram) -> tuple[GroundEvidence, ...] | None:
    """Return pieces of impossible evidence that no world agrees with together, though one agrees with all but any one of them.

    Return None where that would take long. Pieces are left out one by one as long as the rest stays impossible.
    """
    pieces = [piece for piece in ground.evidence if piece.value is not None]
    if len(pieces) > MOST_PIECES:
        return None
    deadline = time.monotonic() + MOST_SECONDS
    position = 0
    while position < len(pieces) and len(pieces) > 1:
        rest = pieces[:position] + pieces[position + 1 :]
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            return None
        try:
            impossible = _is_impossible(ground, rest, seconds)
        except NesyError:
            return None
        if impossible:
            pieces = rest
        else:
            position += 1
    return tuple(pieces)


def _is_impossible(ground: GroundProgram, pieces: Sequence[GroundEvidence], seconds: float) -> bool:
    budget = CompilationBudget(seconds=seconds)
    compiled = compile_program(replace(ground, evidence=tuple(pieces), queries=()), COMPILERS["sdd"], budget)
    weights = leaf_probabilities(compiled.ground, compiled.circuit)
    return evaluate(compiled.circuit, weights, SEMIRINGS["log"])[0] == -math.inf
