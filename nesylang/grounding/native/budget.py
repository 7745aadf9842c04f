"""How much a grounding may use, watched while it runs."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TYPE_CHECKING

from nesylang.grounding.request import GroundingBudget
from nesylang.source.memory import used_bytes

if TYPE_CHECKING:
    from nesylang.grounding.native.machine import Machine
    from nesylang.grounding.native.tables import Table

STEPS = 256
"""Steps of the machine between two looks at the clock."""

INTERVAL = 32
"""Looks at the clock between two counts of everything."""


class BudgetSpent(Exception):
    """Grounding went beyond its budget: what of it, and the option that raises it."""

    def __init__(self, what: str, option: str) -> None:
        super().__init__(what)
        self.what = what
        self.option = option


class Meter:
    """Counts what a grounding uses. Once something is raised, ``path`` has the open calls, ``clauses`` those that wait for one."""

    def __init__(self, budget: GroundingBudget) -> None:
        self.budget = budget
        self.steps = STEPS
        self.answers = 0
        self.path: list[Table] = []
        self.clauses: list[Generator[object, None, None]] = []
        self.deadline = time.monotonic() + budget.seconds
        self.looks = INTERVAL
        self.initial_bytes = used_bytes()

    def check(self, machine: Machine) -> None:
        """Raise BudgetSpent where the budget is spent."""
        self.steps = STEPS
        now = time.monotonic()
        budget = self.budget
        if now > self.deadline:
            raise BudgetSpent(f"{budget.seconds:g} second{'s' * (budget.seconds != 1)}", "seconds")
        self.looks -= 1
        if self.looks > 0:
            return
        self.looks = INTERVAL
        self.count(machine)

    def count(self, machine: Machine) -> None:
        """Raise BudgetSpent where more was found than the budget allows."""
        budget = self.budget
        if budget.goals is not None and len(machine.incomplete) > budget.goals:
            raise BudgetSpent(f"{budget.goals:,} open goals", "goals")
        if len(machine.rules.heads) > budget.rules:
            raise BudgetSpent(f"{budget.rules:,} ground rules", "rules")
        if self.answers + sum(len(table.answers) for table in machine.incomplete) > budget.answers:
            raise BudgetSpent(f"{budget.answers:,} answers", "answers")
        if used_bytes() - self.initial_bytes > budget.bytes:
            raise BudgetSpent(f"{budget.bytes / 2**30:.3g} GiB of memory", "bytes")
