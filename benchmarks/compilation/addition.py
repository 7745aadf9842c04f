"""The addition of two numbers of uncertain digits: programs, and the probabilities of their sums by convolution."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from functools import partial

from benchmarks.compilation.case import Case, program
from benchmarks.grounding.cases import ADDITION_WITH_CARRIES

Number = tuple[tuple[float, ...], ...]
"""The distribution over the digits 0 to 9 at each position, the most significant position first."""

CARRY_AS_PREDICATE = (
    "carry(0, 0).",
    "carry(J, C) :- J > 0, I is J - 1, x(I, A), y(I, B), carry(I, D), C is (A + B + D) // 10.",
    "digit_of_sum(I, S) :- x(I, A), y(I, B), carry(I, D), S is (A + B + D) mod 10.",
)


def numbers(digits: int) -> tuple[Number, Number]:
    """Return two numbers of uncertain digits, whose probabilities are positive thousandths."""
    rng = random.Random(digits)

    def distribution() -> tuple[float, ...]:
        cuts = [0, *sorted(rng.sample(range(1, 1000), 9)), 1000]
        return tuple((high - low) / 1000 for low, high in itertools.pairwise(cuts))

    first, second = (tuple(distribution() for _ in range(digits)) for _ in range(2))
    return first, second


def a_sum(digits: int) -> int:
    """Return the sum of two random numbers."""
    rng = random.Random(1000 + digits)
    return rng.randrange(10**digits) + rng.randrange(10**digits)


def disjunctions(digits: int, atom: str) -> list[str]:
    """Return the annotated disjunctions of all digits; ``atom`` has {name}, {place} (the least significant is 0) and {value}."""
    lines = []
    for name, number in zip("xy", numbers(digits), strict=True):
        for place, weights in enumerate(reversed(number)):
            heads = (f"{weight}::{atom.format(name=name, place=place, value=value)}" for value, weight in enumerate(weights))
            lines.append(f"{'; '.join(heads)}.")
    return lines


def carry_as_argument(digits: int, total: int | None) -> str:
    """Return the program that hands the carry on as an argument and asks for one sum, or for all."""
    first, second = (f"[{','.join(f'{name}{place}' for place in reversed(range(digits)))}]" for name in "xy")
    asked = "Z" if total is None else f"[{','.join(f'{total:0{digits + 1}}')}]"
    return program(
        *disjunctions(digits, "digit({name}{place},{value})"), ADDITION_WITH_CARRIES, f"query(addition({first},{second},{asked}))."
    )


def carry_as_predicate(digits: int, total: int) -> str:
    """Return the program in which carries are atoms, with one goal for each digit of the sum that is asked."""
    *low, high = reversed(f"{total:0{digits + 1}}")
    goals = [f"digit_of_sum({place},{value})" for place, value in enumerate(low)]
    question = (f"sum :- {', '.join([*goals, f'carry({digits},{high})'])}.", "query(sum).")
    return program(*disjunctions(digits, "{name}({place},{value})"), *CARRY_AS_PREDICATE, *question)


def distribution_of_sums(digits: int) -> list[float]:
    """Return the probability of each sum, 0 first, by adding one pair of digits after the other to what is below."""
    first, second = numbers(digits)
    sums = [1.0]
    for place, (left, right) in enumerate(zip(reversed(first), reversed(second), strict=True)):
        pair = [sum(left[a] * right[s - a] for a in range(10) if 0 <= s - a < 10) for s in range(19)]
        wider = [0.0] * (2 * (10 ** (place + 1) - 1) + 1)
        for low, weight in enumerate(sums):
            for high, factor in enumerate(pair):
                wider[low + high * 10**place] += weight * factor
        sums = wider
    return sums


def probability_of_sum(digits: int, total: int) -> float:
    """Return the probability of one sum, from the digit on the right to that on the left, given the carry."""
    first, second = numbers(digits)
    carries = [1.0, 0.0]
    *low, high = [int(digit) for digit in reversed(f"{total:0{digits + 1}}")]
    for wanted, left, right in zip(low, reversed(first), reversed(second), strict=True):
        following = [0.0, 0.0]
        for carry, weight in enumerate(carries):
            for a in range(10):
                for carried in (0, 1):
                    b = wanted + 10 * carried - a - carry
                    if 0 <= b < 10:
                        following[carried] += weight * left[a] * right[b]
        carries = following
    return carries[high]


def expected_of_argument(digits: int, total: int | None) -> dict[str, float]:
    """Return the answers of ``carry_as_argument``."""
    sums = enumerate(distribution_of_sums(digits)) if total is None else [(total, probability_of_sum(digits, total))]
    first, second = (f"[{','.join(f'{name}{place}' for place in reversed(range(digits)))}]" for name in "xy")
    return {f"addition({first},{second},[{','.join(f'{value:0{digits + 1}}')}])": weight for value, weight in sums}


def expected_of_predicate(digits: int, total: int) -> dict[str, float]:
    """Return the answer of ``carry_as_predicate``."""
    return {"sum": probability_of_sum(digits, total)}


def addition_cases() -> Iterator[Case]:
    """Yield the cases of addition."""
    for digits in range(1, 7):
        total = a_sum(digits)
        quick = digits < 4
        text, expected = partial(carry_as_argument, digits, total), partial(expected_of_argument, digits, total)
        yield Case(f"addition-argument-{digits}-one", text, expected, quick=quick)
        text, expected = partial(carry_as_predicate, digits, total), partial(expected_of_predicate, digits, total)
        yield Case(f"addition-predicate-{digits}-one", text, expected, quick=quick)
    for digits in (1, 2, 3):
        text, expected = partial(carry_as_argument, digits, None), partial(expected_of_argument, digits, None)
        yield Case(f"addition-argument-{digits}-all", text, expected, quick=digits < 3)
