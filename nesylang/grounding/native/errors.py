"""What goes wrong inside a goal, before it is known where the goal stands."""

from __future__ import annotations


class GoalError(Exception):
    """A goal cannot be evaluated: the code, message and hint of the diagnostic that its clause will be named in.

    ``cause`` is the exception of a user's own function that is behind it.
    """

    def __init__(self, code: str, message: str, hint: str | None = None, cause: Exception | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.cause = cause
