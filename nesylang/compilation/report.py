"""What was certified of a program, what had to be compiled, and which rules forced it: in words for those who wrote the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, islice

from nesylang.circuit import Circuit
from nesylang.compilation.direct import Certification, Degree
from nesylang.compilation.emission import Emission
from nesylang.compilation.names import SHOWN, Names
from nesylang.formula import FormulaBuilder
from nesylang.grounding.program import GroundProgram
from nesylang.syntax.printer import print_term

EXPLAINED = 8
"""Most parts that are explained; the others are counted."""

PAIRS = 3_000
"""Most pairs of conditions that are looked at to find two that share choices."""

RULES_APART = "if they never hold together, say so: by a condition that tells one from the other, or as alternatives of one disjunction"
CONDITIONS_APART = "ask for less at once, or observe some of these choices"
DEGREES = {Degree.ALL: "certified", Degree.PART: "certified in part", Degree.NONE: "compiled"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the program, as a rule or as an atom, and its place if it is known."""

    text: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a part was not certified: ``conditions`` that share ``count`` choices, such as ``choices``, and what one might do about it.

    ``rules`` tells that they are ways in which the same holds, and not shown to exclude each other; otherwise they have to hold together.
    """

    rules: bool
    conditions: tuple[Condition, ...]
    count: int
    choices: tuple[str, ...]
    advice: str

    def lines(self) -> list[str]:
        """Return the cause in lines of text."""
        such = f"{self.count:,} choice{'s' if self.count != 1 else ''}"
        some = f"{'such as' if self.count > len(self.choices) else 'namely'} {', '.join(self.choices)}"
        if self.rules:
            lines = ["these two can both be true, as far as could be shown: no choice that they share lets only one of them hold"]
        else:
            lines = ["these two have to hold together, and depend on the same choices"]
        lines += [f"  {condition.text}{f' at {condition.place}' if condition.place else ''}" for condition in self.conditions]
        return [*lines, f"they share {such}, {some}", f"what may help: {self.advice}"]


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """A part that was compiled: what it says, how large its formula and its circuit are, and why it was not certified.

    ``variables`` is the number of certified parts below it that one variable each stood in for.
    """

    conditions: tuple[str, ...]
    gates: int
    choices: int
    variables: int
    elements: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class CompilationReport:
    """How a program was compiled: by what, how far its evidence and its queries are certified, and the parts that were compiled."""

    compiler: str
    elements: int
    degrees: tuple[tuple[str, str], ...] = ()
    parts: tuple[CompiledPart, ...] = ()
    further_parts: int = 0

    def lines(self) -> list[str]:
        """Return the report in lines of plain text."""
        lines = [f"compiled by {self.compiler} to {self.elements:,} elements"]
        lines += [f"{what}: {degree}" for what, degree in self.degrees]
        for number, part in enumerate(self.parts, 1):
            standing_in = f", with {part.variables:,} of them for certified parts" if part.variables else ""
            lines.append(f"part {number}: {'; '.join(part.conditions)}")
            if part.gates:
                sizes = f"{part.gates:,} gates over {part.choices:,} variables{standing_in}"
                lines.append(f"  {sizes}, compiled to {part.elements:,} elements")
            for cause in part.causes:
                lines += [f"  {line}" for line in cause.lines()]
        if self.further_parts:
            lines.append(f"and {self.further_parts:,} more part{'s' if self.further_parts > 1 else ''}")
        return lines

    def as_dict(self) -> dict[str, object]:
        """Return the report as a document of strings, numbers, lists and mappings."""
        document = asdict(self)
        document["degrees"] = dict(self.degrees)
        return document


def plain_report(circuit: Circuit) -> CompilationReport:
    """Return what there is to say of a circuit whose compiler certifies nothing."""
    return CompilationReport(circuit.compiler, circuit.size)


def report_of(
    ground: GroundProgram, source: FormulaBuilder, certification: Certification, answer_roots: Sequence[Sequence[int]]
) -> CompilationReport:
    """Return the report of a certification; ``source`` is the builder of the formula, ``answer_roots[q]`` are the roots of query ``q``."""
    circuit, emission = certification.circuit, certification.emission
    degrees = _degrees(ground, certification, answer_roots)
    if emission is None or not emission.untaken:
        return CompilationReport(circuit.compiler, circuit.size, degrees)
    names = Names(ground, source, emission.builder, emission.exclusion, certification.forced)
    asked = _asked(ground, certification, answer_roots)
    parts = []
    if certification.holes:
        for hole in certification.holes[:EXPLAINED]:
            shown = [asked.get(literal) or names.described(literal) for literal in hole.literals[:SHOWN]]
            if len(hole.literals) > SHOWN:
                shown.append(f"and {len(hole.literals) - SHOWN:,} more")
            causes = [_cause(emission, names, literal) for literal in hole.literals[:SHOWN]]
            found = tuple(dict.fromkeys(cause for cause in causes if cause is not None))[:SHOWN]
            parts.append(CompiledPart(tuple(shown), hole.gates, hole.choices, hole.variables, hole.elements, found))
    else:
        (literal, *_) = emission.untaken
        cause = _cause(emission, names, literal)
        parts.append(CompiledPart((asked.get(literal) or names.described(literal),), 0, 0, 0, 0, () if cause is None else (cause,)))
    return CompilationReport(circuit.compiler, circuit.size, degrees, tuple(parts), max(0, len(certification.holes) - EXPLAINED))


def _degrees(ground: GroundProgram, certification: Certification, answer_roots: Sequence[Sequence[int]]) -> tuple[tuple[str, str], ...]:
    degrees = certification.degrees
    if not degrees:
        return (("all", "compiled as a whole"),) if certification.emission is not None else ()
    found = [("evidence", DEGREES[degrees[0]])] if ground.evidence else []
    for query, roots in zip(ground.queries, answer_roots, strict=True):
        own = {degrees[root] for root in roots}
        found.append((f"query {query.name}", DEGREES[own.pop() if len(own) == 1 else Degree.PART] if own else "no answers"))
    return tuple(found)


def _asked(ground: GroundProgram, certification: Certification, answer_roots: Sequence[Sequence[int]]) -> Mapping[int, str]:
    """Return what the literals of roots stand for."""
    observed = " and the evidence" if ground.evidence else ""
    found = {certification.roots[0]: "the evidence"}
    for query, roots in zip(ground.queries, answer_roots, strict=True):
        for answer, root in zip(query.answers, roots, strict=True):
            given = "" if answer.condition is None else " with its condition"
            found.setdefault(certification.roots[root], f"{print_term(answer.atom)}{given}{observed}")
    return found


def _cause(emission: Emission, names: Names, literal: int) -> Cause | None:
    """Return two conditions of a gate that share choices, and where the gate is an or, do not exclude each other."""
    exclusion = emission.exclusion
    gate = exclusion.conjuncts(emission.untaken[literal])
    if gate is None:
        return None
    for one, other in islice(combinations(gate.children, 2), PAIRS):
        shared = exclusion.support(one) & exclusion.support(other)
        if not shared or (not gate.conjunction and exclusion.exclude(one, other)):
            continue
        within = _within(emission, literal)
        conditions = tuple(_condition(names, child, within if not gate.conjunction else ()) for child in (one, other))
        some = tuple(names.choice(choice) for choice in islice(exclusion.choices(shared), SHOWN))
        advice = CONDITIONS_APART if gate.conjunction else RULES_APART
        return Cause(not gate.conjunction, conditions, shared.bit_count(), some, advice)
    return None


def _condition(names: Names, literal: int, gates: Sequence[int]) -> Condition:
    rule = names.rule(literal, gates)
    return Condition(*rule) if rule is not None else Condition(names.described(literal), names.place(literal))


def _within(emission: Emission, literal: int) -> list[int]:
    """Return a gate and the gates of its kind right below it."""
    top = emission.exclusion.conjuncts(literal)
    found: dict[int, None] = {literal: None, emission.untaken[literal]: None}
    pending = list(found)
    while pending and len(found) < PAIRS:
        gate = emission.exclusion.conjuncts(pending.pop())
        if gate is not None and top is not None and gate.conjunction is top.conjunction:
            for child in gate.children:
                if child not in found and emission.exclusion.conjuncts(child) is not None:
                    found[child] = None
                    pending.append(child)
    return list(found)
