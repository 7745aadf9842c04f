"""The ground program: choices, ground rules, queries and evidence. What every grounder returns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nesylang.source import Span
from nesylang.syntax.terms import Term


@dataclass(frozen=True, slots=True)
class FixedWeight:
    """A probability that the program states."""

    probability: float


@dataclass(frozen=True, slots=True)
class LearnableWeight:
    """A learnable probability: ``t(0.5)``, ``t(_)`` (initial None), or one per index with ``t(_, X)``."""

    initial: float | None
    index: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class NeuralWeight:
    """Column ``column`` of a network's output on ``inputs``; a Bernoulli network has the one column 0."""

    network: str
    inputs: tuple[Term, ...]
    column: int


@dataclass(frozen=True, slots=True)
class InputWeight:
    """Entry ``column`` of row ``row`` of an input tensor, its axes before the last being flattened; without outputs it has column 0."""

    name: str
    row: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class HostWeight:
    """A probability that Python holds: a torch tensor with one element, or a function without arguments that returns one.

    It is looked at again whenever a circuit is evaluated. ``function`` is the foreign predicate that it came from.
    """

    source: object
    function: str
    span: Span

    def current(self) -> object:
        """Return the number or tensor that it is now."""
        return self.source() if callable(self.source) else self.source


Weight = FixedWeight | LearnableWeight | NeuralWeight | InputWeight | HostWeight


@dataclass(frozen=True, slots=True)
class Choice:
    """Mutually exclusive alternatives of which at most one is taken.

    Value ``i`` of the choice is its i-th alternative; unless ``exhaustive``, value ``len(weights)`` is the remainder: none of them.
    ``exhaustive`` choices always take one of their alternatives (a categorical network, learnable alternatives without remainder).
    ``clause`` numbers the clause that it comes from, ``bindings`` are the values of that clause's variables.
    """

    weights: tuple[Weight, ...]
    exhaustive: bool
    atoms: tuple[Term, ...]
    clause: int
    bindings: tuple[Term, ...]
    span: Span

    @property
    def values(self) -> int:
        """Number of values, the remainder included."""
        return len(self.weights) + (0 if self.exhaustive else 1)


@dataclass(frozen=True, slots=True)
class GroundAnswer:
    """An answer to a query: its atom, the literal that it is true with, the literal of its condition (``given``)."""

    atom: Term
    literal: int
    condition: int | None = None


@dataclass(frozen=True, slots=True)
class GroundQuery:
    """A query with all its answers, in the grounder's order; ``name`` is the query as asked, canonically spelled.

    ``domains`` has the values of the goal's variables in order of first occurrence; None where they have no declared types of finitely
    many values.
    """

    name: str
    goal: Term
    answers: tuple[GroundAnswer, ...]
    domains: tuple[tuple[Term, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class GroundEvidence:
    """An observation. ``value`` is None where each example of a batch brings its own."""

    atom: Term
    literal: int
    value: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class NetworkSignature:
    """What a program expects of a network.

    ``inputs`` has an entry per argument: None for a tensor, the type's constants in declaration order for symbols (passed as their
    index). ``outputs`` are the values in column order, empty for a Bernoulli network and for one that ``returns_tensor``: a term
    ``name(input, ...)`` then stands for what it returns. ``is_foreign`` tells that it is a function declared by ``foreign``.
    """

    name: str
    inputs: tuple[tuple[Term, ...] | None, ...]
    outputs: tuple[Term, ...]
    span: Span
    returns_tensor: bool = False
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class InputSignature:
    """What a program expects of an input tensor: shape (batch, |argument|, ..., |outputs|), the values in the order of their types.

    ``outputs`` are the values that a distribution is over, None where each entry is a probability of its own.
    """

    name: str
    arguments: tuple[tuple[Term, ...], ...]
    axes: tuple[str, ...]
    outputs: tuple[Term, ...] | None
    span: Span

    @property
    def rows(self) -> int:
        """Number of random variables of an example."""
        return math.prod(map(len, self.arguments))

    @property
    def width(self) -> int:
        """Number of values of each random variable."""
        return 2 if self.outputs is None else len(self.outputs)


@dataclass(frozen=True, slots=True)
class GroundRule:
    """``head`` holds if all literals of ``body`` hold.

    ``clause`` numbers the clause that it comes from, -1 where it comes from none; ``bindings`` are variables of that clause with their
    values. ``negations`` are the places of the negated goals that the negative literals come from, in their order, where they are known.
    """

    head: int
    body: tuple[int, ...]
    clause: int = -1
    bindings: tuple[tuple[str, Term], ...] = ()
    span: Span | None = None
    negations: tuple[Span, ...] = ()


Number = int | float


@dataclass(frozen=True, slots=True)
class AggregateElement:
    """What an aggregate counts or sums where ``literal`` holds: 1 for a count, otherwise the number."""

    value: Number
    literal: int


@dataclass(frozen=True, slots=True)
class GroundAggregate:
    """An aggregate of one group: a random variable whose value is that of an operation over the elements that hold.

    ``operation`` is ``sum`` (a count sums ones), ``min``, ``max`` or ``avg``. ``certain`` are the values of elements that hold in every
    world. In each world in which the aggregate has a value ``v``, the atom that ``results`` has for ``v`` is true and those of all other
    values are false; ``results`` has every value that some world may give it. The empty sum is 0; the empty min, max and avg have no
    value. The atoms of results are defined here: they are neither values of choices nor heads of rules.
    """

    operation: str
    certain: tuple[Number, ...]
    elements: tuple[AggregateElement, ...]
    results: tuple[tuple[Number, int], ...]
    span: Span


class RuleColumns(Sequence[GroundRule]):
    """Ground rules that are made when somebody looks at one; ``pairs`` has the heads and bodies of all without making any."""

    def pairs(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield head and body of all rules."""
        return ((rule.head, rule.body) for rule in self)


@dataclass(frozen=True, slots=True)
class GroundProgram:
    """Choices and ground rules over atoms numbered from 1.

    A literal is an atom's number, negative where it is negated. An atom is either a choice's value (``choice_atoms``: atom -> (choice,
    value)), a result of one of the ``aggregates``, or derived: the heads of ``rules``, false where no rule has it as head. Rules may be
    cyclic. ``names`` gives the source atom of those that have one. ``networks`` and ``inputs`` are what the program declares of them.
    """

    choices: tuple[Choice, ...]
    choice_atoms: Mapping[int, tuple[int, int]]
    rules: Sequence[GroundRule]
    names: Mapping[int, Term]
    spans: Mapping[int, Span]
    queries: tuple[GroundQuery, ...]
    evidence: tuple[GroundEvidence, ...]
    networks: Mapping[str, NetworkSignature]
    aggregates: tuple[GroundAggregate, ...] = ()
    inputs: Mapping[str, InputSignature] = field(default_factory=dict)

    def pairs(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield head and body of all rules."""
        return self.rules.pairs() if isinstance(self.rules, RuleColumns) else ((rule.head, rule.body) for rule in self.rules)
