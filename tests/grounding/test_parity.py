"""Every program of the repository ground by each grounder: the same queries, answers and probabilities, or the same refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from nesylang.analysis.aggregates import has_aggregates
from nesylang.analysis.statement_terms import statement_terms
from nesylang.grounding import GROUNDERS, GroundingBudget
from nesylang.source import Source
from nesylang.syntax.classify import parse_partially
from tests.conformance import ROOT, identifier
from tests.reference.compared import COMPARED
from tests.reference.parity import Answered, Outcome, Refused, broken_promises, compare, outcome
from tests.reference.worlds import marginals as enumerate_worlds
from tests.reference.worlds import probabilities_of

TOO_LONG_FOR_PROBLOG = frozenset({"stdlib/graphs"})
"""Programs that problog's engine does not finish: with many queries, its findall/3 goes through all sublists of random answers. The
library graphs is held to the enumeration of random graphs instead, in tests/test_stdlib_graphs.py."""

PROGRAMS = sorted(
    path
    for path in [
        *(ROOT / "tests" / "programs").glob("*.nesy"),
        *(ROOT / "tests" / "cases").rglob("*.nesy"),
        *(ROOT / "examples").rglob("*.nesy"),
        *(ROOT / "stdlib").glob("*.nesy"),
    ]
    if identifier(path) not in TOO_LONG_FOR_PROBLOG
)

BUDGET = GroundingBudget(seconds=60.0)

MANY_WORLDS = 2_000
"""Programs with more worlds are not enumerated."""


def uses_aggregates(path: Path) -> bool:
    """Return whether a program has aggregates, which the grounder problog does not know."""
    tree, _ = parse_partially(Source(path.name, path.read_text(encoding="utf-8")))
    return any(has_aggregates(term) for statement in tree.statements for term in statement_terms(statement))


BEYOND_PROBLOG: dict[str, str] = {
    "stdlib/strings": "texts and regular expressions are builtins of the native grounder",
    "stdlib/dates": "dates are builtins of the native grounder",
    "tests/cases/logic/43_strings": "it imports strings",
    "tests/cases/logic/45_dates": "it imports dates",
    "tests/programs/casts_and_branches": "a quoted '1.5' is a number there",
    "tests/programs/typed_functions": "an arrow between arguments is a comma there",
    "tests/programs/used_modules": "only whole libraries are loaded there",
    "tests/cases/rejected/ill_typed_cast": "char_code/2 is a builtin of the native grounder",
    "tests/cases/rejected/wrong_duration": "durations are a builtin of the native grounder",
}
"""Programs that problog answers wrongly or not at all, with the reason; their own ``expect`` lines hold the grounder to the truth."""


def outcome_of(path: Path, grounder: str) -> Outcome:
    """Return what a grounder makes of a program with all it asks and expects."""
    return outcome(path.read_text(encoding="utf-8"), GROUNDERS[grounder], BUDGET, path.parent)


@pytest.mark.parametrize("grounder", COMPARED)
@pytest.mark.parametrize("path", PROGRAMS, ids=identifier)
def test_grounders_agree(path: Path, grounder: str) -> None:
    found = outcome_of(path, grounder)
    if isinstance(found, Answered):
        assert broken_promises(found.ground) == []
    # The compiler sdd, which both are compared by, may have no room for an aggregate; the program's own expectations hold it to the truth.
    if uses_aggregates(path) and (isinstance(found, Answered) or found.codes == {"E401"}):
        refused = outcome_of(path, "problog")
        assert isinstance(refused, Refused)
        assert refused.codes == {"E312"}
        assert refused.message.endswith("the grounder problog has no aggregates")
        return
    if identifier(path) in BEYOND_PROBLOG:
        assert compare(outcome_of(path, "problog"), found) != [], "problog agrees: there is no exception to list"
        return
    assert compare(outcome_of(path, "problog"), found) == []


@pytest.mark.parametrize("grounder", COMPARED)
@pytest.mark.parametrize("path", PROGRAMS, ids=identifier)
def test_small_programs_agree_with_the_enumeration_of_worlds(path: Path, grounder: str) -> None:
    found = outcome_of(path, grounder)
    if not isinstance(found, Answered):
        return
    worlds = 1
    for choice in found.ground.choices:
        worlds *= len(probabilities_of(choice))
    if worlds > MANY_WORLDS:
        return
    values, evidence = enumerate_worlds(found.ground)
    assert evidence > 0
    for query, row in zip(found.ground.queries, values, strict=True):
        if all(answer.condition is None for answer in query.answers):
            expected = dict(zip((answer.atom for answer in query.answers), row, strict=True))
            assert len(expected) == len(row)
            table = list(found.table[query.name].values())
            assert sorted(table) == pytest.approx(sorted(row), abs=1e-9)


def test_the_exceptions_are_programs() -> None:
    assert set(BEYOND_PROBLOG) <= {identifier(path) for path in PROGRAMS}
    assert len(PROGRAMS) >= 100
