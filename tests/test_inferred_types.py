"""Inferred types against what programs answer: every answer has the types that are inferred for its predicate."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.analysis import Analysis, analyse
from nesylang.grounding import GROUNDERS, AskedQuery, GroundingRequest, stated_queries
from nesylang.source import NesyError
from nesylang.syntax import load_program
from nesylang.syntax.statements import ExpectAnswers, ExpectProbability
from nesylang.syntax.terms import Compound, Term, conjuncts
from tests.conformance import ROOT, identifier, read

PROGRAMS = sorted([*(ROOT / "tests" / "programs").glob("*.nesy"), *(ROOT / "tests" / "cases" / "logic").glob("*.nesy")])


def answers(analysis: Analysis) -> list[Term]:
    """Return the atoms with a proof that a program answers its queries and expectations with, as far as it can be ground."""
    stated = [s for s in analysis.statements if isinstance(s, ExpectProbability | ExpectAnswers)]
    asked = [*stated_queries(analysis), *(AskedQuery(s.goal, None, s.span) for s in stated)]
    found: list[Term] = []
    for query in asked:
        try:
            ground = GROUNDERS["native"].ground(GroundingRequest(analysis, (query,), (), program_queries=False))
        except NesyError:
            continue
        # Goals without a proof are answered too, by a literal that is no atom's.
        for each in ground.queries:
            found.extend(answer.atom for answer in each.answers if answer.literal == 1 or answer.literal in ground.names)
    return found


@pytest.mark.parametrize("path", PROGRAMS, ids=identifier)
def test_answers_have_the_inferred_types(path: Path) -> None:
    analysis = analyse(load_program(read(path), path.parent))
    for answer in answers(analysis):
        for atom in conjuncts(answer):
            if not isinstance(atom, Compound):
                continue
            types = analysis.inferred.get((atom.functor, len(atom.args)), ())
            for argument, values in zip(atom.args, types, strict=False):
                assert values.accepts(argument), f"{atom} has an argument outside {values}"
