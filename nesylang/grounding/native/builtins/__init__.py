"""The builtin predicates, by topic."""

from __future__ import annotations

from collections.abc import Mapping

from nesylang.grounding.native.builtins.arithmetic import ARITHMETIC
from nesylang.grounding.native.builtins.atoms import ATOMS, STRING_LIBRARY
from nesylang.grounding.native.builtins.comparison import COMPARISON
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Signature
from nesylang.grounding.native.builtins.dates import DATES
from nesylang.grounding.native.builtins.list_sets import SETS
from nesylang.grounding.native.builtins.lists import LENGTH, LISTS
from nesylang.grounding.native.builtins.output import OUTPUT
from nesylang.grounding.native.builtins.regular import REGULAR
from nesylang.grounding.native.builtins.strings import STRINGS
from nesylang.grounding.native.builtins.structure import STRUCTURE
from nesylang.grounding.native.builtins.types import TYPES

_TOPICS: tuple[tuple[NativeBuiltin, ...], ...] = (
    ARITHMETIC,
    TYPES,
    COMPARISON,
    STRUCTURE,
    (LENGTH,),
    ATOMS,
    STRINGS,
    REGULAR,
    DATES,
    OUTPUT,
)

NATIVE_BUILTINS: Mapping[Signature, NativeBuiltin] = {(builtin.name, builtin.arity): builtin for topic in _TOPICS for builtin in topic}
"""Signature -> builtin, of those that every program has."""

_LISTS: Mapping[Signature, NativeBuiltin] = {(builtin.name, builtin.arity): builtin for builtin in (*LISTS, *SETS)}
_STRING: Mapping[Signature, NativeBuiltin] = {(builtin.name, builtin.arity): builtin for builtin in STRING_LIBRARY}

NATIVE_LIBRARIES: Mapping[str, Mapping[Signature, NativeBuiltin]] = {
    "lists": _LISTS,
    "string": _STRING,
    "aggregate": _LISTS,
    "collect": {**_LISTS, **_STRING},
    "scope": _LISTS,
}
"""Library -> the predicates that it brings without clauses, those of the libraries that it uses included."""
