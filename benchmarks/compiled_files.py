"""How long it takes to write and to read a compiled program, compared with compiling it; prints a line for each program.

    python benchmarks/compiled_files.py [SIDE ...]

The programs ask for a path through a grid of that side whose edges can be walked both ways. Seconds are of this process alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nesylang as nesy
from nesylang.compilation.files import of_bytes, to_bytes

RESULT = TypeVar("RESULT")
DEFAULT_SIDES = (3, 4, 5)


def grid(side: int) -> str:
    """Return the program of a grid, whose query is a path between two corners."""
    edges = [(at, at + 1) for at in range(side * side) if at % side < side - 1] + [(at, at + side) for at in range(side * (side - 1))]
    facts = "\n".join(f"0.3 :: road({one}, {other})." for one, other in edges)
    rules = "edge(X, Y) :- road(X, Y).\nedge(X, Y) :- road(Y, X).\npath(X, Y) :- edge(X, Y).\npath(X, Y) :- edge(X, Z), path(Z, Y)."
    return f"{facts}\n{rules}\nquery path(0, {side * side - 1}).\n"


def timed(work: Callable[[], RESULT]) -> tuple[RESULT, float]:
    """Return what some work returns, and the seconds that it took."""
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def main(sides: list[int]) -> None:
    """Print the sizes and seconds of each program; fail where a number differs after reading."""
    for side in sides or DEFAULT_SIDES:
        program = nesy.loads(grid(side), nesy.Settings(cache=False))
        compiled, compiling = timed(program.compile)
        data, writing = timed(lambda compiled=compiled: to_bytes(compiled))
        found, reading = timed(lambda data=data: nesy.Compiled.of(of_bytes(data, "file")))
        assert found.marginals()[0].answers == compiled.marginals()[0].answers
        sizes = f"{compiled.circuit.size:9,} elements {len(data):9,} bytes"
        print(f"grid {side}x{side} {sizes}  compiling {compiling:7.3f} s  writing {writing:.3f} s  reading {reading:.3f} s", flush=True)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
