"""What is measured: a program that nesylang and ProbLog both read, and the answers it has to give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A program and its answers, which come from an algorithm of this folder that knows nothing of nesylang.

    ``expected`` maps the text of each answer, without spaces, to its probability. ``peer`` says whether ProbLog runs it as well, ``quick``
    whether ``--quick`` does.
    """

    name: str
    text: Callable[[], str]
    expected: Callable[[], dict[str, float]]
    peer: bool = True
    quick: bool = True


def program(*lines: str) -> str:
    """Return the text of a program with one line for each statement."""
    return "\n".join([*lines, ""])


def thousandths(weights: list[int]) -> list[float]:
    """Return probabilities that print with three digits, and so are the same numbers for all who read the program."""
    return [weight / 1000 for weight in weights]
