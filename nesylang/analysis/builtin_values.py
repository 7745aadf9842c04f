"""What the arguments of builtins and of library predicates are where a call succeeds."""

from __future__ import annotations

from collections.abc import Mapping

from nesylang.analysis.arithmetic import CONSTANTS
from nesylang.analysis.builtins import Signature
from nesylang.analysis.values import ANY, ATOM, ATOMIC, COMPOUND, FLOAT, INTEGER, LIST, NATURAL, NUMBER, STRING, Values, join

COMPUTABLE = Values(NUMBER.integers, True, False, frozenset(CONSTANTS), None, True)
"""What arithmetic can compute with: numbers, the names of constants, and compounds, which may be expressions."""

COMPARISONS: frozenset[Signature] = frozenset((name, 2) for name in ("<", ">", "=<", ">=", "=:=", "=\\="))
"""Goals that compute both of their arguments."""

_NAMES = {
    "any": ANY,
    "atom": ATOM,
    "atomic": ATOMIC,
    "compound": COMPOUND,
    "float": FLOAT,
    "int": INTEGER,
    "list": LIST,
    "natural": NATURAL,
    "number": NUMBER,
    "string": STRING,
    "callable": join(ATOM, COMPOUND),
    "bound": Values(NUMBER.integers, False, False, frozenset({"inf", "infinite"})),
}


def _rows(text: str) -> dict[Signature, tuple[Values, ...]]:
    """Return the table that lines such as ``length list natural`` are."""
    split = [line.split() for line in text.strip().splitlines()]
    return {(name, len(names)): tuple(_NAMES[kind] for kind in names) for name, *names in split}


BUILTIN_VALUES: Mapping[Signature, tuple[Values, ...]] = _rows(
    """
    length any natural
    between int bound int
    succ natural natural
    plus number number number
    functor any atomic natural
    arg int compound any
    =.. any list
    sort any list
    msort any list
    keysort any list
    atom_number any number
    atom_chars any list
    atom_codes any list
    atom_length any natural
    char_code atom natural
    downcase_atom any atom
    upcase_atom any atom
    number_chars number list
    number_codes number list
    number_string number any
    string_chars any list
    string_codes any list
    string_length any natural
    atom_concat any any atomic
    atomic_list_concat list atom
    term_variables any list
    sub_atom any natural natural natural atom
    """
)
"""Builtin -> what each of its arguments is where a call succeeds; what is not there may be anything."""

TEST_VALUES: Mapping[Signature, tuple[Values, ...]] = _rows(
    """
    atom atom
    atomic atomic
    compound compound
    callable callable
    number number
    integer int
    float float
    is_list list
    """
)
"""Builtins that test what their argument is, which programs call to tell kinds apart."""

LIBRARY_VALUES: Mapping[Signature, tuple[Values, ...]] = _rows(
    """
    member any list
    memberchk any list
    nth0 natural list any
    nth1 natural list any
    last list any
    reverse list list
    sum_list list number
    sumlist list number
    max_list list number
    min_list list number
    numlist int int list
    permutation list list
    list_to_set list list
    subset list list
    subtract list list list
    union list list list
    intersection list list list
    is_set list
    """
)
"""Library predicate -> what each of its arguments is where a call succeeds."""
