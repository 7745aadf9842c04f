"""How choices become propositional variables: the values of a choice are the codes of a few bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encoding:
    """Variables of choices, the most significant bit first; ``codes[k][v]`` are the bits of value ``v`` of a choice with ``k`` values.

    Codes are those of a balanced binary tree over the values: no code is a prefix of another one, and every assignment of the variables
    goes on from exactly one of them. So each assignment stands for one value, and nothing has to say that values exclude each other.
    A function of a choice is known by what it is for the shortest assignments, with false for bits that a code does not have.
    """

    variables: Mapping[int, tuple[int, ...]]
    values: Mapping[int, int]
    codes: Mapping[int, tuple[tuple[bool, ...], ...]]
    choice_of: tuple[int, ...]

    def literals(self, choice: int, value: int) -> list[int]:
        """Return the literals whose conjunction stands for a value."""
        code = self.codes[self.values[choice]][value]
        return [variable if bit else -variable for variable, bit in zip(self.variables[choice], code, strict=False)]

    def masks(self) -> list[int]:
        """Return for each variable, from 1, the values of its choice, as bits, for which it is true."""
        found = [0] * len(self.choice_of)
        for choice, variables in self.variables.items():
            for value, code in enumerate(self.codes[self.values[choice]]):
                for variable, bit in zip(variables, code, strict=False):
                    if bit:
                        found[variable] |= 1 << value
        return found


def encode(counts: Mapping[int, int]) -> Encoding:
    """Return the encoding of some choices, each with its number of values, whose variables are numbered in their order."""
    codes: dict[int, tuple[tuple[bool, ...], ...]] = {}
    variables: dict[int, tuple[int, ...]] = {}
    choice_of = [-1]
    for choice, count in counts.items():
        if count not in codes:
            codes[count] = tuple(_codes(count))
        bits = max(map(len, codes[count]))
        variables[choice] = tuple(range(len(choice_of), len(choice_of) + bits))
        choice_of += [choice] * bits
    return Encoding(variables, dict(counts), codes, tuple(choice_of))


def _codes(count: int) -> list[tuple[bool, ...]]:
    """Return the ways to the leaves of a balanced tree; the first value of two is the true one."""
    if count == 1:
        return [()]
    half = (count + 1) // 2
    return [(True, *code) for code in _codes(half)] + [(False, *code) for code in _codes(count - half)]
