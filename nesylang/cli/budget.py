"""The options that bound what answering may cost: time, memory, answers, ground rules, nodes."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from nesylang.cli.progress import add_progress, progress_of

if TYPE_CHECKING:
    from nesylang.inference import Settings

MOST_BYTES = 2**62
"""What more memory than any machine has is taken for."""


def add_budget(parser: ArgumentParser) -> None:
    """Add the options to a command."""
    parser.add_argument("--nodes", type=_positive_integer, metavar="N", help="stop when the compiled circuit needs more than N nodes")
    parser.add_argument(
        "--seconds",
        type=_positive_number,
        metavar="S",
        help="stop when grounding or compiling takes longer than S seconds (default: 120 and 600)",
    )
    parser.add_argument(
        "--memory",
        type=_positive_number,
        metavar="GIB",
        help="stop when grounding or compiling needs more than this many GiB of memory (default: 8)",
    )
    parser.add_argument("--goals", type=_positive_integer, metavar="N", help="stop when grounding has more than N calls open at once")
    parser.add_argument(
        "--answers", type=_positive_integer, metavar="N", help="stop when grounding finds more than N answers (default: 20 million)"
    )
    parser.add_argument(
        "--ground-rules", type=_positive_integer, metavar="N", help="stop when grounding makes more than N rules (default: 20 million)"
    )
    parser.add_argument("--no-cache", action="store_true", help="compile anew what was compiled before, and keep nothing")
    add_progress(parser)


def settings_of(arguments: Namespace) -> Settings:
    """Return the settings that the options ask for, the functions of ``--bind`` included."""
    from dataclasses import replace

    from nesylang.cli.bindings import bound_functions
    from nesylang.compilation import CompilationBudget
    from nesylang.grounding import GroundingBudget
    from nesylang.inference import Settings

    grounding, compilation = GroundingBudget(), CompilationBudget()
    nodes: int | None = arguments.nodes
    seconds: float | None = arguments.seconds
    memory: float | None = arguments.memory
    answers: int | None = arguments.answers
    rules: int | None = arguments.ground_rules
    goals: int | None = arguments.goals
    return Settings(
        grounding_budget=replace(
            grounding,
            goals=goals,
            seconds=grounding.seconds if seconds is None else seconds,
            bytes=grounding.bytes if memory is None else int(min(memory * 2**30, MOST_BYTES)),
            answers=grounding.answers if answers is None else answers,
            rules=grounding.rules if rules is None else rules,
        ),
        compilation_budget=replace(
            compilation,
            nodes=compilation.nodes if nodes is None else nodes,
            seconds=compilation.seconds if seconds is None else seconds,
            bytes=compilation.bytes if memory is None else int(min(memory * 2**30, MOST_BYTES)),
        ),
        functions=bound_functions(arguments.bind),
        progress=progress_of(arguments),
        cache=not arguments.no_cache,
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
