"""Equality of terms, the standard order, and sorting by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key

from nesylang.grounding.native.builtins.arguments import Solution, closed_list, deterministic, integer, trial, unifies, wrong
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation, Test
from nesylang.grounding.native.terms import (
    InfiniteTerm,
    Store,
    Struct,
    Value,
    Var,
    compare,
    deref,
    free_variables,
    identical,
    is_ground,
    unify,
)


def same(first: Value, second: Value) -> bool:
    """Return whether two resolved terms are the same, variables included."""
    if is_ground(first) or is_ground(second):
        return first == second
    return identical(first, second)


standard_order = cmp_to_key(compare)
"""Key of a term for sorting."""


def ordered(terms: Sequence[Value]) -> list[Value]:
    """Return terms in the standard order, equal ones in the order in which they stand."""
    kinds = {type(term) for term in terms}
    if kinds == {int} or kinds == {str}:
        return sorted(terms)  # type: ignore[type-var]
    return sorted(terms, key=standard_order)


def without_repetition(terms: Sequence[Value]) -> list[Value]:
    """Return terms without those that are the same as the one before them."""
    return [term for index, term in enumerate(terms) if index == 0 or not same(terms[index - 1], term)]


def subsumes(store: Store, general: Value, specific: Value) -> bool:
    """Return whether binding variables of the first term alone makes it the second one."""
    theirs = list(free_variables(specific))
    with trial() as trail:
        try:
            if not unify(general, specific, trail):
                return False
        except InfiniteTerm:
            return False
        after = [deref(variable) for variable in theirs]
        return all(type(term) is Var for term in after) and len(set(after)) == len(theirs) and set(after) == set(theirs)


def _equal(store: Store, first: Value, second: Value) -> Solution:
    return second, second


def _equal_if_finite(store: Store, first: Value, second: Value) -> Solution | None:
    try:
        return (second, second) if unifies(first, second) else None
    except InfiniteTerm:
        return None


ORDERS = ("<", "=", ">")


def _compare(store: Store, order: Value, first: Value, second: Value) -> Solution:
    if type(order) is not Var and order not in ORDERS:
        raise wrong("compare/3", order, "<, = or >")
    return ORDERS[compare(first, second) + 1], first, second


def _sort(store: Store, unsorted: Value, result: Value) -> Solution:
    return unsorted, store.list(without_repetition(ordered(closed_list("sort/2", unsorted))))


def _msort(store: Store, unsorted: Value, result: Value) -> Solution:
    return unsorted, store.list(ordered(closed_list("msort/2", unsorted)))


def _sort_by(store: Store, key: Value, order: Value, unsorted: Value, result: Value) -> Solution:
    position = integer("sort/4", key)
    if position < 0:
        raise wrong("sort/4", key, "0 or the position of an argument")
    if order not in ("@<", "@=<", "@>", "@>="):
        raise wrong("sort/4", order, "@<, @=<, @> or @>=")
    terms = closed_list("sort/4", unsorted)
    keyed = [(term if position == 0 else _argument("sort/4", position, deref(term)), term) for term in terms]
    # A stable sort in reverse keeps equal elements in the order in which they stand.
    keyed.sort(key=lambda entry: standard_order(entry[0]), reverse=order in ("@>", "@>="))
    if order in ("@<", "@>"):
        keyed = [entry for index, entry in enumerate(keyed) if index == 0 or not identical(keyed[index - 1][0], entry[0])]
    return key, order, unsorted, store.list([term for _, term in keyed])


def _argument(name: str, position: int, term: Value) -> Value:
    if not isinstance(term, Struct) or len(term.args) < position:
        raise wrong(name, term, f"terms with at least {position} argument{'s' * (position > 1)}")
    return term.args[position - 1]


def _keysort(store: Store, unsorted: Value, result: Value) -> Solution:
    pairs = []
    for term in closed_list("keysort/2", unsorted):
        entry = deref(term)
        if not isinstance(entry, Struct) or entry.name != "-" or len(entry.args) != 2:
            raise wrong("keysort/2", entry, "pairs Key-Value")
        pairs.append(entry)
    pairs.sort(key=lambda entry: standard_order(entry.args[0]))
    return unsorted, store.list(pairs)


TESTS: Mapping[str, Callable[[Value, Value], bool]] = {
    "==": same,
    "\\==": lambda first, second: not same(first, second),
    "\\=": lambda first, second: not unifies(first, second),
    "@<": lambda first, second: compare(first, second) < 0,
    "@>": lambda first, second: compare(first, second) > 0,
    "@=<": lambda first, second: compare(first, second) <= 0,
    "@>=": lambda first, second: compare(first, second) >= 0,
}
"""Name -> test of two resolved terms."""


def _test(name: str, compared: Callable[[Value, Value], bool]) -> Test:
    def holds(store: Store, first: Value, second: Value) -> bool:
        return compared(first, second)

    return Test(name, 2, holds)


COMPARISON: tuple[NativeBuiltin, ...] = (
    *(_test(name, compared) for name, compared in TESTS.items()),
    Test("subsumes_term", 2, subsumes),
    Test("subsumes_chk", 2, subsumes),
    Relation("=", 2, deterministic(_equal), (((0,), (0, 1)), ((1,), (0, 1)))),
    Relation("unify_with_occurs_check", 2, deterministic(_equal_if_finite), (((0,), (0, 1)), ((1,), (0, 1)))),
    Relation("compare", 3, deterministic(_compare), (((), (0,)),)),
    Relation("sort", 2, deterministic(_sort), (((0,), (0, 1)),)),
    Relation("msort", 2, deterministic(_msort), (((0,), (0, 1)),)),
    Relation("sort", 4, deterministic(_sort_by), (((), (0, 1)), ((2,), (0, 1, 2, 3)))),
    Relation("keysort", 2, deterministic(_keysort), (((0,), (0, 1)),)),
)
"""The predicates of equality and order."""
