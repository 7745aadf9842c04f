"""``nesy run``: the probabilities of a program's queries."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from time import monotonic

from nesylang.cli.bindings import add_bind
from nesylang.cli.budget import add_budget, settings_of
from nesylang.cli.command import FINE, WRONG_PROGRAM, Command
from nesylang.cli.inputs import add_inputs
from nesylang.cli.statistics import add_statistics, report_statistics, statistics_document

FORMATS = ("table", "json", "csv")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy run``."""
    parser.add_argument("file", metavar="FILE", help="the program; - is standard input")
    parser.add_argument(
        "-q", "--query", metavar="QUERY", action="append", default=[], help="ask this instead of the program's own queries; may be repeated"
    )
    parser.add_argument(
        "-e",
        "--evidence",
        metavar="EVIDENCE",
        action="append",
        default=[],
        help="add evidence: 'alarm', 'not rain', 'rain=false'; may be repeated",
    )
    add_inputs(parser)
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how the answers are written (default: %(default)s)")
    add_bind(parser)
    add_budget(parser)
    add_statistics(parser)


def run(arguments: Namespace) -> int:
    """Print the answers with their probabilities and return the exit status."""
    from nesylang.analysis import analyse
    from nesylang.cli.answers import FORMATS as WRITERS
    from nesylang.cli.answers import json_text
    from nesylang.cli.inputs import read_values, with_values
    from nesylang.cli.program_files import open_program
    from nesylang.cli.reporting import report, say
    from nesylang.compilation.statistics import Stage
    from nesylang.inference import compile_analysis, possible_marginals
    from nesylang.source import Diagnostic, NesyError, Source
    from nesylang.syntax import load_program
    from nesylang.syntax.questions import parse_observation, parse_question
    from nesylang.syntax.statements import Evidence, Query, Statement, SyntaxTree

    began = monotonic()
    source, directory = open_program(arguments.file)
    mistakes: list[Diagnostic] = []
    statements: list[Statement] = []
    asked: list[Query] = []
    observed: list[Evidence] = []
    try:
        statements.extend(load_program(source, directory).statements)
    except NesyError as failure:
        mistakes.extend(failure.diagnostics)
    for text in arguments.query:
        try:
            asked.append(parse_question(Source("query", text)))
        except NesyError as failure:
            mistakes.extend(failure.diagnostics)
    for text in arguments.evidence:
        try:
            observed.append(parse_observation(Source("evidence", text)))
        except NesyError as failure:
            mistakes.extend(failure.diagnostics)
    if mistakes:
        raise NesyError(mistakes)

    parsed = monotonic()
    analysis = analyse(SyntaxTree((*statements, *observed, *asked)))
    analysis = with_values(analysis, read_values(arguments.inputs))
    analysed = monotonic()
    report(analysis.warnings)
    compiled = compile_analysis(analysis, settings_of(arguments), asked or None)
    evaluating = monotonic()
    results = possible_marginals(compiled)
    evaluated = monotonic()
    if not results:
        say(f"{source.name} asks nothing: add a line like `query goal.` to it, or use -q GOAL")
    if arguments.stats:
        counted = {"statements": len(analysis.statements)}
        before = Stage("parse", parsed - began, counted), Stage("analyse", analysed - parsed)
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
