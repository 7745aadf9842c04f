"""What goes wrong inside a goal, before it is known where the goal stands."""

from __future__ import annotations


class GoalError(Exception):
    """A goal cannot be evaluated: the code, message and hint of the diagnostic that its clause will be named in."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
