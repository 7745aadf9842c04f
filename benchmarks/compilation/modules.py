"""Answer the program on standard input by a torch module, in a process of its own, and write what it took.

    python -m benchmarks.compilation.modules SYSTEM MEMORY REPORT < program

SYSTEM is nesylang or deeplog; each needs a Python that has it. The last line of a program is ``query(GOAL).``; a first line ``% {...}`` has
the inputs of the module, by name, as JSON. Libraries are imported and a small program is answered before the clock starts. Seconds go from
the text to the end of the first forward pass, in float64 on one thread.
"""

from __future__ import annotations

import gc
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.processes import limit_memory, own_seconds

WARM_UP = "0.4::a(1); 0.6::a(2).\n0.3::c(1); 0.7::c(2).\nb(Z) :- a(X), c(Y), is(Z, +(X, Y)).\nquery(b(Z)).\n"

System = tuple[Callable[[str], Any], Callable[[Any], dict[str, Any]]]


def nesylang() -> System:
    """Return nesylang, and what describes its result."""
    import torch

    import nesylang as nesy

    torch.set_num_threads(1)

    def run(text: str) -> Any:
        first = text.partition("\n")[0]
        inputs = json.loads(first.removeprefix("% ")) if first.startswith("% {") else {}
        program = nesy.loads(text)
        module = program.module(dtype=torch.float64)
        with torch.no_grad():
            return program, module(**{name: torch.tensor(values) for name, values in inputs.items()})

    def describe(result: Any) -> dict[str, Any]:
        program, found = result
        circuit = program.compile().circuit
        answers = {
            atom.replace(" ", ""): math.exp(value)
            for query in found.values()
            for atom, value in zip(query.atoms, query[0].tolist(), strict=True)
        }
        return {"answers": answers, "size": circuit.size, "compiler": circuit.compiler}

    return run, describe


def deeplog() -> System:
    """Return DeepLog with its grounder in Python, and what describes its result."""
    import torch
    from deeplog import Compiler, parse_symbol, without_structure
    from deeplog.grounding.prolog import SimpleGrounder, str_to_rules, symbol_to_prolog_str
    from deeplog.shape import get_all_symbols
    from deeplog.systems.deepproblog import Solver, compile_to_module

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)

    def run(text: str) -> Any:
        program, _, goal = text.rstrip().rpartition("\n")
        result = Solver(SimpleGrounder()).get_result(
            tuple(str_to_rules(program)), parse_symbol(goal.removeprefix("query(").removesuffix(")."))
        )
        module = compile_to_module(result, Compiler())
        with torch.no_grad():
            return module, module()

    def describe(result: Any) -> dict[str, Any]:
        module, found = result
        atoms = [symbol_to_prolog_str(without_structure(symbol)) for symbol in get_all_symbols(module.get_output_shape())]
        return {"answers": dict(zip(atoms, found[0].tolist(), strict=True)), "size": 0, "compiler": "mvsdd"}

    return run, describe


SYSTEMS = {"nesylang": nesylang, "deeplog": deeplog}


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
    with report.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"seconds": max(seconds, 0.0005), "megabytes": 0.0, **describe(result)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
