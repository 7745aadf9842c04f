"""What a builtin predicate is to the grounder: a test or a relation over resolved values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nesylang.grounding.native.terms import Value

Signature = tuple[str, int]

Groundness = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
"""Pairs (positions, positions): where all arguments at the first are ground before the call, those at the second are after it."""


@dataclass(frozen=True, slots=True)
class Test:
    """A builtin that holds or not and binds nothing.

    ``holds`` gets the store and the arguments, resolved: their ``Var`` are free. Raises GoalError for arguments that it does not take.
    """

    name: str
    arity: int
    holds: Callable[..., bool]


@dataclass(frozen=True, slots=True)
class Relation:
    """A builtin that binds: ``solutions`` gets the store and the resolved arguments and returns its solutions in order.

    A solution has a value for each argument, which the grounder unifies with the arguments; it may hold their variables and new ones.
    It must not bind variables itself. Ground arguments may be returned as they are. A generator of infinitely many solutions is legal:
    the budget ends it. ``grounds`` says which arguments are ground after the call.
    """

    name: str
    arity: int
    solutions: Callable[..., Iterable[tuple[Value, ...]]]
    grounds: Groundness = ()


NativeBuiltin = Test | Relation
