"""What a command is: a row of the table of commands, and the exit statuses that all of them share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import NamedTuple

FINE = 0
WRONG_PROGRAM = 1
WRONG_USAGE = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


class Command(NamedTuple):
    """A command: a summary in a line, what ``--help`` says on top, examples, its arguments, and what it does.

    ``run`` returns the exit status; it raises NesyError for mistakes in programs and UsageError for mistakes in its arguments.
    """

    summary: str
    description: str
    examples: str
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


class UsageError(Exception):
    """Arguments that no command can be run with, in a way that the parser of arguments cannot see."""
