"""The library sequences: against all sequences of states, and the random predicates against the algorithms."""

from __future__ import annotations

import math
import random
from itertools import pairwise, product

import pytest

import nesylang as nesy
from nesylang.syntax.terms import Atom, Compound, Float, ListTerm

STATES = ("s", "t", "u")
SYMBOLS = ("a", "b")

Row = dict[str, float]


class Model:
    """A model with random weights, some of them 0."""

    def __init__(self, seed: int, is_normal: bool) -> None:
        generator = random.Random(seed)

        def row(names: tuple[str, ...]) -> Row:
            weights = [generator.choice([0.0, 0.5, 1.0, 2.0, 3.0]) for _ in names]
            weights[generator.randrange(len(names))] = 1.0
            total = sum(weights) if is_normal else 1.0
            return {name: weight / total for name, weight in zip(names, weights, strict=True)}

        self.initial = row(STATES)
        self.transitions = {state: row(STATES) for state in STATES}
        self.emissions = {state: row(SYMBOLS) for state in STATES}

    def text(self) -> str:
        """Return the model as a term."""
        return f"model({pairs(self.initial)}, {rows(self.transitions)}, {rows(self.emissions)})"

    def weight(self, states: tuple[str, ...], symbols: tuple[str, ...]) -> float:
        """Return the product of the weights along a sequence."""
        result = self.initial[states[0]]
        for before, after in pairwise(states):
            result *= self.transitions[before][after]
        for state, symbol in zip(states, symbols, strict=True):
            result *= self.emissions[state][symbol]
        return result


def pairs(row: Row) -> str:
    return f"[{', '.join(f'{name} - {weight!r}' for name, weight in row.items())}]"


def rows(table: dict[str, Row]) -> str:
    return f"[{', '.join(f'{name} - {pairs(row)}' for name, row in table.items())}]"


def values(program: nesy.Program, query: str) -> list[tuple[object, ...]]:
    """Return the arguments of the answers to a query: names, numbers, and lists of names."""
    (found,) = program.marginals([query])
    results = []
    for answer in found.answers:
        assert isinstance(answer.atom, Compound)
        assert answer.probability == 1
        results.append(tuple(map(_value, answer.atom.args)))
    return results


def _value(term: object) -> object:
    match term:
        case Atom(name=name):
            return name
        case ListTerm(items=items):
            return tuple(map(_value, items))
        case Float(value=value):
            return value
    return term.value  # type: ignore[attr-defined]


@pytest.mark.parametrize("is_normal", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_algorithms_against_all_sequences(seed: int, is_normal: bool) -> None:
    model = Model(seed, is_normal)
    generator = random.Random(seed)
    symbols = tuple(generator.choice(SYMBOLS) for _ in range(5))
    rules = "".join(
        f"{name}({arguments}) :- {library}({model.text()}, [{', '.join(symbols)}], {arguments}).\n"
        for name, library, arguments in [
            ("l", "likelihood", "P"),
            ("f", "filtered", "S, P"),
            ("m", "smoothed", "T, S, P"),
            ("b", "best_path", "S, L"),
        ]
    )
    program = nesy.loads(f"import sequences.\n{rules}")
    weights = {states: model.weight(states, symbols) for states in product(STATES, repeat=5)}
    total = math.fsum(weights.values())
    ((likelihood,),) = values(program, "l(P)")
    assert math.isclose(likelihood, total, rel_tol=1e-9)  # type: ignore[arg-type]
    if not total:
        assert [values(program, query) for query in ("f(S, P)", "m(T, S, P)", "b(S, L)")] == [[], [], []]
        return
    smoothed = {(step, state): p for step, state, p in values(program, "m(T, S, P)")}
    assert len(smoothed) == 15
    for (step, state), p in smoothed.items():
        expected = math.fsum(weight for states, weight in weights.items() if states[step - 1] == state) / total  # type: ignore[operator]
        assert math.isclose(p, expected, abs_tol=1e-12)  # type: ignore[arg-type]
    for state, p in values(program, "f(S, P)"):
        assert math.isclose(p, smoothed[5, state], abs_tol=1e-12)  # type: ignore[arg-type]
    ((path, logarithm),) = values(program, "b(S, L)")
    assert math.isclose(weights[path], max(weights.values()), rel_tol=1e-9)  # type: ignore[index]
    assert math.isclose(logarithm, math.log(weights[path]), rel_tol=1e-9, abs_tol=1e-12)  # type: ignore[arg-type, index]


@pytest.mark.parametrize("seed", range(4))
def test_random_sequences_agree_with_the_algorithms(seed: int) -> None:
    model = Model(seed, is_normal=True)
    symbols = next(
        found for found in product(SYMBOLS, repeat=4) if any(model.weight(states, found) for states in product(STATES, repeat=4))
    )
    observed = "".join(f"evidence seen({step}, {symbol}).\n" for step, symbol in enumerate(symbols, 1))
    program = nesy.loads(
        f"""import sequences.
        m({model.text()}).
        seen(T, O) :- m(M), emitted(e, M, T, O).
        state(T, S) :- m(M), hidden(e, M, T, S).
        number(T, S, P) :- m(M), smoothed(M, [{", ".join(symbols)}], T, S, P).
        step(1). step(2). step(3). step(4).
        {observed}
        query(state(T, S)) :- step(T).
        """
    )
    found = nesy.query(program)
    expected = {f"state({step},{state})": p for step, state, p in values(program, "number(T, S, P)")}
    assert found
    for atom, p in expected.items():
        assert math.isclose(found.get(atom, 0.0), p, abs_tol=1e-9)  # type: ignore[arg-type]
