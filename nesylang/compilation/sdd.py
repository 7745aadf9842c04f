"""Compilation to sentential decision diagrams (Darwiche 2011) by pysdd."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from nesylang.circuit import FALSE, TRUE, Circuit, build_circuit
from nesylang.compilation.budget import CompilationBudget, Meter
from nesylang.compilation.elimination import eliminate, structure
from nesylang.compilation.encoding import Encoding, encode
from nesylang.compilation.forced import without_forced
from nesylang.compilation.sdd_attempt import Attempt
from nesylang.compilation.sdd_reading import PROPERTIES, Reading
from nesylang.compilation.vtree import Vtree, linear_vtree, tree_vtree
from nesylang.formula import Formula, expanded

Candidate = Callable[[Formula, Sequence[int], Sequence[Sequence[int]]], Vtree]
"""A way to make a vtree of a formula, its choices, and the variables of these."""


def by_structure(formula: Formula, choices: Sequence[int], blocks: Sequence[Sequence[int]]) -> Vtree:
    """Return the vtree of an elimination of the formula's gates and choices."""
    found = eliminate(structure(formula, choices))
    return tree_vtree(blocks, found.order, found.parents)


def by_occurrence(formula: Formula, choices: Sequence[int], blocks: Sequence[Sequence[int]]) -> Vtree:
    """Return the right-linear vtree in the order in which choices occur."""
    return linear_vtree(blocks)


CANDIDATES: dict[str, Candidate] = {"structure": by_structure, "occurrence": by_occurrence}
"""Ways to make vtrees, by name, in the order in which they are tried."""

FIRST_ROUND, FACTOR = 20_000, 5
"""How many nodes each candidate may make in the first round, and how many times more in each that follows."""


class SddCompiler:
    """Compiles bottom-up into one SDD manager, all roots together; tries several vtrees in rounds."""

    name = "sdd"

    def __init__(self, candidates: Sequence[str] = tuple(CANDIDATES)) -> None:
        self.candidates = tuple(candidates)

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``."""
        meter = Meter(budget)
        rest, forced = without_forced(expanded(formula), values)
        choices = rest.choices(rest.roots)
        encoding = encode([*choices, *forced], values)
        reading = Reading(encoding)
        known = {TRUE_LITERAL: TRUE, -TRUE_LITERAL: FALSE}
        if choices:
            attempt = self._attempt(rest, choices, encoding, meter)
            for literal, node in zip(rest.roots, attempt.roots(), strict=True):
                known[literal] = reading.root(node)
        factors = [reading.values(choice, 1 << value) for choice, value in forced.items()]
        roots = [reading.product([known[root], *factors]) for root in rest.roots]
        return reading.circuit(roots, SddCompiler.name)

    def _attempt(self, formula: Formula, choices: Sequence[int], encoding: Encoding, meter: Meter) -> Attempt:
        blocks = [encoding.variables[choice] for choice in choices]
        attempts: list[Attempt] = []
        limit = FIRST_ROUND
        while True:
            for position, name in enumerate(self.candidates):
                if position == len(attempts):
                    attempts.append(Attempt(formula, encoding, CANDIDATES[name](formula, choices, blocks), meter))
                if attempts[position].advance(limit):
                    return attempts[position]
            limit *= FACTOR


TRUE_LITERAL = 1
