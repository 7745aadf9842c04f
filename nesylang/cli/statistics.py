"""What a program took, for ``--stats``: a table for people, an object for JSON."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nesylang.compilation.budget import Attempt
    from nesylang.compilation.statistics import Statistics

LISTED = 8
"""Most attempts that are listed."""

UNITS = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def add_statistics(parser: ArgumentParser) -> None:
    """Add the option to a command."""
    parser.add_argument("--stats", action="store_true", help="say what each stage took, and how large what it returned is")


def statistics_table(statistics: Statistics) -> str:
    """Return a line for each stage with its seconds and sizes, one for each attempt to compile, and the sum with the most memory used."""
    width = max(len(stage.name) for stage in statistics.stages)
    lines = []
    for stage in statistics.stages:
        sizes = [f"{name} {size:,}" if isinstance(size, int) else f"{name} {size}" for name, size in stage.sizes.items()]
        lines.append(f"{stage.name:<{width}} {stage.seconds:9.3f} s  {', '.join(sizes)}".rstrip())
        if stage.name == "compile":
            lines.extend(f"{'':<{width}} {line}" for line in _attempts(statistics.attempts))
    workers = f", of the worker {_bytes(statistics.worker_bytes)}" if statistics.worker_bytes else ""
    lines.append(f"{'in all':<{width}} {statistics.seconds:9.3f} s  most memory {_bytes(statistics.peak_bytes)}{workers}")
    return "\n".join(lines)


def _attempts(attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield a line for each of the first attempts, and for the one that came to an end."""
    listed = [attempt for position, attempt in enumerate(attempts) if position < LISTED or attempt.finished]
    for attempt in listed:
        yield f"{attempt.seconds:9.3f} s  of it {attempt.way}, nodes {attempt.nodes:,}{'' if attempt.finished else ', given up'}"
    if len(listed) < len(attempts):
        rest = sum(attempt.seconds for attempt in attempts) - sum(attempt.seconds for attempt in listed)
        yield f"{rest:9.3f} s  of it {len(attempts) - len(listed):,} other attempts"


def statistics_document(statistics: Statistics) -> dict[str, object]:
    """Return statistics as what JSON can say."""
    return {
        "seconds": statistics.seconds,
        "stages": {stage.name: {"seconds": stage.seconds, **stage.sizes} for stage in statistics.stages},
        "attempts": [
            {"way": attempt.way, "seconds": attempt.seconds, "nodes": attempt.nodes, "finished": attempt.finished}
            for attempt in statistics.attempts
        ],
        "peak_bytes": statistics.peak_bytes,
        "worker_bytes": statistics.worker_bytes,
    }


def report_statistics(statistics: Statistics) -> None:
    """Write the table to standard error, after everything that was printed before."""
    sys.stdout.flush()
    print(statistics_table(statistics), file=sys.stderr)


def _bytes(number: int) -> str:
    for unit, name in UNITS:
        if number >= unit:
            return f"{number / unit:.3g} {name}"
    return f"{number} bytes"
