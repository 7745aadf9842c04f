"""Strings, the terms in double quotes: what they are made of and how they are cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from nesylang.grounding.native.builtins.arguments import Solution, deterministic, wrong
from nesylang.grounding.native.builtins.atoms import BOTH, concatenation, length_of, spelling
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation
from nesylang.grounding.native.builtins.spelling import characters, codes, constant_text, read_number, text_of
from nesylang.grounding.native.terms import Store, Value, Var


def string(store: Store, text: str) -> Value:
    """Return the string of a text."""
    return store.text(text)


def _atom_string(store: Store, atom: Value, found: Value) -> Solution:
    if type(atom) is not Var:
        return atom, store.text(constant_text("atom_string/2", atom))
    return text_of("atom_string/2", found), found


def _number_string(store: Store, found: Value, text: Value) -> Solution | None:
    if type(text) is Var:
        if type(found) is Var:
            raise wrong("number_string/2", found, "a number")
        return found, store.text(constant_text("number_string/2", found))
    value = read_number(store, text_of("number_string/2", text).strip())
    return None if value is None else (value, text)


def _split_string(store: Store, text: Value, separators: Value, padding: Value, pieces: Value) -> Solution:
    name = "split_string/4"
    whole, cuts, pad = (text_of(name, term) for term in (text, separators, padding))
    split = re.split(f"[{re.escape(cuts)}]", whole) if cuts else [whole]
    return text, separators, padding, store.list([store.text(piece.strip(pad) if pad else piece) for piece in split])


def _changed(name: str, change: Callable[[str], str]) -> Callable[..., Sequence[Solution]]:
    """Return the relation of a text and the string of its changed text."""

    def solve(store: Store, constant: Value, result: Value) -> Solution:
        return constant, store.text(change(constant_text(name, constant)))

    return deterministic(solve)


STRINGS: tuple[NativeBuiltin, ...] = (
    Relation("atom_string", 2, deterministic(_atom_string), (((), (0, 1)),)),
    Relation("number_string", 2, deterministic(_number_string), (((), (0, 1)),)),
    Relation("string_concat", 3, concatenation("string_concat/3", string), (((), (0, 1, 2)),)),
    Relation("string_length", 2, length_of("string_length/2"), (((), (0, 1)),)),
    Relation("string_chars", 2, spelling("string_chars/2", string, characters), BOTH),
    Relation("string_codes", 2, spelling("string_codes/2", string, codes), BOTH),
    Relation("string_upper", 2, _changed("string_upper/2", str.upper), (((), (0, 1)),)),
    Relation("string_lower", 2, _changed("string_lower/2", str.lower), (((), (0, 1)),)),
    Relation("split_string", 4, deterministic(_split_string), (((), (0, 1, 2, 3)),)),
)
"""The predicates of strings."""
