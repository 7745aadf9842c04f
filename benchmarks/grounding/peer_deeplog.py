"""How long nesylang takes to parse and ground the addition with carries, compared with DeepLog's grounder in Python.

Run by a Python that has DeepLog, see README.md; nesylang runs in the project's own environment:

    ENVIRONMENT/bin/python benchmarks/grounding/peer_deeplog.py [--digits 1 2 3] [--repeat 3] [--python .venv/bin/python]
"""

# The module is not called deeplog: its folder is the first place where a script looks for modules.

from __future__ import annotations

import argparse
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import table
from cases import addition
from measure import CHECKOUT, Limits, System, compare

RULES = """\
add([], [], 0, []).
add([X|Xs], [Y|Ys], E, [D|Ds]) :- add(Xs, Ys, C, Ds), digit(X, A), digit(Y, B), is(T, +(A, +(B, C))), is(D, mod(T, 10)), is(E, div(T, 10)).
addition(X, Y, [C|Ds]) :- add(X, Y, C, Ds).
"""
"""The addition with carries as both read it: arithmetic in prefix notation."""


def options() -> argparse.Namespace:
    """Return the options of the command line."""
    default = Limits()
    parser = argparse.ArgumentParser(prog="peer_deeplog.py", description="Compare grounding with DeepLog's.")
    parser.add_argument("--digits", type=int, nargs="+", default=[1, 2, 3], metavar="N", help="digits of the numbers (default 1 2 3)")
    parser.add_argument("--repeat", type=int, default=default.repeat, help="fresh processes of each side and case (default 3)")
    parser.add_argument("--grounder", default="native", help="row of GROUNDERS (default native)")
    parser.add_argument("--python", default=str(CHECKOUT / ".venv" / "bin" / "python"), help="the Python that runs nesylang")
    parser.add_argument("--cap", type=float, default=default.cap, help="CPU seconds for one run (default 60)")
    parser.add_argument("--memory", type=float, default=default.memory, help="address space for one run in GiB (default 8)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    return parser.parse_args()


def main() -> int:
    """Print the table; return 1 if a side fails or answers differ."""
    given = options()
    limits = Limits(given.cap, given.memory, given.repeat)
    about = {
        "python": platform.python_version(),
        "deeplog": version("pydeeplog"),
        "grounder": given.grounder,
        "machine": platform.machine(),
    }
    print(f"DeepLog {about['deeplog']} under Python {about['python']}, nesylang's grounder {given.grounder} under {given.python}")
    print(f"CPU seconds, medians of {limits.repeat}, at most {limits.cap:g} s and {limits.memory:g} GiB a run\n")
    print(table.header("nesylang", "DeepLog"), flush=True)
    rows, problems = [], []
    for digits in given.digits:
        systems = [System("nesylang", given.python, given.grounder), System("deeplog")]
        ours, theirs = compare(systems, addition(RULES, digits, "Z"), limits)
        rows.append(table.Row(f"addition-carries-{digits}-all", ours, theirs, limits.cap))
        problems += rows[-1].problems("nesylang", "DeepLog")
        print(table.line(rows[-1]), flush=True)
    print(f"\n{table.summary(rows)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(table.document(rows, limits, about), indent=1) + "\n", encoding="utf-8")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
