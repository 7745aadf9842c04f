"""The analysis of a program: all passes, and what is known of the program once they are through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nesylang.analysis.aggregate_heads import misplaced_aggregates, with_rules_for_aggregates
from nesylang.analysis.builtins import Signature
from nesylang.analysis.constants import constants
from nesylang.analysis.declarations import builtin_definitions, contradictory_clauses, duplicate_declarations, types
from nesylang.analysis.formulas import Asked, Meaning
from nesylang.analysis.grammars import without_grammar_rules
from nesylang.analysis.names import private_predicates, unknown_predicates
from nesylang.analysis.negative_heads import without_negative_heads
from nesylang.analysis.probabilities import network_annotations, probabilities, unbound_annotations
from nesylang.analysis.program import Program, index
from nesylang.analysis.recursion import negative_recursion
from nesylang.analysis.support import loaded_files, misused_formulas, unsupported
from nesylang.analysis.types import BUILTIN_TYPES, EnumerationType, RangeType, Type
from nesylang.analysis.variables import arithmetic_arguments, negation_before_binding, singletons, unbound_heads
from nesylang.source import Diagnostic, NesyError, Span
from nesylang.syntax.statements import NeuralDeclaration, PredicateDeclaration, Statement, SyntaxTree
from nesylang.syntax.terms import Term

PASSES: tuple[Callable[[Program], Iterable[Diagnostic]], ...] = (
    unsupported,
    loaded_files,
    duplicate_declarations,
    types,
    misused_formulas,
    contradictory_clauses,
    builtin_definitions,
    misplaced_aggregates,
    unknown_predicates,
    private_predicates,
    constants,
    probabilities,
    network_annotations,
    unbound_annotations,
    unbound_heads,
    negation_before_binding,
    arithmetic_arguments,
    singletons,
    negative_recursion,
)
"""What is checked; no pass needs another one's result."""


@dataclass(frozen=True, slots=True)
class ResolvedPredicate:
    """A ``pred`` declaration with its types."""

    name: str
    arguments: tuple[Type, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ResolvedNeural:
    """A ``neural`` declaration; ``output`` has the values in column order, None for a Bernoulli network."""

    name: str
    inputs: tuple[Type, ...]
    output: tuple[Term, ...] | None
    span: Span


@dataclass(frozen=True, slots=True)
class Analysis:
    """A program without errors: its statements, what its declarations say, and the warnings about it.

    ``types`` has the declared and the built-in types by name, ``predicates`` and ``neural`` the declarations by name and arity.
    ``meanings`` has the questions with formulas; clauses have none any more.
    ``known`` are the predicates that clauses define or directives announce, ``libraries`` those of ProbLog's that are loaded;
    ``unknown_fails`` says that calls of other predicates fail instead of being errors.
    """

    statements: tuple[Statement, ...]
    types: Mapping[str, Type]
    predicates: Mapping[Signature, ResolvedPredicate]
    neural: Mapping[Signature, ResolvedNeural]
    warnings: tuple[Diagnostic, ...]
    known: frozenset[Signature]
    libraries: frozenset[str]
    unknown_fails: bool
    meanings: Mapping[Asked, Meaning]

    def meaning(self, goal: Term, condition: Term | None) -> Meaning:
        """Return what a question asks, its formulas written out."""
        return self.meanings.get((goal, condition)) or Meaning(goal, goal, condition)


def diagnose(tree: SyntaxTree) -> tuple[Diagnostic, ...]:
    """Return the errors and warnings of all passes, in the order of their places."""
    return _diagnose(_program(tree))


def _program(tree: SyntaxTree) -> Program:
    """Return a program with grammar rules and ProbLog's special heads rewritten."""
    return index(with_rules_for_aggregates(without_negative_heads(without_grammar_rules(tree.statements))))


def _diagnose(program: Program) -> tuple[Diagnostic, ...]:
    # A goal that a formula says twice is looked at twice.
    return tuple(_sorted(dict.fromkeys(diagnostic for check in PASSES for diagnostic in check(program)), program))


def analyse(tree: SyntaxTree) -> Analysis:
    """Return what is known of a program; raise NesyError with the errors of all passes, in the order of their places."""
    program = _program(tree)
    found = _diagnose(program)
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    if errors:
        raise NesyError(errors)
    predicates: dict[Signature, ResolvedPredicate] = {}
    neural: dict[Signature, ResolvedNeural] = {}
    for signature, predicate in program.declared.items():
        match predicate.declaration:
            case PredicateDeclaration():
                predicates[signature] = ResolvedPredicate(predicate.name, predicate.arguments, predicate.span)
            case NeuralDeclaration(inputs=inputs, output=output):
                columns = predicate.arguments[-1] if output is not None else None
                assert columns is None or isinstance(columns, RangeType | EnumerationType), "a pass refuses other outputs"
                values = columns.values() if columns is not None else None
                neural[signature] = ResolvedNeural(predicate.name, predicate.arguments[: len(inputs)], values, predicate.span)
            case _:
                raise AssertionError("a pass refuses other declarations")
    return Analysis(
        statements=program.statements,
        types={**BUILTIN_TYPES, **program.types},
        predicates=predicates,
        neural=neural,
        warnings=found,
        known=frozenset(program.definitions),
        libraries=program.libraries,
        unknown_fails=program.unknown_fails,
        meanings=program.meanings,
    )


def _sorted(diagnostics: Iterable[Diagnostic], program: Program) -> list[Diagnostic]:
    """Return the diagnostics in the order of the files and of their places there."""
    found = list(diagnostics)
    order = program.sources() if found else {}

    def place(diagnostic: Diagnostic) -> tuple[int, int, str]:
        assert diagnostic.span is not None, "what is said of a program has a place"
        return order[diagnostic.span.source], diagnostic.span.start, diagnostic.code

    return sorted(found, key=place)
