"""Types of arguments, resolved from their declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nesylang.analysis.suggestions import did_you_mean
from nesylang.source import Diagnostic, Label, Source, Span
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import EnumerationDomain, ListDomain, NamedType, RangeDomain, TypeDeclaration, TypeReference
from nesylang.syntax.terms import Atom, Compound, Float, Integer, ListTerm, String, Term, Variable

LARGEST_DOMAIN = 1_000_000
"""Most values that a type may have where each of them becomes a column."""


@dataclass(frozen=True, slots=True)
class RangeType:
    """The integers from ``low`` to ``high``, both included."""

    name: str
    low: int
    high: int
    span: Span = field(compare=False, repr=False)

    def accepts(self, term: Term) -> bool:
        """Return whether a term without variables is a value of the type."""
        return type(term) is Integer and self.low <= term.value <= self.high

    @property
    def size(self) -> int:
        return self.high - self.low + 1

    def values(self) -> tuple[Term, ...]:
        """Return the values in order."""
        return tuple(Integer(value, self.span) for value in range(self.low, self.high + 1))

    def expectation(self) -> str:
        """Return what a value has to be, for messages."""
        return f"an integer in {self.low}..{self.high}"


@dataclass(frozen=True, slots=True)
class EnumerationType:
    """Constants in the order of their declaration."""

    name: str
    constants: tuple[Term, ...]
    span: Span = field(compare=False, repr=False)
    members: frozenset[Term] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", frozenset(self.constants))

    def accepts(self, term: Term) -> bool:
        """Return whether a term without variables is a value of the type."""
        return term in self.members

    @property
    def size(self) -> int:
        return len(self.constants)

    def values(self) -> tuple[Term, ...]:
        """Return the values in order."""
        return self.constants

    def expectation(self) -> str:
        """Return what a value has to be, for messages."""
        shown = [print_term(value) for value in self.constants[:8]]
        return f"one of {', '.join(shown)}{', ...' if len(self.constants) > 8 else ''}"


@dataclass(frozen=True, slots=True)
class OpaqueType:
    """A type whose values are tensors: any ground term may name one."""

    name: str
    span: Span = field(compare=False, repr=False)

    def accepts(self, term: Term) -> bool:
        """Return whether a term without variables is a value of the type."""
        return True

    def expectation(self) -> str:
        """Return what a value has to be, for messages."""
        return "any ground term"


@dataclass(frozen=True, slots=True)
class TermType:
    """A type of terms by their kind: ``int``, ``string``, ``list``, ..."""

    name: str
    kinds: tuple[type, ...]
    description: str

    def accepts(self, term: Term) -> bool:
        """Return whether a term is a value of the type."""
        return isinstance(term, self.kinds)

    def expectation(self) -> str:
        """Return what a value has to be, for messages."""
        return self.description


@dataclass(frozen=True, slots=True)
class ListOf:
    """The lists whose elements are of a type."""

    name: str
    element: Type

    def accepts(self, term: Term) -> bool:
        """Return whether a term, whose elements may be variables, is a value of the type."""
        if isinstance(term, Atom):
            return term.name == "[]"
        if not isinstance(term, ListTerm):
            return False
        return all(isinstance(item, Variable) or self.element.accepts(item) for item in term.items) and (
            term.tail is None or isinstance(term.tail, Variable) or self.accepts(term.tail)
        )

    def expectation(self) -> str:
        """Return what a value has to be, for messages."""
        return f"a list of {self.element.name}"


FiniteType = RangeType | EnumerationType
Type = RangeType | EnumerationType | OpaqueType | TermType | ListOf

_ANY = (Variable, Atom, Integer, Float, String, Compound, ListTerm)
_BUILT_IN = Source("<built in>", "false true")
_BOOL = (Atom("false", Span(_BUILT_IN, 0, 5)), Atom("true", Span(_BUILT_IN, 6, 10)))


@dataclass(frozen=True, slots=True)
class _ListType(TermType):
    """Lists; the empty one is an atom in some sources."""

    def accepts(self, term: Term) -> bool:
        return isinstance(term, ListTerm) or (isinstance(term, Atom) and term.name == "[]")


BUILTIN_TYPES: Mapping[str, Type] = {
    "int": TermType("int", (Integer,), "an integer"),
    "integer": TermType("integer", (Integer,), "an integer"),
    "float": TermType("float", (Float,), "a number with a decimal point"),
    "number": TermType("number", (Integer, Float), "a number"),
    "string": TermType("string", (String,), 'a string in double quotes, "..."'),
    "atom": TermType("atom", (Atom,), "an atom"),
    "list": _ListType("list", (ListTerm,), "a list"),
    "term": TermType("term", _ANY, "any term"),
    "any": TermType("any", _ANY, "any term"),
    "bool": EnumerationType("bool", _BOOL, _BOOL[0].span),
}
"""Types that need no declaration; ``bool`` is ``{false, true}``."""

ANY = TermType("any", _ANY, "any term")
"""What stands for a type that is not known."""


class TypeTable:
    """Declared and built-in types by name; what is wrong with declarations is collected in ``problems``."""

    def __init__(self, declarations: Iterable[TypeDeclaration]) -> None:
        self.problems: list[Diagnostic] = []
        self.declarations: dict[str, TypeDeclaration] = {}
        for declaration in declarations:
            self.declarations.setdefault(declaration.name, declaration)
        self.declared: dict[str, Type] = {}
        for name in self.declarations:
            if name not in self.declared:
                self.declared[name] = self._declared(name)

    def resolve(self, reference: TypeReference) -> Type:
        """Return the type that a reference stands for; where there is none, note a problem and return ``any``."""
        match reference:
            case RangeDomain(low=low, high=high, span=span):
                return RangeType(span.text, low, high, span)
            case EnumerationDomain(values=values, span=span):
                return EnumerationType(span.text, values, span)
            case ListDomain(element=element, span=span):
                return ListOf(span.text, self.resolve(element))
            case NamedType(name=name, span=span):
                known = {**BUILTIN_TYPES, **self.declared}
                if name in known:
                    return known[name]
                hint = did_you_mean(name, known) or f"declare it, as in:  type {name} = {{a, b}}.  or  type {name}."
                if name == "{}":
                    hint = "an enumeration needs at least one value"
                self.problems.append(Diagnostic("E207", f"unknown type '{name}'", (Label(span, "no such type"),), hint))
                return ANY

    def _declared(self, name: str) -> Type:
        """Return the type of a declaration, following the types that it names."""
        chain = [name]
        while True:
            declaration = self.declarations[chain[-1]]
            match declaration.domain:
                case None:
                    return OpaqueType(name, declaration.span)
                case RangeDomain(low=low, high=high, span=span):
                    return RangeType(name, low, high, span)
                case EnumerationDomain(values=values, span=span):
                    return EnumerationType(name, values, span)
                case ListDomain(element=element):
                    return ListOf(name, self._element(element, name))
                case NamedType(name=next_name, span=span) if next_name in chain:
                    if next_name == name:
                        message = f"the type '{name}' is defined by itself: {' = '.join([*chain, name])}"
                        self.problems.append(Diagnostic("E207", message, (Label(span, "its own name"),)))
                    return ANY
                case NamedType(name=next_name) if next_name in self.declarations:
                    chain.append(next_name)
                case NamedType(name=next_name, span=span):
                    if next_name not in BUILTIN_TYPES and len(chain) == 1:
                        hint = did_you_mean(next_name, [*BUILTIN_TYPES, *self.declarations])
                        self.problems.append(Diagnostic("E207", f"unknown type '{next_name}'", (Label(span, "no such type"),), hint))
                    return BUILTIN_TYPES.get(next_name, ANY)

    def _element(self, reference: TypeReference, name: str) -> Type:
        """Return the type of the elements of a declared type of lists, which may name any type but the declared one itself."""
        inner = reference
        while isinstance(inner, ListDomain):
            inner = inner.element
        if isinstance(inner, NamedType) and self._leads_to(inner.name, name):
            message = f"the type '{name}' is defined by itself"
            self.problems.append(Diagnostic("E207", message, (Label(inner.span, "leads back to it"),)))
            return ANY
        declared = self.declarations
        if isinstance(inner, NamedType) and inner.name in declared and inner.name not in self.declared:
            self.declared[inner.name] = self._declared(inner.name)
        return self.resolve(reference)

    def _leads_to(self, start: str, name: str) -> bool:
        """Return whether a type is defined by another, through names and lists."""
        seen: set[str] = set()
        while start not in seen:
            if start == name:
                return True
            seen.add(start)
            domain = self.declarations[start].domain if start in self.declarations else None
            while isinstance(domain, ListDomain):
                domain = domain.element
            if isinstance(domain, NamedType):
                start = domain.name
        return False
