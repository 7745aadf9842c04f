"""What to say where a program cannot be compiled: which query needs most, and what would need less."""

from __future__ import annotations

from collections.abc import Sequence

from nesylang.compilation.budget import ADVICE, BudgetSpent, WorkerDied
from nesylang.formula import Formula, Kind
from nesylang.grounding.program import GroundProgram, GroundQuery
from nesylang.source import Label, NesyError
from nesylang.syntax import print_term

ADVICE_FOR_ONE = "give evidence that decides more, let fewer choices depend on each other"
"""What makes the circuit of a single answer smaller."""

VISITS = 3_000_000
"""Most nodes that are visited to find the query with the largest formula."""

Roots = Sequence[Sequence[int]]


def explained(failure: BudgetSpent | WorkerDied, ground: GroundProgram, formula: Formula | None = None, roots: Roots = ()) -> NesyError:
    """Return an error of compiling a program, marked at the query that needs most of its formula.

    ``roots[q]`` are the positions of the roots of query ``q`` among those of the formula, where there is one already.
    """
    single = sum(len(query.answers) for query in ground.queries) <= 1
    return failure.marked(_labels(ground, formula, roots), ADVICE_FOR_ONE if single else ADVICE)


def _labels(ground: GroundProgram, formula: Formula | None, roots: Roots) -> tuple[Label, ...]:
    if not ground.queries:
        return tuple(Label(piece.span, "this evidence is what is compiled") for piece in ground.evidence[:1])
    largest = max(ground.queries, key=lambda query: len(query.answers))
    if formula is None:
        return (Label(largest.goal.span, f"asked here; the formula of {_all(ground)} was not complete"),)
    if len(formula.nodes) * len(ground.queries) > VISITS:
        return (Label(largest.goal.span, f"{_answers(largest)} to {print_term(largest.goal)}{_others(ground)}"),)
    parts = [_part(formula, positions) for positions in roots]
    position = max(range(len(parts)), key=lambda number: len(parts[number]))
    query = ground.queries[position]
    gates, choices = _size(formula, parts[position])
    needs = f"{_answers(query)} to {print_term(query.goal)} {'needs' if len(query.answers) == 1 else 'need'}"
    labels = [Label(query.goal.span, f"{needs} {gates:,} gates over {choices:,} choices{_others(ground)}")]
    if ground.evidence:
        own, choices = _size(formula, _part(formula, (0,)))
        if own * 2 > gates:
            labels.append(Label(ground.evidence[0].span, f"the evidence alone needs {own:,} gates over {choices:,} choices"))
    return tuple(labels)


def _part(formula: Formula, positions: Sequence[int]) -> list[int]:
    return formula.reachable([formula.roots[position] for position in positions])


def _size(formula: Formula, part: Sequence[int]) -> tuple[int, int]:
    """Return how many gates, and how many choices, a part of a formula has."""
    nodes = [formula.nodes[number - 1] for number in part]
    return sum(node.kind >= Kind.AND for node in nodes), len({node.children[0] for node in nodes if node.kind is Kind.LEAF})


def _answers(query: GroundQuery) -> str:
    return "the answer" if len(query.answers) == 1 else f"the {len(query.answers):,} answers"


def _all(ground: GroundProgram) -> str:
    return "this query" if len(ground.queries) == 1 else f"all {len(ground.queries):,} queries"


def _others(ground: GroundProgram) -> str:
    """Return that there are other queries, if so."""
    others = len(ground.queries) - 1
    return "" if not others else f", more than those of the other {others:,} quer{'y' if others == 1 else 'ies'}"
