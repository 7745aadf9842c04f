"""Terms, the leaves and branches of every statement.

Terms are immutable and compare by structure; their span is left out of equality. All walks are iterative, so that the depth of a term is
bounded by memory only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nesylang.source import Span

HEAD_AGGREGATE = "<>"
"""How the functor of ``name<Variable>`` ends, as it stands in heads."""


@dataclass(slots=True, unsafe_hash=True)
class Variable:
    """A logical variable; every ``_`` is a variable of its own."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Atom:
    """A constant that is a name: ``red``, ``'New York'``, ``[]``."""

    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Integer:
    value: int
    span: Span = field(compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Float:
    value: float
    span: Span = field(compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class String:
    """A double-quoted text, escapes resolved."""

    value: str
    span: Span = field(compare=False, repr=False)


@dataclass(slots=True, eq=False)
class Compound:
    """A functor with one or more arguments; operators are compounds with the operator as functor.

    ``{a, b}`` has functor ``{}`` and one argument, ``sum{ D : p(D) }`` functor ``sum{}``,
    and ``sum<D>`` in a head functor ``sum<>``.
    """

    functor: str
    args: tuple[Term, ...]
    span: Span = field(repr=False)
    hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.hash = hash((self.functor, self.args))

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compound) and _same(self, other)

    def __reduce__(self) -> tuple[type[Compound], tuple[str, tuple[Term, ...], Span]]:
        # Strings hash differently in every process, so the hash is not pickled but computed anew.
        return Compound, (self.functor, self.args, self.span)


@dataclass(slots=True, eq=False)
class ListTerm:
    """A list with its elements; ``tail`` is the term after the bar, None where the list is closed."""

    items: tuple[Term, ...]
    tail: Term | None
    span: Span = field(repr=False)
    hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.hash = hash((self.items, self.tail))

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ListTerm) and _same(self, other)

    def __reduce__(self) -> tuple[type[ListTerm], tuple[tuple[Term, ...], Term | None, Span]]:
        return ListTerm, (self.items, self.tail, self.span)


Term = Variable | Atom | Integer | Float | String | Compound | ListTerm
Constant = Atom | Integer | Float | String


def _same(first: Term, second: Term) -> bool:
    """Return whether two terms are equal up to their spans, without recursion."""
    pairs: list[tuple[Term, Term]] = [(first, second)]
    while pairs:
        left, right = pairs.pop()
        if left is right:
            continue
        if isinstance(left, Compound) and isinstance(right, Compound):
            if left.hash != right.hash or left.functor != right.functor or len(left.args) != len(right.args):
                return False
            pairs.extend(zip(left.args, right.args, strict=True))
        elif isinstance(left, ListTerm) and isinstance(right, ListTerm):
            if left.hash != right.hash or len(left.items) != len(right.items):
                return False
            if left.tail is not None and right.tail is not None:
                pairs.append((left.tail, right.tail))
            elif left.tail is not right.tail:
                return False
            pairs.extend(zip(left.items, right.items, strict=True))
        elif left != right or type(left) is not type(right):
            return False
    return True


def children(term: Term) -> tuple[Term, ...]:
    """Return the direct subterms, in order."""
    match term:
        case Compound(args=args):
            return args
        case ListTerm(items=items, tail=None):
            return items
        case ListTerm(items=items, tail=tail) if tail is not None:
            return (*items, tail)
        case _:
            return ()


def subterms(term: Term) -> Iterator[Term]:
    """Yield the term and everything below it, left to right, parents first."""
    pending: list[Term] = [term]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children(current)))


def variables(term: Term) -> list[str]:
    """Return the names of the variables in order of first occurrence, without ``_``."""
    return list(dict.fromkeys(t.name for t in subterms(term) if isinstance(t, Variable) and t.name != "_"))


def is_ground(term: Term) -> bool:
    """Return whether the term has no variable."""
    return not any(isinstance(t, Variable) for t in subterms(term))


def signature(term: Term) -> tuple[str, int] | None:
    """Return (name, arity) of an atom or compound, None for other terms."""
    # This is called for every goal many times over, and matching on classes takes several times longer.
    if type(term) is Compound:
        return term.functor, len(term.args)
    return (term.name, 0) if type(term) is Atom else None


def head_aggregate(term: Term) -> tuple[str, Variable] | None:
    """Return the name and the variable of ``name<Variable>``, None for other terms."""
    if type(term) is not Compound or not term.functor.endswith(HEAD_AGGREGATE) or len(term.functor) == len(HEAD_AGGREGATE):
        return None
    inner = term.args[0]
    return (term.functor[: -len(HEAD_AGGREGATE)], inner) if len(term.args) == 1 and type(inner) is Variable else None


def conjuncts(term: Term) -> list[Term]:
    """Return the members of a conjunction ``a, b, c``, [term] for anything else."""
    return _spine(term, ",")


def disjuncts(term: Term) -> list[Term]:
    """Return the members of a disjunction ``a ; b ; c``, [term] for anything else."""
    return _spine(term, ";")


def _spine(term: Term, operator: str) -> list[Term]:
    members: list[Term] = []
    pending = [term]
    while pending:
        current = pending.pop()
        if isinstance(current, Compound) and current.functor == operator and len(current.args) == 2:
            pending.extend(reversed(current.args))
        else:
            members.append(current)
    return members
