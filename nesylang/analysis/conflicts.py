"""Uses of a variable or a constant that no value can meet, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nesylang.analysis.suggestions import did_you_mean
from nesylang.analysis.values import Values, join_all, meet
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.printer import print_term
from nesylang.syntax.terms import Atom, Term, Variable


@dataclass(frozen=True, slots=True)
class Use:
    """A place that allows some values only.

    ``what`` says who allows them, as in ``argument 1 of paint/2``; ``name`` is how the values are called, if they have a name.
    ``declared`` says that a declaration fixes them, at ``home``; otherwise ``home`` is where the predicate is defined, None for builtins.
    A ``test`` is a builtin that programs call to tell values apart.
    """

    values: Values
    span: Span
    what: str
    name: str = ""
    declared: bool = False
    home: Span | None = None
    test: bool = False

    @property
    def shown(self) -> str:
        """How the values are shown."""
        return self.name or str(self.values)


PlacedUse = tuple[Use, Span]
"""A use with the variable's own place in it."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A term at a use that its earlier uses leave no value for; a constant has none."""

    term: Term
    use: Use
    earlier: tuple[PlacedUse, ...]

    @property
    def opposed(self) -> Use | None:
        """The earlier use that is to be shown: one that excludes this one on its own, a declared one if there is one."""
        excluding = [replace(other, span=span) for other, span in self.earlier if meet(other.values, self.use.values).is_empty]
        return next((other for other in excluding if other.declared), excluding[0] if excluding else None)

    @property
    def is_error(self) -> bool:
        """Whether the types are at odds, not merely the values that happen to be there."""
        other = self.opposed
        if other is None or not isinstance(self.term, Variable):
            return False
        return (other.declared or self.use.declared) and not (other.test or self.use.test)


def type_error(conflict: Conflict) -> Diagnostic:
    """Return E227 for a variable whose types have no value in common."""
    other = conflict.opposed
    assert other is not None, "a conflict of types has two sides"
    assert isinstance(conflict.term, Variable), "constants are checked elsewhere"
    labels = [Label(conflict.use.span, f"{conflict.use.shown}: {conflict.use.what}"), Label(other.span, f"{other.shown}: {other.what}")]
    labels.extend(Label(use.home, "declared here") for use in (conflict.use, other) if use.declared and use.home is not None)
    message = f"{conflict.term.name} is used as {conflict.use.shown} and as {other.shown}, which have no value in common"
    return Diagnostic("E227", message, tuple(labels), _type_hint(conflict.use, other))


def _type_hint(first: Use, second: Use) -> str:
    if "float" in (first.shown, second.shown) and any(use.what == "a quotient" for use in (first, second)):
        return "a / b is always a float; a // b is the integer"
    return "the clause can never be used; rename one of the variables, or correct a declaration"


def never_holds(conflict: Conflict) -> Diagnostic:
    """Return W208 for a goal that no value can make true."""
    term, use, other = conflict.term, conflict.use, conflict.opposed
    labels = [Label(use.span, f"takes {use.shown}")]
    if isinstance(term, Variable):
        message = f"this can never hold: no value of {term.name} fits {use.what}"
        if other is not None:
            labels.append(Label(other.span, f"{term.name} is {other.shown} here"))
    else:
        message = f"this can never hold: {use.what} is never {print_term(term)}"
        if other is not None:
            message = f"this can never hold: {print_term(term)} is no value of {other.shown}"
            labels = [Label(use.span, "compared here"), Label(other.span, f"{other.shown}: {other.what}")]
    if use.home is not None:
        labels.append(Label(use.home, "declared here" if use.declared else "defined here"))
    known = use.values if other is None else other.values
    hint = did_you_mean(term.name, sorted(known.atoms)) if isinstance(term, Atom) and known.atoms else None
    return Diagnostic("W208", message, tuple(labels), hint)


def no_clause(goal: Term, home: Span, name: str) -> Diagnostic:
    """Return W208 for a goal that no clause matches, though each of its arguments occurs on its own."""
    labels = (Label(goal.span, "no clause has these arguments together"), Label(home, f"{name} is defined here"))
    return Diagnostic("W208", f"this can never hold: no clause of {name} matches {print_term(goal)}", labels)


Environment = dict[str, tuple[Values, tuple[PlacedUse, ...]]]
"""What is known of the variables of a clause at some point of its body: their values, and the uses that say so."""


def either(environments: list[Environment]) -> Environment:
    """Return what is known behind alternatives: of each variable that all of them bind, the values of all."""
    first, *others = environments
    if not others:
        return first
    joined: Environment = {}
    for name, (values, uses) in first.items():
        if not all(name in other for other in others):
            continue
        if all(other[name][1] == uses for other in others):
            joined[name] = values, uses
            continue
        together = join_all([values, *(other[name][0] for other in others)])
        declared = all(used and used[-1][0].declared for used in (uses, *(other[name][1] for other in others)))
        span = uses[-1][1] if uses else next(other[name][1][-1][1] for other in others if other[name][1])
        joined[name] = together, ((Use(together, span, "one of the alternatives", "", declared), span),)
    return joined
