"""Passes over what is parsed and refused: parts of the language that are not supported yet, Python code, unknown libraries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nesylang.analysis.aggregates import is_aggregate
from nesylang.analysis.arithmetic import FUNCTIONS
from nesylang.analysis.builtins import LIBRARIES, UNSUPPORTED
from nesylang.analysis.goals import Goal
from nesylang.analysis.grammars import PHRASES, is_grammar_rule, malformed_phrase, malformed_rule
from nesylang.analysis.probabilities import is_decision
from nesylang.analysis.program import USE_MODULE, Program, library_name
from nesylang.analysis.statement_terms import statement_terms
from nesylang.analysis.suggestions import did_you_mean
from nesylang.source import Diagnostic, Label, Span
from nesylang.syntax.printer import print_term
from nesylang.syntax.statements import (
    Clause,
    Constraint,
    Directive,
    Loss,
)
from nesylang.syntax.terms import Atom, Compound, String, Term, signature, subterms

COMPARISONS = frozenset({(name, 2) for name in ("is", "<", ">", "=<", ">=", "=:=", "=\\=")})
"""Goals with operands that are computed."""

_STATEMENTS: dict[type, str] = {
    Constraint: "the statement constraint",
    Loss: "the statement loss",
}


def unsupported(program: Program) -> Iterator[Diagnostic]:
    """Yield E109 for each statement and formula that is not supported yet."""
    for statement in program.statements:
        if type(statement) in _STATEMENTS:
            refusal = _refusal(_STATEMENTS[type(statement)], statement.span)
            hint = "a hard constraint can be a rule for what breaks it:  broken :- ... .  evidence not broken."
            yield replace(refusal, hint=hint) if isinstance(statement, Constraint) else refusal
    for rule in program.rules:
        for head in rule.clause.heads:
            if head.probability is not None and is_decision(head.probability):
                hint = "give the decision a probability, and compare the answers with  given"
                yield replace(_refusal("a decision ('?::')", head.span), hint=hint)
    own = program.definitions.keys() | program.library_predicates
    for goal in program.goals():
        called = goal.signature
        if called is not None and called in UNSUPPORTED and called not in own:
            yield _refusal(UNSUPPORTED[called], goal.term.span)


def misused_formulas(program: Program) -> Iterator[Diagnostic]:
    """Yield what is wrong with connectives, quantifiers, grammar rules and calls of phrase: E221, E222, E223, E303 and W207."""
    yield from program.problems
    for rule in program.rules:
        if is_grammar_rule(rule.clause):
            yield malformed_rule(rule.clause)
    for goal in program.goals():
        yield from _misread_operators(goal)
        if goal.signature in PHRASES and goal.signature not in program.definitions and isinstance(goal.term, Compound):
            problem = malformed_phrase(goal.term)
            if problem is not None:
                yield problem


def _misread_operators(goal: Goal) -> Iterator[Diagnostic]:
    """Yield E303 for each ``xor`` between numbers with a goal for an operand: in a comparison it is the one of arithmetic."""
    if goal.signature not in COMPARISONS:
        return
    for part in subterms(goal.term):
        if isinstance(part, Compound) and signature(part) == ("xor", 2) and isinstance(goal.term, Compound):
            for operand in part.args:
                if isinstance(operand, Compound) and (operand.functor, len(operand.args)) not in FUNCTIONS and not is_aggregate(operand):
                    left, right = goal.term.args
                    first = f"({print_term(left)} {goal.term.functor} {print_term(part.args[0])}) xor {print_term(operand)}"
                    hint = f"for an exclusive or of goals put the comparison in parentheses, as in  {first}"
                    if part is not right or operand is not part.args[1]:
                        hint = "for an exclusive or of goals put the comparison in parentheses, as in  (X > 1) xor p(X)"
                    message = f"this xor is that of arithmetic, and {print_term(operand)} is no number"
                    labels = (Label(operand.span, "expected a number"),)
                    yield Diagnostic("E303", message, labels, hint)


def _refusal(what: str, span: Span) -> Diagnostic:
    return Diagnostic("E109", f"{what} is not supported yet", (Label(span),))


def written_terms(program: Program) -> Iterator[Term]:
    """Yield the terms that may hold aggregates: those of clauses, directives, queries, evidence and expectations."""
    for rule in program.rules:
        yield from (head.atom for head in rule.clause.heads)
        if rule.clause.body is not None:
            yield rule.clause.body
    for statement in program.statements:
        if isinstance(statement, Directive):
            yield statement.goal
        elif type(statement) is not Clause:
            yield from statement_terms(statement)


def loaded_files(program: Program) -> Iterator[Diagnostic]:
    """Yield E214 for each Python file that a program names, E212 for each library that there is not."""
    for goal in program.goals():
        if goal.signature in USE_MODULE or goal.signature == ("consult", 1):
            target = goal.arguments[0]
            library = library_name(target)
            name = target.name if isinstance(target, Atom) else target.value if isinstance(target, String) else ""
            if name.endswith(".py"):
                hint = "bind Python functions and networks from the Python program that loads this one"
                yield Diagnostic("E214", "a program cannot load Python code", (Label(target.span, "a Python file"),), hint)
            elif library is not None and library not in LIBRARIES:
                hint = did_you_mean(library, LIBRARIES) or f"the libraries are {', '.join(LIBRARIES)}"
                yield Diagnostic("E212", f"there is no library '{library}'", (Label(target.span, "unknown library"),), hint)
