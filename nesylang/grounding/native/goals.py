"""Clauses as the compiler takes them: heads and goals over patterns, control taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from nesylang.grounding.choices import ChoiceTemplate
from nesylang.grounding.native.builtins.contract import Relation, Signature, Test
from nesylang.grounding.native.terms import Value
from nesylang.grounding.program import Choice
from nesylang.source import Span
from nesylang.syntax.terms import Term


@dataclass(frozen=True, slots=True)
class Name:
    """A variable of a clause."""

    name: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A compound with variables."""

    name: str
    args: tuple[Pattern, ...]


Pattern = Name | Shape | Value


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a predicate with clauses."""

    signature: Signature
    args: tuple[Pattern, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Check:
    """A call of a builtin that binds nothing."""

    builtin: Test
    args: tuple[Pattern, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Relate:
    """A call of a builtin that binds."""

    builtin: Relation
    args: tuple[Pattern, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Equal:
    """``left = right``."""

    left: Pattern
    right: Pattern
    span: Span


@dataclass(frozen=True, slots=True)
class Compute:
    """``target is expression``."""

    target: Pattern
    expression: Pattern
    span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    """An arithmetic comparison; ``operator`` is Prolog's."""

    operator: str
    left: Pattern
    right: Pattern
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    """The goal has no solution."""

    goal: Call | Check | Compare
    span: Span


@dataclass(frozen=True, slots=True)
class Either:
    """One of the branches holds; always the last goal of its clause."""

    branches: tuple[tuple[Goal, ...], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Collect:
    """``findall``, ``all`` or ``all_or_none``: ``call`` has the instances of the template as its first argument."""

    kind: str
    call: Call
    result: Pattern
    span: Span


@dataclass(frozen=True, slots=True)
class Possible:
    """The call has a solution in some world."""

    call: Call
    span: Span


@dataclass(frozen=True, slots=True)
class Gather:
    """The answers of ``call``, as ``target``, for each group: the values of its first ``shared`` arguments, which are variables.

    A group that ``varies``, because no goal before binds its variables, is there only where it is not empty.
    """

    call: Call
    shared: int
    varies: bool
    target: Name
    span: Span


@dataclass(frozen=True, slots=True)
class AggregatePart:
    """An aggregate's answers, gathered before, with the factor of its value in a sum; ``counts`` answers instead of adding values."""

    coefficient: Pattern
    gathered: Name
    counts: bool


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``result`` is the value of an operation (sum, min, max, avg), in a sum of several parts."""

    operation: str
    parts: tuple[AggregatePart, ...]
    result: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Meta:
    """``call`` of a term that is known only when the clause runs; ``lenient`` calls of unknown predicates fail."""

    goal: Pattern
    extra: tuple[Pattern, ...]
    lenient: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Fail:
    """Never holds."""

    span: Span


Goal = Call | Check | Relate | Equal | Compute | Compare | Not | Either | Collect | Gather | Aggregate | Possible | Meta | Fail


@dataclass(frozen=True, slots=True)
class ForeignTemplate:
    """The choices among the answers of a foreign predicate, as its calls find them: ``places`` has (choice, alternative) by answer.

    The answers are numbered over all calls; those that are certain have the number ``CERTAIN``.
    """

    heads: tuple[Term, ...]
    span: Span
    choices: list[Choice] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)


CERTAIN = -1
"""The number of answers of foreign predicates that rest on no choice."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause of one predicate: an alternative of a disjunction, or a clause with a certain head.

    ``number`` is that of the statement, -1 for rules that the grounder makes itself. A rule with a ``template`` belongs to its choice;
    ``coin`` are the variables that its choice is made for, one by one; ``variables`` all that provenance names.
    """

    head: tuple[Pattern, ...]
    body: tuple[Goal, ...]
    number: int
    span: Span
    template: ChoiceTemplate | ForeignTemplate | None = None
    alternative: int = 0
    coin: tuple[str, ...] = ()


@dataclass(slots=True)
class FactBlock:
    """Ground facts that follow each other, by rows of values; ``sources`` has the choice and alternative of each, None where certain.

    A source is (statement, row of a fact table or -1, alternative).
    """

    rows: list[tuple[Value, ...]] = field(default_factory=list)
    sources: list[tuple[int, int, int] | None] = field(default_factory=list)
    uncertain: bool = False


@dataclass(slots=True)
class Definition:
    """A predicate: its facts and rules in the order of the program. ``made`` predicates are the grounder's own."""

    signature: Signature
    elements: list[FactBlock | Rule] = field(default_factory=list)
    made: bool = False

    @property
    def extensional(self) -> bool:
        """Whether there are facts only."""
        return all(isinstance(element, FactBlock) for element in self.elements)


def names_of(*patterns: Pattern) -> dict[str, None]:
    """Return the variables of patterns in order of first occurrence."""
    found: dict[str, None] = {}
    pending: list[Pattern] = list(reversed(patterns))
    while pending:
        current = pending.pop()
        if isinstance(current, Name):
            found.setdefault(current.name)
        elif isinstance(current, Shape):
            pending.extend(reversed(current.args))
    return found


def patterns_of(goal: Goal) -> tuple[Pattern, ...]:
    """Return the arguments of a goal, those of the branches of a disjunction included."""
    match goal:
        case Call(args=args) | Check(args=args) | Relate(args=args):
            return args
        case Equal(left=left, right=right) | Compare(left=left, right=right):
            return left, right
        case Compute(target=target, expression=expression):
            return target, expression
        case Not(goal=inner):
            return patterns_of(inner)
        case Either(branches=branches):
            return tuple(pattern for branch in branches for member in branch for pattern in patterns_of(member))
        case Collect(call=call, result=result):
            return *call.args, result
        case Possible(call=call):
            return call.args
        case Gather(call=call, shared=shared, target=target):
            return *call.args[:shared], target
        case Aggregate(parts=parts, result=result):
            return *(pattern for part in parts for pattern in (part.coefficient, part.gathered)), result
        case Meta(goal=term, extra=extra):
            return term, *extra
        case Fail():
            return ()
