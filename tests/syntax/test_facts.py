"""Facts that are one token read as they would as several, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Source
from nesylang.syntax import parse
from nesylang.syntax.statements import Clause, Directive, Statement
from nesylang.syntax.terms import Compound, Term, subterms
from nesylang.syntax.tokens import tokenise
from tests.syntax.terms import compound

Statements = Callable[[str], tuple[Statement, ...]]
Errors = Callable[[str], list[tuple[str, str]]]

FACTS = [
    "p(a).",
    "p(a,b).",
    "p(a, b).",
    "p(-1,2.5).",
    "p(007).",
    "f(-0,-0.5).",
    "forall(a,b).",
    "not(a).",
    "type(x).",
    "query(p).",
    "p(mod,not).",
]


def spread(fact: str) -> str:
    """Return a fact with a space that keeps it from being one token."""
    return fact.replace("(", "( ", 1)


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize(
    "context",
    [
        "{}",
        "0.5 :: {}",
        "0.5::a; 0.5::{}",
        "a :- {}",
        "a :- b, {}",
        "a :- \\+ {}",
        "a :- not {}",
        "a :- X = {}",
        "a :- (b -> c ; {}",
        "a :- f({}",
        "a {}",
        "'a' {}",
        "{} {}",
        "query {}",
        "evidence {}",
        "evidence not {}",
        "expect 0.5 :: {}",
        "pred {}",
        "neural {}",
        "input {}",
        "foreign {}",
        "constraint {}",
        "constraint n : {}",
        "constraint 2 :: n : {}",
        "loss {}",
        "import {}",
        "type {}",
        ":- {}",
        "a, {}",
        "- {}",
        "expect answers {}",
        "expect error {}",
        "a given {}",
    ],
)
def test_a_fact_reads_as_its_tokens_do(context: str, fact: str, statements: Statements, errors: Errors) -> None:
    joined, apart = context.replace("{}", fact), context.replace("{}", spread(fact))
    assert any(token.type == "FACT" for token in tokenise(Source("test", joined)))
    assert not any(token.type == "FACT" for token in tokenise(Source("test", apart)))
    found, expected = errors(joined), errors(apart)
    assert [code for code, _ in found] == [code for code, _ in expected]
    if not expected:
        assert statements(joined) == statements(apart)


@pytest.mark.parametrize("name", ["is", "as", "in", "mod", "rem", "div", "rdiv", "xor", "given"])
def test_names_of_infix_operators_make_no_fact(name: str, statements: Statements) -> None:
    assert tokenise(Source("test", f"{name}(a,b)."))[0].type == "NAME"
    (directive,) = statements(f":- {name}(a,b).")
    assert isinstance(directive, Directive)
    assert directive.goal == compound(name, "a", "b")


def test_the_spans_of_a_fact() -> None:
    text = "\np(abc, -1.5,x,7)."
    (clause,) = parse(Source("test", text)).statements
    assert isinstance(clause, Clause)
    atom = clause.heads[0].atom
    assert [part.span.text for part in subterms(atom)] == ["p(abc, -1.5,x,7)", "abc", "-1.5", "x", "7"]
    assert str(atom.span) == "test:2:1"


def test_the_arguments_of_a_fact(statements: Statements) -> None:
    (clause,) = statements("p(a, b1,12,-3,-0.25,0.5).")
    assert isinstance(clause, Clause)
    assert clause.heads[0].atom == compound("p", "a", "b1", 12, -3, -0.25, 0.5)


def test_integers_of_any_size_in_facts(statements: Statements) -> None:
    (clause,) = statements(f"p({'9' * 5000},-{'9' * 5000}).")
    assert isinstance(clause, Clause)
    atom: Term = clause.heads[0].atom
    assert isinstance(atom, Compound)
    assert atom == compound("p", 10**5000 - 1, 1 - 10**5000)


def test_errors_before_a_fact_do_not_swallow_the_statement_behind_it(errors: Errors) -> None:
    assert errors("a b p(a). q(. r(b).") == [("E106", "b"), ("E104", "(")]
