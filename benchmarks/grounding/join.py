"""How long a join of a million rows takes, and how much memory, with rows given from Python and rows read from files.

    python benchmarks/grounding/join.py [--rows 1000000] [--only python numpy arrow csv data parquet] [--grounder native]

Each way runs in a process of its own. Prints the CPU seconds from the rows to the analysed program (load) and from there to the ground
program (ground), and the resident memory before, which includes the rows where they are Python objects, and at its peak.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nesylang import Program

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CHOSEN = 1000
RULES = """\
p(X, Z) :- r(X, Y), s(Y, Z).
q(Z) :- p(X, Z), t(X).
query q(_).
"""
FROM_FILES = """\
:- use_module(library(db)).
:- csv_load('r.csv', r).
:- csv_load('s.csv', s).
:- csv_load('t.csv', t).
"""

DECLARED = 'data r/2 = "r.csv". data s/2 = "s.csv". data t/1 = "t.csv".\n'

Table = list[tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Join:
    """Three tables; r and s have two rows for each value that they share, so that p has about as many rows as all tables together."""

    r: Table
    s: Table
    t: Table

    def answers(self) -> int:
        """Return the number of answers to q(Z)."""
        keys = dict(self.r)
        wanted = {keys[x] for (x,) in self.t}
        return sum(y in wanted for y, _ in self.s)


def make_join(rows: int) -> Join:
    """Return tables of about ``rows`` rows together."""
    chosen = min(CHOSEN, rows // 10)
    keys = (rows - chosen) // 4
    return Join([(i, i % keys) for i in range(2 * keys)], [(j % keys, j) for j in range(2 * keys)], [(i,) for i in range(chosen)])


def from_python(join: Join) -> Callable[[], Program]:
    """Return what loads the program with the rows of Python lists."""
    import nesylang as nesy

    declared = "pred r(int, int).\npred s(int, int).\npred t(int).\n"
    return lambda: nesy.loads(declared + RULES).with_facts("r", join.r).with_facts("s", join.s).with_facts("t", join.t)


def from_arrays(join: Join) -> Callable[[], Program]:
    """Return what loads the program with two-dimensional NumPy arrays."""
    import numpy as np

    return from_python(Join(*(np.array(rows) for rows in (join.r, join.s, join.t))))  # type: ignore[arg-type]


def from_arrow(join: Join) -> Callable[[], Program]:
    """Return what loads the program with Arrow tables."""
    return from_python(Join(*map(_arrow, (join.r, join.s, join.t))))


def _arrow(rows: Table) -> Any:
    import pyarrow

    return pyarrow.table([list(column) for column in zip(*rows, strict=True)], names=["x", "y"][: len(rows[0])])


def from_parquet(join: Join) -> Callable[[], Program]:
    """Return what loads the program with the rows of Parquet files, which are written now."""
    from pyarrow import parquet

    import nesylang as nesy

    folder = Path.cwd()
    for name, rows in (("r", join.r), ("s", join.s), ("t", join.t)):
        parquet.write_table(_arrow(rows), folder / f"{name}.parquet")
    return lambda: nesy.loads(DECLARED.replace(".csv", ".parquet") + RULES, directory=folder)


def from_declared_files(join: Join) -> Callable[[], Program]:
    """Return what loads the program with the rows of CSV files that declarations name."""
    import nesylang as nesy

    from_files(join)
    folder = Path.cwd()
    return lambda: nesy.loads(DECLARED + RULES, directory=folder)


def from_files(join: Join) -> Callable[[], Program]:
    """Return what loads the program with the rows of CSV files, which are written now."""
    import nesylang as nesy

    folder = Path.cwd()
    for name, rows, header in (("r", join.r, ("x", "y")), ("s", join.s, ("y", "z")), ("t", join.t, ("x",))):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
    return lambda: nesy.loads(FROM_FILES + RULES, directory=folder)


WAYS = {
    "python": from_python,
    "numpy": from_arrays,
    "arrow": from_arrow,
    "csv": from_files,
    "data": from_declared_files,
    "parquet": from_parquet,
}
"""Where the rows come from -> what writes them there and returns what loads the program."""


def measure(way: str, rows: int, grounder: str) -> dict[str, Any]:
    """Return seconds, megabytes and sizes; raise AssertionError where an answer is missing."""
    import nesylang as nesy
    from nesylang.grounding import GROUNDERS, GroundingBudget, GroundingRequest, stated_observations, stated_queries

    def ground(program: Program) -> Any:
        queries, observations = stated_queries(program.analysis), stated_observations(program.analysis)
        budget = GroundingBudget(goals=10**9, seconds=1e9)
        return GROUNDERS[grounder].ground(GroundingRequest(program.analysis, tuple(queries), tuple(observations), budget=budget))

    ground(nesy.loads("0.5::a(1). b(X) :- a(X). query b(_)."))
    join = make_join(rows)
    expected = join.answers()
    load = WAYS[way](join)
    if way != "python":
        join = Join([], [], [])
    before = resident()
    started = time.process_time()
    program = load()
    loaded = time.process_time()
    result = ground(program)
    finished = time.process_time()
    found = len(result.queries[0].answers)
    assert found == expected, f"{found} answers, expected {expected}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "way": way,
        "load": loaded - started,
        "ground": finished - loaded,
        "before": before,
        "peak": peak,
        "answers": found,
        "rules": len(result.rules),
    }


def resident() -> float:
    """Return the megabytes that this process holds now; the peak so far where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 2**20


def main(arguments: Sequence[str]) -> int:
    """Print a line for each way; return 1 if one fails."""
    parser = argparse.ArgumentParser(prog="join.py", description="Measure a join of many rows.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of all tables together (default 1000000)")
    parser.add_argument("--only", nargs="+", choices=list(WAYS), default=list(WAYS), help="where the rows come from (default all)")
    parser.add_argument("--grounder", default="native", help="row of GROUNDERS (default native)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.here:
        json.dump(measure(given.only[0], given.rows, given.grounder), sys.stdout)
        return 0
    print(
        "| rows from | load s | ground s | MiB before | MiB at peak | answers | ground rules |\n|---|---:|---:|---:|---:|---:|---:|",
        flush=True,
    )
    results, status = [], 0
    for way in given.only:
        command = [
            sys.executable,
            str(Path(__file__).resolve()),
            "--here",
            "--only",
            way,
            "--rows",
            str(given.rows),
            "--grounder",
            given.grounder,
        ]
        with tempfile.TemporaryDirectory() as folder:
            finished = subprocess.run(
                command, cwd=folder, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE, text=True, check=False
            )
        if finished.returncode != 0:
            print(f"| {way} | failed | | | | | |", flush=True)
            status = 1
            continue
        found = json.loads(finished.stdout)
        results.append(found)
        sizes = f"{found['before']:,.0f} | {found['peak']:,.0f} | {found['answers']:,} | {found['rules']:,}"
        print(f"| {way} | {found['load']:.2f} | {found['ground']:.2f} | {sizes} |", flush=True)
    if given.json:
        given.json.write_text(
            json.dumps({"rows": given.rows, "grounder": given.grounder, "ways": results}, indent=1) + "\n", encoding="utf-8"
        )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
