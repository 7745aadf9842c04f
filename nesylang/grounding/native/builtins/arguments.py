"""What builtins read from their arguments, and the errors for those that they do not take."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from nesylang.grounding.native.convert import show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import (
    CONS,
    NIL,
    InfiniteTerm,
    Store,
    Struct,
    Trail,
    Value,
    Var,
    deref,
    is_ground,
    list_items,
    undo,
    unify,
)

Solution = tuple[Value, ...]

BIND_FIRST = "bind it in a goal before this one"


def wrong(name: str, term: Value, expected: str) -> GoalError:
    """Return the error for an argument that a builtin does not take."""
    if type(term) is Var:
        return GoalError("E302", f"{name} is called with a variable that has no value yet where it takes {expected}", BIND_FIRST)
    return GoalError("E302", f"{name} is called with {show(term)} where it takes {expected}")


def closed_list(name: str, term: Value) -> list[Value]:
    """Return the elements of a list that ends; GoalError E302 for other terms."""
    items, tail = list_items(term)
    if tail == NIL:
        return items
    if type(tail) is Var and items:
        raise GoalError("E302", f"{name} is called with the open list {show(term)} where it takes a closed one", BIND_FIRST)
    raise wrong(name, term, "a list")


def integer(name: str, term: Value) -> int:
    """Return an argument that is an integer; GoalError E302 for other terms."""
    if isinstance(term, int):
        return term
    raise wrong(name, term, "an integer")


def optional_integer(name: str, term: Value) -> int | None:
    """Return an argument that is an integer, None for a variable; GoalError E302 for other terms."""
    return None if type(term) is Var else integer(name, term)


def unifies(first: Value, second: Value) -> bool:
    """Return whether two terms unify, without binding anything. Raises InfiniteTerm."""
    if is_ground(first) and is_ground(second):
        return first == second
    trail: Trail = []
    try:
        return unify(first, second, trail)
    finally:
        undo(trail, 0)


@contextmanager
def trial() -> Iterator[Trail]:
    """Yield a trail whose bindings are undone at the end."""
    trail: Trail = []
    try:
        yield trail
    finally:
        undo(trail, 0)


def unified(first: Value, second: Value, trail: Trail) -> bool:
    """Return whether two terms unify; where they do not, the bindings of the attempt are undone."""
    length = len(trail)
    try:
        if unify(first, second, trail):
            return True
    except InfiniteTerm:
        undo(trail, length)
        raise
    undo(trail, length)
    return False


def deterministic(solve: Callable[..., Solution | None]) -> Callable[..., Sequence[Solution]]:
    """Return a relation that has the one solution that a function returns, or none for None."""

    def solutions(store: Store, *arguments: Value) -> Sequence[Solution]:
        found = solve(store, *arguments)
        return () if found is None else (found,)

    return solutions


def closings(store: Store, term: Value) -> Iterator[list[Value]]:
    """Yield the elements of a list; for an open one, of all closed lists that it can become, shortest first; nothing for others."""
    items, tail = list_items(term)
    if tail == NIL:
        yield items
    elif type(tail) is Var:
        for added in itertools.count():
            yield items + [Var() for _ in range(added)]


def pair(store: Store, head: Value, tail: Value) -> Struct:
    """Return the list cell of an element and a tail."""
    return store.make(CONS, (head, tail))


def may_unify(first: Value, second: Value) -> bool:
    """Return False only where two terms surely do not unify; cheap."""
    first, second = deref(first), deref(second)
    return first == second or not (is_ground(first) and is_ground(second))


def first_unifying(arguments: Solution, solutions: Iterable[Solution]) -> Solution | None:
    """Return the first of some solutions that unifies with the arguments of a call."""
    for solution in solutions:
        with trial() as trail:
            if all(unified(argument, value, trail) for argument, value in zip(arguments, solution, strict=True)):
                return solution
    return None


def known_list(name: str, term: Value) -> list[Value] | None:
    """Return the elements of a list, None for terms that are none; GoalError E302 for an open list."""
    items, tail = list_items(term)
    if type(tail) is Var:
        return closed_list(name, term)
    return items if tail == NIL else None
