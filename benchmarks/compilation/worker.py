"""Answer the program on standard input with one system, in a process of its own, and write what it took.

The libraries are imported and a small program is answered before the clock starts. Started by measure.py:

    python -m benchmarks.compilation.worker SYSTEM MEMORY REPORT < program
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.processes import limit_memory, own_seconds

WARM_UP = """\
0.4::a(1); 0.6::a(2).
0.3::c(1). 0.3::c(2). 0.3::c(3).
b(X) :- a(Y), X is Y + 1.
d(X) :- c(X), \\+ b(X).
e(X, Y) :- c(X), c(Y), X \\= Y.
p(X, Y) :- e(X, Y).
p(X, Y) :- e(X, Z), p(Z, Y).
evidence(b(2)).
query(d(_)).
query(p(1, 3)).
"""
"""It has loops, evidence and negation, so that all that is imported late is there."""


def nesylang() -> Callable[[str], dict[str, Any]]:
    """Return what answers a program."""
    import nesylang as nesy
    from nesylang.inference import marginals
    from nesylang.syntax import print_term

    def run(text: str) -> dict[str, Any]:
        compiled = nesy.loads(text).compile()
        found = marginals(compiled)
        answers = {print_term(answer.atom).replace(" ", ""): answer.probability for query in found for answer in query.answers}
        return {"answers": answers, "size": compiled.circuit.size, "compiler": compiled.circuit.compiler}

    return run


def problog() -> Callable[[str], dict[str, Any]]:
    """Return what answers a program with ProbLog's default back end, which has to be the one of sentential decision diagrams."""
    from problog import get_evaluatable
    from problog.program import PrologString
    from problog.sdd_formula import SDD

    if not SDD.is_available():
        sys.exit("this ProbLog has no SDD library")
    sys.setrecursionlimit(10_000)  # as its command does

    def run(text: str) -> dict[str, Any]:
        formula = get_evaluatable().create_from(PrologString(text))
        if not isinstance(formula, SDD):
            sys.exit(f"ProbLog compiled to {type(formula).__name__}")
        found = formula.evaluate()
        answers = {str(name).replace(" ", ""): float(value) for name, value in found.items() if name.is_ground()}
        return {"answers": answers, "size": int(formula.get_manager().get_manager().size()), "compiler": "SDD"}

    return run


SYSTEMS = {"nesylang": nesylang, "problog": problog}


def main(system: str, memory: float, report: Path) -> None:
    text = sys.stdin.read()
    limit_memory(memory)
    run = SYSTEMS[system]()
    run(WARM_UP)
    gc.collect()
    started = own_seconds()
    report.write_text(json.dumps({"started": started}) + "\n", encoding="utf-8")
    started = own_seconds()
    result = run(text)
    seconds = own_seconds() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with report.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"seconds": max(seconds, 0.0005), "megabytes": peak, **result}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
