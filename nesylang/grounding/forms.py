"""What the functions bound to foreign predicates may return besides a plain value, and the mark of functions that are to be bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar, overload

Function = TypeVar("Function", bound=Callable[..., object])

MARK = "__nesy_foreign__"
"""The attribute of a marked function that has the name which it is bound to."""


@dataclass(frozen=True, slots=True)
class Learnable:
    """A learnable probability: one parameter of the module for each name; ``initial`` is where it starts."""

    name: str
    initial: float | None


@dataclass(frozen=True, slots=True)
class Weighted:
    """A value that is an answer with some probability, by a coin of its own."""

    value: object
    probability: object


@dataclass(frozen=True, slots=True)
class Answers:
    """Several answers, each a value or ``Weighted``."""

    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Answers of which at most one holds, each with its probability."""

    alternatives: tuple[tuple[object, object], ...]


class Text(str):
    """A string in double quotes, where the declared type does not say whether a Python string is one or an atom."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound term such as ``point(1, 2)``: its functor and its arguments as Python values."""

    functor: str
    args: tuple[object, ...]


def answers(values: Iterable[object]) -> Answers:
    """Return several answers, in order: values, or values with probabilities by ``weighted``."""
    return Answers(tuple(values))


def weighted(value: object, probability: object) -> Weighted:
    """Return an answer that holds with a probability, independently of all others.

    The probability is a number, ``learnable(name)``, a torch tensor with one element such as a parameter, or a function without
    arguments that returns one; tensors and functions are looked at again in every step of training.
    """
    return Weighted(value, probability)


def exclusive(alternatives: Mapping[object, object] | Iterable[tuple[object, object]]) -> Exclusive:
    """Return answers that exclude each other: pairs of value and probability, which sum to at most 1."""
    pairs = alternatives.items() if isinstance(alternatives, Mapping) else alternatives
    return Exclusive(tuple((value, probability) for value, probability in pairs))


def probability(value: object) -> Weighted:
    """Return what a foreign predicate without output returns to hold with a probability; see ``weighted``."""
    return Weighted(True, value)


def learnable(name: str, initial: float | None = None) -> Learnable:
    """Return a learnable probability, the same for all answers of a predicate that use its name."""
    return Learnable(name, initial)


@overload
def foreign(function: Function) -> Function: ...


@overload
def foreign(function: str) -> Callable[[Function], Function]: ...


def foreign(function: Function | str) -> Function | Callable[[Function], Function]:
    """Return the function, marked so that ``program.bind(function)`` and ``--bind`` take it by its name.

    ``@foreign("name")`` or ``@foreign("name/arity")`` gives it another name. A mark binds nothing by itself.
    """
    if isinstance(function, str):
        name = function

        def marked(decorated: Function) -> Function:
            setattr(decorated, MARK, name)
            return decorated

        return marked
    setattr(function, MARK, getattr(function, "__name__", ""))
    return function


def marked_name(function: object) -> str | None:
    """Return the name that a marked function is bound to, None for anything else."""
    name = getattr(function, MARK, None)
    return name if isinstance(name, str) and callable(function) else None
