"""Atoms: the characters that they are made of, their parts and their concatenation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from nesylang.grounding.native.builtins.arguments import BIND_FIRST, Solution, closed_list, deterministic, optional_integer, wrong
from nesylang.grounding.native.builtins.contract import NativeBuiltin, Relation
from nesylang.grounding.native.builtins.spelling import (
    characters,
    codes,
    constant_text,
    listed_text,
    optional_text,
    parsed,
    read_number,
    spelled,
    text_of,
)
from nesylang.grounding.native.convert import show
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import NIL, Real, Store, Value, Var, deref, list_items

Maker = Callable[[Store, str], Value]


def atom(store: Store, text: str) -> Value:
    """Return the atom of a text."""
    return text


def number(name: str) -> Maker:
    """Return the function from a text to the number that it spells; it raises GoalError E302 if there is none."""

    def make(store: Store, text: str) -> Value:
        found = read_number(store, text)
        if found is None:
            raise GoalError("E302", f"{name} cannot read a number: {show(text)}")
        return found

    return make


def spelling(name: str, make: Maker, split: Maker) -> Callable[..., Sequence[Solution]]:
    """Return the relation of a constant and the list of its characters."""

    def solve(store: Store, constant: Value, listed: Value) -> Solution:
        if type(constant) is not Var:
            return constant, split(store, constant_text(name, constant))
        return make(store, listed_text(name, listed)), listed

    return deterministic(solve)


def _char_code(store: Store, character: Value, code: Value) -> Solution:
    if type(character) is Var:
        if not isinstance(code, int) or not 0 <= code <= 0x10FFFF:
            raise wrong("char_code/2", code, "a character code")
        return chr(code), code
    if not isinstance(character, str) or len(character) != 1:
        raise wrong("char_code/2", character, "a character")
    return character, ord(character)


def _atom_number(store: Store, name: Value, found: Value) -> Solution | None:
    if type(name) is Var:
        if not isinstance(found, int | Real):
            raise wrong("atom_number/2", found, "a number")
        return constant_text("atom_number/2", found), found
    if isinstance(name, int | Real):
        raise wrong("atom_number/2", name, "an atom")
    value = read_number(store, constant_text("atom_number/2", name))
    return None if value is None else (name, value)


def length_of(name: str) -> Callable[..., Sequence[Solution]]:
    """Return the relation of a constant and the number of its characters."""

    def solve(store: Store, constant: Value, count: Value) -> Solution:
        optional_integer(name, count)
        return constant, len(constant_text(name, constant))

    return deterministic(solve)


def concatenation(name: str, make: Maker) -> Callable[..., Iterable[Solution]]:
    """Return the relation of two texts and their concatenation; an unknown text is cut in all ways."""

    def solutions(store: Store, first: Value, second: Value, whole: Value) -> Iterable[Solution]:
        front, back, both = optional_text(name, first), optional_text(name, second), optional_text(name, whole)
        if front is not None and back is not None:
            # An atom may be the same text as a string or number: what is given is compared as text.
            joined = front + back
            return [(first, second, make(store, joined) if both is None else whole)] if both in (None, joined) else []
        if both is None:
            raise GoalError("E302", f"{name} is called with too many unbound arguments", "bind two of the three, or the last one")
        if front is not None:
            return [(first, make(store, both[len(front) :]), whole)] if both.startswith(front) else []
        if back is not None:
            return [(make(store, both[: len(both) - len(back)]), second, whole)] if both.endswith(back) else []
        return [(make(store, both[:cut]), make(store, both[cut:]), whole) for cut in range(len(both) + 1)]

    return solutions


def parts(name: str, make: Maker) -> Callable[..., Iterator[Solution]]:
    """Return the relation of a text, the lengths before, of and after a part of it, and the part."""

    def solutions(store: Store, whole: Value, before: Value, count: Value, after: Value, part: Value) -> Iterator[Solution]:
        text = constant_text(name, whole)
        start, size, left = (optional_integer(name, term) for term in (before, count, after))
        wanted = optional_text(name, part)
        if wanted is not None:
            position = text.find(wanted)
            while position >= 0:
                yield whole, position, len(wanted), len(text) - position - len(wanted), part
                position = text.find(wanted, position + 1)
            return
        for position, length in _places(len(text), start, size, left):
            yield whole, position, length, len(text) - position - length, make(store, text[position : position + length])

    return solutions


def _places(total: int, start: int | None, size: int | None, left: int | None) -> Iterator[tuple[int, int]]:
    """Yield the positions and lengths of parts, given some of: the position, the length, and what is left behind."""
    if start is None and size is not None and left is not None:
        start = total - size - left
    for position in range(total + 1) if start is None else (start,):
        if left is not None:
            lengths: Iterable[int] = (total - position - left,)
        else:
            lengths = range(total - position + 1) if size is None else (size,)
        for length in lengths:
            if position >= 0 and 0 <= length <= total - position and size in (None, length):
                yield position, length


def changed(name: str, change: Callable[[str], str]) -> Callable[..., Sequence[Solution]]:
    """Return the relation of a constant and the atom of its changed text."""

    def solve(store: Store, constant: Value, result: Value) -> Solution:
        return constant, change(constant_text(name, constant))

    return deterministic(solve)


def _joined(store: Store, pieces: Value, result: Value) -> Solution:
    name = "atomic_list_concat/2"
    return pieces, "".join(constant_text(name, deref(piece)) for piece in closed_list(name, pieces))


def _joined_by(store: Store, pieces: Value, separator: Value, result: Value) -> Solution | None:
    name = "atomic_list_concat/3"
    between = constant_text(name, separator)
    items, tail = list_items(pieces)
    known = [deref(item) for item in items]
    if tail == NIL and not any(type(item) is Var for item in known):
        return pieces, separator, between.join(constant_text(name, item) for item in known)
    whole = optional_text(name, result)
    if whole is None or not between:
        reason = "unbound pieces" if between else "unbound pieces and an empty separator"
        raise GoalError("E302", f"{name} is called with {reason}", BIND_FIRST.replace("it", "them"))
    return store.list(list(whole.split(between))), separator, result


def _term_to_atom(store: Store, term: Value, name: Value) -> Solution:
    if type(term) is Var:
        return parsed(store, "term_to_atom/2", constant_text("term_to_atom/2", name)), name
    return term, spelled(term, quoted=True)


def _concat(store: Store, pieces: Value, result: Value) -> Solution:
    return pieces, "".join(_pieces("concat/2", pieces))


def _join(store: Store, separator: Value, pieces: Value, result: Value) -> Solution:
    return separator, pieces, constant_text("join/3", separator).join(_pieces("join/3", pieces))


def _lst2str(store: Store, pieces: Value, result: Value) -> Solution:
    return pieces, "".join(_pieces("lst2str/2", pieces))


def _pieces(name: str, term: Value) -> list[str]:
    """Return the texts of the elements of a list."""
    items = [deref(item) for item in closed_list(name, term)]
    for item in items:
        if type(item) is Var:
            raise wrong(name, item, "the elements of the list")
    return [spelled(item) for item in items]


def _str2lst(store: Store, constant: Value, listed: Value) -> Solution:
    return constant, characters(store, text_of("str2lst/2", constant))


def _str2int(store: Store, constant: Value, result: Value) -> Solution:
    found = read_number(store, constant_text("str2int/2", constant))
    if not isinstance(found, int):
        raise wrong("str2int/2", constant, "the digits of an integer")
    return constant, found


def _sub_string(store: Store, whole: Value, before: Value, count: Value, after: Value, part: Value) -> Iterator[Solution]:
    """Yield the parts of a text with the texts before and after them; the last ones first."""
    name = "sub_string/5"
    text = constant_text(name, whole)
    front, size, back, wanted = (
        optional_text(name, before),
        optional_integer(name, count),
        optional_text(name, after),
        optional_text(name, part),
    )
    for start in range(len(text), -1, -1) if front is None else (len(front),):
        if front not in (None, text[:start]):
            continue
        for end in range(start, len(text) + 1) if size is None else (start + size,):
            if start <= end <= len(text) and back in (None, text[end:]) and wanted in (None, text[start:end]):
                known = (before if front is not None else text[:start]), end - start, (after if back is not None else text[end:])
                yield whole, *known, part if wanted is not None else text[start:end]


BOTH = (((0,), (0, 1)), ((1,), (0, 1)))

ATOMS: tuple[NativeBuiltin, ...] = (
    Relation("atom_codes", 2, spelling("atom_codes/2", atom, codes), BOTH),
    Relation("atom_chars", 2, spelling("atom_chars/2", atom, characters), BOTH),
    Relation("number_codes", 2, spelling("number_codes/2", number("number_codes/2"), codes), BOTH),
    Relation("number_chars", 2, spelling("number_chars/2", number("number_chars/2"), characters), BOTH),
    Relation("char_code", 2, deterministic(_char_code), (((), (0, 1)),)),
    Relation("atom_number", 2, deterministic(_atom_number), (((), (0, 1)),)),
    Relation("atom_length", 2, length_of("atom_length/2"), (((), (0, 1)),)),
    Relation("atom_concat", 3, concatenation("atom_concat/3", atom), (((), (0, 1, 2)),)),
    Relation("sub_atom", 5, parts("sub_atom/5", atom), (((), (0, 1, 2, 3, 4)),)),
    Relation("upcase_atom", 2, changed("upcase_atom/2", str.upper), (((), (0, 1)),)),
    Relation("downcase_atom", 2, changed("downcase_atom/2", str.lower), (((), (0, 1)),)),
    Relation("atomic_list_concat", 2, deterministic(_joined), (((), (0, 1)),)),
    Relation("atomic_list_concat", 3, deterministic(_joined_by), (((), (0, 1, 2)),)),
    Relation("term_to_atom", 2, deterministic(_term_to_atom), (((), (1,)), ((0,), (0, 1)))),
)
"""The predicates of atoms."""

STRING_LIBRARY: tuple[NativeBuiltin, ...] = (
    Relation("concat", 2, deterministic(_concat), (((0,), (0, 1)),)),
    Relation("join", 3, deterministic(_join), (((1,), (0, 1, 2)),)),
    Relation("lst2str", 2, deterministic(_lst2str), (((0,), (0, 1)),)),
    Relation("str2lst", 2, deterministic(_str2lst), (((), (0, 1)),)),
    Relation("str2int", 2, deterministic(_str2int), (((), (0, 1)),)),
    Relation("sub_string", 5, _sub_string, (((), (0, 1, 2, 3, 4)),)),
)
"""The predicates of library(string)."""
