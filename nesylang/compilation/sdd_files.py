"""Programs as files of the SDD library: the diagram of a root, and the vtree that it respects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pysdd.sdd import SddManager, SddNode

from nesylang.circuit import TRUE, Circuit, Properties, build_circuit
from nesylang.circuit.formats.variables import Variables
from nesylang.compilation.budget import CompilationBudget, Meter
from nesylang.compilation.candidates import CANDIDATES
from nesylang.compilation.encoding import Encoding
from nesylang.compilation.sdd_bottom_up import BottomUp, temporary_folder
from nesylang.formula import TRUE as ALWAYS
from nesylang.formula import Formula, expanded

NOTHING = Properties(decomposable=False, deterministic=False, value_smooth=False, smooth=False, nnf=False)

FIRST_ROUND, FACTOR = 20_000, 5
"""How many nodes may be made with each vtree in the first round, and how many times more in each that follows."""


class DiagramFiles:
    """A compiler that keeps the text of a root's diagram, and of its vtree, instead of a circuit.

    ``variables_of`` says which variables stand for some choices. All roots are compiled together, so that their files have one vtree, and
    each says which variables of a choice with a variable per value may be true together: exactly one.
    """

    name = "sdd files"

    def __init__(self, root: int, variables_of: Callable[[Sequence[int]], Variables]) -> None:
        self.root = root
        self.variables_of = variables_of
        self.variables = Variables({})
        self.diagram = ""
        self.vtree = ""

    def compile(self, formula: Formula, values: list[int], budget: CompilationBudget) -> Circuit:
        """Return a circuit of as many roots, which stands for nothing; raise NesyError E401 where the budget is spent."""
        plain = expanded(formula)
        choices = plain.choices(plain.roots)
        self.variables = self.variables_of(sorted(choices))
        if choices:
            work = _compiled(plain, choices, self.variables, budget)
            node = work.roots()[self.root]
            for choice in self.variables.values:
                if self.variables.values[choice] != 2:
                    node = node & _exactly_one(work.manager, self.variables.of_choice[choice])
            self.diagram, self.vtree = _saved(work.manager, node)
        else:
            # There is no vtree without variables: this one has a variable that stands for nothing, and is counted once.
            constant = "T" if plain.roots[self.root] == ALWAYS else "F"
            self.diagram, self.vtree = f"c p weight 1 1.0 0\nc p weight -1 0.0 0\nsdd 1\n{constant} 0\n", "vtree 1\nL 0 1\n"
        return build_circuit([], [], [TRUE] * len(formula.roots), NOTHING)


def _compiled(formula: Formula, choices: Sequence[int], variables: Variables, budget: CompilationBudget) -> BottomUp:
    """Return the first of several vtrees' diagrams that is through, each being gone on with in turns."""
    encoding = _encoding(variables)
    meter = Meter(budget)
    blocks = [encoding.variables[choice] for choice in choices]
    works = [BottomUp(formula, encoding, candidate(formula, choices, blocks), meter) for candidate in CANDIDATES.values()]
    limit = FIRST_ROUND
    while True:
        for work in works:
            if work.advance(limit):
                return work
        if limit >= budget.nodes:
            meter.check(limit + 1)
        limit = min(limit * FACTOR, budget.nodes)


def _encoding(variables: Variables) -> Encoding:
    """Return the same variables as codes: for two values a bit, otherwise a bit for each value."""
    codes: dict[int, tuple[tuple[bool, ...], ...]] = {2: ((True,), (False,))}
    for count in variables.values.values():
        if count not in codes:
            codes[count] = tuple(tuple(bit == value for bit in range(count)) for value in range(count))
    choice_of = [-1, *(choice for choice, own in variables.of_choice.items() for _ in own)]
    return Encoding(variables.of_choice, variables.values, codes, tuple(choice_of))


def _exactly_one(manager: SddManager, variables: Sequence[int]) -> SddNode:
    """Return "exactly one of these", built from the last variable on."""
    literal = manager.literal
    none, one = literal(-variables[-1]), literal(variables[-1])
    for variable in reversed(variables[:-1]):
        one = (literal(variable) & none) | (literal(-variable) & one)
        none = literal(-variable) & none
    return one


def _saved(manager: SddManager, node: SddNode) -> tuple[str, str]:
    """Return the texts of a diagram and of the vtree of its manager, without the comments of the library."""
    texts = []
    with temporary_folder() as folder:
        for saved, name in ((node, "program.sdd"), (manager.vtree(), "program.vtree")):
            path = folder / name
            saved.save(str(path).encode())
            lines = path.read_text(encoding="ascii").splitlines()
            texts.append("".join(f"{line.rstrip()}\n" for line in lines if line.strip() and not line.startswith("c")))
    return texts[0], texts[1]
