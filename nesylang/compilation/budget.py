"""What a compilation may cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from nesylang.source import error


@dataclass(frozen=True, slots=True)
class CompilationBudget:
    """Most decision nodes that may be made, and most seconds."""

    nodes: int = 10_000_000
    seconds: float = 600.0


@dataclass(slots=True)
class Meter:
    """Watches one compilation; ``check`` raises NesyError E401 once the budget is spent."""

    budget: CompilationBudget
    started: float = field(default_factory=time.monotonic)

    def check(self, nodes: int) -> None:
        """Raise where ``nodes`` or the time since the start are beyond the budget."""
        elapsed = time.monotonic() - self.started
        if nodes > self.budget.nodes:
            found = f"{nodes:,} nodes of {self.budget.nodes:,} allowed"
        elif elapsed > self.budget.seconds:
            found = f"{elapsed:.1f} seconds of {self.budget.seconds:g} allowed"
        else:
            return
        hint = "ask fewer queries at once, give evidence that decides more, or raise the budget (--nodes, --seconds)"
        raise error("E401", f"compiling the program is beyond its budget: {found}", hint=hint)
