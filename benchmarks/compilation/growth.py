"""How the addition of numbers grows with their digits where examples bring the sum, for two ways to write carries.

python -m benchmarks.compilation.growth [--digits 15 30 60 100] [--repeat 3] [--cap 300] [--write]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from typing import Any

from benchmarks import results
from benchmarks.compilation.addition import CARRY_AS_PREDICATE, a_sum, disjunctions, probability_of_sum
from benchmarks.compilation.case import program
from benchmarks.compilation.measure import commit, difference, versions
from benchmarks.processes import Limits, Running, measured

WAYS = {
    "argument": (
        "add(0, 0).",
        "add(J, C) :- J > 0, I is J - 1, add(I, D), x(I, A), y(I, B), T is A + B + D, S is T mod 10, target(I, S), C is T // 10.",
        "correct :- add({digits}, C), target({digits}, C).",
    ),
    "predicate": (
        *CARRY_AS_PREDICATE,
        "agrees(I) :- target(I, S), digit_of_sum(I, S).",
        "correct :- {agreements}, carry({digits}, C), target({digits}, C).",
    ),
}
"""The carry is handed on as an argument of what agrees so far, or is an atom that the digits of the sum ask for."""


def labelled(digits: int, way: str) -> str:
    """Return the program whether the digits that an example brings are those of the sum, with an example in its first line."""
    agreements = ", ".join(f"agrees({place})" for place in range(digits))
    target = [int(digit) for digit in reversed(f"{a_sum(digits):0{digits + 1}}")]
    return program(
        f"% {json.dumps({'target': [target]})}",
        f"type place = 0..{digits}.",
        "type digit = 0..9.",
        "input target(place) -> digit.",
        *disjunctions(digits, "{name}({place},{value})"),
        *(rule.format(digits=digits, agreements=agreements) for rule in WAYS[way]),
        "query(correct).",
    )


def main() -> int:
    """Print the table; return 1 if a case does not finish or an answer is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compilation.growth", description="Measure how addition grows.")
    parser.add_argument("--digits", type=int, nargs="+", default=[15, 30, 60, 100], metavar="N", help="(default 15 30 60 100)")
    parser.add_argument("--ways", nargs="+", choices=tuple(WAYS), default=list(WAYS), help="how carries are written (default: both)")
    parser.add_argument("--repeat", type=int, default=3, help="fresh processes of each case (default 3)")
    parser.add_argument("--cap", type=float, default=Limits().cap, help="CPU seconds for one run (default 300)")
    parser.add_argument(
        "--memory", type=float, default=16.0, help="address space for one run in GiB (default 16, of which torch reserves most)"
    )
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    limits = Limits(given.cap, given.memory)
    lines = ["| digits | carry as | text to first forward s | elements | compiler |", "|---:|---|---:|---:|---|"]
    print("\n".join(lines), flush=True)
    problems = []
    for digits in given.digits:
        for way in given.ways:
            command = [sys.executable, "-m", "benchmarks.compilation.modules", "nesylang", str(given.memory)]
            runs: list[dict[str, Any]] = []
            while len(runs) < given.repeat:
                found = measured(command, labelled(digits, way), limits, Running())
                if "failure" in found:
                    problems.append(f"{digits} digits, carry as {way}: {found['failure']}")
                    break
                runs.append(found)
                wrong = difference(found["answers"], {"correct": probability_of_sum(digits, a_sum(digits))}, 1e-12)
                if wrong:
                    problems.append(f"{digits} digits, carry as {way}: WRONG ANSWER: {wrong}")
                if found["seconds"] > limits.cap / 10:
                    break
            if runs:
                seconds = statistics.median(run["seconds"] for run in runs)
                lines.append(f"| {digits} | {way} | {seconds:.3f} | {runs[0]['size']:,} | {runs[0]['compiler']} |")
            else:
                lines.append(f"| {digits} | {way} | not finished | - | - |")
            print(lines[-1], flush=True)
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.write:
        about = f"{results.machine()}; python {versions()['python']}; nesylang at {commit()}"
        words = " ".join(["python", "-m", "benchmarks.compilation.growth", *sys.argv[1:]])
        intro = f"CPU seconds from text to the end of the first forward pass in torch, medians of up to {given.repeat}. {about}."
        results.write_section("growth", f"## Addition whose sums examples bring\n\n`{words}`\n\n{intro}\n\n" + "\n".join(lines))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
