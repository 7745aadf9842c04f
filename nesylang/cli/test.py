"""``nesy test``: the ``expect`` lines of programs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from nesylang.cli.bindings import add_bind
from nesylang.cli.budget import add_budget, settings_of
from nesylang.cli.command import FINE, WRONG_PROGRAM, Command, UsageError

if TYPE_CHECKING:
    from nesylang.inference import Report, Settings

SUFFIX = ".nesy"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``nesy test``."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        default=["."],
        help="a program, or a folder with *.nesy programs at any depth (default: this folder)",
    )
    add_bind(parser)
    add_budget(parser)


def run(arguments: Namespace) -> int:
    """Print a line for each program, what fails, and how many expectations hold; return the exit status."""
    from nesylang.cli.reporting import report, report_failure
    from nesylang.source import NesyError

    files = list(dict.fromkeys(file for path in arguments.paths for file in _programs(Path(path))))
    settings = settings_of(arguments)
    passed = failed = 0
    status = FINE
    for file in files:
        try:
            outcome = _test(file, settings)
        except NesyError as failure:
            status = max(status, report_failure(failure))
            failed += 1
            print(f"{file}: FAILED (cannot be read)")
            continue
        print(f"{file}: {_described(outcome)}")
        report(outcome.diagnostics)
        passed, failed = passed + outcome.passed, failed + outcome.failed
    print(f"{passed} passed, {failed} failed", flush=True)
    return max(status, WRONG_PROGRAM if failed else FINE)


def _programs(path: Path) -> list[Path]:
    """Return the programs in a folder, those in hidden folders left out, or the one file; UsageError for a folder without any."""
    if not path.is_dir():
        return [path]
    found = [file for file in sorted(path.rglob(f"*{SUFFIX}")) if file.is_file() and not _is_hidden(file.relative_to(path))]
    if not found:
        raise UsageError(f"there is no *{SUFFIX} file in {path}")
    return found


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _test(file: Path, settings: Settings) -> Report:
    from nesylang.inference import report_expectations
    from nesylang.syntax.files import read_source

    return report_expectations(read_source(file), file.parent, settings)


def _described(report: Report) -> str:
    from nesylang.cli.reporting import counted

    if not report.failed:
        return f"ok ({counted(report.passed, 'expectation')})" if report.passed else "ok (no expectations)"
    return f"FAILED ({report.failed} of {counted(report.passed + report.failed, 'expectation')})" if report.expectations else "FAILED"


COMMAND = Command(
    summary="check what programs expect of themselves",
    description="Check the `expect` lines of programs: probabilities to 1e-6, whole sets of answers, and errors.\n"
    "A program without such lines passes if `nesy check` finds no error in it.",
    examples="""
nesy test
nesy test examples/ burglary.nesy
""",
    add_arguments=add_arguments,
    run=run,
)
