"""Passes over the variables of clauses: bound by their bodies, bound before they are negated, used more than once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nesylang.analysis.aggregates import has_aggregates, named_apart
from nesylang.analysis.arithmetic import FUNCTIONS
from nesylang.analysis.binding import bound_variables
from nesylang.analysis.builtins import BUILTINS, NEGATIONS, Signature
from nesylang.analysis.goals import Goal, called_arguments, compatible, goals_of, named_variables
from nesylang.analysis.probabilities import is_network
from nesylang.analysis.program import Program, Rule
from nesylang.source import Diagnostic, Label
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import PredicateDeclaration
from nesylang.syntax.terms import Atom, Compound, Float, Integer, Term, Variable, signature, subterms


def unbound_heads(program: Program) -> Iterator[Diagnostic]:
    """Yield E215 for each variable in the head of a declared predicate that the body does not bind."""
    for rule in program.rules:
        for head in rule.clause.heads:
            declared = program.declared.get(signature(head.atom) or ("", 0))
            if declared is None or not isinstance(declared.declaration, PredicateDeclaration):
                continue
            if head.probability is not None and is_network(head.probability):
                continue
            bound = bound_variables(rule.clause.body) if rule.clause.body is not None else set()
            for name, variable in {v.name: v for v in reversed([*_all_variables(head.atom)])}.items():
                if bound is not None and name not in bound:
                    labels = (Label(variable.span, "bound by no goal"), Label(declared.span, "declared here"))
                    what = f"the variable {name}" if name != "_" else "a variable"
                    message = f"{what} in the head of {declared.name}/{len(declared.arguments)} is not bound by the body"
                    hint = "predicates declared with pred hold for constants only; bind it in the body, or drop the declaration"
                    yield Diagnostic("E215", message, labels, hint)


def _all_variables(term: Term) -> Iterator[Variable]:
    return (part for part in subterms(term) if isinstance(part, Variable))


def negation_before_binding(program: Program) -> Iterator[Diagnostic]:
    """Yield W201 for each variable that is negated first and bound only by a later goal."""
    negating = [rule for rule in program.rules if any(goal.negation is not None for goal in rule.goals)]
    binding = _fact_predicates(program) if negating else frozenset()
    for rule in negating:
        yield from _negated_too_early(_with_scopes(rule, program), binding)


def _with_scopes(rule: Rule, program: Program) -> Rule:
    """Return a rule with names of their own for the variables of its aggregates."""
    body = rule.clause.body
    if body is None or not has_aggregates(body):
        return rule
    apart = named_apart(body, {variable.name for head in rule.clause.heads for variable in named_variables(head.atom)})
    return Rule(replace(rule.clause, body=apart), tuple(goals_of(apart, program.definitions)))


def _fact_predicates(program: Program) -> frozenset[Signature]:
    """Return the predicates that have ground facts only: calling them binds variables."""
    ruled = {signature(atom) for atom in program.heads()}
    return frozenset(found for found in (*program.facts, *program.tables) if found not in ruled)


def _negated_too_early(rule: Rule, binding: frozenset[Signature]) -> Iterator[Diagnostic]:
    """Yield a warning for each variable that is negated before a later goal binds it.

    A variable of the head may be bound by the call; there only a later call of a predicate of facts shows that it need not be.
    """
    heads = {variable.name for head in rule.clause.heads for variable in named_variables(head.atom)}
    positive: dict[str, list[tuple[int, Goal]]] = {}
    for position, goal in enumerate(rule.goals):
        if goal.negation is None and not goal.enclosed and goal.signature not in NEGATIONS:
            for name in dict.fromkeys(variable.name for variable in named_variables(goal.term)):
                positive.setdefault(name, []).append((position, goal))
    reported: set[tuple[int, str]] = set()
    for position, goal in enumerate(rule.goals):
        if goal.negation is None or goal.enclosed:
            continue
        for variable in named_variables(goal.term):
            if (goal.negation, variable.name) in reported:
                continue
            together = [(at, other) for at, other in positive.get(variable.name, ()) if compatible(goal.branch, other.branch)]
            later = [other for at, other in together if at > position and not called_arguments(other.signature or ("", 0), ())]
            if variable.name in heads:
                later = [other for other in later if other.signature in binding]
            if later and all(at > position or _is_test(other) for at, other in together):
                reported.add((goal.negation, variable.name))
                labels = (Label(variable.span, "not bound yet"), Label(later[0].term.span, "bound only here"))
                hint = "move the negation behind the goal that binds it"
                yield Diagnostic("W201", f"the variable {variable.name} is negated before it is bound", labels, hint)


def _is_test(goal: Goal) -> bool:
    called = goal.signature
    return called is not None and called in BUILTINS and BUILTINS[called].test


def singletons(program: Program) -> Iterator[Diagnostic]:
    """Yield W203 for each named variable that occurs once in a clause; ProbLog programs are left alone, and what is an error anyway."""
    unbound = [diagnostic.span for diagnostic in unbound_heads(program)]
    for rule in program.rules:
        clause = program.written.get(rule.clause.span, rule.clause)
        if rule.is_special or rule.is_made or clause.span.source.name.endswith(".pl"):
            continue
        terms = [term for head in clause.heads for term in (head.probability, head.atom) if term is not None]
        terms += [clause.body] if clause.body is not None else []
        once: dict[str, Variable | None] = {}
        for term in terms:
            for variable in named_variables(term):
                once[variable.name] = None if variable.name in once else variable
        for name, single in once.items():
            if single is not None and not name.startswith("_") and single.span not in unbound:
                message = f"the variable {name} occurs only once in its clause"
                yield Diagnostic("W203", message, (Label(single.span),), f"write _ or _{name} if that is meant")


_SYMBOLS = frozenset({"+", "-", "*", "/", "//", "mod", "rem", "div", "**", "^", "<<", ">>"})
_PAIRING = frozenset({"-", "/"})


def arithmetic_arguments(program: Program) -> Iterator[Diagnostic]:
    """Yield W202 for each argument of a user's predicate that looks as if it were to be computed."""
    for atom in program.heads():
        if isinstance(atom, Compound):
            yield from _arithmetic(atom.args, in_head=True)
    for goal in program.goals():
        if goal.signature in program.definitions or goal.signature in program.declared:
            yield from _arithmetic(goal.arguments, in_head=False)


def _arithmetic(arguments: tuple[Term, ...], in_head: bool) -> Iterator[Diagnostic]:
    for argument in arguments:
        if isinstance(argument, Compound) and looks_computed(argument, in_head):
            message = f"{print_term(argument)} is passed as a term, not as its value"
            yield Diagnostic("W202", message, (Label(argument.span),), f"compute it first, as in:  Y is {print_term(argument)}")


def looks_computed(term: Compound, in_head: bool) -> bool:
    """Return whether a term means a number; pairs such as ``Key-Value`` and symbols such as ``x+1`` do not."""
    if term.functor not in _SYMBOLS or signature(term) not in FUNCTIONS:
        return False
    if any(isinstance(operand, Atom) for operand in term.args):
        return False
    numbers = sum(isinstance(operand, Integer | Float) for operand in term.args)
    variables = sum(isinstance(operand, Variable) for operand in term.args)
    if len(term.args) == 1:
        return variables == 1
    if numbers and variables:
        return True
    return not in_head and term.functor not in _PAIRING and numbers + variables == len(term.args)
