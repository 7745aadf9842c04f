"""Names that a misspelt one may stand for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most alike, None where none is."""
    unique = dict.fromkeys(known)
    unique.pop(name, None)
    lowered = {candidate.lower(): candidate for candidate in reversed(unique)}
    matches = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a hint with the known name that is most alike, None where none is."""
    match = closest(name, known)
    return f"did you mean '{match}'?" if match else None
