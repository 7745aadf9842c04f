"""All cases, in the order of the table."""

from __future__ import annotations

from benchmarks.compilation.addition import addition_cases
from benchmarks.compilation.case import Case
from benchmarks.compilation.graphs import graph_cases
from benchmarks.compilation.networks import network_cases
from benchmarks.compilation.people import people_cases


def all_cases() -> tuple[Case, ...]:
    """Return the cases; their names differ."""
    return (*addition_cases(), *graph_cases(), *people_cases(), *network_cases())
