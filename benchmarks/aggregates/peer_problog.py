"""What the nearest program takes in ProbLog, which counts by collecting the coins of each subset in a list."""

from __future__ import annotations

import time

from problog import get_evaluatable
from problog.program import PrologString


def seconds(coins: int) -> float:
    """Return the CPU seconds from the program's text to the probabilities of all counts."""
    text = f"0.3::heads(C) :- between(1,{coins},C). n(N) :- findall(C, heads(C), L), length(L, N). query(n(_))."
    started = time.process_time()
    found = get_evaluatable("sdd").create_from(PrologString(text)).evaluate()
    assert len(found) == coins + 1
    return time.process_time() - started


if __name__ == "__main__":
    for coins in (8, 10, 12):
        print(f"{coins} coins: {seconds(coins):.2f} s", flush=True)
