"""The options that say what a program is asked: queries, evidence, inputs."""

from __future__ import annotations

from argparse import ArgumentParser

from nesylang.cli.inputs import add_inputs


def add_questions(parser: ArgumentParser) -> None:
    """Add the options to a command."""
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
