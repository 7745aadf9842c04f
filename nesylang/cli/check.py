"""``nesy check``: the errors and warnings of programs, without grounding them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, NamedTuple

from nesylang.cli.bindings import add_bind
from nesylang.cli.command import FINE, WRONG_PROGRAM, WRONG_USAGE, Command

if TYPE_CHECKING:
    from nesylang.grounding.hostcalls import Functions
    from nesylang.source import Diagnostic, Label

FORMATS = ("text", "json")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy check``."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="a program; - is standard input")
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="how diagnostics are written (default: %(default)s)")
    parser.add_argument("--types", action="store_true", help="print the types of the arguments of each predicate too")
    add_bind(parser)


def run(arguments: Namespace) -> int:
    """Print what is wrong with each file and return the exit status, the worst of all files."""
    from nesylang.cli.bindings import bound_functions

    functions = bound_functions(arguments.bind) if arguments.bind else None
    checked = [_Checked(name, *_diagnostics(name, functions, arguments.types)) for name in arguments.files]
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


def _diagnostics(name: str, functions: Functions | None, with_types: bool) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    """Return what is wrong with a file, and the types of its predicates if they are wanted.

    Where functions are given, foreign predicates that none of them is bound to are mistakes as well.
    """
    from nesylang.analysis import analyse, diagnose, predicate_types
    from nesylang.cli.program_files import open_program
    from nesylang.grounding.hostcalls import unbound
    from nesylang.source import NesyError
    from nesylang.syntax import load_program

    try:
        tree = load_program(*open_program(name))
        found = diagnose(tree)
        types = predicate_types(tree) if with_types else ()
        if functions is None or any(diagnostic.severity == "error" for diagnostic in found):
            return found, types
        return (*found, *unbound(analyse(tree), functions)), types
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
