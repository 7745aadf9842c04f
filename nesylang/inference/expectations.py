"""Checking what a program expects of itself: its ``expect`` lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nesylang.analysis import Analysis, analyse
from nesylang.analysis.arithmetic import evaluate
from nesylang.compilation.budget import BudgetSpent
from nesylang.inference.marginals import Answer, marginals, possible_marginals
from nesylang.inference.pipeline import Settings, compile_analysis
from nesylang.source import Diagnostic, Label, NesyError, Source, Span
from nesylang.syntax import load_program, print_term
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.statements import ExpectAnswers, Expectation, ExpectError, ExpectProbability, Query, Statement

TOLERANCE = 1e-6
"""How far a probability may be from the one expected."""


UNMET = "E504"
"""The code of an expectation that was judged and does not hold."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An expectation with what became of it; ``failure`` is None where it holds."""

    expectation: Expectation
    failure: Diagnostic | None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a program's expectations.

    ``errors`` are those of the program that it does not expect: with them it meets none of its expectations, of which there are
    ``expectations``. Otherwise ``outcomes`` has them all.
    """

    outcomes: tuple[Outcome, ...]
    errors: tuple[Diagnostic, ...]
    expectations: int

    @property
    def passed(self) -> int:
        """How many expectations hold."""
        return 0 if self.errors else sum(outcome.failure is None for outcome in self.outcomes)

    @property
    def failed(self) -> int:
        """How many do not; at least 1 for a program with unexpected errors."""
        return max(self.expectations - self.passed, 1 if self.errors else 0)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What to say about the failures."""
        return (*self.errors, *(outcome.failure for outcome in self.outcomes if outcome.failure is not None))


def report_expectations(
    source: Source, directory: Path, settings: Settings, completed: Callable[[Analysis], Analysis] | None = None
) -> Report:
    """Return what becomes of all ``expect`` lines of a program, whose imports are relative to ``directory``.

    ``completed`` returns the program that is tested, such as one with values for its inputs; what it raises is an error of the program.

    A program that expects errors has its queries answered too, and passes if it is rejected with these codes and no others; its
    expectations about probabilities and answers are then what may raise them, and count only if they could be checked.
    """
    outcomes: tuple[Outcome, ...] = ()
    try:
        analysis = analyse(load_program(source, directory))
        if completed is not None:
            analysis = completed(analysis)
    except NesyError as failure:
        expectations = _expectations(parse_partially(source)[0].statements)
        found = failure.diagnostics
    else:
        expectations = _expectations(analysis.statements)
        outcomes, found = _evaluate(analysis, settings, any(isinstance(e, ExpectError) for e in expectations))
    expected = [expectation for expectation in expectations if isinstance(expectation, ExpectError)]
    codes = {expectation.code for expectation in expected}
    unexpected = tuple(diagnostic for diagnostic in found if diagnostic.code not in codes)
    outcomes += check_expected_errors(expected, NesyError(found) if found else None)
    counted = len(expectations) if unexpected else len(outcomes)
    return Report(outcomes, unexpected, counted)


def _expectations(statements: Iterable[Statement]) -> list[Expectation]:
    return [statement for statement in statements if isinstance(statement, Expectation)]


def _evaluate(analysis: Analysis, settings: Settings, with_queries: bool) -> tuple[tuple[Outcome, ...], tuple[Diagnostic, ...]]:
    """Return the outcomes of the expectations that need answers, and the errors found on the way."""
    outcomes: tuple[Outcome, ...] = ()
    found: list[Diagnostic] = []
    try:
        outcomes = check_expectations(analysis, settings)
    except NesyError as failure:
        found.extend(failure.diagnostics)
    if with_queries:
        # Expectations that cannot be judged, such as those with impossible conditions, are what such a program may expect.
        found.extend(o.failure for o in outcomes if o.failure is not None and o.failure.code != UNMET)
        outcomes = tuple(o for o in outcomes if o.failure is None or o.failure.code == UNMET)
        try:
            marginals(compile_analysis(analysis, settings))
        except NesyError as failure:
            found.extend(failure.diagnostics)
    return outcomes, tuple(dict.fromkeys(found))


def check_expectations(analysis: Analysis, settings: Settings) -> tuple[Outcome, ...]:
    """Return the outcome of every ``expect`` line about probabilities and answers, in order.

    All are asked at once, under the program's evidence. One that cannot be asked, or judged, fails with the reason, and the others are
    judged without it. Raise NesyError where the program itself is wrong.
    """
    expectations = [s for s in analysis.statements if isinstance(s, ExpectProbability | ExpectAnswers)]
    outcomes: dict[Span, Outcome] = {}
    while len(outcomes) < len(expectations):
        asked = [expected for expected in expectations if expected.span not in outcomes]
        queries = [Query(e.goal, e.condition if isinstance(e, ExpectProbability) else None, e.span) for e in asked]
        try:
            results = possible_marginals(compile_analysis(analysis, settings, queries))
        except NesyError as failure:
            blamed = _blamed(failure, asked)
            if not blamed:
                raise
            outcomes.update((outcome.expectation.span, outcome) for outcome in blamed)
            continue
        for expected, result in zip(asked, results, strict=True):
            outcomes[expected.span] = Outcome(expected, result.impossible[0] if result.impossible else _check(expected, result.answers))
    return tuple(outcomes[expected.span] for expected in expectations)


def _blamed(failure: NesyError, asked: Sequence[ExpectProbability | ExpectAnswers]) -> list[Outcome]:
    """Return the expectations that cannot be asked, none where something else is wrong too, or the budget of all together is spent."""
    found: list[Outcome] = []
    if isinstance(failure, BudgetSpent):
        return []
    for diagnostic in failure.diagnostics:
        own = [expected for expected in asked if diagnostic.span is not None and _is_within(diagnostic.span, expected.span)]
        if not own:
            return []
        found.extend(Outcome(expected, diagnostic) for expected in own)
    return found


def _is_within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def _check(expected: ExpectProbability | ExpectAnswers, answers: tuple[Answer, ...]) -> Diagnostic | None:
    match expected:
        case ExpectProbability():
            return _check_probability(expected, answers)
        case ExpectAnswers():
            return _check_answers(expected, answers)


def _check_probability(expected: ExpectProbability, answers: tuple[Answer, ...]) -> Diagnostic | None:
    if len(answers) > 1:
        listed = ", ".join(print_term(answer.atom) for answer in answers[:6])
        message = f"{print_term(expected.goal)} has {len(answers)} answers, and an expected probability is about one"
        hint = "bind its variables, or ask whether there is an answer, as in  expect 0.5 :: exists(X : p(X))."
        return Diagnostic("E310", message, (Label(expected.goal.span, f"answers: {listed}"),), hint)
    found = answers[0].probability if answers else 0.0
    wanted = float(evaluate(expected.probability))
    if abs(found - wanted) <= TOLERANCE:
        return None
    message = f"expected probability {wanted:.10g} of {print_term(expected.goal)}, found {found:.10g}"
    return Diagnostic(UNMET, message, (Label(expected.span, f"found {found:.10g}"),))


def _check_answers(expected: ExpectAnswers, answers: tuple[Answer, ...]) -> Diagnostic | None:
    found = {answer.atom for answer in answers if answer.probability > 0}
    missing = [print_term(atom) for atom in expected.answers if atom not in found]
    surplus = [print_term(answer.atom) for answer in answers if answer.probability > 0 and answer.atom not in expected.answers]
    if not missing and not surplus:
        return None
    parts = [*(["missing: " + ", ".join(missing)] if missing else []), *(["not expected: " + ", ".join(surplus)] if surplus else [])]
    return Diagnostic(UNMET, f"other answers to {print_term(expected.goal)} than expected", (Label(expected.span, "; ".join(parts)),))


def check_expected_errors(expected: list[ExpectError], failure: NesyError | None) -> tuple[Outcome, ...]:
    """Return the outcome of every ``expect error`` line, given the error that the program was rejected with, if it was."""
    codes = {diagnostic.code for diagnostic in failure.diagnostics} if failure is not None else set()
    outcomes = []
    for expectation in expected:
        if expectation.code in codes:
            outcomes.append(Outcome(expectation, None))
            continue
        found = f"found {', '.join(sorted(codes))}" if codes else "the program is accepted"
        message = f"expected the error {expectation.code}, {found}"
        outcomes.append(Outcome(expectation, Diagnostic(UNMET, message, (Label(expectation.span, found),))))
    return tuple(outcomes)
