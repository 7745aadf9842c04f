"""``nesy repl``: a program that is asked, and grows, line by line."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import nesylang
from nesylang.cli.bindings import add_bind
from nesylang.cli.budget import add_budget, settings_of
from nesylang.cli.command import FINE, Command, UsageError
from nesylang.cli.inputs import add_inputs
from nesylang.cli.prompt import accept_any_bytes, history, is_interactive, read_line

if TYPE_CHECKING:
    from nesylang.cli.conversation import Conversation

BANNER = f"nesylang {nesylang.__version__}: type a goal to ask it, :help for the rest, :quit to leave"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy repl``."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="a program to start with")
    add_inputs(parser)
    add_bind(parser)
    add_budget(parser)


def run(arguments: Namespace) -> int:
    """Answer until the input ends or says so; return the exit status: fine, whatever failed in between."""
    from nesylang.cli.conversation import Conversation
    from nesylang.cli.inputs import read_values
    from nesylang.cli.reporting import report
    from nesylang.cli.session import Session

    if arguments.file == "-":
        raise UsageError("standard input has the lines of the session; the program must be a file")
    values = read_values(arguments.inputs)
    session = Session(settings_of(arguments), values)
    if arguments.file is not None:
        report(session.load(Path(arguments.file)))
        session.check_inputs()
    interactive = is_interactive()
    accept_any_bytes()
    if interactive:
        print(BANNER)
    with history() if interactive else nullcontext():
        _converse(Conversation(session, interactive), interactive)
    return FINE


def _converse(conversation: Conversation, interactive: bool) -> None:
    from nesylang.cli.reporting import say
    from nesylang.syntax.questions import needs_more

    pending = ""
    while not conversation.ended:
        try:
            line = read_line(interactive, bool(pending))
            if line is None:
                if pending:
                    conversation.take(pending)
                return
            if pending and conversation.interrupts(line):
                say("the input before this command was not finished; it is dropped")
                pending = ""
            text = f"{pending}{line}\n"
            if conversation.may_continue(text) and needs_more(text, bool(pending)):
                pending = text
                continue
            pending = ""
            conversation.take(text)
        except KeyboardInterrupt:
            # At a terminal it gives up the line, or what the line asked for; a pipe has nobody to go on with.
            if not interactive:
                raise
            pending = ""
            print()


COMMAND = Command(
    summary="ask goals and add clauses line by line",
    description="Ask goals and add clauses line by line; :help lists the commands. Without a terminal it reads lines from standard\n"
    "input and prints answers only. Lines that fail are reported and change nothing; they do not change the exit status.",
    examples="""
nesy repl burglary.nesy
printf '0.5 :: heads.\\nheads\\n' | nesy repl
""",
    add_arguments=add_arguments,
    run=run,
)
