"""The functions that the programs of this folder call."""

from __future__ import annotations

import nesylang as nesy


@nesy.foreign
def edit_distance(first: str, second: str) -> object:
    """Return how many insertions, deletions and replacements lead from one text to another."""
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(second, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]


@nesy.foreign
def half(number: int) -> object:
    """Return half of an even number, nothing for an odd one."""
    return None if number % 2 else number // 2


@nesy.foreign
def divisors(number: int) -> object:
    """Return all divisors of a number."""
    return nesy.answers(d for d in range(1, number + 1) if number % d == 0)


@nesy.foreign
def road(town: str) -> object:
    """Return the neighbours of a town, each with the probability that the road to it is open."""
    roads = {"a": {"b": 0.5, "c": 0.5}, "b": {"c": 0.5, "a": 1.0}, "c": {"d": 0.0}}
    return nesy.answers(nesy.weighted(other, probability) for other, probability in roads.get(town, {}).items())


@nesy.foreign
def similar(first: str, second: str) -> object:
    """Return that an atom is similar to itself, and to others to a degree."""
    return first == second or nesy.probability(0.25)


@nesy.foreign
def roll(sides: int) -> object:
    """Return a fair die."""
    return nesy.exclusive((side, 1 / sides) for side in range(1, sides + 1))


@nesy.foreign
def weather(day: int) -> object:
    """Return the weather and the temperature of a day, if they are known: at most one of them holds."""
    return nesy.exclusive({("sunny", 20 + day): 0.5, ("rainy", 10): 0.3}) if day < 5 else nesy.answers([])


@nesy.foreign
def reversed_list(items: list[object]) -> object:
    """Return a list backwards."""
    return items[::-1]


@nesy.foreign
def swap(term: nesy.Compound) -> object:
    """Return a pair with its members exchanged."""
    first, second = term.args
    return nesy.Compound(term.functor, (second, first))


@nesy.foreign("kind/2")
def kind_of(value: object) -> object:
    """Return the name of the Python type that a term is."""
    return type(value).__name__


@nesy.foreign
def negated(value: bool) -> object:
    """Return the other truth value."""
    return not value


@nesy.foreign
def mean(first: float, second: float) -> object:
    """Return the mean of two numbers."""
    return (first + second) / 2


@nesy.foreign
def next_color(color: str) -> object:
    """Return the color that follows another one."""
    return {"red": "green", "green": "blue", "blue": "red"}[color]


@nesy.foreign
def answer() -> object:
    """Return a number that needs nothing."""
    return 42
