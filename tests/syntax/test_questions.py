"""Queries and evidence given as text."""

from __future__ import annotations

import pytest

from nesylang.source import NesyError, Source
from nesylang.syntax.questions import needs_more, parse_input, parse_observation, parse_question
from nesylang.syntax.statements import Clause, Directive, Evidence, Query, Statement
from nesylang.syntax.terms import Term
from tests.syntax.terms import HERE, compound, term

P = compound("p", "X")


@pytest.mark.parametrize(
    ("text", "goal", "condition"),
    [
        ("p(X)", P, None),
        ("p(X).", P, None),
        ("p(X), q", compound(",", P, "q"), None),
        ("not p(X)", compound("not", P), None),
        ("p(X) given q", P, term("q")),
        ("p(X) given q, r", P, compound(",", "q", "r")),
        ("'given'(a)", compound("given", "a"), None),
    ],
)
def test_questions(text: str, goal: Term, condition: Term | None) -> None:
    found = parse_question(Source("query", text))
    assert found == Query(goal, condition, HERE)
    assert found.span.text == text.removesuffix(".")


@pytest.mark.parametrize(
    ("text", "atom", "value"),
    [
        ("p(X)", P, True),
        ("not p(X)", P, False),
        ("\\+p(X)", P, False),
        ("p(X)=true", P, True),
        ("p(X) = false", P, False),
        ("true", term("true"), True),
    ],
)
def test_observations(text: str, atom: Term, value: bool) -> None:
    assert parse_observation(Source("evidence", text)) == Evidence(atom, value, HERE)


@pytest.mark.parametrize("text", ["", "p(", "p. q", "query p", "p q", "evidence p"])
def test_what_is_neither(text: str) -> None:
    for parse in (parse_question, parse_observation):
        with pytest.raises(NesyError) as failure:
            parse(Source("query", text))
        assert all(diagnostic.span is not None for diagnostic in failure.value.diagnostics)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p(X)", [Query]),
        ("p(X).", [Query]),
        ("query(p(X)).", [Query]),
        ("p :- q.", [Clause]),
        ("0.5::p; 0.5::q", [Clause]),
        ("query p. q :- r. :- d.", [Query, Clause, Directive]),
        ("evidence not p.", [Evidence]),
        ("evidence(p, false).", [Clause]),
        ("p % the question", [Query]),
        ("", []),
        ("% nothing", []),
    ],
)
def test_what_is_typed_at_a_prompt(text: str, expected: list[type[Statement]]) -> None:
    assert [type(statement) for statement in parse_input(Source("input", text))] == expected


@pytest.mark.parametrize(
    ("text", "continued", "more"),
    [
        ("p(X).", False, False),
        ("p(X)", False, False),
        ("p(X) :-", False, True),
        ("p(X) :- q(X),", False, True),
        ("p([a,", False, True),
        ("p :- q", True, True),
        ("p :- q.", True, False),
        ("/* a comment", False, True),
        ("", False, False),
        ("", True, True),
    ],
)
def test_lines_that_go_on(text: str, continued: bool, more: bool) -> None:
    assert needs_more(text, continued) is more
