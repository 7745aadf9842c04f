"""Aggregates: generated programs against their meaning, computed world by world from the facts as they are written."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesylang as nesy
from nesylang.inference import Settings, compile_analysis
from tests.reference.worlds import marginals as reference_marginals

Number = int | float
Row = tuple[int, int, Number]
"""A group, a key, a value."""

GROUPS = (1, 2, 3)
PROBABILITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
VALUES: tuple[Number, ...] = (-2, -1, 0, 1, 2, 3, 0.1, 0.2, 0.5, -0.3)


@dataclass(frozen=True)
class Facts:
    """Facts ``item(Group, Key, Value)``: alternatives of one choice each, and whether key ``k`` is out, as ``out(k)``."""

    choices: tuple[tuple[tuple[float, Row], ...], ...]
    certain: tuple[Row, ...]
    out: tuple[float, ...]

    @property
    def text(self) -> str:
        lines = [" ; ".join(f"{p} :: {_atom(row)}" for p, row in choice) + "." for choice in self.choices]
        lines += [f"{_atom(row)}." for row in self.certain]
        lines += [f"{p} :: out({key})." for key, p in enumerate(self.out)]
        lines += [f"group({group})." for group in GROUPS]
        return "\n".join([*lines, "left(G, K, V) :- item(G, K, V), not out(K).", "pred item(int, int, any).", "pred out(int).", ""])

    def worlds(self) -> Iterator[tuple[float, frozenset[Row], frozenset[int]]]:
        """Yield the probability of each world, its rows, and the keys that are out."""
        spaces = [[*choice, (1 - math.fsum(p for p, _ in choice), None)] for choice in self.choices]
        for world in itertools.product(*spaces):
            rows = frozenset([*self.certain, *(row for _, row in world if row is not None)])
            for out in itertools.product((False, True), repeat=len(self.out)):
                weight = math.prod(p for p, _ in world) * math.prod(p if o else 1 - p for p, o in zip(self.out, out, strict=True))
                if weight > 0:
                    yield weight, rows, frozenset(key for key, o in enumerate(out) if o)


def _atom(row: Row) -> str:
    return f"item({row[0]}, {row[1]}, {row[2]})"


@st.composite
def facts(draw: st.DrawFn, most: int = 4) -> Facts:
    """Draw facts: coins, disjunctions of two or three rows, certain rows."""
    pool = st.sampled_from(VALUES) if draw(st.booleans()) else st.sampled_from([v for v in VALUES if isinstance(v, int)])
    row = st.tuples(st.sampled_from(GROUPS[:2]), st.integers(0, 2), pool)
    choices = []
    for _ in range(draw(st.integers(0, most))):
        if draw(st.booleans()):
            choices.append(((draw(st.sampled_from(PROBABILITIES)), draw(row)),))
        else:
            rows = draw(st.lists(row, min_size=2, max_size=3))
            choices.append(tuple((p, r) for p, r in zip(draw(st.sampled_from([(0.5, 0.5, 0.0), (0.25, 0.25, 0.25)])), rows, strict=False)))
    return Facts(tuple(choices), tuple(draw(st.lists(row, max_size=2))), tuple(draw(st.lists(st.sampled_from(PROBABILITIES), max_size=2))))


def fold(operation: str, values: list[Number]) -> Number | None:
    """Return what an aggregate of some values is."""
    exact = sum(map(Fraction, values), Fraction(0))
    match operation:
        case "count":
            return len(values)
        case "sum":
            return float(exact) if any(isinstance(value, float) for value in values) else int(exact)
        case "avg":
            return float(exact / len(values)) if values else None
        case "min":
            return min(values, default=None)
        case _:
            return max(values, default=None)


OPERATIONS = ("count", "sum", "min", "max", "avg")


def distribution(f: Facts, meaning: Callable[[frozenset[Row], frozenset[int]], dict[object, object]]) -> dict[object, float]:
    """Return the probability of each answer, given what the answers of a world are."""
    found: dict[object, float] = {}
    for weight, rows, out in f.worlds():
        for answer in meaning(rows, out):
            found[answer] = found.get(answer, 0.0) + weight
    return found


def answers(text: str) -> dict[tuple[object, ...], float]:
    """Return the answers to the last query with their probabilities, checked by enumeration of the ground program's worlds."""
    program = nesy.loads(text)
    compiled = compile_analysis(program.analysis, Settings())
    (query,) = program.marginals()
    reference, _ = reference_marginals(compiled.ground)
    found: dict[tuple[object, ...], float] = {}
    for answer, expected in zip(query.answers, reference[0], strict=True):
        assert answer.probability == pytest.approx(expected, abs=1e-9)
        arguments = getattr(answer.atom, "args", ())
        if answer.probability > 0:
            found[tuple(argument.value for argument in arguments)] = answer.probability
    return found


def check(f: Facts, rules: str, meaning: Callable[[frozenset[Row], frozenset[int]], dict[object, object]]) -> None:
    found = answers(f.text + rules)
    expected = {answer: p for answer, p in distribution(f, meaning).items() if p > 0}
    assert found == pytest.approx(expected, abs=1e-9)


def held(rows: frozenset[Row], out: frozenset[int], group: int | None = None) -> set[Row]:
    return {row for row in rows if row[1] not in out and group in (None, row[0])}


def folded(operation: str, tuples: set[tuple[Number, ...]]) -> Number | None:
    return fold(operation, [row[0] for row in tuples])


@pytest.mark.parametrize("operation", OPERATIONS)
@given(f=facts())
@settings(max_examples=25, deadline=None)
def test_the_value_over_all_rows(operation: str, f: Facts) -> None:
    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        value = folded(operation, {(v, k) for _, k, v in held(rows, out)})
        return {} if value is None else {(value,): None}

    check(f, f"a(S) :- S = {operation}{{V, K : left(_, K, V)}}. query a(S).", meaning)


@pytest.mark.parametrize("operation", OPERATIONS)
@given(f=facts())
@settings(max_examples=15, deadline=None)
def test_groups_that_are_known(operation: str, f: Facts) -> None:
    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        values = {g: folded(operation, {(v, k) for _, k, v in held(rows, out, g)}) for g in GROUPS}
        return {(g, value): None for g, value in values.items() if value is not None}

    check(f, f"a(G, S) :- group(G), S = {operation}{{V, K : left(G, K, V)}}. query a(G, S).", meaning)


@pytest.mark.parametrize("operation", OPERATIONS)
@given(f=facts())
@settings(max_examples=15, deadline=None)
def test_groups_that_are_there(operation: str, f: Facts) -> None:
    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        there = {g: {(v, k) for _, k, v in held(rows, out, g)} for g in GROUPS}
        return {(g, folded(operation, tuples)): None for g, tuples in there.items() if tuples}

    check(f, f"a(G, S) :- S = {operation}{{V, K : left(G, K, V)}}. query a(G, S).", meaning)


@given(f=facts(), comparison=st.sampled_from(["<", "=<", ">", ">=", "=:=", "=\\=", "=", "\\="]), bound=st.integers(-1, 3))
@settings(max_examples=60, deadline=None)
def test_comparisons(f: Facts, comparison: str, bound: int) -> None:
    compare = {
        "<": lambda a, b: a < b,
        "=<": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "=\\=": lambda a, b: a != b,
        "\\=": lambda a, b: a != b,
    }.get(comparison, lambda a, b: a == b)

    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        return {(): None} if compare(len({k for _, k, _ in held(rows, out)}), bound) else {}

    check(f, f"a :- count{{K : left(_, K, _)}} {comparison} {bound}. query a.", meaning)


@given(f=facts(), factors=st.tuples(st.integers(-2, 2), st.integers(-2, 2)))
@settings(max_examples=40, deadline=None)
def test_sums_of_several(f: Facts, factors: tuple[int, int]) -> None:
    first, second = factors

    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        counted = len({k for _, k, _ in held(rows, out, 1)})
        values = [*[first] * counted, *(second * v for v in {v for _, _, v in rows})]
        return {(fold("sum", values),): None}

    check(f, f"a(D) :- D = {first} * count{{K : left(1, K, _)}} + {second} * sum{{V : item(_, _K, V)}}. query a(D).", meaning)


@given(f=facts(most=3))
@settings(max_examples=40, deadline=None)
def test_an_aggregate_of_an_aggregate(f: Facts) -> None:
    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        sizes = {g: len({k for _, k, _ in held(rows, out, g)}) for g in GROUPS}
        return {(max(sizes.values()), sum(n >= 1 for n in sizes.values())): None}

    rules = """
    size(G, N) :- group(G), N = count{K : left(G, K, _)}.
    a(M, N) :- M = max{S, G : size(G, S)}, N = count{G : group(G), count{K : left(G, K, _)} >= 1}.
    query a(M, N).
    """
    check(f, rules, meaning)


@given(f=facts(most=3), bound=st.integers(0, 2))
@settings(max_examples=30, deadline=None)
def test_aggregates_within_other_goals(f: Facts, bound: int) -> None:
    def meaning(rows: frozenset[Row], out: frozenset[int]) -> dict[object, object]:
        sizes = {g: len(held(rows, out, g)) for g in GROUPS}
        small = [g for g in GROUPS if sizes[g] <= bound]
        return {(len(small), 1 if sizes[1] > bound else 2): None}

    rules = f"""
    small(G) :- group(G), not count{{K, V : left(G, K, V)}} > {bound}.
    a(N, B) :- findall(G, (group(G), \\+ \\+ small(G)), L), length(L, N), (count{{K, V : left(1, K, V)}} > {bound} -> B = 1 ; B = 2).
    query a(N, B).
    """
    check(f, rules, meaning)
