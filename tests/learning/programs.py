"""Small programs built by hand, compiled by listing their worlds, and the networks for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nesylang.circuit import FALSE, FIRST_LEAF, TRUE, Properties, build_circuit
from nesylang.compilation.compiled import CompiledProgram
from nesylang.grounding.program import (
    Choice,
    GroundAnswer,
    GroundEvidence,
    GroundProgram,
    GroundQuery,
    NetworkSignature,
    NeuralWeight,
    Weight,
)
from nesylang.source import Span, error, whole
from nesylang.syntax import parse_term, print_term
from nesylang.syntax.terms import Term

ALL = Properties(decomposable=True, deterministic=True, value_smooth=True, smooth=False, nnf=True)

World = tuple[int, ...]
Test = Callable[[World], bool]


def always(world: World) -> bool:
    return True


def value_is(choice: int, value: int) -> Test:
    """Return the test of whether a choice takes a value."""
    return lambda world: world[choice] == value


def term(text: str) -> Term:
    return parse_term(whole("test.nesy", text).source)


def span(text: str = "a clause") -> Span:
    return whole("test.nesy", text)


def choice(*weights: Weight, exhaustive: bool = False, clause: int = 0, heads: Sequence[str] | None = None) -> Choice:
    """Return a choice whose alternatives are ``h0``, ``h1``, ... or the heads given."""
    atoms = tuple(map(term, heads or [f"h{number}" for number in range(len(weights))]))
    return Choice(weights, exhaustive, atoms, clause, (), span())


def neural(network: str, inputs: Sequence[str], columns: int, exhaustive: bool = True, clause: int = 0) -> Choice:
    """Return the choice among the columns of a network's output."""
    terms = tuple(map(term, inputs))
    return choice(*[NeuralWeight(network, terms, column) for column in range(columns)], exhaustive=exhaustive, clause=clause)


def signature(name: str, inputs: Sequence[Sequence[str] | None], outputs: Sequence[str] = ()) -> NetworkSignature:
    kinds = tuple(None if symbols is None else tuple(map(term, symbols)) for symbols in inputs)
    return NetworkSignature(name, kinds, tuple(map(term, outputs)), span(f"neural {name}."))


@dataclass(frozen=True)
class AskedQuery:
    """A query, its answers with the worlds they hold in, and the worlds it is conditioned on."""

    goal: str
    answers: Sequence[tuple[str, Test]]
    given: Test | None = None


@dataclass(frozen=True)
class HandmadeProgram:
    """A program that compiles by listing its worlds; ``observable`` are the atoms that examples may observe."""

    choices: Sequence[Choice]
    queries: Sequence[AskedQuery]
    networks: Sequence[NetworkSignature] = ()
    observed: Test = always
    observable: Sequence[tuple[str, Test]] = ()

    def compile(self, evidence: tuple[str, ...] = ()) -> CompiledProgram:
        known = dict(self.observable)
        for atom in evidence:
            if atom not in known:
                raise error("E605", f"unknown evidence {atom}")
        tests = [known[atom] for atom in evidence]
        ground = GroundProgram(
            choices=tuple(self.choices),
            choice_atoms={},
            rules=(),
            names={},
            spans={},
            queries=tuple(
                GroundQuery(
                    query.goal,
                    term(query.goal),
                    tuple(GroundAnswer(term(atom), 1, 1 if query.given else None) for atom, _ in query.answers),
                )
                for query in self.queries
            ),
            evidence=tuple(GroundEvidence(term(atom), 1, None, span(f"evidence {atom}.")) for atom in evidence),
            networks={network.name: network for network in self.networks},
        )
        sizes = [choice.values for choice in self.choices]
        leaves = [(number, value) for number, size in enumerate([*sizes, *[2] * len(tests)]) for value in range(size)]
        node = {leaf: FIRST_LEAF + number for number, leaf in enumerate(leaves)}
        sums: list[list[tuple[int, int]]] = []

        def add(elements: list[tuple[int, int]]) -> int:
            sums.append(elements)
            return FIRST_LEAF + len(leaves) + len(sums) - 1

        def compiled(test: Test) -> int:
            products = []
            for world in itertools.product(*map(range, sizes)):
                if self.observed(world) and test(world):
                    product = TRUE
                    for number, value in enumerate([*world, *[int(not held(world)) for held in tests]]):
                        product = add([(product, node[number, value])])
                    products.append((TRUE, product))
            return add(products) if products else FALSE

        constant = self.observed is always and not tests
        roots = [TRUE if constant else compiled(always)]
        answer_roots, condition_roots = [], []
        for query in self.queries:
            given = query.given or always
            condition = 0
            if query.given is not None:
                condition = len(roots)
                roots.append(compiled(given))
            answer_roots.append(tuple(range(len(roots), len(roots) + len(query.answers))))
            condition_roots.append((condition,) * len(query.answers))
            roots.extend(compiled(lambda world, test=test, given=given: test(world) and given(world)) for _, test in query.answers)
        circuit = build_circuit(leaves, sums, roots, ALL)
        indicators = tuple(range(len(sizes), len(sizes) + len(tests)))
        return CompiledProgram(ground, circuit, tuple(answer_roots), tuple(condition_roots), indicators)


DIGITS = signature("digit", [None], ["0", "1", "2"])


def addition(names: Sequence[str] = ("a", "b")) -> HandmadeProgram:
    """Return the sum of digits 0, 1, 2, of which examples may observe ``odd(...)``."""
    answers = [(f"sum({','.join(names)},{total})", lambda world, total=total: sum(world) == total) for total in range(2 * len(names) + 1)]
    return HandmadeProgram(
        choices=[neural("digit", [name], 3) for name in names],
        queries=[AskedQuery(f"sum({','.join(names)},S)", answers)],
        networks=[DIGITS],
        observable=[(f"odd({name})", value_is(number, 1)) for number, name in enumerate(names)],
    )


class Recorder(nn.Module):
    """A network that calls a function and remembers the shapes it was called with."""

    def __init__(self, function: Callable[..., object]) -> None:
        super().__init__()
        self.function = function
        self.calls: list[tuple[Tensor, ...]] = []

    def forward(self, *inputs: Tensor) -> object:
        self.calls.append(inputs)
        return self.function(*inputs)


def distributions(batch: int, columns: int = 3, seed: int = 0) -> Tensor:
    """Return probabilities (batch, columns) in float64 whose rows sum to one."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(batch, columns, generator=generator, dtype=torch.float64).add(0.1).log().softmax(1)


def spelled(atom: Term) -> str:
    return print_term(atom)
