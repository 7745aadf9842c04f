"""The entry point of ``nesy``: arguments, the table of commands, and how commands end."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from difflib import get_close_matches

import nesylang
from nesylang.cli import cache, check, compile, repl, run, test
from nesylang.cli.command import BROKEN_PIPE, INTERRUPTED, WRONG_PROGRAM, WRONG_USAGE, Command, UsageError

COMMANDS: dict[str, Command] = {
    "run": run.COMMAND,
    "check": check.COMMAND,
    "test": test.COMMAND,
    "compile": compile.COMMAND,
    "repl": repl.COMMAND,
    "cache": cache.COMMAND,
}
"""Commands by name, in the order of ``nesy --help``."""

DESCRIPTION = "nesylang: probabilistic logic programs whose facts may come from neural networks."
EXIT_STATUSES = """\
exit status:
  0  fine
  1  a program is wrong, or a check failed
  2  wrong usage, a FILE that cannot be read, or output that cannot be written
  130  interrupted

'nesy COMMAND --help' explains a command."""


def main(argv: list[str] | None = None) -> int:
    """Return the exit status of a command line (default: that of the process), after running it."""
    _write_any_text()
    try:
        try:
            status = _run(argv)
            sys.stdout.flush()
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads the output has seen enough.
        _discard_output()
        return BROKEN_PIPE
    except OSError as failure:
        # Where no file is known, it is the output itself.
        what = f"'{failure.filename}'"
        if failure.filename is None:
            _discard_output()
            what = "cannot write the output"
        print(f"nesy: error: {what}: {failure.strerror or failure}", file=sys.stderr)
        return WRONG_USAGE
    return status


def _discard_output() -> None:
    """Write what is left of the output to nowhere: Python flushes once more when it ends, which must not fail again."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: list[str] | None) -> int:
    parser = argument_parser()
    if not (sys.argv[1:] if argv is None else argv):
        parser.print_help(sys.stderr)
        return WRONG_USAGE
    first = (sys.argv[1:] if argv is None else argv)[0]
    if first not in COMMANDS and not first.startswith("-"):
        print(f"nesy: error: there is no command '{first}'\n{_instead(first)}", file=sys.stderr)
        return WRONG_USAGE
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else WRONG_USAGE
    from nesylang.cli.reporting import report_failure
    from nesylang.source import NesyError

    try:
        return COMMANDS[arguments.command].run(arguments)
    except UsageError as problem:
        print(f"nesy {arguments.command}: error: {problem}", file=sys.stderr)
        return WRONG_USAGE
    except NesyError as failure:
        return report_failure(failure)
    except MemoryError:
        print(f"nesy {arguments.command}: error: there is not enough memory; ask less at once, or use a larger machine", file=sys.stderr)
        return WRONG_PROGRAM


def _instead(word: str) -> str:
    """Return what somebody may have meant who wrote no command."""
    if word.endswith((".nesy", ".pl")) or os.path.exists(word):
        return f"to run a program:  nesy run {word}"
    similar = get_close_matches(word, COMMANDS, n=1)
    meant = f"did you mean '{similar[0]}'? " if similar else ""
    return f"{meant}the commands are {', '.join(COMMANDS)};  nesy --help  explains them"


def _write_any_text() -> None:
    """Write UTF-8 whatever the locale says; what UTF-8 has no bytes for is escaped, so that no text fails to be written."""
    # Python has no stream where the process was started with a closed one.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def argument_parser() -> ArgumentParser:
    """Return the parser of command lines; its ``command`` is a name of COMMANDS."""
    top = ArgumentParser(prog="nesy", description=DESCRIPTION, epilog=EXIT_STATUSES, formatter_class=RawDescriptionHelpFormatter)
    top.add_argument("--version", action="version", version=f"nesy {nesylang.__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    for name, command in COMMANDS.items():
        examples = "\n".join(f"  {line}" for line in command.examples.strip().splitlines())
        below = commands.add_parser(
            name,
            help=command.summary,
            description=command.description,
            epilog=f"examples:\n{examples}",
            formatter_class=RawDescriptionHelpFormatter,
        )
        command.add_arguments(below)
    return top
