"""What a program took, stage by stage: seconds, and how large what each stage returned is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nesylang.compilation.budget import Attempt

Size = int | str
"""A number of things, or a word."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name, how many seconds it took, and the sizes of what it returned, by what they count."""

    name: str
    seconds: float
    sizes: Mapping[str, Size] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The stages in order, the attempts that compiling took, and the most memory in bytes: of this process, and of its workers."""

    stages: tuple[Stage, ...]
    attempts: tuple[Attempt, ...] = ()
    peak_bytes: int = 0
    worker_bytes: int = 0

    @property
    def seconds(self) -> float:
        """Seconds of all stages together."""
        return sum(stage.seconds for stage in self.stages)

    def stage(self, name: str) -> Stage:
        """Return a stage by its name; raise KeyError where there is none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def between(self, before: tuple[Stage, ...], behind: tuple[Stage, ...]) -> Statistics:
        """Return the statistics with more stages before and behind these."""
        return replace(self, stages=(*before, *self.stages, *behind))


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured while a program was ground and compiled; everything else can be counted afterwards.

    ``formula_nodes`` are those that the roots depend on or that were made on the way; ``notes`` are what a compiler, or who calls it, has
    to say about its work. ``cache`` says whether the program was found in the cache or kept there, which took ``cache_seconds``.
    """

    grounding_seconds: float = 0.0
    formula_seconds: float = 0.0
    compiling_seconds: float = 0.0
    formula_nodes: int = 0
    attempts: tuple[Attempt, ...] = ()
    notes: Mapping[str, Size] = field(default_factory=dict)
    worker_bytes: int = 0
    cache: str = ""
    cache_seconds: float = 0.0


def summed(found: Sequence[Statistics]) -> Statistics:
    """Return the statistics of several compilations together: seconds and numbers are added, of words the different ones are listed."""
    stages: dict[str, list[Stage]] = {}
    for statistics in found:
        for stage in statistics.stages:
            stages.setdefault(stage.name, []).append(stage)
    return Statistics(
        tuple(Stage(name, sum(stage.seconds for stage in same), _summed_sizes(same)) for name, same in stages.items()),
        tuple(attempt for statistics in found for attempt in statistics.attempts),
        max((statistics.peak_bytes for statistics in found), default=0),
        max((statistics.worker_bytes for statistics in found), default=0),
    )


def _summed_sizes(stages: Sequence[Stage]) -> dict[str, Size]:
    sizes: dict[str, Size] = {}
    for name in dict.fromkeys(name for stage in stages for name in stage.sizes):
        values = [stage.sizes[name] for stage in stages if name in stage.sizes]
        numbers = [value for value in values if isinstance(value, int)]
        sizes[name] = sum(numbers) if len(numbers) == len(values) else " and ".join(dict.fromkeys(map(str, values)))
    return sizes
