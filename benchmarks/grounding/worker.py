"""Parse and ground the program on standard input with one system, in this process alone, and write what it took as JSON.

The libraries are imported and a small program is ground before the clock starts. Started by measure.py:

    python worker.py SYSTEM GROUNDER CAP MEMORY < program

CAP bounds the CPU seconds of the timed part (the process is ended by SIGPROF), MEMORY the address space in GiB.
"""

from __future__ import annotations

import gc
import json
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TICK = 0.0005
"""Seconds that a reading of the CPU clock counts at least: clocks of virtual machines may stand still for less."""

WARM_UP = """\
0.4::a(1); 0.6::a(2).
b(X) :- a(Y), X is Y + 1.
c([], 0).
c([_|T], N) :- c(T, M), N is M + 1.
d(X) :- b(X), X > 2.
d(X) :- c([1, 2], X).
query(d(_)).
"""
WARM_UP_OF_DEEPLOG = """\
0.4::a(1); 0.6::a(2).
b(X) :- a(Y), is(X, +(Y, 1)).
query(b(X)).
"""
"""What DeepLog reads of it."""


def nesylang(grounder: str) -> tuple[Callable[[str], Any], Callable[[Any], dict[str, Any]]]:
    """Return what parses and grounds, and what describes the result."""
    from nesylang.analysis import analyse
    from nesylang.grounding import GROUNDERS, GroundingBudget, GroundingRequest, GroundProgram, stated_observations, stated_queries
    from nesylang.source import Source
    from nesylang.syntax import load_program, print_term

    if grounder not in GROUNDERS:
        sys.exit(f"nesylang has no grounder {grounder}, only {', '.join(GROUNDERS)}")
    budget = GroundingBudget(goals=10**9, seconds=1e9)  # the cap is on CPU seconds, and the same for all systems
    chosen = GROUNDERS[grounder]

    def run(text: str) -> GroundProgram:
        analysis = analyse(load_program(Source("program", text), Path(".")))
        queries, observations = tuple(stated_queries(analysis)), tuple(stated_observations(analysis))
        return chosen.ground(GroundingRequest(analysis, queries, observations, budget=budget))

    def describe(ground: GroundProgram) -> dict[str, Any]:
        atoms = {rule.head for rule in ground.rules} | set(ground.choice_atoms)
        answers = {print_term(answer.atom).replace(" ", "") for query in ground.queries for answer in query.answers}
        return {"rules": len(ground.rules), "atoms": len(atoms), "answers": sorted(answers)}

    return run, describe


def problog(_: str) -> tuple[Callable[[str], Any], Callable[[Any], dict[str, Any]]]:
    """Return what parses and grounds, and what describes the result."""
    from problog.engine import DefaultEngine
    from problog.formula import LogicFormula
    from problog.program import PrologString

    def run(text: str) -> LogicFormula:
        engine = DefaultEngine()
        return engine.ground_all(engine.prepare(PrologString(text)))

    def describe(formula: LogicFormula) -> dict[str, Any]:
        kinds = [kind for _, _, kind in formula]
        # A query that has variables and no answers is listed itself.
        answers = {str(name).replace(" ", "") for name, node in formula.queries() if node is not None or name.is_ground()}
        return {"rules": len(kinds) - kinds.count("atom"), "atoms": kinds.count("atom"), "answers": sorted(answers)}

    return run, describe


def deeplog(_: str) -> tuple[Callable[[str], Any], Callable[[Any], dict[str, Any]]]:
    """Return what parses and grounds with DeepLog's grounder in Python, and what describes the result; the last line is the goal."""
    from deeplog import Atom, parse_symbol
    from deeplog.grounding.prolog import SimpleGrounder, str_to_rules, symbol_to_prolog_str
    from deeplog.systems.deepproblog import EngineResult, Solver

    def run(text: str) -> EngineResult:
        program, _, goal = text.rstrip().rpartition("\n")
        return Solver(SimpleGrounder()).get_result(tuple(str_to_rules(program)), parse_symbol(question(goal)))

    def describe(result: EngineResult) -> dict[str, Any]:
        pending: list[Any] = list(result.formulas.values())
        seen: dict[int, Any] = {}
        while pending:
            node = pending.pop()
            if id(node) not in seen:
                seen[id(node)] = node
                for slot in ("lhs", "rhs", "operand"):
                    if hasattr(node, slot):
                        pending.append(getattr(node, slot))
        leaves = [node for node in seen.values() if isinstance(node, Atom)]
        answers = sorted(symbol_to_prolog_str(answer) for answer in result.formulas)
        return {"rules": len(seen) - len(leaves), "atoms": len(set(leaves)), "answers": answers}

    return run, describe


def question(line: str) -> str:
    """Return the goal of a line ``query(GOAL).``."""
    return line.removeprefix("query(").removesuffix(").")


SYSTEMS = {"nesylang": nesylang, "problog": problog, "deeplog": deeplog}


def main(system: str, grounder: str, cap: float, memory: float) -> None:
    text = sys.stdin.read()
    limit = int(memory * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    run, describe = SYSTEMS[system](grounder)
    run(WARM_UP_OF_DEEPLOG if system == "deeplog" else WARM_UP)
    gc.collect()
    signal.setitimer(signal.ITIMER_PROF, cap)
    started = time.process_time()
    result = run(text)
    seconds = max(time.process_time() - started, TICK)
    signal.setitimer(signal.ITIMER_PROF, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({"seconds": seconds, "megabytes": peak, **describe(result)}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
