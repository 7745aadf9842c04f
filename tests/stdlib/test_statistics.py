"""The library statistics: distributions against their closed forms."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

import nesylang as nesy
from nesylang.syntax.terms import Compound, Float, Integer


def distribution(goal: str, rules: str = "") -> dict[int | float | str, float]:
    """Return the probability of each value of X in a goal."""
    (query,) = nesy.loads(f"import statistics.\nanswer(X) :- {goal}.\n{rules}").marginals(["answer(X)"])
    found: dict[int | float | str, float] = {}
    for answer in query.answers:
        assert isinstance(answer.atom, Compound)
        (value,) = answer.atom.args
        found[value.value if isinstance(value, Integer | Float) else str(answer.atom)] = answer.probability
    return found


def close(found: dict[int | float | str, float], expected: dict[int, float]) -> bool:
    """Return whether two distributions have the same values, and the same probabilities to twelve digits."""
    return found.keys() == expected.keys() and all(math.isclose(found[k], p, rel_tol=1e-9, abs_tol=1e-13) for k, p in expected.items())


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 1), (-3, 3), (1, 6), (1, 1000)])
def test_uniform(low: int, high: int) -> None:
    count = high - low + 1
    assert close(distribution(f"uniform(a, {low}, {high}, X)"), dict.fromkeys(range(low, high + 1), 1 / count))


@pytest.mark.parametrize(("n", "p"), [(0, 0.5), (1, 0.25), (5, 0.3), (40, 0.99), (300, 0.5)])
def test_binomial(n: int, p: float) -> None:
    assert close(distribution(f"binomial(a, {n}, {p}, X)"), {k: math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)})


@pytest.mark.parametrize(("p", "most"), [(0.5, 0), (0.3, 7), (0.01, 200)])
def test_geometric(p: float, most: int) -> None:
    total = 1 - (1 - p) ** (most + 1)
    assert close(distribution(f"geometric(a, {p}, {most}, X)"), {k: p * (1 - p) ** k / total for k in range(most + 1)})


@pytest.mark.parametrize(("rate", "most"), [(2, 0), (2.5, 10), (30, 100)])
def test_poisson(rate: float, most: int) -> None:
    weights = [rate**k / math.factorial(k) for k in range(most + 1)]
    assert close(distribution(f"poisson(a, {rate}, {most}, X)"), {k: weight / math.fsum(weights) for k, weight in enumerate(weights)})


@pytest.mark.parametrize(("size", "marked", "draws"), [(52, 4, 5), (10, 10, 3), (10, 0, 3), (10, 7, 8), (60, 30, 20)])
def test_hypergeometric(size: int, marked: int, draws: int) -> None:
    found = distribution(f"hypergeometric(a, {size}, {marked}, {draws}, X)")
    ways = range(max(0, draws - (size - marked)), min(marked, draws) + 1)
    total = math.comb(size, draws)
    assert close(found, {k: float(Fraction(math.comb(marked, k) * math.comb(size - marked, draws - k), total)) for k in ways})


@pytest.mark.parametrize(("count", "sides"), [(1, 6), (2, 6), (5, 4)])
def test_dice(count: int, sides: int) -> None:
    expected = {0: 1.0}
    for _ in range(count):
        following: dict[int, float] = {}
        for total, p in expected.items():
            for side in range(1, sides + 1):
                following[total + side] = following.get(total + side, 0.0) + p / sides
        expected = following
    assert close(distribution(f"dice(a, {count}, {sides}, X)"), expected)


def test_draws_combine_with_evidence() -> None:
    rules = "seven :- die(a, 6, X), die(b, 6, Y), X + Y =:= 7. evidence seven."
    assert close(distribution("die(a, 6, X)", rules), dict.fromkeys(range(1, 7), 1 / 6))
    rules = "large :- uniform(a, 1, 1000, X), X > 990. evidence large."
    found = distribution("uniform(a, 1, 1000, X)", rules)
    assert math.isclose(found[1000], 0.1)
    assert found[990] == 0


def test_other_parameters_are_other_draws() -> None:
    found = nesy.query("import statistics.", "uniform(a, 1, 2, 1), uniform(a, 1, 4, 1)", "die(a, 2, 1), die(b, 2, 1)")
    assert list(found.values()) == [0.125, 0.25]


def test_samples_and_orders() -> None:
    assert close(distribution("sample(a, 3, [1, 2, 3, 4, 5, 6], [X, _, _])"), {1: 0.5, 2: 0.3, 3: 0.15, 4: 0.05})
    assert close(distribution("shuffled(a, [1, 2, 3, 4], [_, _, X, _])"), dict.fromkeys(range(1, 5), 0.25))


@pytest.mark.parametrize("goal", ["binomial(a, 5, 1.5, X)", "geometric(a, 0, 5, X)", "poisson(a, -1, 5, X)", "categorical(a, [x - 0], X)"])
def test_parameters_outside_have_no_results(goal: str) -> None:
    assert distribution(goal) == {}
