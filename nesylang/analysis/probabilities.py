"""Passes over the annotations of heads: probabilities, learnable ones, and networks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nesylang.analysis.arithmetic import NotConstant, NotNumeric, evaluate
from nesylang.analysis.goals import named_variables
from nesylang.analysis.program import Program, Rule
from nesylang.analysis.tables import REPORTED_ROWS, rows_without_probability
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import ExpectProbability, Head
from nesylang.syntax.terms import Atom, Compound, ListTerm, Term, Variable, is_ground

SUM_TOLERANCE = 1e-8
"""How far the probabilities of a disjunction may exceed 1 because of rounding, as in ProbLog."""


def probabilities(program: Program) -> Iterator[Diagnostic]:
    """Yield E204 for each constant probability outside [0, 1], E205 for disjunctions over 1, E210 where there is no number."""
    for rule in program.rules:
        total, complete = 0.0, True
        for head in rule.clause.heads:
            if head.probability is None or is_network(head.probability):
                complete = False
                continue
            if is_learnable(head.probability):
                assert isinstance(head.probability, Compound)
                initial = head.probability.args[0]
                if not isinstance(initial, Variable):
                    _, problem = _constant(initial, "a learnable probability starts from a number or _, as in  t(0.5)  or  t(_)")
                    yield from [problem] if problem is not None else []
                continue
            if is_decision(head.probability):
                complete = False
                continue
            value, problem = _constant(head.probability, "a probability is a number, or computed by the body, as in  P :: a :- w(P).")
            if problem is not None:
                yield problem
                complete = False
            total += value or 0.0
        if complete and total > 1.0 + SUM_TOLERANCE:
            heads = rule.clause.heads
            label = Label(heads[0].span.to(heads[-1].span), f"these sum to {total:.10g}")
            yield Diagnostic("E205", f"the probabilities of a disjunction sum to {total:.10g}, more than 1", (label,))
    for table in (table for tables in program.tables.values() for table in tables):
        for row in islice(rows_without_probability(table), REPORTED_ROWS):
            probability = table.fact(row).heads[0].probability
            assert probability is not None, "a certain fact has no wrong probability"
            _, problem = _constant(probability, "a probability is a number")
            yield from [problem] if problem is not None else []
    for statement in program.statements:
        if isinstance(statement, ExpectProbability):
            _, problem = _constant(statement.probability, "the expected probability is a number", variables=False)
            yield from [problem] if problem is not None else []


def is_decision(probability: Term) -> bool:
    """Return whether an annotation is ``?``."""
    return isinstance(probability, Atom) and probability.name == "?"


def is_learnable(probability: Term) -> bool:
    """Return whether an annotation is ``t(...)``."""
    return isinstance(probability, Compound) and probability.functor == "t"


def is_network(probability: Term) -> bool:
    """Return whether an annotation is ``nn(...)``."""
    return isinstance(probability, Compound) and probability.functor == "nn"


def _constant(term: Term, hint: str, variables: bool = True) -> tuple[float | None, Diagnostic | None]:
    """Return the value of a constant probability, or what is wrong with it; neither where it has variables."""
    try:
        value = evaluate(term)
    except NotConstant:
        if variables:
            return None, None
        label = Label(term.span, "has variables")
        return None, Diagnostic("E210", f"{print_term(term)} is not a constant probability", (label,), hint)
    except NotNumeric as problem:
        label = Label(problem.part.span, problem.reason)
        return None, Diagnostic("E210", f"the probability {print_term(term)} cannot be evaluated", (label,), hint)
    if 0 <= value <= 1:
        return float(value), None
    shown = f"{print_term(term)} = {value:.10g}" if isinstance(term, Compound) else print_term(term)
    label = Label(term.span, "not within [0, 1]")
    percent = f"{value} % is written {value / 100:.10g}" if 1 < value <= 100 else None
    return None, Diagnostic("E204", f"the probability {shown} is outside [0, 1]", (label,), percent)


def network_annotations(program: Program) -> Iterator[Diagnostic]:
    """Yield E211 for each ``nn(...)`` that is not of one of its three forms."""
    for rule in program.rules:
        heads = rule.clause.heads
        for head in heads:
            if head.probability is None or not is_network(head.probability):
                continue
            assert isinstance(head.probability, Compound)
            if len(heads) > 1:
                yield _malformed(head.span, "a network's distribution is a clause of its own, without other alternatives")
            elif len(head.probability.args) not in (2, 3, 4):
                count = len(head.probability.args)
                yield _malformed(head.probability.span, f"found {count} argument{'' if count == 1 else 's'}")
            else:
                yield from _parts(head, head.probability.args)


def _parts(head: Head, arguments: tuple[Term, ...]) -> Iterator[Diagnostic]:
    network, inputs, *output_and_domain = arguments
    if not isinstance(network, Atom):
        yield _malformed(network.span, "expected the name of a network")
    if not isinstance(inputs, ListTerm) or inputs.tail is not None or not inputs.items:
        yield _malformed(inputs.span, "expected a list of inputs, as in [X]")
    if not output_and_domain:
        return
    output, *rest = output_and_domain
    if not isinstance(output, Variable):
        yield _malformed(output.span, "expected a variable for the output")
    elif output.name not in {variable.name for variable in named_variables(head.atom)}:
        yield _malformed(output.span, f"the head has no variable {output.name}")
    if not rest:
        return
    (domain,) = rest
    if not isinstance(domain, ListTerm) or domain.tail is not None or not domain.items:
        yield _malformed(domain.span, "expected the list of the output's values, as in [0, 1]")
        return
    seen: set[Term] = set()
    for value in domain.items:
        if not is_ground(value):
            yield _malformed(value.span, "expected a value without variables")
        elif value in seen:
            yield _malformed(value.span, "this value is listed twice")
        seen.add(value)


def _malformed(span: Span, note: str) -> Diagnostic:
    hint = "the forms are  nn(network, [X], Y, [value, ...]) :: p(X, Y).  nn(network, [X]) :: p(X).  and  nn(network, [X], Y) :: p(X, Y)."
    return Diagnostic("E211", f"a malformed network annotation: {note}", (Label(span, note),), hint)


def unbound_annotations(program: Program) -> Iterator[Diagnostic]:
    """Yield E215 for each variable of an annotation that neither the head nor the body has."""
    for rule in program.rules:
        annotated = [head for head in rule.clause.heads if head.probability is not None]
        if not any(_needed(head) for head in annotated):
            continue
        bound = _clause_variables(rule)
        for head in annotated:
            reported: set[str] = set()
            for variable in _needed(head):
                if variable.name not in bound and variable.name not in reported:
                    reported.add(variable.name)
                    message = f"the variable {variable.name} of the probability occurs neither in the head nor in the body"
                    label = Label(variable.span, "never bound")
                    if isinstance(head.probability, Compound) and is_learnable(head.probability):
                        hint = "there is one learnable probability for each value of the variables behind the first argument of t"
                    else:
                        hint = "a free probability that is to be learned is written  t(_)"
                    yield Diagnostic("E215", message, (label,), hint)


def _needed(head: Head) -> list[Variable]:
    """Return the variables of an annotation that have to get a value from the clause."""
    probability = head.probability
    assert probability is not None
    if isinstance(probability, Compound) and is_network(probability):
        return list(named_variables(probability.args[1])) if len(probability.args) > 1 else []
    if isinstance(probability, Compound) and is_learnable(probability):
        return [variable for argument in probability.args[1:] for variable in named_variables(argument)]
    return [*named_variables(probability), *_anonymous(probability)]


def _anonymous(term: Term) -> list[Variable]:
    return [term] if isinstance(term, Variable) and term.name == "_" else []


def _clause_variables(rule: Rule) -> set[str]:
    terms = [head.atom for head in rule.clause.heads]
    if rule.clause.body is not None:
        terms.append(rule.clause.body)
    return {variable.name for term in terms for variable in named_variables(term)}
