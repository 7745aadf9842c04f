"""Lists: length, elements and their positions, concatenation, order of elements.

Solutions come in Prolog's order and as often as there. Open lists become longer and longer, without end where nothing bounds them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from nesylang.grounding.native.builtins.arguments import (
    Solution,
    closings,
    deterministic,
    first_unifying,
    integer,
    may_unify,
    optional_integer,
    pair,
    unifies,
    wrong,
)
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation
from nesylang.grounding.native.terms import NIL, Store, Value, Var, deref, list_items


def fresh(count: int) -> list[Value]:
    """Return new variables."""
    return [Var() for _ in range(count)]


def _closed(term: Value) -> list[Value] | None:
    items, tail = list_items(term)
    return items if tail == NIL else None


def _ends(tail: Value) -> bool:
    """Return whether a list with this tail has no further elements."""
    return type(tail) is not Var


def length(store: Store, term: Value, count: Value) -> Iterable[Solution]:
    """Return a list and the number of its elements."""
    items, tail = list_items(term)
    wanted = optional_integer("length/2", count)
    if tail == NIL:
        return [(term, len(items))]
    if type(tail) is not Var:
        raise wrong("length/2", term, "a list")
    if wanted is not None:
        return [(store.list(items + fresh(wanted - len(items))), wanted)] if wanted >= len(items) else []
    if tail is count:
        raise wrong("length/2", count, "a variable that is not the list's own end")
    return ((store.list(items + fresh(added)), len(items) + added) for added in itertools.count())


def member(store: Store, element: Value, term: Value) -> Iterator[Solution]:
    """Yield each element of a list."""
    items, tail = list_items(term)
    for item in items:
        if may_unify(element, item):
            yield item, term
    if type(tail) is Var:
        for skipped in itertools.count():
            yield element, store.list(items + fresh(skipped), pair(store, element, Var()))


def memberchk(store: Store, element: Value, term: Value) -> Solution | None:
    """Return the first element of a list that another term can be."""
    items, tail = list_items(term)
    for item in items:
        if may_unify(element, item) and unifies(element, item):
            return item, term
    return (element, store.list(items, pair(store, element, Var()))) if type(tail) is Var else None


def append(store: Store, front: Value, back: Value, whole: Value) -> Iterator[Solution]:
    """Yield two lists and their concatenation."""
    items, tail = list_items(front)
    if _ends(tail):
        if tail == NIL:
            yield front, back, store.list(items, back)
        return
    known, end = list_items(whole)
    lengths = range(len(items), len(known) + 1)
    behind = _closed(back)
    if behind is not None and end == NIL:
        lengths = range(max(len(items), len(known) - len(behind)), len(known) - len(behind) + 1)
    rests = _suffixes(store, known, end)
    for count in lengths:
        yield store.list(known[:count]), rests(count), whole
    if type(end) is Var:
        for added in itertools.count(max(1, len(items) - len(known))):
            elements = known + fresh(added)
            yield store.list(elements), back, store.list(elements, back)


def _suffixes(store: Store, items: Sequence[Value], tail: Value) -> Callable[[int], Value]:
    """Return the function from a number of elements to what is left of a list without them."""
    rests = [tail]
    for item in reversed(items):
        rests.append(pair(store, item, rests[-1]))
    rests.reverse()
    return rests.__getitem__


def append_all(store: Store, lists: Value, whole: Value) -> Iterator[Solution]:
    """Yield a list of lists and the concatenation of all."""
    for parts in closings(store, lists):
        split = [list_items(part) for part in parts]
        if any(tail != NIL and _ends(tail) for _, tail in split):
            continue
        open_parts = [index for index, (_, tail) in enumerate(split) if tail != NIL]
        known = _closed(whole)
        least = sum(len(items) for items, _ in split)
        spare = None if known is None else len(known) - least
        for added in _compositions(len(open_parts), spare):
            more = dict(zip(open_parts, added, strict=True))
            lengths = [len(items) + more.get(index, 0) for index, (items, _) in enumerate(split)]
            if known is not None:
                elements = iter(known)
                filled = [store.list(list(itertools.islice(elements, count))) for count in lengths]
                yield store.list(filled), whole
            else:
                rows = [items + fresh(count - len(items)) for (items, _), count in zip(split, lengths, strict=True)]
                yield store.list([store.list(row) for row in rows]), store.list([item for row in rows for item in row])


def _compositions(count: int, total: int | None) -> Iterator[tuple[int, ...]]:
    """Yield the ways to write a number as a sum of some others, in lexicographic order; None stands for any number."""
    if total is None:
        yield from ((*(0 for _ in range(count - 1)), last) for last in itertools.count()) if count else [()]
    elif total >= 0 and (count > 0 or total == 0):
        for cuts in itertools.combinations_with_replacement(range(total + 1), max(0, count - 1)):
            bounds = (0, *cuts, total)
            yield tuple(high - low for low, high in itertools.pairwise(bounds)) if count else ()


def prefix(store: Store, part: Value, whole: Value) -> Iterator[Solution]:
    """Yield the beginnings of a list."""
    for front, _, found in append(store, part, Var(), whole):
        yield front, found


def last(store: Store, term: Value, element: Value) -> Iterator[Solution]:
    """Yield a list and its last element."""
    items, tail = list_items(term)
    if tail == NIL:
        if items:
            yield term, items[-1]
    elif type(tail) is Var:
        if items:
            yield store.list(items), items[-1]
        for added in itertools.count():
            yield store.list([*items, *fresh(added), element]), element


def nextto(store: Store, first: Value, second: Value, term: Value) -> Iterator[Solution]:
    """Yield neighbours in a list."""
    items, tail = list_items(term)
    for left, right in itertools.pairwise(items):
        if may_unify(first, left) and may_unify(second, right):
            yield left, right, term
    if type(tail) is Var:
        if items:
            yield items[-1], second, store.list(items, pair(store, second, Var()))
        for added in itertools.count():
            yield first, second, store.list([*items, *fresh(added), first, second], Var())


def _nth(name: str, start: int) -> Callable[..., Iterator[Solution]]:
    def solutions(store: Store, position: Value, term: Value, element: Value) -> Iterator[Solution]:
        wanted = optional_integer(name, position)
        items, tail = list_items(term)
        if wanted is not None and wanted - start < len(items):
            if wanted >= start:
                yield position, term, items[wanted - start]
            return
        if wanted is None:
            for index, item in enumerate(items, start):
                if may_unify(element, item):
                    yield index, term, item
        if type(tail) is Var:
            for index in itertools.count(len(items)) if wanted is None else (wanted - start,):
                yield index + start, store.list(items + fresh(index - len(items)), pair(store, element, Var())), element

    return solutions


def _without(store: Store, element: Value, term: Value, rest: Value, wanted: int | None) -> Iterator[tuple[int, Value, Value, Value]]:
    """Yield positions, elements, lists and what is left of them."""
    items, left = _closed(term), _closed(rest)
    if wanted is not None and wanted < 0:
        return
    if items is not None:
        positions: Iterable[int] = range(len(items)) if wanted is None else range(wanted, min(wanted + 1, len(items)))
        for index in positions:
            if may_unify(element, items[index]):
                yield index, items[index], term, store.list(items[:index] + items[index + 1 :])
    elif _ends(list_items(term)[1]):
        return
    elif left is not None:
        for index in range(len(left) + 1) if wanted is None else range(wanted, min(wanted, len(left)) + 1):
            yield index, element, store.list([*left[:index], element, *left[index:]]), rest
    else:
        for index in itertools.count() if wanted is None else (wanted,):
            front, tail = fresh(index), Var()
            yield index, element, store.list(front, pair(store, element, tail)), store.list(front, tail)


def _nth_rest(name: str, start: int) -> Callable[..., Iterator[Solution]]:
    def solutions(store: Store, position: Value, term: Value, element: Value, rest: Value) -> Iterator[Solution]:
        wanted = optional_integer(name, position)
        for index, item, whole, left in _without(store, element, term, rest, None if wanted is None else wanted - start):
            yield index + start, whole, item, left

    return solutions


def select(store: Store, element: Value, term: Value, rest: Value) -> Iterator[Solution]:
    """Yield the elements of a list with what is left of it."""
    for _, item, whole, left in _without(store, element, term, rest, None):
        yield item, whole, left


def selectchk(store: Store, element: Value, term: Value, rest: Value) -> Solution | None:
    """Return a list without the first element that another term can be."""
    items, tail = list_items(term)
    for index, item in enumerate(items):
        if may_unify(element, item) and unifies(element, item):
            return item, term, store.list(items[:index] + items[index + 1 :], tail)
    if type(tail) is not Var:
        return None
    end = Var()
    return element, store.list(items, pair(store, element, end)), store.list(items, end)


def replace(store: Store, old: Value, before: Value, new: Value, after: Value) -> Iterator[Solution]:
    """Yield two lists that differ in one place at most, with what stands there."""
    items, others = _closed(before), _closed(after)
    if items is not None:
        for index, item in enumerate(items):
            if may_unify(old, item):
                yield item, before, new, store.list([*items[:index], new, *items[index + 1 :]])
    elif others is not None:
        for index, item in enumerate(others):
            if may_unify(new, item):
                yield old, store.list([*others[:index], old, *others[index + 1 :]]), item, after
    elif not (_ends(list_items(before)[1]) or _ends(list_items(after)[1])):
        for index in itertools.count():
            front, tail = fresh(index), Var()
            yield old, store.list(front, pair(store, old, tail)), new, store.list(front, pair(store, new, tail))


def replace_first(store: Store, old: Value, before: Value, new: Value, after: Value) -> Solution | None:
    """Return the first solution of ``replace``."""
    return first_unifying((old, before, new, after), replace(store, old, before, new, after))


def reverse(store: Store, term: Value, result: Value) -> Iterator[Solution]:
    """Yield a list and the list backwards."""
    backwards = _closed(result)
    if _closed(term) is None and backwards is not None and not _ends(list_items(term)[1]):
        yield store.list(backwards[::-1]), result
        return
    for items in closings(store, term):
        yield store.list(items), store.list(items[::-1])


def same_length(store: Store, first: Value, second: Value) -> Iterator[Solution]:
    """Yield lists of equally many elements."""
    for left, right in zipped(store, first, second):
        yield store.list(left), store.list(right)


def zipped(store: Store, *lists: Value) -> Iterator[list[list[Value]]]:
    """Yield the elements of lists of one length; closed lists say which, open ones grow."""
    split = [list_items(term) for term in lists]
    lengths = {len(items) for items, tail in split if tail == NIL}
    least = max(len(items) for items, _ in split)
    if len(lengths) > 1 or any(tail != NIL and _ends(tail) for _, tail in split):
        return
    for count in lengths or itertools.count(least):
        if count >= least:
            yield [items + fresh(count - len(items)) for items, _ in split]


def permutation(store: Store, term: Value, result: Value) -> Iterator[Solution]:
    """Yield the lists with the same elements in some order."""
    items, wanted = _closed(term), _closed(result)
    if items is not None:
        known = [deref(item) for item in list_items(result)[0]]
        for order in _orders(items, known if wanted is None or len(wanted) == len(items) else None):
            yield term, store.list(order)
    elif wanted is not None and not _ends(list_items(term)[1]):
        for order in _orders(wanted, [deref(item) for item in list_items(term)[0]]):
            yield store.list(order), result
    else:
        for elements in closings(store, term):
            for order in _orders(elements, []):
                yield store.list(elements), store.list(order)


def _orders(items: Sequence[Value], known: Sequence[Value] | None) -> Iterator[list[Value]]:
    """Yield the orders of some elements that may begin with the known ones; None where no order is possible."""
    if known is None or len(known) > len(items):
        return
    # The elements that are not chosen form a ring by their numbers from 1, from which a choice is cut out and put back.
    end = len(items) + 1
    following = [*range(1, end + 1), 0]
    preceding = [end, *range(end)]
    chosen: list[int] = []
    current = following[0]
    while True:
        depth = len(chosen)
        if depth == len(items):
            yield [items[number - 1] for number in chosen]
            current = end
        while current != end and depth < len(known) and not may_unify(known[depth], items[current - 1]):
            current = following[current]
        if current != end:
            following[preceding[current]] = following[current]
            preceding[following[current]] = preceding[current]
            chosen.append(current)
            current = following[0]
        elif chosen:
            last_chosen = chosen.pop()
            following[preceding[last_chosen]] = last_chosen
            preceding[following[last_chosen]] = last_chosen
            current = following[last_chosen]
        else:
            return


def _numlist(store: Store, low: Value, high: Value, term: Value) -> Solution | None:
    items = _closed(term)
    if items and type(low) is Var:
        low = deref(items[0])
    if items and type(high) is Var:
        high = deref(items[-1])
    first, final = integer("numlist/3", low), integer("numlist/3", high)
    return (first, final, store.list(range(first, final + 1))) if first <= final else None


def _proper_length(store: Store, term: Value, count: Value) -> Solution | None:
    items = _closed(term)
    return None if items is None else (term, len(items))


def _pairs(keys: bool, values: bool) -> Callable[..., Iterator[Solution]]:
    """Return the relation between pairs Key-Value and the lists of their keys, their values, or both."""

    def solutions(store: Store, pairs: Value, *columns: Value) -> Iterator[Solution]:
        for entries, *known in zipped(store, pairs, *columns):
            left = known[0] if keys else fresh(len(entries))
            right = known[-1] if values else fresh(len(entries))
            joined = [store.make("-", (key, value)) for key, value in zip(left, right, strict=True)]
            yield store.list(joined), *(store.list(column) for column in known)

    return solutions


LENGTH = Relation("length", 2, length, (((), (1,)), ((0,), (0, 1))))
"""The only predicate of lists that needs no library."""

LISTS: tuple[NativeBuiltin, ...] = (
    Relation("member", 2, member, (((1,), (0, 1)),)),
    Relation("memberchk", 2, deterministic(memberchk), (((1,), (0, 1)),)),
    Relation("append", 3, append, (((0, 1), (0, 1, 2)), ((2,), (0, 1, 2)))),
    Relation("append", 2, append_all, (((0,), (0, 1)),)),
    Relation("prefix", 2, prefix, (((1,), (0, 1)),)),
    Relation("last", 2, last, (((0,), (0, 1)),)),
    Relation("nextto", 3, nextto, (((2,), (0, 1, 2)),)),
    Relation("nth0", 3, _nth("nth0/3", 0), (((), (0,)), ((1,), (0, 1, 2)))),
    Relation("nth1", 3, _nth("nth1/3", 1), (((), (0,)), ((1,), (0, 1, 2)))),
    Relation("nth0", 4, _nth_rest("nth0/4", 0), (((), (0,)), ((1,), (0, 1, 2, 3)), ((2, 3), (0, 1, 2, 3)))),
    Relation("nth1", 4, _nth_rest("nth1/4", 1), (((), (0,)), ((1,), (0, 1, 2, 3)), ((2, 3), (0, 1, 2, 3)))),
    Relation("select", 3, select, (((1,), (0, 1, 2)), ((0, 2), (0, 1, 2)))),
    Relation("selectchk", 3, deterministic(selectchk), (((1,), (0, 1, 2)), ((0, 2), (0, 1, 2)))),
    Relation("select", 4, replace, (((1, 2), (0, 1, 2, 3)), ((0, 3), (0, 1, 2, 3)))),
    Relation("selectchk", 4, deterministic(replace_first), (((1, 2), (0, 1, 2, 3)), ((0, 3), (0, 1, 2, 3)))),
    Relation("reverse", 2, reverse, (((0,), (0, 1)), ((1,), (0, 1)))),
    Relation("same_length", 2, same_length),
    Relation("permutation", 2, permutation, (((0,), (0, 1)), ((1,), (0, 1)))),
    Relation("numlist", 3, deterministic(_numlist), (((), (0, 1, 2)),)),
    Relation("proper_length", 2, deterministic(_proper_length), (((), (1,)),)),
    Relation("pairs_keys_values", 3, _pairs(keys=True, values=True), (((0,), (0, 1, 2)), ((1, 2), (0, 1, 2)))),
    Relation("pairs_keys", 2, _pairs(keys=True, values=False), (((0,), (0, 1)),)),
    Relation("pairs_values", 2, _pairs(keys=False, values=True), (((0,), (0, 1)),)),
)
"""The predicates of library(lists) about positions and order."""
