"""The analysis of a program: all passes, and what is known of the program once they are through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nesylang.analysis.aggregate_forms import aggregate_forms
from nesylang.analysis.aggregate_heads import misplaced_aggregates, with_rules_for_aggregates
from nesylang.analysis.builtins import Signature
from nesylang.analysis.constants import constants
from nesylang.analysis.dates import impossible_dates
from nesylang.analysis.declarations import builtin_definitions, contradictory_clauses, directives, duplicate_declarations, types
from nesylang.analysis.foreign import foreign_types, is_over_tensors
from nesylang.analysis.formulas import Asked, Meaning
from nesylang.analysis.grammars import without_grammar_rules
from nesylang.analysis.inferred import Inference, infer
from nesylang.analysis.input_declarations import input_declarations
from nesylang.analysis.names import private_predicates, unknown_predicates
from nesylang.analysis.negative_heads import without_negative_heads
from nesylang.analysis.private_names import with_private_names
from nesylang.analysis.probabilities import network_annotations, probabilities, unbound_annotations
from nesylang.analysis.program import DeclaredPredicate, Program, index
from nesylang.analysis.recursion import negative_recursion
from nesylang.analysis.support import loaded_files, misused_formulas, unsupported
from nesylang.analysis.types import BUILTIN_TYPES, EnumerationType, FiniteType, OpaqueType, RangeType, Type
from nesylang.analysis.values import Values
from nesylang.analysis.variables import arithmetic_arguments, negation_before_binding, singletons, unbound_heads
from nesylang.resources import stdlib_directory
from nesylang.source import Diagnostic, NesyError, Span
from nesylang.source.collection import paused_collection
from nesylang.syntax.statements import (
    ForeignDeclaration,
    InputDeclaration,
    NeuralDeclaration,
    PredicateDeclaration,
    Statement,
    SyntaxTree,
)
from nesylang.syntax.terms import Term

PASSES: tuple[Callable[[Program], Iterable[Diagnostic]], ...] = (
    unsupported,
    loaded_files,
    duplicate_declarations,
    types,
    input_declarations,
    foreign_types,
    misused_formulas,
    contradictory_clauses,
    builtin_definitions,
    directives,
    misplaced_aggregates,
    aggregate_forms,
    unknown_predicates,
    private_predicates,
    constants,
    impossible_dates,
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
    """A ``neural`` declaration, or a ``foreign`` one over tensors.

    ``output`` has the values in column order, None for a Bernoulli network and for one that returns a tensor.
    """

    name: str
    inputs: tuple[Type, ...]
    output: tuple[Term, ...] | None
    span: Span
    returns_tensor: bool = False
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class ResolvedForeign:
    """A ``foreign`` declaration whose function is called while the program is ground; without ``outputs`` it is a test."""

    name: str
    inputs: tuple[Type, ...]
    outputs: tuple[Type, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ResolvedInput:
    """An ``input`` declaration; ``output`` is what a distribution is over, None for independent facts."""

    name: str
    arguments: tuple[FiniteType, ...]
    output: FiniteType | None
    span: Span


@dataclass(frozen=True, slots=True)
class Analysis:
    """A program without errors: its statements, what its declarations say, and the warnings about it.

    ``types`` has the declared and the built-in types by name, ``predicates``, ``neural``, ``inputs`` and ``foreign`` the declarations by
    name and arity; foreign predicates over tensors are among ``neural``. ``meanings`` has the questions with formulas; clauses have none
    any more.
    ``known`` are the predicates that clauses define or directives announce, ``libraries`` those of ProbLog's that are loaded;
    ``unknown_fails`` says that calls of other predicates fail instead of being errors. ``inferred`` has the values that the arguments of
    each predicate may have, declared or inferred from its clauses; predicates that are not there may have any. ``undecided`` has, for
    predicates declared with ``pred``, the arguments of heads whose values are to be compared with their types when they are derived.
    """

    statements: tuple[Statement, ...]
    types: Mapping[str, Type]
    predicates: Mapping[Signature, ResolvedPredicate]
    neural: Mapping[Signature, ResolvedNeural]
    inputs: Mapping[Signature, ResolvedInput]
    foreign: Mapping[Signature, ResolvedForeign]
    warnings: tuple[Diagnostic, ...]
    known: frozenset[Signature]
    libraries: frozenset[str]
    unknown_fails: bool
    inferred: Mapping[Signature, tuple[Values, ...]]
    undecided: Mapping[Signature, Mapping[int, tuple[Span, ...]]]
    meanings: Mapping[Asked, Meaning]

    def meaning(self, goal: Term, condition: Term | None) -> Meaning:
        """Return what a question asks, its formulas written out."""
        return self.meanings.get((goal, condition)) or Meaning(goal, goal, condition)


def diagnose(tree: SyntaxTree) -> tuple[Diagnostic, ...]:
    """Return the errors and warnings of all passes, in the order of their places."""
    with paused_collection():
        program = indexed(tree)
        return _diagnose(program, infer(program))


def indexed(tree: SyntaxTree) -> Program:
    """Return a program with grammar rules and ProbLog's special heads rewritten, and with private names that differ."""
    statements = without_negative_heads(without_grammar_rules(with_private_names(tree.statements)))
    return index(with_rules_for_aggregates(statements))


def _diagnose(program: Program, inference: Inference) -> tuple[Diagnostic, ...]:
    # A goal that a formula says twice is looked at twice.
    found = dict.fromkeys(diagnostic for check in PASSES for diagnostic in check(program))
    told = [diagnostic for diagnostic in (*found, *inference.diagnostics) if not _is_about_a_library(diagnostic)]
    return tuple(_sorted(told, program))


def _is_about_a_library(diagnostic: Diagnostic) -> bool:
    """Return whether a warning points into the standard library, where the user has nothing to mend."""
    span = diagnostic.span
    return diagnostic.severity == "warning" and span is not None and Path(span.source.name).is_relative_to(stdlib_directory())


def analyse(tree: SyntaxTree) -> Analysis:
    """Return what is known of a program; raise NesyError with the errors of all passes, in the order of their places."""
    with paused_collection():
        program = indexed(tree)
        inference = infer(program)
        found = _diagnose(program, inference)
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    if errors:
        raise NesyError(errors)
    predicates: dict[Signature, ResolvedPredicate] = {}
    neural: dict[Signature, ResolvedNeural] = {}
    brought: dict[Signature, ResolvedInput] = {}
    foreign: dict[Signature, ResolvedForeign] = {}
    for signature, predicate in program.declared.items():
        match predicate.declaration:
            case PredicateDeclaration():
                predicates[signature] = ResolvedPredicate(predicate.name, predicate.arguments, predicate.span)
            case NeuralDeclaration(inputs=inputs, output=output):
                neural[signature] = _resolved_neural(predicate, len(inputs), output is not None)
            case InputDeclaration(arguments=arguments, output=output):
                finite = tuple(type_ for type_ in predicate.arguments if isinstance(type_, FiniteType))
                assert len(finite) == len(predicate.arguments), "a pass refuses other types"
                last = finite[-1] if output is not None else None
                brought[signature] = ResolvedInput(predicate.name, finite[: len(arguments)], last, predicate.span)
            case ForeignDeclaration(arguments=inputs):
                if is_over_tensors(predicate):
                    outputs = len(predicate.arguments) - len(inputs)
                    neural[signature] = replace(_resolved_neural(predicate, len(inputs), outputs == 1), is_foreign=True)
                else:
                    taken, given = predicate.arguments[: len(inputs)], predicate.arguments[len(inputs) :]
                    foreign[signature] = ResolvedForeign(predicate.name, taken, given, predicate.span)
            case _:
                raise AssertionError("a pass refuses other declarations")
    return Analysis(
        statements=program.statements,
        types={**BUILTIN_TYPES, **program.types},
        predicates=predicates,
        neural=neural,
        inputs=brought,
        foreign=foreign,
        warnings=found,
        known=frozenset(program.definitions),
        libraries=program.libraries,
        unknown_fails=program.unknown_fails,
        inferred=inference.values,
        undecided=inference.undecided,
        meanings=program.meanings,
    )


def _resolved_neural(predicate: DeclaredPredicate, inputs: int, has_output: bool) -> ResolvedNeural:
    output = predicate.arguments[-1] if has_output else None
    returns_tensor = isinstance(output, OpaqueType)
    assert output is None or returns_tensor or isinstance(output, RangeType | EnumerationType), "a pass refuses other outputs"
    values = output.values() if isinstance(output, RangeType | EnumerationType) else None
    return ResolvedNeural(predicate.name, predicate.arguments[:inputs], values, predicate.span, returns_tensor)


def _sorted(diagnostics: Iterable[Diagnostic], program: Program) -> list[Diagnostic]:
    """Return the diagnostics in the order of the files and of their places there."""
    found = list(diagnostics)
    order = program.sources() if found else {}

    def place(diagnostic: Diagnostic) -> tuple[int, int, str]:
        assert diagnostic.span is not None, "what is said of a program has a place"
        return order[diagnostic.span.source], diagnostic.span.start, diagnostic.code

    return sorted(found, key=place)
