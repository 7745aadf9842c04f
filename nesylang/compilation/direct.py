"""Circuits straight from formulas that are deterministic and decomposable already, or become so by little work.

A conjunction of parts that share no choice is a product; a disjunction of parts that exclude each other is a sum, and one of parts that
share no choice is ``a + (not a) b``. Negations move to the leaves: the negation of a product is a disjunction again, that of a value of a
choice its other values, that of states of an aggregate its other states. Where parts share choices and do not exclude each other, these
choices are decided one after the other, as long as that is little work. All of it is exact; the parts that would be more work are left to
another compiler, and only these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nesylang.circuit import Circuit
from nesylang.compilation.budget import CompilationBudget, Meter
from nesylang.compilation.emission import SUPPORT_BITS, Emission
from nesylang.compilation.forced import without_forced
from nesylang.compilation.holes import Filling, fill_holes
from nesylang.compilation.sdd import SddCompiler
from nesylang.compilation.supervision import StoppableCompiler
from nesylang.formula import Formula


class DirectCompiler:
    """Takes a formula as its circuit where that can be shown to be right, and compiles the parts where it cannot with sdd."""

    name = "direct"

    def __init__(self, otherwise: Filling | None = None) -> None:
        self.otherwise = otherwise or StoppableCompiler(SddCompiler())

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``.

        Its ``compiler`` is ``direct`` where all of it is certified, that of the other compiler where nothing is, and names both otherwise.
        """
        given = formula
        formula, forced = without_forced(formula, values)
        if len(formula.nodes) * len(formula.choices(formula.roots)) // 2 > SUPPORT_BITS:
            return self.otherwise.compile(given, list(values), budget)
        try:
            emission = Emission(formula, values, Meter(budget), list(forced), partial(self._whole, given, values, budget))
            certain = [emission.assembly.values(choice, 1 << value) for choice, value in forced.items()]
            roots = [emission.node(root) for root in formula.roots]
        except _Through as through:
            return through.circuit
        found = fill_holes(emission, roots, values, self.otherwise, budget)
        whole = [emission.assembly.product([root, *certain]) for root in roots]
        if not found.literals:
            return emission.assembly.circuit(whole, self.name, ordered=True)
        holes = {*emission.holes.values(), *range(2)}
        nothing = not found.variables and holes.issuperset(roots)
        name = self.otherwise.name if nothing else f"{self.name}+{self.otherwise.name}"
        return emission.assembly.circuit(whole, name, ordered=False)

    def _whole(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> None:
        """Raise with the circuit of the whole formula if that is little work: less than in parts, and mostly a smaller circuit."""
        circuit = self.otherwise.attempt(formula, values, budget) if isinstance(self.otherwise, StoppableCompiler) else None
        if circuit is not None:
            raise _Through(circuit)


class _Through(Exception):
    """The circuit has been made in another way."""

    def __init__(self, circuit: Circuit) -> None:
        super().__init__(circuit.compiler)
        self.circuit = circuit
