"""Circuits straight from formulas that are deterministic and decomposable already, or become so by little work.

A conjunction of parts that share no choice is a product; a disjunction of parts that exclude each other is a sum, and one of parts that
share no choice is ``a + (not a) b``. Negations move to the leaves: the negation of a product is a disjunction again, that of a value of a
choice its other values, that of states of an aggregate its other states. Where parts share choices and do not exclude each other, these
choices are decided one after the other, as long as that is little work. All of it is exact; what would be more work is left to another
compiler: the whole where that is little work or where hardly anything is certified, otherwise only the parts that are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from nesylang.circuit import TRUE, Circuit
from nesylang.compilation.allowance import LITTLE
from nesylang.compilation.budget import CompilationBudget, Meter, Tried, running
from nesylang.compilation.emission import Emission, is_too_large
from nesylang.compilation.forced import without_forced
from nesylang.compilation.holes import Filling, Hole, fill_holes
from nesylang.compilation.sdd import SddCompiler
from nesylang.compilation.supervision import StoppableCompiler
from nesylang.formula import Formula, Kind

FEW_NODES = 8_000
"""Nodes with which compiling the whole is tried before much work goes into certifying it."""

FEW_GATES = 2_000
"""Most gates of a formula for which that is tried: with more of them so few nodes are hardly ever enough."""


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
        """Return the same circuit with what has been certified of it, and what has not.

        Three things are tried, by the work that they take: to certify with less deciding than is allowed, to compile the whole with few
        nodes, and to certify with all the deciding that is allowed. Large formulas go to the last one at once. What is open then is
        compiled on its own if it is the smaller part of the formula, otherwise the whole is.
        """
        rest, forced = without_forced(formula, values)
        budget = running(budget)
        if is_too_large(rest):
            return Certification(self.otherwise.compile(formula, list(values), budget))
        other = self.otherwise if isinstance(self.otherwise, StoppableCompiler) else None
        tried: Tried | None = None
        if other is not None and _gates(rest) <= FEW_GATES:
            emission = Emission(rest, values, Meter(budget), list(forced), LITTLE, _stop)
            try:
                return self._assembled(emission, rest, forced, values, budget)
            except _HoleError:
                circuit, tried = other.attempt(formula, values, budget, FEW_NODES)
            if circuit is not None:
                return Certification(circuit, rest.roots, forced, emission)
        emission = Emission(rest, values, Meter(budget), list(forced))
        for root in rest.roots:
            emission.node(root)
        if other is not None and _is_mostly_open(emission, rest):
            circuit = other.compile(formula, values, replace(budget, tried=tried))
            return Certification(circuit, rest.roots, forced, emission)
        return self._assembled(emission, rest, forced, values, budget)

    def _assembled(
        self, emission: Emission, rest: Formula, forced: Mapping[int, int], values: Sequence[int], budget: CompilationBudget
    ) -> Certification:
        """Return the circuit of what is certified, and of what is not on its own."""
        certain = [emission.assembly.values(choice, 1 << value) for choice, value in forced.items()]
        roots = [emission.node(root) for root in rest.roots]
        degrees = _degrees(emission, roots)
        holes = tuple(fill_holes(emission, roots, values, self.otherwise, budget))
        whole = [emission.assembly.product([root, *certain]) for root in roots]
        if not holes:
            return Certification(emission.assembly.circuit(whole, self.name, ordered=True), rest.roots, forced, emission, degrees)
        nothing = not any(hole.variables for hole in holes)
        nothing = nothing and all(degree is Degree.NONE or root <= TRUE for degree, root in zip(degrees, roots, strict=True))
        name = self.otherwise.name if nothing else f"{self.name}+{self.otherwise.name}"
        return Certification(emission.assembly.circuit(whole, name, ordered=False), rest.roots, forced, emission, degrees, holes)


def _degrees(emission: Emission, roots: Sequence[int]) -> tuple[Degree, ...]:
    holes = set(emission.holes.values())
    found = emission.assembly.open(roots)
    return tuple(Degree.NONE if root in holes else Degree.PART if part else Degree.ALL for root, part in zip(roots, found, strict=True))


def _is_mostly_open(emission: Emission, formula: Formula) -> bool:
    """Return whether half of a formula's gates, or as many others, are in what is not certified."""
    return bool(emission.holes) and 2 * _gates(emission.builder.formula(list(emission.holes))) >= _gates(formula)


def _gates(formula: Formula) -> int:
    return sum(formula.nodes[number - 1].kind >= Kind.AND for number in formula.reachable(formula.roots))


def _stop() -> None:
    raise _HoleError


class _HoleError(Exception):
    """Something cannot be taken apart."""
