"""The tables agree with the engine that they describe."""

from __future__ import annotations

import pytest
from problog.engine import DefaultEngine
from problog.program import PrologString

from nesylang.analysis.builtins import BUILTINS, LIBRARIES, LIBRARY_GOALS, OWN_BUILTINS, OWN_LIBRARY_PREDICATES, UNSUPPORTED

INTERNAL = {"_use_module", "_consult"}


def heads_of(program: str) -> set[tuple[str, int]]:
    """Return the predicates that a ProbLog program makes visible, without those that the engine invents."""
    database = DefaultEngine().prepare(PrologString(program))
    split = [str(head).rsplit("/", 1) for head in database._ClauseDB__heads]
    named = {(name.strip("'"), int(arity)) for name, arity in split}
    return {(name, arity) for name, arity in named if not name.startswith(("_", "body_")) and (name, arity) != ("forall", 2)}


def test_every_builtin_of_the_engine_is_known() -> None:
    found = {(name.strip("'"), int(arity)) for name, arity in (str(key).rsplit("/", 1) for key in DefaultEngine().get_builtins())}
    assert len(found) > 100
    assert {name for name in found if name[0] not in INTERNAL} <= set(BUILTINS) - OWN_BUILTINS
    assert not found & OWN_BUILTINS


@pytest.mark.parametrize("library", sorted(set(LIBRARIES) - {"nlp4plp"}))
def test_libraries_bring_what_the_engine_says(library: str) -> None:
    assert heads_of(f":- use_module(library({library})).") == LIBRARIES[library] - OWN_LIBRARY_PREDICATES


def test_rows_are_complete() -> None:
    for (name, arity), row in BUILTINS.items():
        assert (row.name, row.arity) == (name, arity)
        assert row.meaning
        assert all(0 <= position < arity for position, _ in row.goals)
    for (_, arity), goals in LIBRARY_GOALS.items():
        assert all(0 <= position < arity for position, _ in goals)


def test_library_goals_are_predicates_of_libraries() -> None:
    assert set(LIBRARY_GOALS) <= frozenset().union(*LIBRARIES.values())


def test_what_is_unsupported_is_not_built_in() -> None:
    assert not set(UNSUPPORTED) & set(BUILTINS)
