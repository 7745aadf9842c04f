"""Compiled programs in formats that other tools read, and as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nesylang.circuit import TRUE, Circuit, Properties, build_circuit
from nesylang.circuit.formats.c2d import write_c2d
from nesylang.circuit.formats.comments import MARK
from nesylang.circuit.formats.d4 import write_d4
from nesylang.circuit.formats.dimacs import write_dimacs
from nesylang.circuit.formats.dot import write_dot
from nesylang.circuit.formats.svg import write_svg
from nesylang.circuit.formats.variables import Variables, literal_gates
from nesylang.circuit.gates import GateKind, Gates, gates_of
from nesylang.compilation.budget import CompilationBudget
from nesylang.compilation.compile import compile_program
from nesylang.compilation.compiled import CompiledProgram
from nesylang.compilation.roots import EVIDENCE, Root, named_roots, value_names, value_weights
from nesylang.compilation.sdd_files import DiagramFiles
from nesylang.formula import Formula
from nesylang.grounding.program import GroundProgram
from nesylang.source import error


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format: what it is, how the names of its files end, and what writes one from a program and some of its roots.

    ``text`` gets a CompilationBudget as well where it ``compiles``.
    """

    description: str
    suffix: str
    text: Callable[..., str]
    compiles: bool = False

    def write(self, compiled: CompiledProgram, root: str | None = None, budget: CompilationBudget | None = None) -> str:
        """Return the text of a file; ``budget`` bounds what is compiled anew for the formats of the SDD library.

        ``root`` names the answer that the file is about, as ``nesy run`` prints it, or ``evidence`` (default: all of them, the first answer
        being the root that other tools take). Raise E605 where there is no such answer, E408 for a circuit that is too large for a
        picture, E401 where the budget is spent.
        """
        found = named_roots(compiled, root)
        return self.text(compiled, found, budget or CompilationBudget()) if self.compiles else self.text(compiled, found)


def _c2d(compiled: CompiledProgram, roots: Sequence[Root]) -> str:
    variables = _circuit_variables(compiled, roots)
    gates = literal_gates(compiled.circuit, [compiled.circuit.roots[root.position] for root in roots], variables)
    return write_c2d(gates, variables.count, [root.name for root in roots], _comments("nnf", variables, roots, compiled.circuit))


def _d4(compiled: CompiledProgram, roots: Sequence[Root]) -> str:
    variables = _circuit_variables(compiled, roots)
    gates = literal_gates(compiled.circuit, [compiled.circuit.roots[root.position] for root in roots], variables)
    return write_d4(gates, [root.name for root in roots], _comments("d4", variables, roots, compiled.circuit))


def _dimacs(compiled: CompiledProgram, roots: Sequence[Root]) -> str:
    return _cnf(compiled, roots, False)


def _projected(compiled: CompiledProgram, roots: Sequence[Root]) -> str:
    return _cnf(compiled, roots, True)


def _cnf(compiled: CompiledProgram, roots: Sequence[Root], projected: bool) -> str:
    formula = program_formula(compiled.ground)
    literals = [formula.roots[root.position] for root in roots]
    variables = _variables(compiled, formula.choices(literals))
    names = [root.name for root in roots]
    return write_dimacs(formula, literals, variables, names, _comments("dimacs", variables, roots), projected)


def _dot(compiled: CompiledProgram, roots: Sequence[Root]) -> str:
    return write_dot(*_shown(compiled, roots))


def _svg(compiled: CompiledProgram, roots: Sequence[Root]) -> str:
    return write_svg(*_shown(compiled, roots))


def _shown(compiled: CompiledProgram, roots: Sequence[Root]) -> tuple[Gates, dict[tuple[int, int], str], list[str]]:
    gates = gates_of(compiled.circuit, [compiled.circuit.roots[root.position] for root in roots])
    choices = {gate.children[0] for gate in gates.gates if gate.kind is GateKind.LEAF}
    # What an answer is worth is that of it and the evidence together.
    names = [f"{root.name} and {EVIDENCE}" if root.condition == EVIDENCE else root.name for root in roots]
    return gates, value_names(compiled, sorted(choices)), names


def _sdd(compiled: CompiledProgram, roots: Sequence[Root], budget: CompilationBudget) -> str:
    files = _diagram_files(compiled, roots, budget)
    lines = [*_comments("sdd", files.variables, roots[:1]), f"c root {roots[0].name}"]
    return "".join(f"{line}\n" for line in lines) + files.diagram


def _vtree(compiled: CompiledProgram, roots: Sequence[Root], budget: CompilationBudget) -> str:
    files = _diagram_files(compiled, roots, budget)
    return "".join(f"{line}\n" for line in _comments("vtree", files.variables, roots[:1])) + files.vtree


def _diagram_files(compiled: CompiledProgram, roots: Sequence[Root], budget: CompilationBudget) -> DiagramFiles:
    files = DiagramFiles(roots[0].position, lambda choices: _variables(compiled, choices))
    compile_program(compiled.ground, files, budget)
    return files


class _Keeper:
    """A compiler that only keeps the formula that it is given."""

    name = "none"
    formula: Formula

    def compile(self, formula: Formula, values: list[int], budget: CompilationBudget) -> Circuit:
        """Return a circuit of as many roots, which stands for nothing."""
        self.formula = formula
        nothing = Properties(decomposable=False, deterministic=False, value_smooth=False, smooth=False, nnf=False)
        return build_circuit([], [], [TRUE] * len(formula.roots), nothing)


def program_formula(ground: GroundProgram) -> Formula:
    """Return the formula that a ground program is compiled from; its roots are those of the circuit, in their order."""
    keeper = _Keeper()
    compile_program(ground, keeper, CompilationBudget())
    return keeper.formula


def _circuit_variables(compiled: CompiledProgram, roots: Sequence[Root]) -> Variables:
    """Return variables for the choices below some roots of a circuit."""
    gates = gates_of(compiled.circuit, [compiled.circuit.roots[root.position] for root in roots])
    return _variables(compiled, {gate.children[0] for gate in gates.gates if gate.kind is GateKind.LEAF})


def _variables(compiled: CompiledProgram, choices: Sequence[int] | set[int]) -> Variables:
    known = compiled.ground.choices
    values = {choice: known[choice].values if choice < len(known) else 2 for choice in sorted(choices)}
    return Variables(values, value_names(compiled, values), value_weights(compiled, values))


def _comments(format_name: str, variables: Variables, roots: Sequence[Root], circuit: Circuit | None = None) -> list[str]:
    lines = [f"{MARK} {format_name}", f"c variables {variables.count}"]
    if circuit is not None and circuit.properties.deterministic:
        lines.append("c deterministic")
    lines += variables.comments()
    conditions = list(dict.fromkeys(root.condition for root in roots if root.condition is not None))
    if conditions == [EVIDENCE]:
        lines.append(f"c the probability of an answer is its count divided by that of '{EVIDENCE}'")
    elif conditions:
        lines.append("c the probability of an answer is its count divided by that of its condition")
    return lines


EXPORTERS: dict[str, Exporter] = {
    "nnf": Exporter("the circuit in the nnf format of c2d", ".nnf", _c2d),
    "d4": Exporter("the circuit in the nnf format of d4", ".ddnnf", _d4),
    "sdd": Exporter("the first root as a decision diagram, for the SDD library and pysdd", ".sdd", _sdd, compiles=True),
    "vtree": Exporter("the vtree of the decision diagrams of a program", ".vtree", _vtree, compiles=True),
    "dot": Exporter("the circuit as a graph, for graphviz", ".dot", _dot),
    "svg": Exporter("the circuit as a picture", ".svg", _svg),
    "dimacs": Exporter("the formula as a weighted CNF, for model counters", ".cnf", _dimacs),
    "dimacs-projected": Exporter("the same, to be counted over the variables of the choices", ".cnf", _projected),
}
"""Formats by name."""


def check_format(name: str) -> None:
    """Raise E606 where there is no such format."""
    if name not in EXPORTERS:
        raise error("E606", f"there is no format '{name}'", hint=f"the formats are {', '.join(EXPORTERS)}")
