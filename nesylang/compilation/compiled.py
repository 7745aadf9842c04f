"""A ground program with its circuit: what every compiler returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from nesylang.circuit import Circuit
from nesylang.compilation.budget import CompilationBudget
from nesylang.compilation.report import CompilationReport
from nesylang.compilation.statistics import Costs, Stage, Statistics
from nesylang.grounding.program import GroundProgram
from nesylang.source.memory import peak_bytes

CERTIFIED = {"direct": "yes", "direct+sdd": "in part"}
"""How much of a formula was taken as the circuit, by the compilers that made it; nothing for others."""


@dataclass(frozen=True, slots=True)
class CompiledProgram:
    """``circuit.roots[0]`` is Z, the evidence; the other roots are conjunctions with Z.

    ``answer_roots[q][a]`` is the position in ``circuit.roots`` of answer ``a`` of query ``q`` (and its condition, and Z),
    ``condition_roots[q][a]`` that of its condition and Z: 0 where there is none. ``indicators[e]`` is, for each piece of evidence whose
    value each example brings (``GroundEvidence.value`` None, in order), the pseudo-choice number of its two leaves: leaf (number, 0)
    weighs 1 where the evidence may be true, leaf (number, 1) where it may be false, 0 otherwise. Pseudo-choices are numbered from
    ``len(ground.choices)``. ``costs`` are what it took, and ``report`` says how it was compiled, unless it
    was loaded from a file.
    """

    ground: GroundProgram
    circuit: Circuit
    answer_roots: tuple[tuple[int, ...], ...]
    condition_roots: tuple[tuple[int, ...], ...]
    indicators: tuple[int, ...]
    costs: Costs = field(default_factory=Costs, compare=False, repr=False)
    report: CompilationReport | None = field(default=None, compare=False, repr=False)

    @property
    def statistics(self) -> Statistics:
        """What grounding and compiling took, and how large the ground program, the formula and the circuit are."""
        ground, circuit, costs = self.ground, self.circuit, self.costs
        stages: tuple[Stage, ...] = (
            Stage(
                "ground",
                costs.grounding_seconds,
                {
                    "choices": len(ground.choices),
                    "atoms": len(set(ground.choice_atoms).union(head for head, _ in ground.pairs())),
                    "rules": len(ground.rules),
                    "aggregates": len(ground.aggregates),
                    "evidence": len(ground.evidence),
                    "queries": len(ground.queries),
                    "answers": sum(len(query.answers) for query in ground.queries),
                },
            ),
            Stage("formula", costs.formula_seconds, {"nodes": costs.formula_nodes}),
            Stage(
                "compile",
                costs.compiling_seconds,
                {
                    "compiler": circuit.compiler,
                    "certified": CERTIFIED.get(circuit.compiler, "no"),
                    "leaves": len(circuit.leaves),
                    "nodes": circuit.inner_count,
                    "elements": circuit.size,
                    "depth": len(circuit.levels),
                    "roots": len(circuit.roots),
                    **costs.notes,
                },
            ),
        )
        if costs.cache:
            stages = (*stages, Stage("cache", costs.cache_seconds, {"program": costs.cache}))
        return Statistics(stages, costs.attempts, peak_bytes(), costs.worker_bytes)

    def export(self, format_name: str, root: str | None = None, budget: CompilationBudget | None = None) -> str:
        """Return the text of a file in one of the formats of EXPORTERS, such as ``nnf``, ``dimacs`` or ``svg``.

        ``root`` names the answer that the file is about, as ``nesy run`` prints it, or ``evidence`` (default: all of them); ``budget``
        bounds what is compiled anew for ``sdd`` and ``vtree``. Raise E606 for an unknown format, E605 where there is no such answer, E408
        for a circuit that is too large for a picture, E401 where the budget is spent.
        """
        from nesylang.compilation.exports import EXPORTERS, check_format

        check_format(format_name)
        return EXPORTERS[format_name].write(self, root, budget)
