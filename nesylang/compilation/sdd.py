"""Compilation to sentential decision diagrams (Darwiche 2011) by pysdd."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pysdd.sdd import SddManager, SddNode, Vtree

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit
from nesylang.compilation.budget import CompilationBudget, Meter
from nesylang.compilation.vtree import vtree_text
from nesylang.formula import Formula, Kind, expanded

PROPERTIES = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)


@dataclass(frozen=True, slots=True)
class _Encoding:
    """Variables of choices: one for two values (true: the first), otherwise one per value, exactly one of them true."""

    variables: Mapping[int, tuple[int, ...]]
    values: Mapping[int, int]

    def literal(self, choice: int, value: int) -> int:
        """Return the literal that stands for a value."""
        variables = self.variables[choice]
        return variables[value] if len(variables) > 1 or value == 0 else -variables[0]

    def leaves(self) -> tuple[list[tuple[int, int]], dict[int, int]]:
        """Return the leaves of a circuit and the node of each literal; a value that is not taken weighs nothing."""
        leaves: list[tuple[int, int]] = []
        nodes: dict[int, int] = {}
        for choice, variables in self.variables.items():
            for value in range(self.values[choice]):
                nodes[self.literal(choice, value)] = FIRST_LEAF + len(leaves)
                leaves.append((choice, value))
            if len(variables) > 1:
                nodes.update((-variable, TRUE) for variable in variables)
        return leaves, nodes


class SddCompiler:
    """Compiles bottom-up into one SDD manager, all roots together."""

    name = "sdd"

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; ``values[c]`` is the number of values of choice ``c``."""
        formula = expanded(formula)
        order = formula.choices(formula.roots)
        if not order:
            roots = [TRUE if root > 0 else FALSE for root in formula.roots]
            return build_circuit([], [], roots, PROPERTIES, SddCompiler.name)
        encoding = _encode(order, values)
        manager = _manager(list(encoding.variables.values()))
        compiled = _Compilation(formula, encoding, manager, Meter(budget)).run()
        return _read(compiled, encoding)


def _encode(order: Sequence[int], values: Sequence[int]) -> _Encoding:
    variables: dict[int, tuple[int, ...]] = {}
    following = 1
    for choice in order:
        count = 1 if values[choice] == 2 else values[choice]
        variables[choice] = tuple(range(following, following + count))
        following += count
    return _Encoding(variables, {choice: values[choice] for choice in order})


def _manager(blocks: Sequence[Sequence[int]]) -> SddManager:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "program.vtree"
        path.write_text(vtree_text(blocks), encoding="ascii")
        return SddManager.from_vtree(Vtree.from_file(str(path)))


class _Compilation:
    def __init__(self, formula: Formula, encoding: _Encoding, manager: SddManager, meter: Meter) -> None:
        self.formula = formula
        self.encoding = encoding
        self.manager = manager
        self.meter = meter
        self.nodes: dict[int, SddNode] = {}

    def run(self) -> list[SddNode]:
        """Return the decision nodes of the roots, each with the exclusions of the choices that it depends on."""
        for number in self.formula.reachable(self.formula.roots):
            self.nodes[number] = self._node(number)
        exclusions: dict[int, SddNode] = {}
        compiled = []
        for root in self.formula.roots:
            node = self._literal(root)
            for choice in self.formula.choices([root]):
                if self.encoding.values[choice] > 2:
                    if choice not in exclusions:
                        exclusions[choice] = self._exactly_one(self.encoding.variables[choice])
                    node = self._checked(node & exclusions[choice])
            compiled.append(node)
        return compiled

    def _node(self, number: int) -> SddNode:
        node = self.formula.nodes[number - 1]
        match node.kind:
            case Kind.CONSTANT:
                return self.manager.true()
            case Kind.LEAF:
                return self._value(*node.children)
            case Kind.AND:
                result = self._literal(node.children[0])
                for child in node.children[1:]:
                    result = self._checked(result & self._literal(child))
                return result
            case Kind.OR:
                result = self._literal(node.children[0])
                for child in node.children[1:]:
                    result = self._checked(result | self._literal(child))
                return result
            case Kind.RESULT:
                raise AssertionError("the formula is expanded")

    def _value(self, choice: int, value: int) -> SddNode:
        """Return "the choice takes this value", the others excluded at once: it keeps what is built from it small."""
        literal = self.manager.literal
        result = literal(self.encoding.literal(choice, value))
        for variable in reversed(self.encoding.variables[choice]):
            if len(self.encoding.variables[choice]) > 1 and variable != self.encoding.variables[choice][value]:
                result = literal(-variable) & result
        return result

    def _literal(self, literal: int) -> SddNode:
        node = self.nodes[abs(literal)]
        return node if literal > 0 else self._checked(~node)

    def _checked(self, node: SddNode) -> SddNode:
        self.meter.check(self.manager.count())
        return node

    def _exactly_one(self, variables: Sequence[int]) -> SddNode:
        """Return "exactly one of these", built from the last variable so that every step stays in one subtree."""
        literal = self.manager.literal
        none, one = literal(-variables[-1]), literal(variables[-1])
        for variable in reversed(variables[:-1]):
            one = (literal(variable) & none) | (literal(-variable) & one)
            none = literal(-variable) & none
        return one


def _read(roots: Sequence[SddNode], encoding: _Encoding) -> Circuit:
    """Return the circuit of some decision nodes."""
    leaves, of_literal = encoding.leaves()
    first = FIRST_LEAF + len(leaves)
    sums: list[list[tuple[int, int]]] = []
    numbers: dict[int, int] = {}
    elements_of: dict[int, list[tuple[SddNode, SddNode]]] = {}

    def number(node: SddNode) -> int | None:
        if node.is_true():
            return TRUE
        if node.is_false():
            return FALSE
        if node.is_literal():
            return of_literal[node.literal]
        return numbers.get(node.id)

    pending = [root for root in roots if root.is_decision()]
    while pending:
        node = pending[-1]
        if node.id in numbers:
            pending.pop()
            continue
        if node.id not in elements_of:
            elements_of[node.id] = node.elements()
            pending.extend(child for pair in elements_of[node.id] for child in pair if number(child) is None)
            continue
        pending.pop()
        sums.append([(_known(number(prime)), _known(number(sub))) for prime, sub in elements_of.pop(node.id)])
        numbers[node.id] = first + len(sums) - 1
    return build_circuit(leaves, sums, [_known(number(root)) for root in roots], PROPERTIES, SddCompiler.name)


def _known(number: int | None) -> int:
    assert number is not None, "children are numbered before their parents"
    return number
