"""How the values in a column become cells: what their type says, or else what the data looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from nesylang.source import Source, Span
from nesylang.syntax.statements import (
    Cell,
    EnumerationDomain,
    ListDomain,
    NamedType,
    PredicateDeclaration,
    RangeDomain,
    Statement,
    TypeDeclaration,
    TypeReference,
)
from nesylang.syntax.terms import Atom, Float, Integer, String, Term
from nesylang.syntax.tokens import read_integer

NULL = "null"
"""The atom of a missing value, in columns that may hold it."""

INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
FLOAT = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)

_NOWHERE = Span(Source("<constant>", ""), 0, 0)

EXPECTED = {
    "int": "no integer",
    "float": "no number",
    "number": "no number",
    "atom": "no atom",
    "string": "no string",
    "bool": "neither true nor false",
}
"""Kind -> what is said of a value that is none of that kind."""

_NAMES = {"int": "int", "integer": "int", "float": "float", "number": "number", "atom": "atom", "string": "string", "bool": "bool"}
_NAMES |= {"any": "any", "term": "any", "list": "any"}


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """What the cells of a column are to be: a key of EXPECTED, ``any`` where each looks for itself, or ``constants`` of an enumeration.

    ``type`` is where the type is said.
    """

    name: str
    constants: Mapping[str, Cell] = field(default_factory=dict)
    type: Span | None = None

    @property
    def null(self) -> Cell | None:
        """What a missing value is, None where it is a mistake."""
        return NULL if self.name == "any" or self.constants.get(NULL) == NULL else None


def column_kinds(statements: Iterable[Statement]) -> Callable[[TypeReference], ColumnKind]:
    """Return what finds the kind of a type, among the types that the statements declare."""
    declarations = {s.name: s for s in statements if isinstance(s, TypeDeclaration)}

    def kind_of(reference: TypeReference) -> ColumnKind:
        span, seen = reference.span, set()
        while isinstance(reference, NamedType) and reference.name in declarations and reference.name not in seen:
            seen.add(reference.name)
            domain = declarations[reference.name].domain
            if domain is None:
                return ColumnKind("any", type=span)
            reference = domain
        match reference:
            case RangeDomain():
                return ColumnKind("int", type=span)
            case EnumerationDomain(values=values):
                return ColumnKind("constants", _by_text(values), span)
            case NamedType(name=name):
                return ColumnKind(_NAMES.get(name, "any"), type=span)
            case ListDomain():
                return ColumnKind("any", type=span)

    return kind_of


def declared_kinds(statements: Sequence[Statement], name: str, arity: int) -> tuple[ColumnKind | None, ...]:
    """Return the kinds of the arguments of a predicate as ``pred`` declares them, None for each where nothing does."""
    for statement in statements:
        if isinstance(statement, PredicateDeclaration) and (statement.name, len(statement.arguments)) == (name, arity):
            return tuple(map(column_kinds(statements), statement.arguments))
    return (None,) * arity


def _by_text(values: Iterable[Term]) -> dict[str, Cell]:
    """Return the constants of an enumeration by what is written for them in a table."""
    found: dict[str, Cell] = {}
    for value in values:
        match value:
            case Atom(name=name):
                found[name] = name
            case String(value=text):
                found.setdefault(text, String(text, _NOWHERE))
            case Integer(value=number):
                found[str(number)] = number
            case Float(value=real):
                found[repr(real)] = real
    return found


def inferred_kind(text: str) -> ColumnKind:
    """Return the kind of a column without a type whose first cell this is."""
    return ColumnKind("int" if INTEGER.fullmatch(text) else "float" if is_float(text) else "atom")


def is_float(text: str) -> bool:
    """Return whether a text is a finite number."""
    return FLOAT.fullmatch(text) is not None and isfinite(float(text))


def integer(text: str) -> int:
    """Return the integer that a text is, of any size."""
    digits = text.strip().lstrip("+-")
    return -read_integer(digits) if text.strip()[0] == "-" else read_integer(digits)


def number(text: str) -> int | float:
    """Return the integer or float that a text is."""
    return integer(text) if INTEGER.fullmatch(text) else float(text)


def text_cell(kind: ColumnKind, text: str) -> Cell | None:
    """Return the cell that a text without white space around it is in a column of a kind, None where it is none."""
    if not text and kind.type is not None and kind.name != "string":
        return kind.null
    match kind.name:
        case "int":
            return integer(text) if INTEGER.fullmatch(text) else None
        case "float":
            return float(text) if is_float(text) else None
        case "number":
            return number(text) if is_float(text) or INTEGER.fullmatch(text) else None
        case "bool":
            return text.lower() if text.lower() in ("true", "false") else None
        case "string":
            return String(text, _NOWHERE)
        case "constants":
            return kind.constants.get(text, text)
        case "any":
            return number(text) if is_float(text) or INTEGER.fullmatch(text) else text
        case _:
            return text


def value_cells(kind: ColumnKind | None, values: list[Cell]) -> list[Cell]:
    """Return Python values as the cells of a kind where that changes no value: texts as strings or constants, integers as floats.

    What does not fit is left as it is.
    """
    match kind:
        case ColumnKind(name="string"):
            return _replaced(values, str, lambda text: String(text, _NOWHERE))
        case ColumnKind(name="float"):
            return _replaced(values, int, _float)
        case ColumnKind(name="constants", constants=constants):
            return _replaced(values, str, lambda text: text if isinstance(constants.get(text), int | float) else constants.get(text, text))
        case _:
            return values


def with_integers(kind: ColumnKind | None, values: Sequence[object]) -> Sequence[object]:
    """Return the values of a column whose floats had to stand for integers: whole numbers as integers where the kind has such."""
    if kind is None or kind.name not in ("int", "constants"):
        return values

    def is_meant(value: object) -> bool:
        return type(value) is float and value.is_integer() and (kind.name == "int" or type(kind.constants.get(str(int(value)))) is int)

    return [int(value) if type(value) is float and is_meant(value) else value for value in values]


def _float(value: int) -> Cell:
    """Return an integer as a float if that is the same number."""
    try:
        return float(value) if int(float(value)) == value else value
    except OverflowError:
        return value


def _replaced(values: list[Cell], type_: type, replacement: Callable[..., Cell]) -> list[Cell]:
    known = {value: replacement(value) for value in {value for value in values if type(value) is type_}}
    return [known[value] if type(value) is type_ else value for value in values] if known else values
