"""How long the addition of numbers takes from text to the first forward pass, all sums asked, compared with DeepLog.

python -m benchmarks.compilation.peer_deeplog --python ENVIRONMENT/bin/python [--digits 1 2 3] [--repeat 5] [--write]

ENVIRONMENT is one with DeepLog, see README.md; nesylang runs in the Python that runs this.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

from benchmarks import results
from benchmarks.compilation.addition import disjunctions, expected_of_argument
from benchmarks.compilation.case import program
from benchmarks.compilation.measure import commit, difference
from benchmarks.processes import Limits, Running, measured

RULES = (
    "add([], [], 0, []).",
    "add([X|Xs], [Y|Ys], E, [D|Ds]) :- add(Xs, Ys, C, Ds), digit(X, A), digit(Y, B),"
    " is(T, +(A, +(B, C))), is(D, mod(T, 10)), is(E, div(T, 10)).",
    "addition(X, Y, [C|Ds]) :- add(X, Y, C, Ds).",
)
"""The addition with carries as both read it: arithmetic in prefix notation."""


def all_sums(digits: int) -> str:
    """Return the program that asks for all sums."""
    first, second = (f"[{','.join(f'{name}{place}' for place in reversed(range(digits)))}]" for name in "xy")
    return program(*disjunctions(digits, "digit({name}{place},{value})"), *RULES, f"query(addition({first},{second},Z)).")


def main() -> int:
    """Print the table; return 1 if a system fails or an answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compilation.peer_deeplog", description="Compare inference with DeepLog's.")
    parser.add_argument("--python", required=True, help="the Python that has DeepLog")
    parser.add_argument("--digits", type=int, nargs="+", default=[1, 2, 3], metavar="N", help="digits of the numbers (default 1 2 3)")
    parser.add_argument("--repeat", type=int, default=5, help="fresh processes of each system and case (default 5)")
    parser.add_argument("--cap", type=float, default=Limits().cap, help="CPU seconds for one run (default 300)")
    parser.add_argument(
        "--memory", type=float, default=16.0, help="address space for one run in GiB (default 16, of which torch reserves most)"
    )
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    limits = Limits(given.cap, given.memory)
    asked = [given.python, "-c", "from importlib.metadata import version; print(version('pydeeplog'), version('torch'))"]
    deeplog, torch = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    lines = ["| digits | sums | nesylang s | DeepLog s | ratio |", "|---:|---:|---:|---:|---:|"]
    print(f"DeepLog {deeplog} with torch {torch}\n\n" + "\n".join(lines), flush=True)
    problems = []
    for digits in given.digits:
        expected = expected_of_argument(digits, None)
        runs: dict[str, list[float]] = {"nesylang": [], "deeplog": []}
        failures: dict[str, str] = {}
        for attempt in range(given.repeat):
            for system, python, tolerance in (("nesylang", sys.executable, 1e-12), ("deeplog", given.python, 1e-9)):
                if system in failures or (attempt and min(runs[system]) > 10):
                    continue
                command = [python, "-m", "benchmarks.compilation.modules", system, str(given.memory)]
                found = measured(command, all_sums(digits), limits, Running())
                if "failure" in found:
                    failures[system] = str(found["failure"])
                    problems.append(f"{digits} digits: {system}: {found['failure']}")
                    continue
                runs[system].append(found["seconds"])
                wrong = difference(found["answers"], expected, tolerance)
                if wrong:
                    problems.append(f"{digits} digits: WRONG ANSWER of {system}: {wrong}")
        seconds = {system: statistics.median(found) if found else None for system, found in runs.items()}
        ours, theirs = seconds["nesylang"], seconds["deeplog"]
        ratio = f"{theirs / ours:.3g}" if ours and theirs else "-"
        shown = [f"{value:.3f}" if value else "not finished" for value in (ours, theirs)]
        lines.append(f"| {digits} | {len(expected):,} | {shown[0]} | {shown[1]} | {ratio} |")
        print(lines[-1], flush=True)
    for problem in dict.fromkeys(problems):
        print(problem, file=sys.stderr)
    if given.write:
        about = f"{results.machine()}; DeepLog {deeplog} with torch {torch}; nesylang at {commit()}"
        words = f"python -m benchmarks.compilation.peer_deeplog --python ... --digits {' '.join(map(str, given.digits))}"
        intro = f"CPU seconds from text to the end of the first forward pass in a warm process, medians of up to {given.repeat}. {about}."
        results.write_section("deeplog", f"## Addition beside DeepLog\n\n`{words}`\n\n{intro}\n\n" + "\n".join(lines))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
