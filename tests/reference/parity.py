"""Grounders held to each other: the answers of a program by each, with their probabilities, and where they differ.

``python -m tests.reference.parity --programs 2000`` compares them on generated programs and prints the differences, shrunk. The oracles
are problog's own pipeline and the grounder ``problog``; where these two differ, the enumeration of worlds decides.
"""

from __future__ import annotations

import argparse
import math
import random
import signal
import sys
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from problog import get_evaluatable
from problog.errors import InconsistentEvidenceError, ProbLogError
from problog.program import PrologString

from nesylang.analysis import Analysis, analyse
from nesylang.analysis.aggregates import FORMULAS, outer_variables
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, compile_program
from nesylang.grounding import (
    GROUNDERS,
    AskedQuery,
    Choice,
    FixedWeight,
    Grounder,
    GroundingBudget,
    GroundingRequest,
    GroundProgram,
    LearnableWeight,
    NeuralWeight,
    stated_observations,
    stated_queries,
)
from nesylang.grounding.problog_terms import read_term
from nesylang.inference import marginals
from nesylang.source import NesyError, Source, whole
from nesylang.source.collection import paused_collection
from nesylang.syntax import load_program, print_term
from nesylang.syntax.statements import ExpectAnswers, ExpectProbability
from nesylang.syntax.terms import Term, is_ground, signature, subterms, variables
from tests.reference.generated import GeneratedProgram, generate
from tests.reference.worlds import marginals as enumerate_worlds
from tests.reference.worlds import probabilities_of

TOLERANCE = 1e-9

BUDGET = GroundingBudget(goals=100_000, seconds=1.0)
"""What a generated program may cost."""

MANY_WORLDS = 3_000
"""Programs with more worlds are not enumerated."""

Table = Mapping[str, Mapping[str, float]]
"""Query -> answer -> probability; a query that is asked twice has one entry."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A grounder's ground program, and the probability of each answer of each query."""

    table: Table
    ground: GroundProgram


@dataclass(frozen=True, slots=True)
class Refused:
    """The codes that a program is refused with, and the first message."""

    codes: frozenset[str]
    message: str


Outcome = Answered | Refused


# what a grounder makes of a program


def request_of(analysis: Analysis, budget: GroundingBudget) -> GroundingRequest:
    """Return the request for all that a program asks, its expectations included."""
    asked = list(stated_queries(analysis))
    for statement in analysis.statements:
        match statement:
            case ExpectProbability(goal=goal, condition=condition, span=span):
                asked.append(AskedQuery(goal, condition, span))
            case ExpectAnswers(goal=goal, span=span):
                asked.append(AskedQuery(goal, None, span))
    return GroundingRequest(analysis, tuple(asked), tuple(stated_observations(analysis)), True, budget, first_probabilities)


def first_probabilities(ground: GroundProgram) -> list[float]:
    """Return the probabilities of the answers of the first query, which subquery/2,3 asks for."""
    return [answer.probability for answer in marginals(compiled(ground, BUDGET))[0].answers]


def compiled(ground: GroundProgram, budget: GroundingBudget) -> CompiledProgram:
    """Return the compiled program."""
    return compile_program(ground, COMPILERS["direct"], CompilationBudget(500_000, max(10.0, budget.seconds)))


def outcome(text: str, grounder: Grounder, budget: GroundingBudget = BUDGET, directory: Path = Path(".")) -> Outcome:
    """Return the answers of a program, or the codes that it is refused with; any other exception is a mistake of ours."""
    try:
        analysis = analyse(load_program(Source("program", text), directory))
        ground = with_weights(grounder.ground(request_of(analysis, budget)))
        table: dict[str, dict[str, float]] = {}
        for query in marginals(compiled(ground, budget)):
            answers = table.setdefault(query.name, {})
            for answer in query.answers:
                answers[print_term(answer.atom)] = answer.probability
    except NesyError as failure:
        first = failure.diagnostics[0]
        return Refused(frozenset(d.code for d in failure.diagnostics if d.code.startswith("E")), f"{first.code}: {first.message}")
    return Answered(table, ground)


def with_weights(ground: GroundProgram) -> GroundProgram:
    """Return the program with a fixed weight for each network's column and each learnable weight without initial value.

    The weights look random, and depend only on what the program says about them, so that those of two grounders are the same.
    """
    return replace(ground, choices=tuple(map(_weighted, ground.choices)))


def _weighted(choice: Choice) -> Choice:
    drawn = []
    for position, weight in enumerate(choice.weights):
        match weight:
            case NeuralWeight(network=network, inputs=inputs, column=column):
                drawn.append(_share("network", network, *map(print_term, inputs), str(column)))
            case LearnableWeight(initial=None, index=index):
                drawn.append(_share("clause", str(choice.clause), *map(print_term, index), str(position)))
            case _:
                drawn.append(None)
    if not any(drawn):
        return choice
    stated = math.fsum(probability for weight in choice.weights if (probability := _stated(weight)) is not None)
    total = math.fsum(share for share in drawn if share is not None) if choice.exhaustive or len(drawn) > 1 else 1.0
    scale = max(0.0, 1.0 - stated) / total
    weights = tuple(weight if share is None else FixedWeight(scale * share) for weight, share in zip(choice.weights, drawn, strict=True))
    return replace(choice, weights=weights)


def _stated(weight: FixedWeight | LearnableWeight | NeuralWeight) -> float | None:
    match weight:
        case FixedWeight(probability=probability):
            return probability
        case LearnableWeight(initial=float(initial)):
            return initial
    return None


def _share(*names: str) -> float:
    """Return a number between 0.1 and 0.9 that the names determine."""
    return 0.1 + 0.8 * (zlib.crc32("|".join(names).encode()) % 10_007) / 10_007


def broken_promises(ground: GroundProgram) -> list[str]:
    """Return what is wrong with a ground program whoever made it: what later stages take for granted."""
    found = []
    heads = {rule.head for rule in ground.rules}
    known = heads | set(ground.choice_atoms)
    if heads & set(ground.choice_atoms):
        found.append("an atom is the value of a choice and the head of a rule")
    if any(atom <= 0 for atom in known):
        found.append("an atom is not numbered from 1")
    if any(literal == 0 for rule in ground.rules for literal in rule.body):
        found.append("a literal is 0")
    if len(set(ground.choice_atoms.values())) < len(ground.choice_atoms):
        found.append("two atoms are the same value of a choice")
    for number, value in ground.choice_atoms.values():
        if not (0 <= number < len(ground.choices) and 0 <= value < len(ground.choices[number].weights)):
            found.append(f"there is no value {value} of choice {number}")
    for choice in ground.choices:
        if not all(name == "_" for atom in choice.atoms for name in variables(atom)):
            found.append(f"the choice {[print_term(atom) for atom in choice.atoms]} is not ground")
        if len(choice.atoms) != len(choice.weights):
            found.append("a choice has not one atom for each weight")
    choices = [(choice.clause, choice.bindings, choice.span) for choice in ground.choices if choice.clause >= 0]
    if len(set(choices)) < len(choices):
        found.append("two choices have the same clause and bindings")
    for query in ground.queries:
        atoms = [answer.atom for answer in query.answers]
        if len(set(atoms)) < len(atoms):
            found.append(f"{query.name} has an answer twice")
        if any(outer_variables(atom) for atom in atoms if not _quantifies(atom)):
            found.append(f"{query.name} has an answer that is not ground")
        if is_ground(query.goal) and len(atoms) != 1:
            found.append(f"{query.name} is ground and has {len(atoms)} answers")
    return found


def _quantifies(atom: Term) -> bool:
    """Return whether a formula is asked, whose own variables stay variables."""
    return any(signature(part) in FORMULAS for part in subterms(atom))


# comparing


def likely(table: Table) -> dict[str, dict[str, float]]:
    """Return the table without the answers of probability 0, which grounders may list or not."""
    return {name: {atom: p for atom, p in answers.items() if p > TOLERANCE} for name, answers in table.items()}


def differences(expected: Table, found: Table) -> list[str]:
    """Return what differs between two tables, a line for each query or answer."""
    left, right = likely(expected), likely(found)
    lines = [f"{name}: is not asked" for name in left.keys() - right.keys()]
    lines += [f"{name}: is asked in addition" for name in right.keys() - left.keys()]
    for name in left.keys() & right.keys():
        for atom in sorted(left[name].keys() | right[name].keys()):
            wanted, got = left[name].get(atom, 0.0), right[name].get(atom, 0.0)
            if abs(wanted - got) > TOLERANCE:
                lines.append(f"{atom}: expected {wanted:.12g}, found {got:.12g}")
    return sorted(lines)


def compare(expected: Outcome, found: Outcome, same_codes: bool = True) -> list[str]:
    """Return what differs between two outcomes."""
    match expected, found:
        case Answered(), Answered():
            return differences(expected.table, found.table) + broken_promises(found.ground)
        case Refused(), Refused():
            if same_codes and expected.codes != found.codes:
                return [f"expected {expected.message}, found {found.message}"]
            return []
        case Answered(), Refused():
            return [f"expected answers, found {found.message}"]
        case Refused(), Answered():
            return [f"expected {expected.message}, found answers {likely(found.table)}"]
    raise AssertionError


def flattened(table: Table) -> dict[str, float]:
    """Return the answers of all queries together, as problog reports them."""
    return {atom: p for answers in likely(table).values() for atom, p in answers.items()}


# problog itself


AGAIN = 1.0
"""Seconds between two exceptions that say that the time is up."""


class OutOfTime(Exception):
    """Something ran longer than it may."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the main thread once ``seconds`` have passed, and again where that is lost.

    Python drops what is raised in ``__del__`` and in callbacks of the garbage collector, such as that of hypothesis, which therefore does
    not run on its own; problog never ends for some programs.
    """
    running = True

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if running:
            raise OutOfTime

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        with paused_collection():
            yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def problog_answers(text: str, seconds: float = 2.0) -> dict[str, float] | str:
    """Return problog's own probabilities by answer, or why it has none: the name of its error."""
    try:
        with limited(seconds), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = get_evaluatable().create_from(PrologString(text)).evaluate()
    except InconsistentEvidenceError:
        return "E501"
    except (ProbLogError, OutOfTime, RecursionError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as failure:
        return type(failure).__name__
    here = whole("problog", "problog")
    return {print_term(read_term(term, here)): float(p) for term, p in results.items() if term.is_ground() and float(p) > TOLERANCE}


def enumerated(ground: GroundProgram) -> dict[str, float] | None:
    """Return the probabilities of a ground program by the enumeration of its worlds; None where there are too many."""
    if math.prod(len(probabilities_of(choice)) for choice in ground.choices) > MANY_WORLDS:
        return None
    values, evidence = enumerate_worlds(ground)
    assert evidence > 0
    return {
        print_term(answer.atom): value
        for query, row in zip(ground.queries, values, strict=True)
        for answer, value in zip(query.answers, row, strict=True)
        if value > TOLERANCE
    }


# generated programs


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a generated program: whether it counts, how grounder and oracles differ, how the oracles differ from each other."""

    skipped: str | None
    failures: tuple[str, ...]
    disagreement: tuple[str, ...] = ()


def in_time(text: str, grounder: Grounder) -> Outcome:
    """Return the outcome of a program, E306 where even the budget does not end it."""
    try:
        with limited(5 * BUDGET.seconds):
            return outcome(text, grounder)
    except OutOfTime:
        return Refused(frozenset({"E306"}), f"E306: {grounder.name} takes too long")


def examine(program: GeneratedProgram, grounder: Grounder) -> Verdict:
    """Return how a grounder does on a program, against problog and the grounder ``problog``."""
    text = program.text
    expected = in_time(text, GROUNDERS["problog"])
    found = expected if grounder is GROUNDERS["problog"] else in_time(text, grounder)
    direct = problog_answers(program.problog_text)
    if isinstance(expected, Refused):
        if expected.codes == {"E501"}:
            return Verdict(None, tuple(compare(expected, found)))
        return Verdict(f"{expected.message[:40]}", ())
    failures = compare(expected, found)
    if isinstance(direct, str):
        return Verdict(f"problog: {direct}" if not failures else None, tuple(failures))
    ours = flattened(expected.table)
    if not (disagreement := differences({"": direct}, {"": ours})):
        return Verdict(None, tuple(failures))
    worlds = enumerated(expected.ground)
    if worlds is not None and differences({"": worlds}, {"": ours}):
        failures.append(f"the enumeration of worlds finds {worlds}")
    return Verdict(None, tuple(failures), tuple(disagreement))


def shrink(program: GeneratedProgram, fails: Callable[[GeneratedProgram], bool]) -> GeneratedProgram:
    """Return a smallest program that still fails, by dropping clauses and goals one at a time."""
    changed = True
    while changed:
        changed = False
        for smaller in program.smaller():
            if fails(smaller):
                program, changed = smaller, True
                break
    return program


def shrunk_report(program: GeneratedProgram, grounder: Grounder) -> str:
    """Return a failing program, shrunk, with what fails."""

    def fails(candidate: GeneratedProgram) -> bool:
        verdict = examine(candidate, grounder)
        return verdict.skipped is None and bool(verdict.failures)

    small = shrink(program, fails)
    return f"{small.text}\n" + "\n".join(examine(small, grounder).failures)


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcomes of many generated programs."""

    examined: int
    skipped: Counter[str]
    reports: tuple[str, ...]
    disagreements: tuple[tuple[str, tuple[str, ...]], ...]


def examine_many(seeds: Sequence[int], grounder: Grounder, most_reports: int = 5, verbose: bool = False) -> Tally:
    """Return how a grounder does on the programs of some seeds; the first failing ones are shrunk."""
    skipped: Counter[str] = Counter()
    reports: list[str] = []
    disagreements = []
    for seed in seeds:
        program = generate(random.Random(seed))
        verdict = examine(program, grounder)
        if verdict.skipped is not None:
            skipped[verdict.skipped] += 1
            if verbose:
                print(f"% seed {seed} is skipped: {verdict.skipped}", flush=True)
        if verdict.failures:
            text = shrunk_report(program, grounder) if len(reports) < most_reports else "\n".join(verdict.failures)
            reports.append(f"% seed {seed}\n{text}")
            if verbose:
                print(reports[-1], flush=True)
        if verdict.disagreement:
            disagreements.append((program.text, verdict.disagreement))
    return Tally(len(seeds), skipped, tuple(reports), tuple(disagreements))


def main() -> int:
    """Return 0 if a grounder agrees with the oracles on all generated programs, else 1."""
    parser = argparse.ArgumentParser(description="Compare a grounder with problog on generated programs.")
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--grounder", default="native" if "native" in GROUNDERS else "problog", choices=sorted(GROUNDERS))
    parser.add_argument("--reports", type=int, default=10, help="how many failures are shrunk")
    parser.add_argument("--disagreements", action="store_true", help="print where problog and the grounder problog differ")
    chosen = parser.parse_args()
    started = time.monotonic()
    tally = examine_many(range(chosen.first, chosen.first + chosen.programs), GROUNDERS[chosen.grounder], chosen.reports, True)
    if chosen.disagreements:
        for text, lines in tally.disagreements:
            print(text, *lines, sep="\n")
    print(f"{tally.examined} programs in {time.monotonic() - started:.0f} s, {len(tally.reports)} failures")
    print(f"{len(tally.disagreements)} on which problog and the grounder problog differ; skipped {sum(tally.skipped.values())}:")
    for reason, count in tally.skipped.most_common():
        print(f"  {count:5} {reason}")
    return 1 if tally.reports else 0


if __name__ == "__main__":
    sys.exit(main())
