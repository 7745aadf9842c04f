"""The goals that a body calls: what the passes look at, found without recursion."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from nesylang.analysis.aggregates import aggregate, operands
from nesylang.analysis.builtins import BUILTINS, LIBRARY_GOALS, NEGATIONS, GoalArguments, Signature
from nesylang.syntax.terms import Atom, Compound, Integer, Term, Variable, disjuncts, signature, subterms

LOGICAL: frozenset[Signature] = frozenset({(",", 2), (";", 2), ("|", 2), ("->", 2), ("\\+", 1), ("not", 1)})
"""Connectives, which are walked through and are no goals themselves."""

Branch = tuple[tuple[int, int], ...]
"""Where in the disjunctions around it a goal stands: (disjunction, alternative), outermost first."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A call, as it is written or inside one of the goals that a control construct calls.

    ``extra`` counts the arguments that the caller adds (``call(p, X)`` calls p with 1 more). ``negation`` numbers the outermost negation
    around the goal; ``negative`` tells whether what depends on it does so through negation, the test of an if-then-else included, or
    through an aggregate (``aggregated``).
    ``enclosed`` goals stand inside another goal, such as findall's, that keeps their variables to itself.
    """

    term: Term
    extra: int = 0
    negation: int | None = None
    negative: bool = False
    enclosed: bool = False
    branch: Branch = ()
    aggregated: bool = False

    @property
    def signature(self) -> Signature | None:
        """Name and number of arguments of what is called; None where that is no atom."""
        found = signature(self.term)
        return None if found is None else (found[0], found[1] + self.extra)

    @property
    def arguments(self) -> tuple[Term, ...]:
        """The arguments that are written, which are the first ones."""
        return self.term.args if isinstance(self.term, Compound) else ()


def called_arguments(called: Signature, defined: Collection[Signature]) -> GoalArguments:
    """Return the positions of a call's arguments that are goals, given the predicates that the program defines itself."""
    if called in BUILTINS:
        return BUILTINS[called].goals
    return () if called in defined else LIBRARY_GOALS.get(called, ())


def goals_of(body: Term, defined: Collection[Signature] = ()) -> Iterator[Goal]:
    """Yield the calls of a body in the order in which they are written; variables that are called are left out."""
    number = 0
    pending = [Goal(body)]
    while pending:
        goal = pending.pop()
        number += 1
        called = goal.signature
        if called is None:
            if not isinstance(goal.term, Variable):
                yield goal
        elif goal.extra == 0 and called in LOGICAL:
            assert isinstance(goal.term, Compound)
            pending.extend(reversed(_members(goal, goal.term, number)))
        else:
            yield goal
            if goal.extra == 0:
                pending.extend(reversed(_inner_goals(goal, called, defined, number)))


def _members(goal: Goal, term: Compound, number: int) -> list[Goal]:
    """Return the goals that a connective joins; ``number`` is the connective's own."""
    match term.functor:
        case "\\+" | "not":
            negation = number if goal.negation is None else goal.negation
            return [replace(goal, term=term.args[0], negation=negation, negative=True)]
        case ";" | "|":
            alternatives = disjuncts(term) if term.functor == ";" else list(term.args)
            members = []
            for index, alternative in enumerate(alternatives):
                branch = (*goal.branch, (number, index))
                if index + 1 < len(alternatives) and isinstance(alternative, Compound) and signature(alternative) == ("->", 2):
                    # What the else branch depends on is that the test does not hold.
                    members.append(replace(goal, term=alternative.args[0], negative=True, branch=branch))
                    members.append(replace(goal, term=alternative.args[1], branch=branch))
                else:
                    members.append(replace(goal, term=alternative, branch=branch))
            return members
        case _:
            return [replace(goal, term=argument) for argument in term.args]


def _inner_goals(goal: Goal, called: Signature, defined: Collection[Signature], number: int) -> list[Goal]:
    """Return the goals among the arguments of a call."""
    negated = called in NEGATIONS
    negation = number if negated and goal.negation is None else goal.negation
    enclosed = goal.enclosed or called[0] not in ("call", "once", "forall")
    inner = [
        Goal(goal.arguments[position], extra, negation, goal.negative or negated, enclosed, goal.branch, goal.aggregated)
        for position, extra in called_arguments(called, defined)
    ]
    for operand in operands(goal.term):
        parts = aggregate(operand)
        if parts is not None:
            inner.append(Goal(parts.goal, 0, goal.negation, True, True, goal.branch, True))
    return inner


def compatible(first: Branch, second: Branch) -> bool:
    """Return whether goals in these places are ever called together."""
    for (left, left_index), (right, right_index) in zip(first, second, strict=False):
        if left != right:
            return True
        if left_index != right_index:
            return False
    return True


def named_variables(term: Term) -> Iterator[Variable]:
    """Yield the occurrences of variables in a term, without those of ``_``."""
    return (part for part in subterms(term) if isinstance(part, Variable) and part.name != "_")


def indicators(term: Term) -> Iterator[Signature]:
    """Yield the predicates that a directive lists as ``name/arity``."""
    for part in subterms(term):
        match part:
            case Compound(functor="/", args=(Atom(name=name), Integer(value=arity))):
                yield name, arity
