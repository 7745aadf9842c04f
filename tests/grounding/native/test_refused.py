"""What the native grounder refuses by name."""

from __future__ import annotations

import pytest

import nesylang as nesy
from nesylang.analysis.builtins import BUILTINS, LIBRARIES
from nesylang.grounding import GROUNDERS
from nesylang.grounding.native.refused import REFUSED
from nesylang.inference import Settings
from nesylang.source import Diagnostic

NATIVE = Settings(grounder=GROUNDERS["native"])


def complaint(text: str) -> Diagnostic:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.query(nesy.loads(text, NATIVE))
    (found,) = failure.value.diagnostics
    return found


@pytest.mark.parametrize(
    ("text", "marked", "feature"),
    [
        (":- use_module(library(scope)). a. p :- s:a. query p.", "s:a", "scopes"),
        ("a. p :- create_scope([a], S), call_in_scope(S, a). query p.", "create_scope([a], S)", "scopes"),
        ("a. p :- call_in_scope(s, a). query p.", "call_in_scope(s, a)", "scopes"),
        ("a. p(P) :- subquery_in_scope(s, a, P). query p(P).", "subquery_in_scope(s, a, P)", "scopes"),
        (":- use_module(library(assert)). :- assertz(a(1)). query a(1).", "assertz(a(1))", "changing the program"),
        (":- use_module(library(assert)). a. p :- retract(a). query p.", "retract(a)", "changing the program"),
        (":- use_module(library(record)). p :- recordz(k, 1). query p.", "recordz(k, 1)", "recorded terms"),
        (":- use_module(library(aproblog)). :- use_semiring(a, b, c, d, e, f, g). 0.5 :: p. query p.", "use_semiring(a", "semirings"),
        ("p :- set_state(a). query p.", "set_state(a)", "state"),
        ("p :- reset_state. query p.", "reset_state", "state"),
        ("p :- check_state(a). query p.", "check_state(a)", "state"),
        ("a. p :- condition(a). query p.", "condition(a)", "queries"),
        ("a. p :- probabilityX(a). query p.", "probabilityX(a)", "queries"),
        ("a. p(X) :- subquery(a, X, [], s, e). query p(X).", "subquery(a, X, [], s, e)", "semiring"),
        ("p :- trace. query p.", "trace", "tracing"),
        ("p :- G = set_state(a), call(G). query p.", "", "state"),
        ("p :- findall(X, condition(X), _). query p.", "condition(X)", "queries"),
        ("p :- not check_state(a). query p.", "not check_state(a)", "state"),
    ],
)
def test_refusals(text: str, marked: str, feature: str) -> None:
    found = complaint(text)
    assert found.code == "E109", found.render()
    assert feature in found.message
    assert found.hint
    assert found.span is not None
    assert found.span.text.startswith(marked)


def test_the_table_has_known_predicates_only() -> None:
    known = {*BUILTINS, *(found for names in LIBRARIES.values() for found in names)}
    assert REFUSED.keys() <= known


def test_own_definitions_are_called() -> None:
    assert nesy.query(nesy.loads("0.5 :: assertz(a). p :- assertz(a). query p.", NATIVE)) == {"p": 0.5}


def test_what_is_not_called_is_not_refused() -> None:
    text = ":- use_module(library(assert)). 0.5 :: a. p :- fail, q. q :- assertz(b). query a. query p."
    assert nesy.query(nesy.loads(text, NATIVE))["a"] == 0.5
