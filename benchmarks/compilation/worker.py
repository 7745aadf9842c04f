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


System = tuple[Callable[[str], Any], Callable[[Any], dict[str, Any]]]
"""What answers a program, and what describes the result when the clock has stopped."""


def nesylang() -> System:
    """Return nesylang."""
    import nesylang as nesy
    from nesylang.compilation import COMPILERS
    from nesylang.inference import Settings, marginals
    from nesylang.syntax import print_term

    def run(text: str) -> Any:
        compiled = nesy.loads(text).compile()
        return compiled.circuit, marginals(compiled)

    def describe(result: Any) -> dict[str, Any]:
        circuit, found = result
        answers = {print_term(answer.atom).replace(" ", ""): answer.probability for query in found for answer in query.answers}
        return {"answers": answers, "size": circuit.size, "compiler": circuit.compiler}

    # The library of decision diagrams is imported when the first formula needs it.
    nesy.loads(WARM_UP, Settings(compiler=COMPILERS["sdd"], cache=False)).compile()
    return run, describe


def problog() -> System:
    """Return ProbLog with its default back end, which has to be the one of sentential decision diagrams."""
    from problog import get_evaluatable
    from problog.program import PrologString
    from problog.sdd_formula import SDD

    if not SDD.is_available():
        sys.exit("this ProbLog has no SDD library")
    sys.setrecursionlimit(10_000)  # as its command does

    def run(text: str) -> Any:
        formula = get_evaluatable().create_from(PrologString(text))
        if not isinstance(formula, SDD):
            sys.exit(f"ProbLog compiled to {type(formula).__name__}")
        return formula, formula.evaluate()

    def describe(result: Any) -> dict[str, Any]:
        formula, found = result
        answers = {str(name).replace(" ", ""): float(value) for name, value in found.items() if name.is_ground()}
        return {"answers": answers, "size": int(formula.get_manager().get_manager().live_size()), "compiler": "sdd"}

    return run, describe


SYSTEMS = {"nesylang": nesylang, "problog": problog}


def main(system: str, memory: float, report: Path) -> None:
    text = sys.stdin.read()
    limit_memory(memory)
    run, describe = SYSTEMS[system]()
    describe(run(WARM_UP))
    gc.collect()
    started = own_seconds()
    report.write_text(json.dumps({"started": started}) + "\n", encoding="utf-8")
    started = own_seconds()
    result = run(text)
    seconds = own_seconds() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with report.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"seconds": max(seconds, 0.0005), "megabytes": peak, **describe(result)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
