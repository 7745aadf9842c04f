"""How long 100,000 facts take to parse, compared with problog's parser.

Prints the medians of alternating runs in one process and their ratio. Plain and probabilistic facts become tables, for which the ratio has
to stay below 0.2; facts with structured arguments take the way of all other statements, for which it is about 1:

    python benchmarks/parsing.py [FACTS] [RUNS]
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable

from problog.program import PrologString

from nesylang.source import Source
from nesylang.syntax import parse
from nesylang.syntax.statements import FactTable


def by_nesylang(text: str) -> int:
    """Return the number of facts."""
    statements = parse(Source("facts", text)).statements
    return sum(len(statement.rows) if isinstance(statement, FactTable) else 1 for statement in statements)


def by_problog(text: str) -> int:
    """Return the number of facts."""
    return sum(1 for _ in PrologString(text))


def seconds(parser: Callable[[str], int], text: str, facts: int) -> float:
    """Return the CPU seconds of one run, with the garbage collector empty and switched on at its start."""
    gc.collect()
    gc.enable()
    started = time.process_time()
    found = parser(text)
    taken = time.process_time() - started
    assert found == facts, f"{found} facts of {facts}"
    return taken


def main(facts: int, runs: int) -> None:
    programs = {
        "plain facts": "".join(f"edge(n{i}, {i + 1}).\n" for i in range(facts)),
        "probabilistic facts": "".join(f"0.{i % 9 + 1}::edge(n{i}, {i + 1}).\n" for i in range(facts)),
        "structured facts": "".join(f"edge(n({i}), {i + 1}).\n" for i in range(facts)),
    }
    print(f"{facts:,} facts, medians of {runs} alternating runs, CPU seconds")
    for name, text in programs.items():
        for parser in (by_nesylang, by_problog):
            parser(text[: text.index("\n") + 1])
        pairs = [(seconds(by_nesylang, text, facts), seconds(by_problog, text, facts)) for _ in range(runs)]
        own, other = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(f"{name:20}  nesylang {own:6.2f}   problog {other:6.2f}   ratio {own / other:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
