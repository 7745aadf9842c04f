"""Terms as text, with and without quotation marks, and text as terms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nesylang.grounding.native.builtins.arguments import wrong
from nesylang.grounding.native.convert import TermWriter, read_term
from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.terms import NIL, Real, Store, Struct, Text, Value, Var, deref, list_items
from nesylang.source import NesyError, Source
from nesylang.syntax import parse_term, print_term
from nesylang.syntax.printer import print_float, print_integer
from nesylang.syntax.tokens import read_integer, unquote

QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
NUMBER = re.compile(r"\s*(?P<sign>[+-]?)(?P<digits>[0-9]+)(?P<fraction>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\Z")


def spelled(term: Value, quoted: bool = False, writer: TermWriter | None = None) -> str:
    """Return a term as text; unless ``quoted``, atoms and strings stand without quotation marks."""
    term = deref(term)
    if not quoted and isinstance(term, str | Text):
        return term if isinstance(term, str) else term.value
    text = print_term((writer or TermWriter()).term(term))
    return text if quoted else QUOTED.sub(lambda found: unquote(found[0]), text)


def all_spelled(terms: Sequence[Value], separator: str, quoted: bool = False) -> str:
    """Return several terms as text, in which a variable has one name."""
    writer = TermWriter()
    return separator.join(spelled(term, quoted, writer) for term in terms)


def text_of_constant(term: Value) -> str | None:
    """Return the characters of an atom, number or string, None for other terms."""
    match term:
        case str():
            return term
        case Text(value=text):
            return text
        case int():
            return print_integer(term)
        case Real(value=real):
            return print_float(real)
        case _:
            return None


def constant_text(name: str, term: Value) -> str:
    """Return the characters of an atom, number or string; GoalError E302 for other terms."""
    text = text_of_constant(term)
    if text is None:
        raise wrong(name, term, "an atom, number or string")
    return text


def text_of(name: str, term: Value) -> str:
    """Return the characters of an atom, number, string, or list of codes or characters; GoalError E302 for other terms."""
    text = text_of_list(term) if isinstance(term, Struct) or term == NIL else text_of_constant(term)
    if text is None:
        raise wrong(name, term, "a text: an atom, number, string, or list of codes or characters")
    return text


def optional_text(name: str, term: Value) -> str | None:
    """Return the characters of an atom, number or string, None for a variable; GoalError E302 for other terms."""
    return None if type(term) is Var else constant_text(name, term)


def text_of_list(term: Value) -> str | None:
    """Return the text that a closed list of character codes or characters spells, None for other terms."""
    items, tail = list_items(term)
    if tail != NIL:
        return None
    characters = [_character(deref(item)) for item in items]
    return None if None in characters else "".join(character for character in characters if character is not None)


def _character(term: Value) -> str | None:
    if isinstance(term, int) and 0 <= term <= 0x10FFFF:
        return chr(term)
    return term if isinstance(term, str) and len(term) == 1 else None


def listed_text(name: str, term: Value) -> str:
    """Return the text that a string, or a list of character codes or characters, spells; GoalError E302 for other terms."""
    text = term.value if isinstance(term, Text) else text_of_list(term)
    if text is None:
        raise wrong(name, term, "a closed list of codes or characters")
    return text


def characters(store: Store, text: str) -> Value:
    """Return the list of the characters of a text."""
    return store.list(list(text))


def codes(store: Store, text: str) -> Value:
    """Return the list of the character codes of a text."""
    return store.list([ord(character) for character in text])


def read_number(store: Store, text: str) -> Value | None:
    """Return the number that a text spells, None if it spells none."""
    found = NUMBER.match(text)
    if found is None:
        return None
    if found["fraction"]:
        return store.real(float(text))
    return read_integer(found["digits"]) * (-1 if found["sign"] == "-" else 1)


def parsed(store: Store, name: str, text: str) -> Value:
    """Return the term that a text spells, with new variables; GoalError E302 if it spells none."""
    variables: dict[str, Var] = {}

    def variable(spelling: str) -> Value:
        return Var() if spelling == "_" else variables.setdefault(spelling, Var())

    try:
        term = parse_term(Source("term", text))
    except NesyError as failure:
        raise GoalError("E302", f"{name} cannot read a term: {failure.diagnostics[0].message}") from None
    return read_term(term, store, variable)
