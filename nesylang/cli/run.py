"""``nesy run``: the probabilities of a program's queries."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from time import monotonic

from nesylang.cli.bindings import add_bind
from nesylang.cli.budget import add_budget
from nesylang.cli.command import FINE, WRONG_PROGRAM, Command
from nesylang.cli.questions import add_questions
from nesylang.cli.statistics import add_statistics, report_statistics, statistics_document

FORMATS = ("table", "json", "csv")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy run``."""
    parser.add_argument("file", metavar="FILE", help="the program, or one that nesy compile wrote; - is standard input")
    add_questions(parser)
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how the answers are written (default: %(default)s)")
    add_bind(parser)
    add_budget(parser)
    add_statistics(parser)


def run(arguments: Namespace) -> int:
    """Print the answers with their probabilities and return the exit status."""
    from nesylang.cli.answers import FORMATS as WRITERS
    from nesylang.cli.answers import json_text
    from nesylang.cli.asking import answered
    from nesylang.cli.reporting import report, say
    from nesylang.compilation.statistics import Stage

    compiled, name, before, answer = answered(arguments)
    evaluating = monotonic()
    results = answer()
    evaluated = monotonic()
    if not results:
        say(f"{name} asks nothing: add a line like `query goal.` to it, or use -q GOAL")
    if arguments.stats:
        statistics = compiled.statistics.between(before, (Stage("evaluate", evaluated - evaluating),))
    if arguments.stats and arguments.format == "json":
        print(json_text(results, {"statistics": statistics_document(statistics)}), end="")
    else:
        print(WRITERS[arguments.format](results), end="")
        if arguments.stats:
            report_statistics(statistics)
    impossible = [diagnostic for result in results for diagnostic in result.impossible]
    report(dict.fromkeys(impossible))
    return WRONG_PROGRAM if impossible else FINE


COMMAND = Command(
    summary="print the answers to a program's queries with their probabilities",
    description="Print every answer to the queries of a program with its probability given the evidence.",
    examples="""
nesy run burglary.nesy
nesy run burglary.nesy -q 'calls(X)' -e alarm -e 'not earthquake'
nesy run burglary.nesy --format json
""",
    add_arguments=add_arguments,
    run=run,
)
