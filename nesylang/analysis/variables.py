"""Passes over the variables of clauses: bound by their bodies, bound before they are negated, used more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nesylang.analysis.aggregates import compares_aggregates
from nesylang.analysis.arithmetic import FUNCTIONS
from nesylang.analysis.builtins import BUILTINS, NEGATIONS, Signature
from nesylang.analysis.goals import Goal, called_arguments, compatible, named_variables
from nesylang.analysis.probabilities import is_network
from nesylang.analysis.program import Program, Rule
from nesylang.source import Diagnostic, Label
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import PredicateDeclaration
from nesylang.syntax.terms import Atom, Compound, Float, Integer, Term, Variable, disjuncts, signature, subterms


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


def bound_variables(body: Term) -> set[str] | None:
    """Return the variables that are bound wherever the body holds, None for a body that never holds.

    Goals count whatever their order. An equation binds both its sides where one of them is bound elsewhere or constant.
    """
    occurrences = Counter(variable.name for variable in named_variables(body))
    pending: list[tuple[Term, int]] = [(body, 0)]
    results: list[set[str] | None] = []
    while pending:
        term, members = pending.pop()
        found = signature(term)
        if members == 0 and found in _JOINED:
            assert isinstance(term, Compound)
            parts = disjuncts(term) if found == (";", 2) else list(term.args)
            pending.append((term, len(parts)))
            pending.extend((part, 0) for part in parts)
        elif members == 0:
            results.append(_bound_by(term, occurrences))
        else:
            parts_bound = results[-members:]
            del results[-members:]
            results.append(_join(parts_bound, any_of=found in ((";", 2), ("|", 2))))
    return results[0]


_JOINED = frozenset({(",", 2), (";", 2), ("|", 2), ("->", 2), ("call", 1), ("once", 1)})


def _join(parts: list[set[str] | None], any_of: bool) -> set[str] | None:
    possible = [part for part in parts if part is not None]
    if any_of:
        return set[str].intersection(*possible) if possible else None
    return set[str]().union(*possible) if len(possible) == len(parts) else None


def _bound_by(term: Term, occurrences: Counter[str]) -> set[str] | None:
    """Return the variables that a single goal binds."""
    found = signature(term)
    if compares_aggregates(term):
        # Whatever has a value there, an aggregate's group included, has it from the aggregate or from before.
        return {variable.name for variable in named_variables(term)}
    if found is None or not isinstance(term, Compound):
        return None if found in (("fail", 0), ("false", 0)) else set()
    if found in NEGATIONS or (found in BUILTINS and BUILTINS[found].test):
        return set()
    match term:
        case Compound(functor="is" | "in", args=(left, _)):
            return {variable.name for variable in named_variables(left)}
        case Compound(functor="findall", args=(_, _, result)):
            return {variable.name for variable in named_variables(result)}
        case Compound(functor="=", args=(left, right)):
            own = Counter(variable.name for variable in named_variables(term))
            sides = [{variable.name for variable in named_variables(side)} for side in (left, right)]
            known = any(all(occurrences[name] > own[name] for name in side) for side in sides)
            return sides[0] | sides[1] if known else set()
        case _:
            return {variable.name for variable in named_variables(term)}


def _all_variables(term: Term) -> Iterator[Variable]:
    return (part for part in subterms(term) if isinstance(part, Variable))


def negation_before_binding(program: Program) -> Iterator[Diagnostic]:
    """Yield W201 for each variable that is negated first and bound only by a later goal."""
    for rule in program.rules:
        if any(goal.negation is not None for goal in rule.goals):
            yield from _negated_too_early(rule, _fact_predicates(program))


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
        clause = rule.clause
        if rule.is_special or clause.span.source.name.endswith(".pl"):
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
        if isinstance(argument, Compound) and _looks_computed(argument, in_head):
            message = f"{print_term(argument)} is passed as a term, not as its value"
            yield Diagnostic("W202", message, (Label(argument.span),), f"compute it first, as in:  Y is {print_term(argument)}")


def _looks_computed(term: Compound, in_head: bool) -> bool:
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
