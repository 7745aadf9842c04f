"""From a ground program to its circuit: which roots are compiled, and by which compiler."""

from __future__ import annotations

import time
from typing import Protocol

from nesylang.circuit import Circuit
from nesylang.compilation.beyond import explained
from nesylang.compilation.budget import BudgetSpent, CompilationBudget, Meter, WorkerDied, out_of_memory, running
from nesylang.compilation.compiled import CompiledProgram
from nesylang.compilation.direct import DirectCompiler
from nesylang.compilation.report import plain_report, report_of
from nesylang.compilation.statistics import Costs
from nesylang.formula import TRUE, Formula, build_formula
from nesylang.grounding.program import GroundProgram


class Compiler(Protocol):
    """Anything that turns a formula into a deterministic decomposable circuit, within a budget."""

    name: str

    def compile(self, formula: Formula, values: list[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots, in their order; ``values[c]`` is the number of values of choice ``c``."""


def compile_program(ground: GroundProgram, compiler: Compiler, budget: CompilationBudget) -> CompiledProgram:
    """Return the program with one circuit for all its queries: Z, and for each answer its conjunction with Z.

    Raise NesyError E305 for a cycle through negation, E401 where the budget is spent, and E403 where a process that compiles dies.
    """
    budget = running(budget)
    watch = budget.watch
    meter = Meter(budget, stage="building the formula")
    watch.tell(meter.stage)
    began = time.monotonic()
    answers = [answer for query in ground.queries for answer in query.answers]
    wanted = [piece.literal for piece in ground.evidence]
    wanted.extend(answer.literal for answer in answers)
    wanted.extend(answer.condition for answer in answers if answer.condition is not None)
    try:
        builder, found = build_formula(ground, wanted, meter.look)
    except BudgetSpent as failure:
        raise explained(failure, ground) from None
    except MemoryError:
        raise explained(out_of_memory(), ground) from None
    builder.check = None
    value = dict(zip(wanted, found, strict=True))

    indicators: list[int] = []
    observed = []
    for piece in ground.evidence:
        literal = value[piece.literal]
        if piece.value is None:
            indicator = len(ground.choices) + len(indicators)
            indicators.append(indicator)
            sign = builder.leaf(indicator, 0)
            positive, negative = builder.conjunction([literal, sign]), builder.conjunction([-literal, -sign])
            observed.append(builder.disjunction([positive, negative]))
        else:
            observed.append(literal if piece.value else -literal)
    evidence = builder.conjunction(observed)

    roots = {evidence: 0}

    def position(literal: int) -> int:
        return roots.setdefault(literal, len(roots))

    answer_roots, condition_roots = [], []
    for query in ground.queries:
        conditions = [value[answer.condition] if answer.condition is not None else TRUE for answer in query.answers]
        joint = [[value[answer.literal], condition] for answer, condition in zip(query.answers, conditions, strict=True)]
        answer_roots.append(tuple(position(builder.conjunction([*literals, evidence])) for literals in joint))
        condition_roots.append(tuple(position(builder.conjunction([condition, evidence])) for condition in conditions))
    values = [choice.values for choice in ground.choices] + [2] * len(indicators)
    formula = builder.formula(list(roots))
    built = time.monotonic()
    watch.tell("compiling")
    try:
        if isinstance(compiler, DirectCompiler):
            certification = compiler.certification(formula, values, budget)
            circuit, report = certification.circuit, report_of(ground, builder, certification, answer_roots)
        else:
            circuit = compiler.compile(formula, values, budget)
            report = plain_report(circuit)
    except (BudgetSpent, WorkerDied) as failure:
        raise explained(failure, ground, formula, answer_roots) from None
    except MemoryError:
        raise explained(out_of_memory(), ground, formula, answer_roots) from None
    costs = Costs(
        formula_seconds=built - began,
        compiling_seconds=time.monotonic() - built,
        formula_nodes=len(formula.nodes),
        attempts=tuple(watch.attempts),
        notes=dict(watch.notes),
        worker_bytes=watch.peak,
    )
    return CompiledProgram(ground, circuit, tuple(answer_roots), tuple(condition_roots), tuple(indicators), costs, report)
