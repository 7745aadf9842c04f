"""How long nesylang takes from a program's text to its answers, compared with ProbLog: see README.md.

python -m benchmarks.compilation [--quick] [--check] [--only PATTERN ...] [--cap 300] [--jobs 1] [--log FILE] [--resume] [--write]
"""

from __future__ import annotations

import argparse
import fnmatch
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

from benchmarks import results
from benchmarks.compilation import table
from benchmarks.compilation.case import Case
from benchmarks.compilation.cases import all_cases
from benchmarks.compilation.measure import OURS, THEIRS, Log, Outcome, commit, compare, versions
from benchmarks.processes import Limits, Running

INTERRUPTED = 130


def options() -> argparse.Namespace:
    """Return the options of the command line."""
    default = Limits()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compilation", description="Compare inference with ProbLog's.")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="PATTERN", help="the cases that match, such as 'grid-*'; a word matches within names"
    )
    parser.add_argument("--quick", action="store_true", help="the small cases only, once")
    parser.add_argument(
        "--check", action="store_true", help="only compare nesylang's answers with the exact ones; nothing is timed against ProbLog"
    )
    parser.add_argument("--system", choices=(OURS, THEIRS), help="run this system alone")
    parser.add_argument(
        "--repeat", type=int, default=5, help="runs of each system and case (default 5); slow ones are run once or three times"
    )
    parser.add_argument("--cap", type=float, default=default.cap, help="CPU seconds for one run (default 300)")
    parser.add_argument("--memory", type=float, default=default.memory, help="address space for one run in GiB (default 8)")
    parser.add_argument("--jobs", type=int, default=1, help="cases that run at the same time (default 1)")
    parser.add_argument("--log", type=Path, metavar="FILE", help="keep the outcome of each case that is finished, as lines of JSON")
    parser.add_argument("--resume", action="store_true", help="take what the log has of the same sources, versions and options")
    parser.add_argument("--write", action="store_true", help="write the table to benchmarks/RESULTS.md")
    given = parser.parse_args()
    if given.resume and not given.log:
        parser.error("--resume needs --log FILE")
    if given.write and (given.only or given.quick or given.check or given.system):
        parser.error("--write is for the whole table: leave out --only, --quick, --check and --system")
    if given.system == THEIRS and given.check:
        parser.error("--check is about nesylang's answers")
    return given


def chosen_cases(patterns: Sequence[str], quick: bool) -> list[Case]:
    """Return the cases whose names match; end the program where there are none."""
    cases = [case for case in all_cases() if case.quick or not quick]
    found = [case for case in cases if not patterns or any(matches(case.name, pattern) for pattern in patterns)]
    if not found:
        sys.exit(f"no such case; there are {', '.join(case.name for case in cases)}")
    return found


def matches(name: str, pattern: str) -> bool:
    """Return whether a name matches a pattern, or has it as words in a row where it is without wildcards."""
    return fnmatch.fnmatchcase(name, pattern) or f"-{pattern}-" in f"-{name}-"


def systems_of(case: Case, given: argparse.Namespace) -> list[str]:
    """Return the systems that a case is run with."""
    wanted = [given.system] if given.system else [OURS] if given.check else [OURS, THEIRS]
    return [system for system in wanted if case.peer or system == OURS]


def main() -> int:
    """Print the table; return 1 if nesylang does not finish a case or an answer is wrong."""
    given = options()
    limits = Limits(given.cap, given.memory)
    repeat = 1 if given.quick or given.check else given.repeat
    cases = [case for case in chosen_cases(given.only, given.quick) if systems_of(case, given)]
    conditions = {
        "cap": given.cap,
        "memory": given.memory,
        "repeat": repeat,
        "systems": given.system or ("check" if given.check else "both"),
    }
    log = Log(given.log, conditions, given.resume)
    about = f"{results.machine()}; " + ", ".join(f"{name} {number}" for name, number in versions().items())
    print(f"{about}; nesylang at {commit()}")
    print(f"medians of up to {repeat} runs, at most {limits.cap:g} s and {limits.memory:g} GiB each\n\n{table.HEADER}", flush=True)

    started = time.monotonic()
    running = Running()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rows: dict[str, table.Row] = {}

    def outcomes_of(case: Case) -> dict[str, Outcome]:
        known = log.known(case)
        if known is None:
            known = compare(case, systems_of(case, given), limits, repeat, running)
            log.add(case, known)
        return known

    with ThreadPoolExecutor(given.jobs) as pool:
        waiting: dict[Future[dict[str, Outcome]], Case] = {pool.submit(outcomes_of, case): case for case in cases}
        try:
            for future in as_completed(waiting):
                case, found = waiting[future], future.result()
                rows[case.name] = table.Row(case.name, found.get(OURS), found.get(THEIRS), limits.cap)
                print(rows[case.name].line(), flush=True)
        except KeyboardInterrupt:
            for number in (signal.SIGINT, signal.SIGTERM):  # one is enough
                signal.signal(number, signal.SIG_IGN)
            running.stop()
            pool.shutdown(cancel_futures=True)
            kept = f"; go on with --log {given.log} --resume" if given.log else ""
            print(f"\ninterrupted after {len(rows)} of {len(cases)} cases{kept}", file=sys.stderr)
            return INTERRUPTED
    ordered = [rows[case.name] for case in cases]
    print(f"\n{table.summary(ordered)}\n\nTook {(time.monotonic() - started) / 60:.1f} minutes.")
    problems = [problem for row in ordered for problem in row.problems()]
    for problem in problems:
        print(problem, file=sys.stderr)
    if given.write:
        results.write_section("compilation", section(ordered, about, limits, repeat))
    return int(bool(problems))


def section(rows: Sequence[table.Row], about: str, limits: Limits, repeat: int) -> str:
    """Return the section of the page of results."""
    words = ["python", "-m", "benchmarks.compilation", "--repeat", str(repeat), "--cap", f"{limits.cap:g}", "--write"]
    intro = f"CPU seconds, medians of up to {repeat} fresh processes, at most {limits.cap:g} s each. {about}; nesylang at {commit()}."
    table_ = "\n".join([table.HEADER, *(row.line() for row in rows)])
    return f"## From text to answers\n\n`{' '.join(words)}`\n\n{intro}\n\n{table_}\n\n{table.summary(rows)}"


if __name__ == "__main__":
    sys.exit(main())
