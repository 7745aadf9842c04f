"""The library arithmetic: numbers compared with Python's, and circuits of read digits that grow with the number of digits."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

import nesylang as nesy


def holds(goal: str) -> bool:
    return nesy.query(nesy.loads(f"import arithmetic. p :- {goal}. query p."))["p"] == 1.0


def digits(number: int, base: int = 10) -> list[int]:
    found = [number % base]
    while number := number // base:
        found.append(number % base)
    return found[::-1]


@pytest.mark.parametrize("seed", range(10))
def test_calculations_are_those_of_numbers(seed: int) -> None:
    source = random.Random(seed)
    base = source.choice([2, 3, 10, 16])
    x, y = source.randrange(base ** source.randint(1, 6)), source.randrange(base ** source.randint(1, 6))
    first, second, total, product = (digits(n, base) for n in (x, y, x + y, x * y))
    assert holds(f"add_digits({base}, {first}, {second}, Z), Z = {total}")
    assert holds(f"add_digits({base}, {first}, Y, {total}), Y = {second}")
    assert holds(f"add_digits({base}, X, {second}, {total}), X = {first}")
    assert holds(f"add_digits({base}, [0|{first}], {second}, [0, 0|{total}])")
    assert not holds(f"add_digits({base}, {first}, {second}, {digits(x + y + 1, base)})")
    assert holds(f"multiply_digits({base}, {first}, {second}, Z), Z = {product}")
    assert holds(f"scale_digits({base}, {first}, {y}, Z), Z = {product}")
    assert y == 0 or holds(f"scale_digits({base}, X, {y}, {product}), X = {first}")
    assert holds(f"compare_digits(O, {first}, {second}), O = ({'<' if x < y else '>' if x > y else '='})")
    assert holds(f"digits_number({base}, {first}, N), N = {x}, digits_number({base}, L, N), L = {first}")


def test_long_numbers() -> None:
    x, y = 3**2000, 7**1100
    assert holds(f"add_digits({digits(x)}, {digits(y)}, Z), digits_number(Z, N), N = {x + y}")
    assert holds(f"digits_number(X, {x}), digits_number(X, N), N = {x}")


def test_unknown_digits() -> None:
    """The puzzle SEND + MORE = MONEY, which has one solution."""
    text = """
        import arithmetic. import lists.
        puzzle([S, E, N, D, M, O, R, Y]) :-
            M = 1, add_digits([S, E, N, D], [M, O, R, E], [M, O, N, E, Y]), S > 0, is_set([S, E, N, D, M, O, R, Y]).
        query puzzle(L).
    """
    assert nesy.query(nesy.loads(text)) == {"puzzle([9,5,6,7,1,0,8,2])": 1.0}


def test_wrong_digits_are_errors() -> None:
    for goal in ("add_digits([12], [1], Z)", "add_digits(2, [2], [1], Z)", "digits_number([a], N)"):
        with pytest.raises(nesy.NesyError) as failure:
            holds(goal)
        assert [diagnostic.code for diagnostic in failure.value.diagnostics] == ["E309"]
        assert "is no digit in base" in failure.value.render()


def program(count: int, query: str) -> nesy.Program:
    """Return a program with two numbers of ``count`` random digits, each with the same probability for every digit."""
    first, second = (",".join(f"{name}({i})" for i in range(count)) for name in "xy")
    values = "; ".join(f"0.1 :: digit(I, {d})" for d in range(10))
    text = f"import arithmetic. {values} :- I = I. first([{first}]). second([{second}]). {query}"
    return nesy.loads(text)


ADDITION = "sum(N) :- first(X), second(Y), sum_by(digit, X, Y, N). "


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_sums_of_read_digits(count: int) -> None:
    """Of the 100^count pairs, n + 1 have a sum n that both numbers can be part of: 0, ..., n."""
    total = 10**count - 3
    found = nesy.query(program(count, f"{ADDITION} query sum({total})."))
    assert found == {f"sum({total})": pytest.approx((total + 1) / 100**count)}


@pytest.mark.parametrize(
    "query",
    [
        "s(N) :- first(X), second(Y), sum_by(digit, X, Y, N). query s({target}).",
        "s(I, D) :- first(X), second(Y), sum_digit_by(digit, X, Y, I, D). query s(I, D).",
        "s(O) :- first(X), second(Y), compare_digits_by(digit, O, X, Y). query s(O).",
        "s :- first(X), number_by(digit, X, {target}). query s.",
    ],
    ids=["sum_by", "sum_digit_by", "compare_digits_by", "number_by"],
)
def test_circuits_grow_with_the_number_of_digits(query: str) -> None:
    sizes = []
    for count in range(1, 9):
        sizes.append(program(count, query.format(target="1" * count)).compile().circuit.size)
    growth = [after - before for before, after in pairwise(sizes)]
    assert len(set(growth[2:])) == 1, sizes
    assert sizes[-1] < 600 * len(sizes)
