"""How much work may go into taking one part of a formula apart by cases, before it is left to another compiler."""

from __future__ import annotations

from nesylang.formula.conditioning import Conditioning, ExhaustedError

LOOKS, LOOKS_PER_NODE = 300, 15
"""Nodes that may be looked at: in all, and for each node of the part, in proportion to the choices that are through."""

LITTLE = 0.4
"""The part of what is allowed that is tried before anything else."""

LOOKS_AT_STATES = 3_000
"""The first of these where there are aggregates, whose states are many nodes for other compilers."""

CASES, CASES_PER_VALUE = 30, 3
"""How often cases may be told apart: in all, and for each value of the choices that are through."""

AHEAD = 3
"""Choices that count as through before they are."""

IN_VAIN = 2
"""How many times ``LOOKS`` may be spent in vain, for all parts of a formula together, before nothing else is tried."""


class Allowance:
    """Keeps the work linear: as much as a share of the part has choices may go into that share. Raises ExhaustedError where it is more.

    What is taken apart first goes down to the last choice, and there everything is finished first, so that both is seen early: that the
    way down takes too much, and that there are more and more cases on the way back. ``part`` of what is allowed at most may be used.
    """

    def __init__(self, conditioning: Conditioning, per_choice: float, states: bool, part: float) -> None:
        self.conditioning = conditioning
        self._looks = int(part * (LOOKS_AT_STATES if states else LOOKS))
        self._looks_per_node = part * LOOKS_PER_NODE
        self._cases_per_choice = CASES_PER_VALUE * per_choice
        self._in_vain = IN_VAIN * self._looks
        self._before = conditioning.steps
        self._per_choice = 0.0
        self._choices = self._least = self._finished = self._largest = 0

    def begin(self, choices: int, nodes: int) -> None:
        """Begin with a part of so many choices and nodes."""
        if self._in_vain < 0:
            raise ExhaustedError
        self._before = self.conditioning.steps
        self._per_choice = self._looks_per_node * nodes / choices
        self._choices = self._least = choices
        self._finished = self._largest = 0
        self.down(choices)

    def down(self, choices: int) -> None:
        """Note that something with so many choices is to be taken apart."""
        self._least = min(self._least, choices)
        through = min(self._choices, self._choices - self._least + AHEAD)
        self.conditioning.limit = self._before + self._looks + int(self._per_choice * through)

    def up(self, choices: int) -> None:
        """Note that something with so many choices has been taken apart."""
        self._finished += 1
        self._largest = max(self._largest, choices)
        if self._finished > CASES + self._cases_per_choice * self._largest:
            raise ExhaustedError

    def give_up(self) -> None:
        """Note that the work has been in vain."""
        self._in_vain -= self.conditioning.steps - self._before
