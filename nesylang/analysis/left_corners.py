"""Which nonterminals of a grammar may begin at one place of the input: there they would share the choice of a random rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from nesylang.analysis.builtins import Signature
from nesylang.syntax.terms import Atom, Compound, ListTerm, String, Term, conjuncts, disjuncts, signature

Bodies = Mapping[Signature, Iterable[Term]]


def sharing_choices(bodies: Bodies) -> frozenset[Signature]:
    """Return the nonterminals that can occur twice at one place of one derivation: left recursion, or behind what may be empty."""
    grammar = _Grammar(bodies)
    grammar.solve()
    twice = {symbol for symbol, corner in grammar.corners.items() if symbol in corner}
    for several in bodies.values():
        for body in several:
            twice |= grammar.repeated(body)
    return frozenset(twice)


@dataclass(slots=True)
class _Grammar:
    """``empty`` are the nonterminals that may be nothing, ``corners`` has what each may begin with."""

    bodies: Bodies
    empty: set[Signature] = field(default_factory=set)
    corners: dict[Signature, set[Signature]] = field(default_factory=dict)

    def solve(self) -> None:
        """Find the least sets, by iteration."""
        self.corners = {symbol: set() for symbol in self.bodies}
        changed = True
        while changed:
            changed = False
            for symbol, several in self.bodies.items():
                for body in several:
                    begins, nothing = self.first(body)
                    if not begins <= self.corners[symbol] or (nothing and symbol not in self.empty):
                        self.corners[symbol] |= begins
                        self.empty |= {symbol} if nothing else set()
                        changed = True

    def first(self, body: Term) -> tuple[set[Signature], bool]:
        """Return the nonterminals that a body may begin with, and whether it may be nothing."""
        match body:
            case Compound(functor="::", args=(_, inner)):
                return self.first(inner)
            case Compound(functor=";" | "|", args=(_, _)):
                parts = [self.first(part) for part in disjuncts(body)] if body.functor == ";" else [self.first(part) for part in body.args]
                return set[Signature]().union(*(begins for begins, _ in parts)), any(nothing for _, nothing in parts)
            case Compound(functor="," | "->", args=(_, _)):
                found: set[Signature] = set()
                for member in _sequence(body):
                    begins, nothing = self.first(member)
                    found |= begins
                    if not nothing:
                        return found, False
                return found, True
            case Compound(functor="\\+" | "not", args=(inner,)):
                return self.first(inner)[0], True
            case Compound(functor="{}") | Atom(name="{}" | "!"):
                return set(), True
            case ListTerm(items=items):
                return set(), not items
            case String(value=value):
                return set(), not value
        found_signature = signature(body)
        if found_signature is None or found_signature not in self.bodies:
            return set(), False
        return {found_signature, *self.corners[found_signature]}, found_signature in self.empty

    def repeated(self, body: Term) -> set[Signature]:
        """Return the nonterminals that may begin twice at one place in a sequence of the body."""
        twice: set[Signature] = set()
        pending = [body]
        while pending:
            part = pending.pop()
            match part:
                case Compound(functor="," | "->", args=(_, _)):
                    members = _sequence(part)
                    open_here: set[Signature] = set()
                    for member, following in pairwise(members):
                        begins, nothing = self.first(member)
                        open_here = open_here | begins if nothing else set()
                        twice |= open_here & self.first(following)[0]
                    pending.extend(members)
                case Compound(functor=";" | "|" | "::" | "\\+" | "not", args=args):
                    pending.extend(args)
        return twice


def _sequence(body: Term) -> list[Term]:
    """Return the members of a sequence; the test of an if-then-else is its first member."""
    if isinstance(body, Compound) and body.functor == "->":
        return [*conjuncts(body.args[0]), *conjuncts(body.args[1])]
    return conjuncts(body)
