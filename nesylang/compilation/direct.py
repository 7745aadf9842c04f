"""Circuits straight from formulas that are deterministic and decomposable already, or become so by little work.

A conjunction of parts that share no choice is a product; a disjunction of parts that exclude each other is a sum, and one of parts that
share no choice is ``a + (not a) b``. Negations move to the leaves: the negation of a product is a disjunction again, that of a value of a
choice its other values, that of states of an aggregate its other states. Where parts share choices and do not exclude each other, these
choices are decided one after the other, as long as that is little work. All of it is exact; the parts that would be more work are left to
another compiler, and only these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial

from nesylang.circuit import TRUE, Circuit
from nesylang.compilation.budget import CompilationBudget, Meter
from nesylang.compilation.emission import Emission, is_too_large
from nesylang.compilation.forced import without_forced
from nesylang.compilation.holes import Filling, Hole, fill_holes
from nesylang.compilation.sdd import SddCompiler
from nesylang.compilation.supervision import StoppableCompiler
from nesylang.formula import Formula


class Degree(IntEnum):
    """How much of the circuit of a root is certified."""

    NONE = 0
    PART = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Certification:
    """A circuit and how it came about.

    ``roots`` are the roots in the builder of the ``emission`` once the ``forced`` values of choices are known. ``degrees`` say how far they
    are certified; there are none where all was compiled by the other compiler as a whole. ``holes`` are the parts that it compiled.
    """

    circuit: Circuit
    roots: tuple[int, ...] = ()
    forced: Mapping[int, int] = field(default_factory=dict)
    emission: Emission | None = None
    degrees: tuple[Degree, ...] = ()
    holes: tuple[Hole, ...] = ()


class DirectCompiler:
    """Takes a formula as its circuit where that can be shown to be right, and compiles the parts where it cannot with sdd."""

    name = "direct"

    def __init__(self, otherwise: Filling | None = None) -> None:
        self.otherwise = otherwise or StoppableCompiler(SddCompiler())

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``.

        Its ``compiler`` is ``direct`` where all of it is certified, that of the other compiler where nothing is, and names both otherwise.
        """
        return self.certification(formula, values, budget).circuit

    def certification(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Certification:
        """Return the same circuit with what has been certified of it, and what has not."""
        rest, forced = without_forced(formula, values)
        if is_too_large(rest):
            return Certification(self.otherwise.compile(formula, list(values), budget))
        emission = Emission(rest, values, Meter(budget), list(forced), partial(self._whole, formula, values, budget))
        certain = [emission.assembly.values(choice, 1 << value) for choice, value in forced.items()]
        try:
            roots = [emission.node(root) for root in rest.roots]
        except _Through as through:
            return Certification(through.circuit, rest.roots, forced, emission)
        degrees = self._degrees(emission, roots)
        holes = tuple(fill_holes(emission, roots, values, self.otherwise, budget))
        whole = [emission.assembly.product([root, *certain]) for root in roots]
        if not holes:
            return Certification(emission.assembly.circuit(whole, self.name, ordered=True), rest.roots, forced, emission, degrees)
        nothing = not any(hole.variables for hole in holes)
        nothing = nothing and all(degree is Degree.NONE or root <= TRUE for degree, root in zip(degrees, roots, strict=True))
        name = self.otherwise.name if nothing else f"{self.name}+{self.otherwise.name}"
        return Certification(emission.assembly.circuit(whole, name, ordered=False), rest.roots, forced, emission, degrees, holes)

    def _degrees(self, emission: Emission, roots: Sequence[int]) -> tuple[Degree, ...]:
        holes = set(emission.holes.values())
        found = emission.assembly.open(roots)
        return tuple(Degree.NONE if root in holes else Degree.PART if part else Degree.ALL for root, part in zip(roots, found, strict=True))

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
