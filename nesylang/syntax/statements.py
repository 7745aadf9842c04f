"""The statements of a program: what terms become once they are classified."""

from __future__ import annotations

from dataclasses import dataclass, field

from nesylang.source import Span
from nesylang.syntax.terms import Term


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


Domain = RangeDomain | EnumerationDomain
TypeReference = NamedType | RangeDomain | EnumerationDomain


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
    """``foreign edit_distance(string, string) -> int.``: a Python function bound by the host."""

    name: str
    arguments: tuple[TypeReference, ...]
    output: TypeReference | None
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
Statement = Declaration | Clause | Query | Evidence | Constraint | Loss | Expectation | Import | Directive


@dataclass(frozen=True, slots=True)
class SyntaxTree:
    """The statements of one source, in order."""

    statements: tuple[Statement, ...]
