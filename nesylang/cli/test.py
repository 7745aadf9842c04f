"""``nesy test``: the ``expect`` lines of programs."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from nesylang.cli.bindings import add_bind
from nesylang.cli.budget import add_budget, settings_of
from nesylang.cli.command import FINE, WRONG_PROGRAM, Command, UsageError
from nesylang.cli.inputs import Values, add_inputs
from nesylang.cli.statistics import add_statistics, report_statistics

if TYPE_CHECKING:
    from nesylang.analysis import Analysis
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
    add_inputs(parser)
    add_bind(parser)
    add_budget(parser)
    add_statistics(parser)


def run(arguments: Namespace) -> int:
    """Print a line for each program, what fails, and how many expectations hold; return the exit status."""
    from dataclasses import replace

    from nesylang.cli.inputs import read_values
    from nesylang.cli.reporting import report, report_failure
    from nesylang.compilation.statistics import Statistics, summed
    from nesylang.source import NesyError, error

    files = list(dict.fromkeys(file for path in arguments.paths for file in _programs(Path(path))))
    settings = settings_of(arguments)
    measured: list[Statistics] = []
    if arguments.stats:
        settings = replace(settings, measured=measured.append)
    inputs = _Inputs(read_values(arguments.inputs), len(files) == 1)
    passed = failed = 0
    status = FINE
    for file in files:
        try:
            outcome = _test(file, settings, inputs)
        except NesyError as failure:
            status = max(status, report_failure(failure))
            failed += 1
            print(f"{file}: FAILED (cannot be read)")
            continue
        print(f"{file}: {_described(outcome)}")
        report(outcome.diagnostics)
        if measured:
            report_statistics(summed(measured))
            measured.clear()
        passed, failed = passed + outcome.passed, failed + outcome.failed
    print(f"{passed} passed, {failed} failed", flush=True)
    if inputs.unused:
        names = ", ".join(f"'{name}'" for name in inputs.unused)
        status = max(status, report_failure(error("E602", f"none of the programs has an input {names}")))
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


class _Inputs:
    """The values of inputs, of which each program takes those that it declares; a single one must declare all of them."""

    def __init__(self, values: Values, is_single: bool) -> None:
        self.values = values
        self.is_single = is_single
        self.unused = [] if is_single else list(values)

    def given(self, analysis: Analysis) -> Analysis:
        """Return a program with its values."""
        from nesylang.cli.inputs import declared_values, with_values

        values = self.values if self.is_single else declared_values(analysis, self.values)
        self.unused = [name for name in self.unused if name not in values]
        return with_values(analysis, values)


def _test(file: Path, settings: Settings, inputs: _Inputs) -> Report:
    from nesylang.inference import report_expectations
    from nesylang.syntax.files import read_source

    return report_expectations(read_source(file), file.parent, settings, inputs.given)


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
nesy test sudoku.nesy --inputs board.json
""",
    add_arguments=add_arguments,
    run=run,
)
