"""The statements of a program: what terms become once they are classified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Protocol

from nesylang.source import Source, Span
from nesylang.syntax.terms import Atom, Compound, Float, Integer, Term


@dataclass(frozen=True, slots=True)
class RangeDomain:
    """The integers from ``low`` to ``high``, both included."""

    low: int
    high: int
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class EnumerationDomain:
    """Constants in the order of their declaration."""

    values: tuple[Term, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NamedType:
    """A reference to a declared type, or to one of the built-in ones."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListDomain:
    """``list(digit)``: lists whose elements are of a type."""

    element: TypeReference
    span: Span = field(compare=False, repr=False)


TypeReference = NamedType | RangeDomain | EnumerationDomain | ListDomain


@dataclass(frozen=True, slots=True)
class TypeDeclaration:
    """``type digit = 0..9.``; ``domain`` is None for an opaque type, whose values are tensors."""

    name: str
    domain: TypeReference | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PredicateDeclaration:
    """``pred edge(node, node).``"""

    name: str
    arguments: tuple[TypeReference, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NeuralDeclaration:
    """``neural digit(image) -> digit.``, Bernoulli where ``output`` is None."""

    name: str
    inputs: tuple[TypeReference, ...]
    output: TypeReference | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class InputDeclaration:
    """``input target(position, digit).``: facts that differ by example."""

    name: str
    arguments: tuple[TypeReference, ...]
    output: TypeReference | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ForeignDeclaration:
    """``foreign edit_distance(string, string) -> int.``: a Python function bound by the host, a test where it has no ``outputs``."""

    name: str
    arguments: tuple[TypeReference, ...]
    outputs: tuple[TypeReference, ...]
    span: Span = field(compare=False, repr=False)


ColumnKey = str | int
"""The name of a column, or its position counted from 1 in a file whose first line is data."""


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column of a data file; ``type`` is None where the data decides."""

    key: ColumnKey
    type: TypeReference | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DataDeclaration:
    """``data road(from, to : atom) = "roads.csv".`` or ``data road/2 = "roads.csv".``: facts in a file.

    ``columns`` is None where the predicate has all columns, in their order; ``probability`` is the column before ``::``.
    """

    name: str
    arity: int
    columns: tuple[DataColumn, ...] | None
    probability: DataColumn | None
    file: str
    file_span: Span = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """One alternative of a clause; ``probability`` is None for a certain head."""

    probability: Term | None
    atom: Term

    @property
    def span(self) -> Span:
        return self.probability.span.to(self.atom.span) if self.probability is not None else self.atom.span


@dataclass(frozen=True, slots=True)
class Clause:
    """A fact, rule or annotated disjunction; ``body`` is None for facts."""

    heads: tuple[Head, ...]
    body: Term | None
    span: Span = field(compare=False, repr=False)


Cell = int | float | str | Term
"""An argument of a fact in a table: a number, the name of an atom, or any other ground term."""


def cell_term(cell: Cell, span: Span) -> Term:
    """Return a cell as a term in a place."""
    if isinstance(cell, str):
        return Atom(cell, span)
    if isinstance(cell, int):
        return Integer(cell, span)
    return Float(cell, span) if isinstance(cell, float) else replace(cell, span=span)


@dataclass(frozen=True, slots=True)
class FactPlace:
    """Where a fact of a table stands, with its probability, its atom and its arguments."""

    fact: Span
    probability: Span
    atom: Span
    arguments: tuple[Span, ...]


class FactPlaces(Protocol):
    """The places of a table's facts, worked out when somebody asks for one."""

    def place(self, row: int) -> FactPlace:
        """Return where a fact stands."""


@dataclass(frozen=True, slots=True, eq=False)
class FactTable:
    """Ground facts of one predicate that follow each other, a row of ``arity`` cells for each instead of a clause.

    A table without rows says that there is a predicate without facts. ``stated`` is where a program loads a table from elsewhere.

    ``probabilities`` has a number for each row, as it is written, and is None where all facts are certain. Equal tables have the same
    facts: numbers count as different where one is an integer and the other a float.
    """

    name: str
    arity: int
    rows: tuple[tuple[Cell, ...], ...]
    probabilities: tuple[float, ...] | None
    span: Span = field(repr=False)
    places: FactPlaces = field(repr=False)
    stated: Span | None = field(default=None, repr=False)

    @property
    def home(self) -> Source:
        """The file that says that there are these facts, which for a data file is the program."""
        return self.span.source if self.stated is None else self.stated.source

    @property
    def first_span(self) -> Span:
        """The place of the first atom, of the whole table where there is none."""
        return self.places.place(0).atom if self.rows else self.span

    def fact_span(self, row: int) -> Span:
        """Return the place of a fact."""
        return self.places.place(row).fact

    def arguments(self, row: int) -> tuple[Term, ...]:
        """Return the arguments of a fact."""
        return tuple(map(cell_term, self.rows[row], self.places.place(row).arguments))

    def fact(self, row: int) -> Clause:
        """Return a fact as a clause."""
        place = self.places.place(row)
        probability = None if self.probabilities is None else cell_term(self.probabilities[row], place.probability)
        atom = Compound(self.name, tuple(map(cell_term, self.rows[row], place.arguments)), place.atom)
        return Clause((Head(probability, atom),), None, place.fact)

    def facts(self) -> Iterator[Clause]:
        """Yield all facts as clauses, in order."""
        return map(self.fact, range(len(self.rows)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FactTable):
            return NotImplemented
        return (self.name, self.arity, self.rows, self.probabilities) == (other.name, other.arity, other.rows, other.probabilities) and all(
            map(_same_types, self._columns(), other._columns())
        )

    def __hash__(self) -> int:
        return hash((self.name, self.arity, self.rows, self.probabilities))

    def _columns(self) -> Iterator[Cell]:
        return chain(chain.from_iterable(self.rows), self.probabilities or ())


def _same_types(first: Cell, second: Cell) -> bool:
    return type(first) is type(second)


@dataclass(frozen=True, slots=True)
class Query:
    """``query goal.`` or ``query goal given condition.``"""

    goal: Term
    condition: Term | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """``evidence atom.`` or ``evidence not atom.``"""

    atom: Term
    value: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Constraint:
    """``constraint name : formula.``, soft where it has a weight."""

    weight: Term | None
    name: str | None
    formula: Term
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """``loss name : formula.``: a training objective that does not condition."""

    name: str | None
    formula: Term
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectProbability:
    """``expect 0.36 :: reach(a, c).``, checked by ``nesy test``."""

    probability: Term
    goal: Term
    condition: Term | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectAnswers:
    """``expect answers p(X) = {p(1), p(2)}.``: the whole set of possible answers."""

    goal: Term
    answers: tuple[Term, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ExpectError:
    """``expect error E304.``: the program is rejected with this code."""

    code: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Import:
    """``import lists.`` (a file of stdlib/) or ``import "rules/family.nesy".`` (relative to this file)."""

    target: str
    library: bool
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Directive:
    """``:- goal.``"""

    goal: Term
    span: Span = field(compare=False, repr=False)


Declaration = TypeDeclaration | PredicateDeclaration | NeuralDeclaration | InputDeclaration | ForeignDeclaration
Expectation = ExpectProbability | ExpectAnswers | ExpectError
Statement = Declaration | DataDeclaration | Clause | FactTable | Query | Evidence | Constraint | Loss | Expectation | Import | Directive


@dataclass(frozen=True, slots=True)
class SyntaxTree:
    """The statements of one source, in order."""

    statements: tuple[Statement, ...]


def without_tables(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Return the statements with a clause for each fact of a table."""
    if not any(isinstance(statement, FactTable) for statement in statements):
        return statements
    return tuple(chain.from_iterable(s.facts() if isinstance(s, FactTable) else (s,) for s in statements))
