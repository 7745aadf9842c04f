"""The quantifiers of a body: their variables, named apart from all others, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from nesylang.analysis.aggregates import aggregate, operands, outer_variables, with_conditions
from nesylang.analysis.binding import bound_variables
from nesylang.analysis.builtins import Signature
from nesylang.analysis.suggestions import did_you_mean
from nesylang.analysis.types import EnumerationType, RangeType, Type
from nesylang.source import Diagnostic, Label
from nesylang.syntax.printer import print_term
from nesylang.syntax.terms import Atom, Compound, ListTerm, Term, Variable, conjuncts, signature, subterms

QUANTIFIERS: frozenset[Signature] = frozenset({("forall", 1), ("exists", 1)})


class Positions(Protocol):
    """Says which arguments of a goal are goals; ``inside`` a quantifier they stand around its colon."""

    def __call__(self, term: Term, inside: bool = False) -> tuple[int, ...]:
        """Return the positions."""


@dataclass(frozen=True, slots=True)
class Quantified:
    """What stands in the brackets of a quantifier: goals and variables before the colon, a formula behind it."""

    domains: tuple[Term, ...]
    formula: Term

    @property
    def bare(self) -> list[Variable]:
        """The variables that stand there without a domain."""
        return [part for part in self.domains if isinstance(part, Variable)]

    @property
    def own(self) -> list[Variable]:
        """The quantifier's own variables: those that stand alone before the colon, or on the left of ``in``."""
        found: list[Variable] = []
        for part in self.domains:
            if isinstance(part, Variable):
                found.append(part)
            elif isinstance(part, Compound) and signature(part) == ("in", 2):
                found.extend(inner for inner in subterms(part.args[0]) if isinstance(inner, Variable))
        return found


def quantified(term: Term) -> Quantified | None:
    """Return what a quantifier is about, None for what is no quantifier with a colon."""
    match term:
        case Compound(functor="forall" | "exists", args=(Compound(functor=":", args=(domains, formula)),)):
            return Quantified(tuple(conjuncts(domains)), formula)
        case _:
            return None


def occurrences(terms: Iterable[Term]) -> Counter[str]:
    """Return how often each named variable occurs."""
    return Counter(part.name for term in terms for part in subterms(term) if isinstance(part, Variable) and part.name != "_")


def named_apart(body: Term, outside: Collection[Term], positions: Positions) -> Term:
    """Return a body in which no variable of a quantifier occurs outside of it, the conditions of its aggregates included."""
    return _apart(body, occurrences([body, *outside]), positions)


def _apart(body: Term, counts: Counter[str], positions: Positions) -> Term:
    """Return a part of a body with its quantifiers' variables named apart; ``counts`` are the occurrences in all of it."""

    def apart(condition: Term) -> Term:
        return _apart(condition, counts, positions)

    done: list[Term] = []
    pending: list[tuple[Term, Mapping[str, str], bool, bool]] = [(body, {}, False, False)]
    while pending:
        term, names, ready, inside = pending.pop()
        places = positions(term, inside)
        if ready:
            assert isinstance(term, Compound), "others have no goals inside"
            args = [_renamed(argument, names) if place not in places else argument for place, argument in enumerate(term.args)]
            for place, part in zip(places, done[len(done) - len(places) :], strict=True):
                args[place] = part
            del done[len(done) - len(places) :]
            same = all(new is old for new, old in zip(args, term.args, strict=True))
            done.append(term if same else Compound(term.functor, tuple(args), term.span))
        elif not places:
            done.append(with_conditions(_renamed(term, names), apart))
        else:
            assert isinstance(term, Compound), "others have no goals inside"
            found = None if inside else quantified(term) if signature(term) in QUANTIFIERS else None
            if found is not None:
                own = occurrences([term])
                # Names outside are compared before this renaming: all that are taken are in the counts.
                fresh: dict[str, str] = {}
                for variable in found.own:
                    name = variable.name
                    current = names.get(name, name)
                    if name != "_" and name not in fresh and (current != name or counts[name] > own[name]):
                        fresh[name] = _unused(name, counts)
                        counts[fresh[name]] += own[name]
                names = {**names, **fresh}
            pending.append((term, names, True, inside))
            pending.extend((term.args[place], names, False, found is not None) for place in reversed(places))
    return done[0]


def _unused(name: str, counts: Mapping[str, int]) -> str:
    while counts.get(name, 0):
        name += "'"
    return name


def _renamed(term: Term, names: Mapping[str, str]) -> Term:
    """Return a term with variables renamed, itself where none of them occurs."""
    if not names:
        return term
    match term:
        case Variable(name=name):
            return Variable(names[name], term.span) if name in names else term
        case Compound(functor=functor, args=args):
            changed = tuple(_renamed(argument, names) for argument in args)
            return term if all(new is old for new, old in zip(changed, args, strict=True)) else Compound(functor, changed, term.span)
        case ListTerm(items=items, tail=tail):
            rest = None if tail is None else _renamed(tail, names)
            return ListTerm(tuple(_renamed(item, names) for item in items), rest, term.span)
        case _:
            return term


def misused(
    body: Term, outside: Collection[Term], positions: Positions, own: Collection[Signature], types: Mapping[str, Type]
) -> Iterator[Diagnostic]:
    """Yield E221 for each variable of a quantifier that ranges over nothing, E222 for domains, E223 for no colon, W207 for names.

    Quantifiers whose name is one of the predicates in ``own`` are calls of it.
    """
    found = [(term, around) for term, around in _quantifiers(body, positions) if signature(term) not in own]
    free = {name for term in outside for name in outer_variables(term)} | free_names(body, positions)
    for term, enclosing in found:
        inner = quantified(term)
        if inner is None:
            what = term.functor
            hint = f"write the variables before a colon, as in  {what}(X in 1..3 : p(X))"
            hint += "  or two goals, as in  forall(p(X), q(X))" if what == "forall" else ""
            yield Diagnostic("E223", f"this {what} has no colon", (Label(term.span, "expected variables, a colon and a formula"),), hint)
            continue
        yield from _unranged(term, inner)
        yield from _domains(inner, types)
        for variable in {v.name: v for v in reversed(inner.own)}.values():
            if variable.name != "_" and (variable.name in free or variable.name in enclosing):
                message = f"the variable {variable.name} of this quantifier is not the {variable.name} outside"
                yield Diagnostic("W207", message, (Label(variable.span, "a variable of its own"),), "give one of them another name")


def _unranged(term: Compound, inner: Quantified) -> Iterator[Diagnostic]:
    """Yield E221 for each variable of a ``forall`` that neither a domain nor an antecedent binds."""
    if term.functor != "forall":
        return
    bound: set[str] = set()
    for part in inner.domains:
        if not isinstance(part, Variable):
            bound |= bound_variables(part) or set()
    for variable in inner.bare:
        name = variable.name
        if name in bound or _ranges(inner.formula, name):
            continue
        message = f"nothing says which values the variable {name} of this forall has"
        hint = f"give it a domain, as in  forall({name} in 1..3 : ...)  or an antecedent,  forall({name} : p({name}) => ...)"
        yield Diagnostic("E221", message, (Label(variable.span, "ranges over nothing"),), hint)


def _ranges(formula: Term, name: str) -> bool:
    """Return whether a formula that has to hold for all values of a variable says which they are."""
    pending = [formula]
    while pending:
        part = pending.pop()
        inner = quantified(part)
        match part:
            case _ if name not in occurrences([part]):
                continue
            case Compound(functor="=>", args=(antecedent, consequent)):
                if not _binds(antecedent, name):
                    pending.append(consequent)
            case Compound(functor="<=>", args=(left, right)):
                if not (_binds(left, name) and _binds(right, name)):
                    return False
            case Compound(functor=",", args=(left, right)):
                pending.extend((left, right))
            case Compound(functor="\\+" | "not", args=(denied,)):
                if not _binds(denied, name):
                    return False
            case Compound(functor="forall") if inner is not None:
                if not any(_binds(domain, name) for domain in inner.domains if not isinstance(domain, Variable)):
                    pending.append(inner.formula)
            case _:
                return False
    return True


def _binds(goal: Term, name: str) -> bool:
    bound = bound_variables(goal)
    return bound is None or name in bound


def _domains(inner: Quantified, types: Mapping[str, Type]) -> Iterator[Diagnostic]:
    """Yield E222 for each domain that cannot be gone through."""
    for part in inner.domains:
        match part:
            case Compound(functor="in", args=(_, Atom(name=name) as domain)):
                if isinstance(types.get(name), RangeType | EnumerationType) or name == "[]":
                    continue
                if name in types:
                    message = f"the type '{name}' cannot be gone through: it has no list of values"
                    hint = "name the values by a goal before the colon, as in  forall(p(X) : ...)"
                    yield Diagnostic("E222", message, (Label(domain.span, "no finite type"),), hint)
                else:
                    enumerable = [known for known, type_ in types.items() if isinstance(type_, RangeType | EnumerationType)]
                    hint = did_you_mean(name, enumerable) or f"declare it, as in  type {name} = {{a, b}}."
                    yield Diagnostic("E222", f"there is no type '{name}' to go through", (Label(domain.span, "unknown type"),), hint)
            case Compound(functor="in", args=(_, domain)) if not _is_domain(domain):
                message = f"a quantifier ranges over low..high, {{value, ...}}, a list or a type, not over {print_term(domain)}"
                yield Diagnostic("E222", message, (Label(domain.span, "none of these"),))


def _is_domain(domain: Term) -> bool:
    return isinstance(domain, Variable | ListTerm) or signature(domain) in (("..", 2), ("{}", 1))


def _quantifiers(body: Term, positions: Positions) -> Iterator[tuple[Compound, frozenset[str]]]:
    """Yield the quantifiers of a body with the variables of the quantifiers and aggregates around each."""
    pending: list[tuple[Term, frozenset[str], bool]] = [(body, frozenset(), False)]
    while pending:
        term, around, inside = pending.pop()
        if not inside and isinstance(term, Compound) and signature(term) in QUANTIFIERS:
            yield term, around
        places = positions(term, inside)
        found = None if inside else quantified(term)
        if found is not None and places:
            around = around | {variable.name for variable in found.own}
        if not places:
            for operand in operands(term):
                parts = aggregate(operand)
                if parts is not None:
                    taken = {name for part in parts.terms for name in outer_variables(part)}
                    pending.append((parts.goal, around | taken, False))
        if isinstance(term, Compound):
            pending.extend((term.args[place], around, found is not None) for place in reversed(places))


def free_names(body: Term, positions: Positions) -> set[str]:
    """Return the variables that occur outside of the quantifiers and aggregates that have them."""
    names: set[str] = set()
    pending: list[tuple[Term, frozenset[str], bool]] = [(body, frozenset(), False)]
    while pending:
        term, own, inside = pending.pop()
        places = positions(term, inside)
        found = None if inside or not places else quantified(term)
        if found is not None:
            own = own | {variable.name for variable in found.own}
        if not isinstance(term, Compound) or not places:
            names |= set(outer_variables(term)) - own
            continue
        names |= {n for place, part in enumerate(term.args) if place not in places for n in outer_variables(part)} - own
        pending.extend((term.args[place], own, found is not None) for place in places)
    return names
