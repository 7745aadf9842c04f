"""The functions that the wrong programs about foreign predicates are bound to."""

from __future__ import annotations

from collections.abc import Callable

import nesylang as nesy

BIRTHS = {"ann": 1990}


def age(person: str) -> object:
    """Return an age; fails for people that are not known."""
    return 2026 - BIRTHS[person]


FUNCTIONS: dict[str, dict[str, Callable[..., object]]] = {
    "foreign_failures": {"age": age},
    "foreign_values": {"color": lambda number: "purple"},
    "foreign_lists": {"divisors": lambda number: [1, number]},
    "foreign_tests": {"even": lambda number: None},
    "foreign_inputs": {"even": lambda number: number % 2 == 0},
    "foreign_arguments": {"even": lambda number: number % 2 == 0},
    "foreign_probabilities": {"even": lambda number: nesy.probability(number)},
    "foreign_exclusive": {"roll": lambda number: nesy.exclusive({1: 0.6, 2: 0.6})},
    "foreign_outputs": {"halves": lambda number: number // 2},
}
"""Program -> its functions."""
