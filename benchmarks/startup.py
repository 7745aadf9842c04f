"""How long ``nesy run`` takes on ten lines, compared with importing the libraries that it cannot do without.

Prints the medians of alternating runs in fresh processes and their ratio, which has to stay below 2.5:

    python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 2.5
PROGRAM = """\
0.1 :: burglary.
0.2 :: earthquake.
0.7 :: hears(john).
0.6 :: hears(mary).
alarm :- burglary.
alarm :- earthquake.
calls(X) :- alarm, hears(X).
evidence calls(john).
query burglary.
query calls(X).
"""
BASELINE = "import lark, networkx, pysdd.sdd"
CHECKOUT = Path(__file__).resolve().parent.parent


def seconds(arguments: list[str]) -> float:
    """Return the seconds that a Python process takes."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")])}
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(runs: int) -> int:
    """Print the medians and their ratio; return 1 if it is beyond the limit."""
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory) / "program.nesy"
        program.write_text(PROGRAM, encoding="utf-8")
        commands = {"imports alone": ["-c", BASELINE], "nesy run": ["-m", "nesylang", "run", str(program)]}
        for arguments in commands.values():
            seconds(arguments)  # the first run reads files that are not in memory yet
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, arguments in commands.items():
                times[name].append(seconds(arguments))
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"{name:<14} {1000 * median:6.0f} ms")
    ratio = medians["nesy run"] / medians["imports alone"]
    print(f"{'ratio':<14} {ratio:6.2f} (limit {LIMIT})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
