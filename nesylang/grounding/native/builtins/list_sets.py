"""Lists as sets and groups, and the sums and extremes of lists."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence

from nesylang.analysis.arithmetic import Number
from nesylang.grounding.native.builtins.arguments import (
    Solution,
    deterministic,
    known_list,
    may_unify,
    pair,
    trial,
    unified,
    unifies,
    wrong,
)
from nesylang.grounding.native.builtins.arithmetic import BINARY_FUNCTIONS, evaluate
from nesylang.grounding.native.builtins.comparison import same
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation, Test
from nesylang.grounding.native.terms import Store, Struct, Trail, Value, Var, compare, deref, is_ground, list_items


class Members:
    """The elements of a list, to be looked for one after another; each find may bind variables."""

    def __init__(self, store: Store, term: Value) -> None:
        self.store = store
        self.term = term
        items, _ = list_items(term)
        self.lookup = frozenset(items) if is_ground(term) else None

    def find(self, element: Value, trail: Trail) -> bool:
        """Return whether a term can be an element, and bind it to the first one that it can be."""
        element = self.store.resolve(element)
        if self.lookup is not None and is_ground(element):
            return element in self.lookup
        items, tail = list_items(self.term)
        for item in items:
            if may_unify(element, item) and unified(element, item, trail):
                return True
        return type(tail) is Var and unified(tail, pair(self.store, element, Var()), trail)


def _partition(name: str, keep: bool, followed: bool = False) -> Callable[[Store, Value, Value, Value], Sequence[Solution]]:
    """Return the relation of two lists and the elements of the first that are, or are not, in the second."""

    def solve(store: Store, first: Value, second: Value, result: Value) -> Solution | None:
        items = known_list(name, first)
        if items is None:
            return None
        members = Members(store, second)
        with trial() as trail:
            kept = [item for item in items if members.find(item, trail) is keep]
            found = store.list(kept, second if followed else "[]")
            return store.resolve(first), store.resolve(second), store.resolve(found)

    return deterministic(solve)


def _subset(store: Store, part: Value, whole: Value) -> Solution | None:
    items = known_list("subset/2", part)
    if items is None:
        return None
    members = Members(store, whole)
    with trial() as trail:
        if not all(members.find(item, trail) for item in items):
            return None
        return store.resolve(part), store.resolve(whole)


def _delete(store: Store, term: Value, element: Value, result: Value) -> Solution | None:
    items = known_list("delete/3", term)
    if items is None:
        return None
    return term, element, store.list([item for item in items if not (may_unify(item, element) and unifies(item, element))])


def distinct(items: Iterable[Value]) -> list[Value]:
    """Return terms without those that occur before, in their order."""
    ground: dict[Value, None] = {}
    others: list[Value] = []
    found = []
    for item in map(deref, items):
        if is_ground(item):
            if item in ground:
                continue
            ground[item] = None
        else:
            if any(same(item, other) for other in others):
                continue
            others.append(item)
        found.append(item)
    return found


def _list_to_set(store: Store, term: Value, result: Value) -> Solution | None:
    items = known_list("list_to_set/2", term)
    return None if items is None else (term, store.list(distinct(items)))


def _is_set(store: Store, term: Value) -> bool:
    items = known_list("is_set/1", term)
    return items is not None and len(distinct(items)) == len(items)


def _flatten(store: Store, term: Value, result: Value) -> Solution:
    flat: list[Value] = []
    pending = [term]
    while pending:
        current = deref(pending.pop())
        items, tail = list_items(current)
        if tail == "[]":
            pending.extend(reversed(items))
        else:
            flat.append(current)
    return term, store.list(flat)


def _sum(name: str) -> Callable[[Store, Value, Value], Sequence[Solution]]:
    def solve(store: Store, term: Value, total: Value) -> Solution | None:
        items = known_list(name, term)
        if items is None:
            return None
        result: Number = 0
        for item in items:
            result = BINARY_FUNCTIONS["+"](result, evaluate(store, store.resolve(item)))
        return term, store.number(result)

    return deterministic(solve)


def _extreme(name: str, better: Callable[[Number, Number], bool]) -> Callable[[Store, Value, Value], Sequence[Solution]]:
    """Return the relation of a list of numbers and the last of its best ones."""

    def solve(store: Store, term: Value, result: Value) -> Solution | None:
        items = known_list(name, term)
        if not items:
            return None
        numbers = [evaluate(store, store.resolve(item)) for item in items]
        best = 0
        for index, number in enumerate(numbers):
            if better(number, numbers[best]):
                best = index
        return term, items[best]

    return deterministic(solve)


def _extreme_member(name: str, sign: int) -> Callable[[Store, Value, Value], Sequence[Solution]]:
    def solve(store: Store, term: Value, result: Value) -> Solution | None:
        items = known_list(name, term)
        if not items:
            return None
        best = items[0]
        for item in items[1:]:
            if compare(item, best) * sign > 0:
                best = item
        return term, best

    return deterministic(solve)


def _groups(entries: Iterable[tuple[Value, Value]]) -> Iterator[tuple[Value, list[Value]]]:
    grouped: dict[Value, list[Value]] = {}
    others: list[tuple[Value, list[Value]]] = []
    for key, value in entries:
        key = deref(key)
        if is_ground(key):
            grouped.setdefault(key, []).append(value)
            continue
        found = next((values for other, values in others if same(other, key)), None)
        if found is None:
            others.append((key, [value]))
        else:
            found.append(value)
    yield from grouped.items()
    yield from others


def _groups_of_pairs(store: Store, pairs: Value, group: Value, values: Value) -> Iterator[Solution]:
    entries = []
    for item in map(deref, known_list("enum_groups/3", pairs) or ()):
        if not isinstance(item, Struct) or len(item.args) < 2:
            raise wrong("enum_groups/3", item, "pairs of a group and a value")
        entries.append((item.args[0], item.args[1]))
    for key, members in _groups(entries):
        yield pairs, key, store.list(members)


def _groups_of_lists(store: Store, keys: Value, items: Value, group: Value, values: Value) -> Iterator[Solution]:
    columns = known_list("enum_groups/4", keys) or (), known_list("enum_groups/4", items) or ()
    for key, members in _groups(zip(*columns, strict=False)):
        yield keys, items, key, store.list(members)


SETS: tuple[NativeBuiltin, ...] = (
    Relation("intersection", 3, _partition("intersection/3", keep=True), (((0, 1), (0, 1, 2)),)),
    Relation("subtract", 3, _partition("subtract/3", keep=False), (((0, 1), (0, 1, 2)),)),
    Relation("union", 3, _partition("union/3", keep=False, followed=True), (((0, 1), (0, 1, 2)),)),
    Relation("subset", 2, deterministic(_subset), (((1,), (0, 1)),)),
    Relation("delete", 3, deterministic(_delete), (((0,), (0, 2)),)),
    Relation("list_to_set", 2, deterministic(_list_to_set), (((0,), (0, 1)),)),
    Test("is_set", 1, _is_set),
    Relation("flatten", 2, deterministic(_flatten), (((0,), (0, 1)),)),
    Relation("sum_list", 2, _sum("sum_list/2"), (((), (0, 1)),)),
    Relation("sumlist", 2, _sum("sumlist/2"), (((), (0, 1)),)),
    Relation("max_list", 2, _extreme("max_list/2", operator.ge), (((), (0, 1)),)),
    Relation("min_list", 2, _extreme("min_list/2", operator.le), (((), (0, 1)),)),
    Relation("max_member", 2, _extreme_member("max_member/2", 1), (((0,), (0, 1)),)),
    Relation("min_member", 2, _extreme_member("min_member/2", -1), (((0,), (0, 1)),)),
    Relation("enum_groups", 3, _groups_of_pairs, (((0,), (0, 1, 2)),)),
    Relation("enum_groups", 4, _groups_of_lists, (((0, 1), (0, 1, 2, 3)),)),
)
"""The predicates of library(lists) about sets, groups and numbers."""
