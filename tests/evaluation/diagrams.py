"""Random deterministic decomposable circuits with the sets of worlds that their roots stand for."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Circuit, Properties, build_circuit

ALL = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)

World = tuple[int, ...]


@dataclass(frozen=True)
class RandomCircuit:
    """A circuit over choices with ``sizes`` values and, per root, the test of whether a world (a value per choice) belongs to it."""

    circuit: Circuit
    sizes: tuple[int, ...]
    holds: tuple[Callable[[World], bool], ...]

    def weights(self, table: Sequence[Sequence[float]]) -> list[float]:
        """Return the weight of each leaf from the weights of all values of all choices."""
        return [table[choice][value] for choice, value in self.circuit.leaves]

    def enumerate(self, table: Sequence[Sequence[float]]) -> list[float]:
        """Return the probability of each root, world by world."""
        worlds = list(itertools.product(*[range(size) for size in self.sizes]))
        weight = {world: math.prod(table[choice][value] for choice, value in enumerate(world)) for world in worlds}
        return [math.fsum(weight[world] for world in worlds if holds(world)) for holds in self.holds]


def random_circuit(seed: int, choices: int = 5, roots: int = 4) -> RandomCircuit:
    """Return conjunctions of two random decision diagrams over disjoint halves of the choices, and the constants false and true."""
    generator = random.Random(seed)
    sizes = tuple(generator.randint(2, 4) for _ in range(choices))
    leaves = [(choice, value) for choice, size in enumerate(sizes) for value in range(size)]
    leaf_node = {leaf: FIRST_LEAF + index for index, leaf in enumerate(leaves)}
    sums: list[list[tuple[int, int]]] = []
    meaning: dict[int, Callable[[World], bool]] = {FALSE: lambda world: False, TRUE: lambda world: True}

    def add(elements: list[tuple[int, int]], holds: Callable[[World], bool]) -> int:
        sums.append(elements)
        node = FIRST_LEAF + len(leaves) + len(sums) - 1
        meaning[node] = holds
        return node

    def diagram(first: int, last: int) -> int:
        below = [FALSE, TRUE]
        for choice in reversed(range(first, last)):
            layer = []
            for _ in range(2):
                targets = [generator.choice(below) for _ in range(sizes[choice])]
                tests = [meaning[target] for target in targets]
                elements = [(leaf_node[choice, value], target) for value, target in enumerate(targets)]
                layer.append(add(elements, lambda world, choice=choice, tests=tests: tests[world[choice]](world)))
            below = [*layer, generator.choice(below)]
        return below[0]

    root_nodes = [FALSE, TRUE]
    for _ in range(roots):
        left, right = diagram(0, choices // 2), diagram(choices // 2, choices)
        both = meaning[left], meaning[right]
        root_nodes.append(add([(left, right)], lambda world, both=both: both[0](world) and both[1](world)))
    circuit = build_circuit(leaves, sums, root_nodes, ALL)
    return RandomCircuit(circuit, sizes, tuple(meaning[root] for root in root_nodes))


def random_table(sizes: Sequence[int], seed: int, zeros: bool = False) -> list[list[float]]:
    """Return weights per choice that sum to one; with ``zeros`` the first value of every second choice is impossible."""
    generator = random.Random(seed)
    table = []
    for choice, size in enumerate(sizes):
        raw = [generator.random() + 0.05 for _ in range(size)]
        if zeros and choice % 2 == 0:
            raw[0] = 0.0
        table.append([weight / math.fsum(raw) for weight in raw])
    return table


def chain_circuit(length: int) -> Circuit:
    """Return the conjunction of the first values of ``length`` choices."""
    leaves = [(choice, 0) for choice in range(length)]
    sums: list[list[tuple[int, int]]] = []
    previous = TRUE
    for choice in range(length):
        sums.append([(previous, FIRST_LEAF + choice)])
        previous = FIRST_LEAF + length + choice
    return build_circuit(leaves, sums, [previous, TRUE, FALSE], ALL)
