"""The probability of every answer given the evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nesylang.circuit import FALSE
from nesylang.compilation.compiled import CompiledProgram
from nesylang.evaluation import SEMIRINGS, evaluate, leaf_probabilities
from nesylang.grounding.program import GroundEvidence, GroundProgram
from nesylang.inference.conflicting_evidence import conflicting
from nesylang.source import Diagnostic, Label, NesyError, error
from nesylang.syntax import print_term
from nesylang.syntax.terms import Term

UNDERFLOW = 1e-290
"""Below this, products may have lost digits or vanished; logarithms are used instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A ground instance of a query's goal and its probability."""

    atom: Term
    probability: float


@dataclass(frozen=True, slots=True)
class QueryMarginals:
    """A query, as asked, with the probabilities of its answers in order."""

    name: str
    goal: Term
    answers: tuple[Answer, ...]
    impossible: tuple[Diagnostic, ...] = ()
    """Says of each answer that is left out why it has no probability: its condition is impossible."""


def marginals(compiled: CompiledProgram, observed: Mapping[str, bool] | None = None) -> tuple[QueryMarginals, ...]:
    """Return the probability of every answer of every query given the evidence (and the answer's condition), in the program's order.

    ``observed`` are atoms, canonically spelled, that the program was compiled to be told about; what is not told may be true or false.
    Raises E406 where the program has no place for an atom, E501 where the evidence has probability zero, E503 where a condition has, E505
    where the program needs networks or weights.
    """
    results = possible_marginals(compiled, observed)
    diagnostics = [diagnostic for result in results for diagnostic in result.impossible]
    if diagnostics:
        raise NesyError(dict.fromkeys(diagnostics))
    return results


def possible_marginals(compiled: CompiledProgram, observed: Mapping[str, bool] | None = None) -> tuple[QueryMarginals, ...]:
    """Return what ``marginals`` does, without the answers whose condition has probability zero; ``impossible`` speaks of them."""
    ground, observations = _observed(compiled, observed or {})
    roots = _Roots(compiled, observations)
    if roots.impossible(0):
        raise NesyError([_impossible_evidence(ground)])
    results = []
    for query, answer_roots, condition_roots in zip(ground.queries, compiled.answer_roots, compiled.condition_roots, strict=True):
        answers = []
        diagnostics: list[Diagnostic] = []
        for answer, root, condition in zip(query.answers, answer_roots, condition_roots, strict=True):
            if roots.impossible(condition):
                diagnostics.append(_impossible_condition(query.name, answer.atom))
            else:
                answers.append(Answer(answer.atom, roots.ratio(root, condition)))
        results.append(QueryMarginals(query.name, query.goal, tuple(answers), tuple(dict.fromkeys(diagnostics))))
    return tuple(results)


class _Roots:
    """The values of a circuit's roots, as probabilities and, where one underflows, as logarithms."""

    def __init__(self, compiled: CompiledProgram, observations: Mapping[int, bool]) -> None:
        self._circuit = compiled.circuit
        self._weights = leaf_probabilities(compiled.ground, compiled.circuit, observations)
        self._values = evaluate(compiled.circuit, self._weights, SEMIRINGS["probability"])
        self._logarithms: list[float] | None = None

    def impossible(self, root: int) -> bool:
        """Return whether a root is zero, not merely too small for a float."""
        return self._values[root] < UNDERFLOW and self._log(root) == -math.inf

    def ratio(self, root: int, condition: int) -> float:
        """Return the probability of a root given another, which is not zero and which it implies."""
        if self._circuit.roots[root] == FALSE:
            return 0.0
        if self._values[root] < UNDERFLOW or self._values[condition] < UNDERFLOW:
            return min(1.0, math.exp(min(0.0, self._log(root) - self._log(condition))))
        return min(1.0, self._values[root] / self._values[condition])

    def _log(self, root: int) -> float:
        if self._logarithms is None:
            self._logarithms = evaluate(self._circuit, self._weights, SEMIRINGS["log"])
        return self._logarithms[root]


def _observed(compiled: CompiledProgram, observed: Mapping[str, bool]) -> tuple[GroundProgram, dict[int, bool]]:
    """Return the ground program with what is observed as its evidence, and the observations by pseudo-choice."""
    ground = compiled.ground
    if not observed:
        return ground, {}
    places = iter(compiled.indicators)
    evidence: list[GroundEvidence] = []
    observations: dict[int, bool] = {}
    known: list[str] = []
    for piece in ground.evidence:
        if piece.value is None:
            atom, place = print_term(piece.atom), next(places)
            known.append(atom)
            if atom in observed:
                observations[place] = observed[atom]
                piece = replace(piece, value=observed[atom])
        evidence.append(piece)
    for atom in observed:
        if atom not in known:
            listed = f"it can be told about {', '.join(known)}" if known else "it was compiled without such evidence"
            raise error("E406", f"the compiled program cannot be told about {atom}", hint=f"{listed}; compile the program with it")
    return replace(ground, evidence=tuple(evidence)), observations


def _impossible_evidence(ground: GroundProgram) -> Diagnostic:
    observed = [item for item in ground.evidence if item.value is not None]
    found = conflicting(ground)
    labels = tuple(Label(item.span, "observed true" if item.value else "observed false") for item in (observed if found is None else found))
    hint = "remove a piece of it, or give the facts it rests on a probability above zero"
    if found is None or len(found) == len(observed):
        hint = f"no possible world agrees with all of the evidence: {hint}"
    elif len(found) == 1:
        hint = "no possible world agrees with this piece, whatever else is observed: remove it, or give what it rests on a probability"
    else:
        hint = f"no possible world agrees with these {len(found)} of the {len(observed)} pieces of evidence together: remove one of them"
    return Diagnostic("E501", "the evidence has probability zero", labels, hint)


def _impossible_condition(name: str, atom: Term) -> Diagnostic:
    return Diagnostic(
        "E503",
        f"the condition of {name} has probability zero",
        (Label(atom.span, "this answer is conditioned on what no possible world agrees with"),),
        "ask under a condition that can hold together with the evidence",
    )
