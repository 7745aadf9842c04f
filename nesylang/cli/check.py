"""``nesy check``: the errors and warnings of programs, without grounding them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from nesylang.cli.command import FINE, WRONG_PROGRAM, WRONG_USAGE, Command

if TYPE_CHECKING:
    from nesylang.source import Diagnostic, Label

FORMATS = ("text", "json")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy check``."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a program; - is standard input")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how diagnostics are written (default: %(default)s)")
    parser.add_argument("--types", action="store_true", help="print the types of the arguments of each predicate too")


def run(arguments: Namespace) -> int:
    """Print what is wrong with each file and return the exit status, the worst of all files."""
    checked = [_Checked(name, *_diagnostics(name, arguments.types)) for name in arguments.files]
    if arguments.format == "json":
        _write_json(checked, arguments.types)
    else:
        _write_text(checked)
    return max(_status(each.diagnostics) for each in checked)


class _Checked(NamedTuple):
    """A file, what is said about it, and a line for each of its predicates."""

    name: str
    diagnostics: tuple[Diagnostic, ...]
    types: tuple[str, ...]


def _diagnostics(name: str, with_types: bool) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    from nesylang.analysis import diagnose, predicate_types
    from nesylang.cli.program_files import open_program
    from nesylang.source import NesyError
    from nesylang.syntax import load_program

    try:
        tree = load_program(*open_program(name))
        return diagnose(tree), predicate_types(tree) if with_types else ()
    except NesyError as failure:
        return failure.diagnostics, ()


def _status(diagnostics: tuple[Diagnostic, ...]) -> int:
    from nesylang.cli.reporting import UNREADABLE

    if any(diagnostic.code == UNREADABLE for diagnostic in diagnostics):
        return WRONG_USAGE
    return WRONG_PROGRAM if any(diagnostic.severity == "error" for diagnostic in diagnostics) else FINE


def _write_text(checked: list[_Checked]) -> None:
    from nesylang.cli.reporting import counted, report

    for name, diagnostics, types in checked:
        report(diagnostics)
        for line in types:
            print(line)
        found = {severity: sum(d.severity == severity for d in diagnostics) for severity in ("error", "warning")}
        print(f"{name}: {', '.join(counted(number, severity) for severity, number in found.items() if number) or 'ok'}")


def _write_json(checked: list[_Checked], with_types: bool) -> None:
    import json

    files = []
    for name, diagnostics, types in checked:
        file: dict[str, object] = {"file": name, "ok": _status(diagnostics) == FINE, "diagnostics": [_as_json(d) for d in diagnostics]}
        if with_types:
            file["types"] = types
        files.append(file)
    print(json.dumps({"files": files}, ensure_ascii=False))


def _as_json(diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "labels": [_label_as_json(label) for label in diagnostic.labels],
    }


def _label_as_json(label: Label) -> dict[str, object]:
    """Return a marked place; lines and columns count from 1, and the end is the column behind the last character."""
    span = label.span
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end_line,
        "end_column": end_column,
        "message": label.message,
    }


COMMAND = Command(
    summary="report the errors and warnings of programs",
    description="Report everything that is wrong with programs before they run: syntax, names, arities, types, probabilities.\n"
    "Errors and warnings go to standard error; standard output has a line for each FILE.",
    examples="""
nesy check burglary.nesy
nesy check *.nesy --format json
nesy check burglary.nesy --types
""",
    add_arguments=add_arguments,
    run=run,
)
