"""Tests of what kind of term an argument is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nesylang.grounding.native.builtins.contract import Test
from nesylang.grounding.native.terms import NIL, Real, Store, Struct, Text, Value, Var, is_ground, list_items


def is_closed_list(term: Value) -> bool:
    """Return whether a resolved term is a list that ends."""
    return list_items(term)[1] == NIL


KINDS: Mapping[str, Callable[[Value], bool]] = {
    "var": lambda term: type(term) is Var,
    "nonvar": lambda term: type(term) is not Var,
    "atom": lambda term: isinstance(term, str),
    "atomic": lambda term: isinstance(term, int | str | Real),
    "compound": lambda term: isinstance(term, Struct),
    "callable": lambda term: isinstance(term, str | Struct),
    "number": lambda term: isinstance(term, int | Real),
    "integer": lambda term: isinstance(term, int),
    "float": lambda term: isinstance(term, Real),
    "rational": lambda term: False,
    "simple": lambda term: not isinstance(term, Struct),
    "primitive": lambda term: isinstance(term, int | str | Real | Text),
    "dbreference": lambda term: False,
    "ground": is_ground,
    "is_list": is_closed_list,
}
"""Name -> test of one resolved term."""


def _test(name: str, kind: Callable[[Value], bool]) -> Test:
    def holds(store: Store, term: Value) -> bool:
        return kind(term)

    return Test(name, 1, holds)


TYPES: tuple[Test, ...] = tuple(_test(name, kind) for name, kind in KINDS.items())
"""The tests of types."""
