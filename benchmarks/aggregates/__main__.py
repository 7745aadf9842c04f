"""What aggregates take: from program text to answers, and a training step through torch. Run as ``python -m benchmarks.aggregates``."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass

import torch

import nesylang as nesy
from nesylang.compilation import CompiledProgram
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.inference import marginals

torch.set_num_threads(1)


@dataclass(frozen=True)
class Case:
    """A program, and the same with learnable weights where it is trained as well."""

    text: str
    learnable: str | None = None


def alternatives(name: str, weight: str, values: range) -> str:
    """Return the heads of a disjunction."""
    return "; ".join(f"{weight} :: {name}(I, {value})" for value in values)


COINS = "{weight} :: heads(C) :- C in 1..{count}. "
COUNT = COINS + "n(N) :- N = count{{C : heads(C)}}. query n(N)."
RARE = COINS + "n :- count{{C : heads(C)}} = 500. query n."
MORE = "{} :: a(I) :- I in 1..50. {} :: b(I) :- I in 1..50. more :- count{{I : a(I)}} > count{{I : b(I)}}. query more."
DICE = "{} :- I in 1..50. s(S) :- S = sum{{V, I : die(I, V)}}. query s(S)."
DIGITS = "{} :- I in 1..30. m(M) :- M = max{{V, I : digit(I, V)}}. query m(M)."
PAIRS = (
    alternatives("first", "0.1", range(10))
    + " :- I in 1..20. "
    + alternatives("second", "0.1", range(10))
    + " :- I in 1..20. both(I, S) :- first(I, A), second(I, B), S is A+B. s(T) :- T = sum{S, I : both(I, S)}. query s(T)."
)

CASES = {
    "count over 200 coins, all values": Case(COUNT.format(weight=0.3, count=200), COUNT.format(weight="t(_, C)", count=200)),
    "sum of 50 dice, all values": Case(
        DICE.format(alternatives("die", "1/6", range(1, 7))), DICE.format(alternatives("die", "t(_, I)", range(1, 7)))
    ),
    "one count of 50 above another": Case(MORE.format(0.3, 0.4), MORE.format("t(_, I)", "t(_, I)")),
    "maximum of 30 digits, all values": Case(
        DIGITS.format(alternatives("digit", "0.1", range(10))), DIGITS.format(alternatives("digit", "t(_, I)", range(10)))
    ),
    "sum of 20 pairs of digits by a rule": Case(PAIRS),
    "exactly 500 of 1000 coins": Case(RARE.format(weight=0.01, count=1000), RARE.format(weight="t(0.01, C)", count=1000)),
    "at least 2 of 1000 coins": Case((COINS + "n :- count{{C : heads(C)}} >= 2. query n.").format(weight=0.01, count=1000)),
    **{
        f"each of {count} coins, given that {count // 3} are heads": Case(
            (COINS + "evidence count{{C : heads(C)}} = {third}. query heads(C).").format(weight=0.3, count=count, third=count // 3)
        )
        for count in (12, 60, 200)
    },
    "each of 60 coins, given at least 20": Case(
        (COINS + "evidence count{{C : heads(C)}} >= 20. query heads(C).").format(weight=0.3, count=60)
    ),
    "the count of 60 coins, given at least 20": Case(
        (COINS + "n(N) :- N = count{{C : heads(C)}}. evidence count{{C : heads(C)}} >= 20. query n(N).").format(weight=0.3, count=60)
    ),
}


def logarithm(compiled: CompiledProgram) -> float:
    """Return the logarithm of the probability of the first answer and the evidence."""
    weights = leaf_probabilities(compiled.ground, compiled.circuit)
    return evaluate(compiled.circuit, weights, SEMIRINGS["log"])[compiled.answer_roots[0][0]]


def trained(text: str) -> tuple[float, float, bool]:
    """Return the seconds that building a module takes, those of a step forward and backward, and whether its gradients are finite."""
    started = time.process_time()
    model = nesy.loads(text).module(dtype=torch.float64)
    built = time.process_time() - started
    (query,) = (query.name for query in nesy.loads(text).compile().ground.queries)
    step = math.inf
    for _ in range(3):
        model.zero_grad()
        started = time.process_time()
        result = model()[query]
        result[result > -math.inf].sum().backward()
        step = min(step, time.process_time() - started)
    finite = all(bool(torch.isfinite(weights.grad).all()) for weights in model.parameters() if weights.grad is not None)
    return built, step, finite


def main(wanted: list[str]) -> None:
    """Print a table row for each case whose name has one of the words that are given, or all."""
    print("| program | text to answers | circuit | compiler | forward and backward | ln P of the first answer |")
    print("|---|---|---|---|---|---|")
    for name, case in CASES.items():
        if wanted and not any(word in name for word in wanted):
            continue
        started = time.process_time()
        compiled = nesy.loads(case.text).compile()
        marginals(compiled)
        seconds = time.process_time() - started
        step = "-"
        if case.learnable is not None:
            built, fastest, finite = trained(case.learnable)
            step = f"{fastest * 1000:.0f} ms (built in {built:.2f} s), gradients {'finite' if finite else 'NOT finite'}"
        circuit = compiled.circuit
        print(
            f"| {name} | {seconds:.2f} s | {circuit.size:,} products | {circuit.compiler} | {step} | {logarithm(compiled):.6f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
