"""The options ``--nodes`` and ``--seconds``: what answering may cost."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nesylang.inference import Settings


def add_budget(parser: ArgumentParser) -> None:
    """Add the options to a command."""
    parser.add_argument("--nodes", type=_positive_integer, metavar="N", help="stop when the compiled circuit needs more than N nodes")
    parser.add_argument(
        "--seconds",
        type=_positive_number,
        metavar="S",
        help="stop when grounding or compiling takes longer than S seconds (default: 120 and 600)",
    )


def settings_of(arguments: Namespace) -> Settings:
    """Return the settings that the options ask for."""
    from nesylang.compilation import CompilationBudget
    from nesylang.grounding import GroundingBudget
    from nesylang.inference import Settings

    grounding, compilation = GroundingBudget(), CompilationBudget()
    nodes: int | None = arguments.nodes
    seconds: float | None = arguments.seconds
    return Settings(
        grounding_budget=GroundingBudget(grounding.goals, grounding.seconds if seconds is None else seconds),
        compilation_budget=CompilationBudget(
            compilation.nodes if nodes is None else nodes, compilation.seconds if seconds is None else seconds
        ),
    )


def _positive_integer(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not an integer") from None
    if number < 1:
        raise ArgumentTypeError(f"{text!r} is not positive")
    return number


def _positive_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
    if not number > 0:
        raise ArgumentTypeError(f"{text!r} is not positive")
    return number
