"""Sets of ground terms that inference computes with: what an argument may be, never less than what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeVar

from nesylang.analysis.builtins import Signature
from nesylang.analysis.types import EnumerationType, ListOf, OpaqueType, RangeType, TermType, Type
from nesylang.syntax.printer import print_name
from nesylang.syntax.terms import HEAD_AGGREGATE, Atom, Compound, Float, Integer, ListTerm, String, Term

LARGEST_SET = 64
"""Most constants of one kind that are told apart; of more, only the kind is kept."""

SHOWN = 8
"""Most constants that are listed where values are shown."""

Item = TypeVar("Item")

_DEEPEST = 4
"""How deep lists within lists are told apart."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The integers from ``low`` to ``high``; None where there is no bound."""

    low: int | None
    high: int | None

    def __contains__(self, value: int) -> bool:
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)


ALL_INTEGERS = Interval(None, None)

Integers = frozenset[int] | Interval


@dataclass(frozen=True, slots=True)
class Values:
    """A set of ground terms, by their kinds.

    ``atoms`` and ``compounds`` are None where all are in it. Lists that are not empty are in it where ``lists`` holds; their elements are
    in ``elements``, anything where that is None. The empty list is the atom ``[]``. ``opaque`` names a type of tensors that the terms name.
    """

    integers: Integers = frozenset()
    floats: bool = False
    strings: bool = False
    atoms: frozenset[str] | None = frozenset()
    compounds: frozenset[Signature] | None = frozenset()
    lists: bool = False
    elements: Values | None = None
    opaque: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no term is in it."""
        return self.integers == NO_INTEGERS and self.atoms == _NOTHING and self.compounds == _NOTHING and not self._has_others

    @property
    def _has_others(self) -> bool:
        return self.floats or self.strings or self.lists

    def accepts(self, term: Term) -> bool:
        """Return whether some ground instance of a term may be in it."""
        match term:
            case Integer(value=value):
                return value in self.integers
            case Float():
                return self.floats
            case String():
                return self.strings
            case Atom(name=name):
                return self.atoms is None or name in self.atoms
            case Compound(functor=functor) if functor.endswith(("{}", HEAD_AGGREGATE)):
                return True
            case Compound(functor=functor, args=args):
                return self.compounds is None or (functor, len(args)) in self.compounds
            case ListTerm(items=(), tail=None):
                return self.atoms is None or "[]" in self.atoms
            case ListTerm(items=items):
                return self.lists and (self.elements is None or all(self.elements.accepts(item) for item in items))
            case _:
                return not self.is_empty

    def kinds(self) -> Values:
        """Return all terms of the kinds that are in it."""
        return Values(
            integers=ALL_INTEGERS if self.integers != NO_INTEGERS else NO_INTEGERS,
            floats=self.floats,
            strings=self.strings,
            atoms=self.atoms if self.atoms == _NOTHING else None,
            compounds=self.compounds if self.compounds == _NOTHING else None,
            lists=self.lists,
            elements=None,
            opaque=self.opaque,
        )

    def __str__(self) -> str:
        return self.shown({})

    def shown(self, names: Mapping[Values, str]) -> str:
        """Return how it is shown: by its name, as a range or an enumeration, or by the names of kinds."""
        if self in names:
            return names[self]
        if self.opaque is not None:
            return self.opaque
        if self == ANY:
            return "any"
        parts = []
        integers = NO_INTEGERS if self.floats else self.integers
        constants = [*_shown_integers(integers), *_shown_atoms(self.atoms)]
        if constants:
            parts.append(f"{{{', '.join(constants)}}}")
        if self.floats:
            parts.append("float" if self.integers == NO_INTEGERS else "number")
        elif integers != NO_INTEGERS and not _shown_integers(integers):
            parts.append(_interval(integers))
        if self.strings:
            parts.append("string")
        if self.atoms is None or (self.atoms and not _shown_atoms(self.atoms)):
            parts.append("list" if self.lists and self.atoms == _EMPTY_LIST else "atom")
        if self.lists and "list" not in parts:
            parts.append("list")
        if self.elements is not None and self.elements != ANY:
            parts = [f"list({self.elements.shown(names)})" if part == "list" else part for part in parts]
        if self.compounds is None:
            parts.append("compound")
        else:
            parts.extend(f"{print_name(name)}/{arity}" for name, arity in sorted(self.compounds))
        return " | ".join(parts) or "nothing"


NO_INTEGERS: Integers = frozenset()
_NOTHING: frozenset[object] = frozenset()
_EMPTY_LIST: frozenset[object] = frozenset(("[]",))

NOTHING = Values()
ANY = Values(ALL_INTEGERS, True, True, None, None, True)
INTEGER = Values(integers=ALL_INTEGERS)
NATURAL = Values(integers=Interval(0, None))
FLOAT = Values(floats=True)
NUMBER = Values(integers=ALL_INTEGERS, floats=True)
STRING = Values(strings=True)
ATOM = Values(atoms=None)
COMPOUND = Values(compounds=None, lists=True)
LIST = Values(atoms=frozenset({"[]"}), lists=True)
ATOMIC = Values(ALL_INTEGERS, True, True, None)


def _interval(integers: Integers) -> str:
    if isinstance(integers, Interval) and integers.low is not None and integers.high is not None:
        return f"{integers.low}..{integers.high}"
    if isinstance(integers, frozenset) and len(integers) == max(integers) - min(integers) + 1:
        return f"{min(integers)}..{max(integers)}"
    return "int"


def _shown_integers(integers: Integers) -> list[str]:
    if isinstance(integers, Interval) or len(integers) > SHOWN or (len(integers) > 2 and _interval(integers) != "int"):
        return []
    return [str(value) for value in sorted(integers)]


def _shown_atoms(atoms: frozenset[str] | None) -> list[str]:
    if atoms is None or len(atoms) > SHOWN or atoms == _EMPTY_LIST:
        return []
    return [print_name(name) for name in sorted(atoms)]


def meet(first: Values, second: Values) -> Values:
    """Return the terms that are in both."""
    if first is second or first is ANY:
        return second
    if second is ANY or first == second:
        return first
    if first.opaque is not None and second.opaque is not None and first.opaque != second.opaque:
        return NOTHING
    lists = first.lists and second.lists
    elements: Values | None = None
    if lists:
        if first.elements is None or second.elements is None:
            elements = second.elements if first.elements is None else first.elements
        else:
            elements = meet(first.elements, second.elements)
            lists = not elements.is_empty
    return Values(
        integers=_common_integers(first.integers, second.integers),
        floats=first.floats and second.floats,
        strings=first.strings and second.strings,
        atoms=_common(first.atoms, second.atoms),
        compounds=_common(first.compounds, second.compounds),
        lists=lists,
        elements=elements if lists else None,
        opaque=first.opaque or second.opaque,
    )


def join(first: Values, second: Values) -> Values:
    """Return the terms that are in one of them, and where these are too many, more."""
    if first is second or second == NOTHING:
        return first
    if first == NOTHING:
        return second
    if not (first.lists and second.lists):
        elements = first.elements if first.lists else second.elements
    elif first.elements is None or second.elements is None:
        elements = None
    else:
        elements = join(first.elements, second.elements)
    return Values(
        integers=_all_integers(first.integers, second.integers),
        floats=first.floats or second.floats,
        strings=first.strings or second.strings,
        atoms=_either(first.atoms, second.atoms),
        compounds=_either(first.compounds, second.compounds),
        lists=first.lists or second.lists,
        elements=elements,
        opaque=first.opaque if first.opaque == second.opaque else None,
    )


def join_all(values: Iterable[Values]) -> Values:
    """Return the terms that are in one of several sets."""
    return reduce(join, values, NOTHING)


def is_exactly_within(values: Values, type_: Type) -> bool:
    """Return whether all terms of a set are surely values of a type."""
    match type_:
        case OpaqueType():
            return True
        case EnumerationType() if values.floats or values.strings:
            return False
        case ListOf(element=element) if values.lists:
            inner = values.elements or ANY
            return is_exactly_within(replace(values, lists=False, elements=None), type_) and is_exactly_within(inner, element)
        case _:
            return meet(values, of_type(type_)) == values


def _common(first: frozenset[Item] | None, second: frozenset[Item] | None) -> frozenset[Item] | None:
    if first is None or second is None:
        return second if first is None else first
    return first & second


def _either(first: frozenset[Item] | None, second: frozenset[Item] | None) -> frozenset[Item] | None:
    if first is None or second is None:
        return None
    joined = first | second
    return joined if len(joined) <= LARGEST_SET else None


def _common_integers(first: Integers, second: Integers) -> Integers:
    if isinstance(first, frozenset):
        return frozenset(value for value in first if value in second)
    if isinstance(second, frozenset):
        return _common_integers(second, first)
    low = first.low if second.low is None else second.low if first.low is None else max(first.low, second.low)
    high = first.high if second.high is None else second.high if first.high is None else min(first.high, second.high)
    return frozenset() if low is not None and high is not None and low > high else Interval(low, high)


def _all_integers(first: Integers, second: Integers) -> Integers:
    if isinstance(first, frozenset) and isinstance(second, frozenset):
        return some_integers(first | second)
    if isinstance(first, frozenset) or isinstance(second, frozenset):
        few, many = (first, second) if isinstance(first, frozenset) else (second, first)
        assert isinstance(few, frozenset), "this is one of the sets"
        assert isinstance(many, Interval), "the case of two sets is dealt with"
        return many if all(value in many for value in few) else _all_integers(Interval(min(few), max(few)), many)
    low = None if first.low is None or second.low is None else min(first.low, second.low)
    high = None if first.high is None or second.high is None else max(first.high, second.high)
    return Interval(low, high)


def some_integers(integers: frozenset[int]) -> Integers:
    """Return a set of integers, their range where there are many."""
    return integers if len(integers) <= LARGEST_SET else Interval(min(integers), max(integers))


def some_atoms(atoms: frozenset[str]) -> frozenset[str] | None:
    """Return a set of atoms, None for all where there are many."""
    return atoms if len(atoms) <= LARGEST_SET else None


def of_constant(term: Term) -> Values:
    """Return the set of a constant alone; of a structure, all of its kind."""
    match term:
        case Integer(value=value):
            return Values(integers=frozenset((value,)))
        case Float():
            return FLOAT
        case String():
            return STRING
        case Atom(name=name):
            return Values(atoms=frozenset((name,)))
        case Compound(functor=functor, args=args):
            return ANY if functor.endswith(("{}", HEAD_AGGREGATE)) else Values(compounds=frozenset(((functor, len(args)),)))
        case ListTerm(items=(), tail=None):
            return Values(atoms=frozenset(("[]",)))
        case ListTerm():
            return Values(lists=True)
        case _:
            return ANY


def of_type(type_: Type, depth: int = 0) -> Values:
    """Return the values of a type."""
    match type_:
        case RangeType(low=low, high=high):
            return Values(integers=Interval(low, high))
        case EnumerationType(constants=constants):
            return Values(
                integers=some_integers(frozenset(term.value for term in constants if isinstance(term, Integer))),
                floats=any(isinstance(term, Float) for term in constants),
                strings=any(isinstance(term, String) for term in constants),
                atoms=frozenset(term.name for term in constants if isinstance(term, Atom)),
            )
        case OpaqueType(name=name):
            return replace(ANY, opaque=name)
        case ListOf(element=element):
            inner = of_type(element, depth + 1) if depth < _DEEPEST else ANY
            return replace(LIST, elements=None if inner == ANY else inner)
        case TermType(kinds=kinds):
            if Compound in kinds:
                return ANY
            return Values(
                integers=ALL_INTEGERS if Integer in kinds else NO_INTEGERS,
                floats=Float in kinds,
                strings=String in kinds,
                atoms=None if Atom in kinds else frozenset({"[]"}) if ListTerm in kinds else frozenset(),
                lists=ListTerm in kinds,
            )
