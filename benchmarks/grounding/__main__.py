"""How long nesylang takes to parse and ground, compared with problog: see README.md.

python benchmarks/grounding [--only NAME ...] [--repeat 3] [--quick] [--grounder native]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import table
from cases import Case, all_cases
from measure import Limits, System, compare


def chosen_cases(names: list[str], quick: bool) -> list[Case]:
    """Return the cases whose names have one of ``names`` as words in a row; end the program where there are none."""
    cases = [case for case in all_cases() if case.quick or not quick]
    found = [case for case in cases if not names or any(f"-{name}-" in f"-{case.name}-" for name in names)]
    if not found:
        sys.exit(f"no such case; there are {', '.join(case.name for case in cases)}")
    return found


def options() -> argparse.Namespace:
    """Return the options of the command line."""
    default = Limits()
    parser = argparse.ArgumentParser(prog="python benchmarks/grounding", description="Compare grounding with problog's.")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="the cases with these words in their names, such as numbers-2"
    )
    parser.add_argument("--repeat", type=int, default=default.repeat, help="fresh processes of each side and case (default 3)")
    parser.add_argument("--quick", action="store_true", help="the cases that take problog about a second at most, once")
    parser.add_argument("--grounder", default="native", help="row of GROUNDERS (default native)")
    parser.add_argument("--cap", type=float, default=default.cap, help="CPU seconds for one run (default 60)")
    parser.add_argument("--memory", type=float, default=default.memory, help="address space for one run in GiB (default 8)")
    parser.add_argument("--patience", type=float, default=default.patience, help="runs longer than this are not repeated (default 20)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    return parser.parse_args()


def main() -> int:
    """Print the table; return 1 if nesylang does not finish, problog fails, or answers differ."""
    given = options()
    limits = Limits(given.cap, given.memory, given.repeat, given.patience)
    if given.quick:
        limits = replace(limits, repeat=1)
    about = {"python": platform.python_version(), "problog": version("problog"), "grounder": given.grounder, "machine": platform.machine()}
    print(f"Python {about['python']}, problog {about['problog']}, nesylang's grounder {given.grounder}, {os.cpu_count()} cores")
    print(f"CPU seconds, medians of {limits.repeat}, at most {limits.cap:g} s and {limits.memory:g} GiB a run\n")
    print(table.header("nesylang", "problog"), flush=True)
    rows, problems = [], []
    for case in chosen_cases(given.only, given.quick):
        ours, theirs = compare([System("nesylang", grounder=given.grounder), System("problog")], case.text(), limits)
        rows.append(table.Row(case.name, ours, theirs, limits.cap))
        problems += rows[-1].problems("nesylang", "problog")
        print(table.line(rows[-1]), flush=True)
    print(f"\n{table.summary(rows)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(table.document(rows, limits, about), indent=1) + "\n", encoding="utf-8")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
