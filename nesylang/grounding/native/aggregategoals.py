"""Comparisons with aggregates as goals: their answers are gathered, their values are made, and the comparison is one of numbers."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from nesylang.analysis.aggregates import Aggregate as WrittenAggregate
from nesylang.analysis.aggregates import LinearSum, aggregate, combined, has_aggregates, is_aggregate, linear_sum, operands
from nesylang.grounding.native.goals import Aggregate, AggregatePart, Call, Compare, Compute, Gather, Goal, Name
from nesylang.source import Span, error
from nesylang.syntax.terms import Compound, Integer, Term, Variable, signature, variables

if TYPE_CHECKING:
    from nesylang.grounding.native.normalise import Normaliser

OPERATORS = {"=": "=:=", "is": "=:=", "\\=": "=\\="}
"""Comparisons of terms -> what they are between numbers."""


def aggregate_goals(normaliser: Normaliser, term: Term, elsewhere: Collection[str]) -> list[Goal]:
    """Return the goals of a comparison with aggregates; ``elsewhere`` are the variables used outside of it."""
    return _Comparison(normaliser, term, elsewhere).goals()


class _Comparison:
    def __init__(self, normaliser: Normaliser, term: Term, elsewhere: Collection[str]) -> None:
        assert isinstance(term, Compound), "comparisons have operands"
        self.normaliser = normaliser
        self.operator = term.functor
        self.left, self.right = term.args
        self.span = term.span
        self.elsewhere = elsewhere
        self.made: list[Goal] = []
        self.several = sum(1 for _ in operands(term)) > 1

    def goals(self) -> list[Goal]:
        left, right = self.left, self.right
        if self.operator in ("=", "is") and isinstance(right, Variable):
            left, right = right, left
        if self.operator in ("=", "is") and isinstance(left, Variable):
            self._bind(left, self._value(right))
        elif self.operator == "in":
            element, domain = self._value(left), self._without_aggregates(right)
            self.made.extend(self.normaliser.membership(self._named(element), domain, self.span))
        else:
            self._compare(left, right)
        return self.made

    def _bind(self, variable: Variable, value: Term) -> None:
        pattern = self.normaliser.pattern(self._named(value))
        self.made.append(self.normaliser.engine_goal("$equals", (self.normaliser.pattern(variable), pattern), self.span))

    def _compare(self, left: Term, right: Term) -> None:
        if self.several:
            first, second = linear_sum(left), linear_sum(right)
            if first is not None and second is not None:
                joint = combined("-", LinearSum(first.parts, None), LinearSum(second.parts, None), self.span)
                total = self._linear(joint)
                left, right = _plus(total, first.rest, self.span), second.rest or Integer(0, self.span)
        left, right = self._without_aggregates(left), self._without_aggregates(right)
        operator = OPERATORS.get(self.operator, self.operator)
        self.made.append(Compare(operator, self.normaliser.pattern(left), self.normaliser.pattern(right), self.span))

    def _value(self, term: Term) -> Term:
        """Return an expression without aggregates that has the value of one."""
        if self.several and has_aggregates(term):
            found = linear_sum(term)
            if found is not None:
                return _plus(self._linear(found), found.rest, self.span)
        return self._without_aggregates(term)

    def _without_aggregates(self, term: Term) -> Term:
        """Return a term with variables for its aggregates, each of which gets a value of its own."""
        if not has_aggregates(term):
            return term
        assert isinstance(term, Compound), "only compounds have aggregates"
        if is_aggregate(term):
            return self._linear(LinearSum(((Integer(1, term.span), term),), None))
        return Compound(term.functor, tuple(self._without_aggregates(argument) for argument in term.args), term.span)

    def _linear(self, total: LinearSum) -> Term:
        """Return a variable for the value of a sum of aggregates."""
        parts: list[AggregatePart] = []
        operation = "sum"
        for coefficient, term in total.parts:
            written = aggregate(term)
            if written is None:
                raise error("E219", f"the {term.functor[:-2]} has no condition", term.span, "expected a colon")
            if written.operation != "count":
                operation = written.operation
            factor = coefficient if isinstance(coefficient, Integer) else self._named(coefficient)
            gathered = self._gathered(written)
            parts.append(AggregatePart(self.normaliser.pattern(factor), gathered, written.operation == "count"))
        result = self._fresh("value")
        self.made.append(Aggregate(operation, tuple(parts), Name(result.name), self.span))
        return result

    def _gathered(self, written: WrittenAggregate) -> Name:
        """Return what stands for an aggregate's answers; their predicate has the variables from outside as first arguments."""
        normaliser = self.normaliser
        terms, goal, span = written.terms, written.goal, written.span
        inside = dict.fromkeys(name for part in (*terms, goal) for name in variables(part))
        shared = [name for name in inside if name in self.elsewhere]
        if written.operation != "count" and isinstance(terms[0], Compound):
            value = self._fresh("term")
            goal = Compound(",", (goal, Compound("is", (value, terms[0]), terms[0].span)), span)
            terms = (value, *terms[1:])
        head = (*(Name(name) for name in shared), *(normaliser.pattern(term) for term in terms))
        own = {name for part in terms for name in variables(part)}
        preceding = normaliser.preceding
        body = normaliser.sequence(goal, {*shared, *own})
        made = normaliser.define(written.operation, head, [body], span)
        outputs = tuple(Name(self._fresh("output").name) for _ in terms)
        target = Name(self._fresh("answers").name)
        varies = not preceding.issuperset(shared)
        self.made.append(Gather(Call(made, (*(Name(name) for name in shared), *outputs), span), len(shared), varies, target, span))
        normaliser.preceding = preceding.union(shared)
        return target

    def _named(self, term: Term) -> Term:
        """Return a variable or constant with the value of an expression."""
        if not isinstance(term, Compound) or signature(term) is None:
            return term
        value = self._fresh("computed")
        self.made.append(Compute(Name(value.name), self.normaliser.pattern(term), self.span))
        return value

    def _fresh(self, what: str) -> Variable:
        self.normaliser.anonymous += 1
        return Variable(f"${what}{self.normaliser.anonymous}", self.span)


def _plus(first: Term, second: Term | None, span: Span) -> Term:
    return first if second is None else Compound("+", (first, second), span)
