"""What each keyword and each shape of clause means, and keywords that are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.syntax.parser import KEYWORDS
from nesylang.syntax.statements import (
    Clause,
    Constraint,
    Directive,
    EnumerationDomain,
    Evidence,
    ExpectAnswers,
    ExpectError,
    ExpectProbability,
    ForeignDeclaration,
    Head,
    Import,
    InputDeclaration,
    Loss,
    NamedType,
    NeuralDeclaration,
    PredicateDeclaration,
    Query,
    RangeDomain,
    Statement,
    TypeDeclaration,
)
from nesylang.syntax.terms import Atom, Term
from tests.syntax.terms import HERE, compound, items, term

Statements = Callable[[str], tuple[Statement, ...]]
Errors = Callable[[str], list[tuple[str, str]]]

P = compound("p", "X")
Q = compound("q", "X")


def named(name: str) -> NamedType:
    return NamedType(name, HERE)


def span(low: int, high: int) -> RangeDomain:
    return RangeDomain(low, high, HERE)


def enumeration(*values: str | int) -> EnumerationDomain:
    return EnumerationDomain(tuple(term(value) for value in values), HERE)


def clause(*heads: tuple[Term | float | None, Term], body: Term | None = None) -> Clause:
    found = tuple(Head(term(weight) if isinstance(weight, float) else weight, atom) for weight, atom in heads)
    return Clause(found, body, HERE)


IMPLICATION = compound("=>", P, Q)

CASES: list[tuple[str, Statement]] = [
    ("p(X).", clause((None, P))),
    ("p(X) :- q(X).", clause((None, P), body=Q)),
    ("p(X) <- q(X).", clause((None, P), body=Q)),
    ("0.5 :: p(X).", clause((0.5, P))),
    ("0.5 :: p(X) :- q(X).", clause((0.5, P), body=Q)),
    ("W :: p(X) :- q(X).", clause((term("W"), P), body=Q)),
    ("t(_) :: p(X).", clause((compound("t", "_"), P))),
    ("0.5 :: p(X); 0.25 :: q(X).", clause((0.5, P), (0.25, Q))),
    ("0.5 :: p(X); 0.25 :: q(X) :- r.", clause((0.5, P), (0.25, Q), body=term("r"))),
    ("1/6 :: p(X).", clause((compound("/", 1, 6), P))),
    ("\\+p(X) :- q(X).", clause((None, compound("\\+", P)), body=Q)),
    ("nn(m, [X], Y, [0, 1]) :: d(X, Y).", clause((compound("nn", "m", items("X"), "Y", items(0, 1)), compound("d", "X", "Y")))),
    (":- use_module(library(lists)).", Directive(compound("use_module", compound("library", "lists")), HERE)),
    ("type d = 0..9.", TypeDeclaration("d", span(0, 9), HERE)),
    ("type d = -3.. -1.", TypeDeclaration("d", span(-3, -1), HERE)),
    (
        "type c = {red, 7, 'Blue'}.",
        TypeDeclaration("c", EnumerationDomain((term("red"), term(7), Atom("Blue", HERE)), HERE), HERE),
    ),
    ("type image.", TypeDeclaration("image", None, HERE)),
    ("type a = b.", TypeDeclaration("a", named("b"), HERE)),
    ("pred edge(node, 0..3, {a, b}).", PredicateDeclaration("edge", (named("node"), span(0, 3), enumeration("a", "b")), HERE)),
    ("pred rain.", PredicateDeclaration("rain", (), HERE)),
    ("neural d(image) -> digit.", NeuralDeclaration("d", (named("image"),), named("digit"), HERE)),
    ("neural d(image).", NeuralDeclaration("d", (named("image"),), None, HERE)),
    ("neural r(i, i) -> {l, m}.", NeuralDeclaration("r", (named("i"), named("i")), enumeration("l", "m"), HERE)),
    ("neural d(image) -> 0..9.", NeuralDeclaration("d", (named("image"),), span(0, 9), HERE)),
    ("input t(p, d).", InputDeclaration("t", (named("p"), named("d")), None, HERE)),
    ("input t(p) -> d.", InputDeclaration("t", (named("p"),), named("d"), HERE)),
    ("foreign f(string) -> int.", ForeignDeclaration("f", (named("string"),), (named("int"),), HERE)),
    ("foreign f -> (int, atom).", ForeignDeclaration("f", (), (named("int"), named("atom")), HERE)),
    ("foreign f(string).", ForeignDeclaration("f", (named("string"),), (), HERE)),
    ("evidence p(X).", Evidence(P, True, HERE)),
    ("evidence not p(X).", Evidence(P, False, HERE)),
    ("evidence \\+ p(X).", Evidence(P, False, HERE)),
    ("query p(X).", Query(P, None, HERE)),
    ("query p(X), q(X).", Query(compound(",", P, Q), None, HERE)),
    ("query not p(X).", Query(compound("not", P), None, HERE)),
    ("query p(X) given q(X).", Query(P, Q, HERE)),
    ("query p(X) given q(X), r.", Query(P, compound(",", Q, "r"), HERE)),
    ("constraint p(X) => q(X).", Constraint(None, None, IMPLICATION, HERE)),
    ("constraint n : p(X) => q(X).", Constraint(None, "n", IMPLICATION, HERE)),
    ("constraint 1.5 :: n : p(X) => q(X).", Constraint(term(1.5), "n", IMPLICATION, HERE)),
    ("constraint -1.5 :: n : p(X) => q(X).", Constraint(term(-1.5), "n", IMPLICATION, HERE)),
    ("constraint 1.5 :: p(X).", Constraint(term(1.5), None, P, HERE)),
    ("constraint count{ X : p(X) } = 1.", Constraint(None, None, compound("=", compound("count{}", compound(":", "X", P)), 1), HERE)),
    ("loss n : p(X) => q(X).", Loss("n", IMPLICATION, HERE)),
    ("loss p(X) => q(X).", Loss(None, IMPLICATION, HERE)),
    ("expect 0.36 :: p(X).", ExpectProbability(term(0.36), P, None, HERE)),
    ("expect 1/3 :: p(X) given q(X).", ExpectProbability(compound("/", 1, 3), P, Q, HERE)),
    ("expect answers p(X) = {p(1), p(2)}.", ExpectAnswers(P, (compound("p", 1), compound("p", 2)), HERE)),
    ("expect answers p(X) = {}.", ExpectAnswers(P, (), HERE)),
    ("expect error E304.", ExpectError("E304", HERE)),
    ("import lists.", Import("lists", True, HERE)),
    ('import "rules/family.nesy".', Import("rules/family.nesy", False, HERE)),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_statements(text: str, expected: Statement, statements: Statements) -> None:
    assert statements(text) == (expected,)
    (found,) = statements("\n  " + text)
    assert found.span.text == text.removesuffix(".") or found.span.text == text


@pytest.mark.parametrize("keyword", sorted(KEYWORDS))
def test_keywords_are_ordinary_atoms_elsewhere(keyword: str, statements: Statements) -> None:
    name = term(keyword)
    assert statements(f"{keyword}.") == (clause((None, name)),)
    assert statements(f"{keyword}(x).") == (clause((None, compound(keyword, "x"))),)
    assert statements(f"{keyword}(X) :- q(X).") == (clause((None, compound(keyword, "X")), body=Q),)
    assert statements(f"{keyword} :- a.") == (clause((None, name), body=term("a")),)
    assert statements(f"0.5 :: {keyword}(X) :- {keyword}.") == (clause((0.5, compound(keyword, "X")), body=name),)
    assert statements(f"a :- {keyword}, X = {keyword}.") == (
        clause((None, term("a")), body=compound(",", keyword, compound("=", "X", keyword))),
    )
    assert statements(f"{keyword} = a.") == (clause((None, compound("=", keyword, "a"))),)
    assert statements(f"p({keyword}).") == (clause((None, compound("p", keyword))),)


@pytest.mark.parametrize("word", ["answers", "error", "given", "mod", "in", "as"])
def test_words_of_statements_are_names_of_predicates_too(word: str, statements: Statements) -> None:
    goal = compound(word, "X")
    assert statements(f"query {word}(X).") == (Query(goal, None, HERE),)
    assert statements(f"evidence {word}(X).") == (Evidence(goal, True, HERE),)


def test_problog_statements_stay_clauses(statements: Statements) -> None:
    assert statements("query(a, b).") == (clause((None, compound("query", "a", "b"))),)
    assert statements("query(p(X)) :- q(X).") == (clause((None, compound("query", P)), body=Q),)
    assert statements("evidence(p(X), true).") == (clause((None, compound("evidence", P, "true"))),)
    assert statements("evidence(\\+p(X)).") == (clause((None, compound("evidence", compound("\\+", P)))),)


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("type 3.", "E107", "3"),
        ("expect answers (a(X), X > 1) = {a(2)}.", "E107", "a(X), X > 1"),
        ("expect answers (a(X) ; b(X)) = {a(2)}.", "E107", "a(X) ; b(X)"),
        ("s:a.", "E109", "s:a"),
        ("0.5 :: s:a :- b.", "E109", "s:a"),
        ("evidence s:a.", "E109", "s:a"),
        ("type X = a.", "E107", "X"),
        ("type a = f(b).", "E107", "f(b)"),
        ("type a = 3..1.", "E107", "3..1"),
        ("type a = {b, f(c)}.", "E107", "f(c)"),
        ("type a = {b, c, b}.", "E107", "b"),
        ("pred 3.", "E107", "3"),
        ("pred p(X).", "E107", "X"),
        ("pred p(a) -> b.", "E107", "p(a) -> b"),
        ("neural d.", "E107", "d"),
        ("neural d -> a.", "E107", "d -> a"),
        ("evidence 3.", "E107", "3"),
        ("evidence not not a.", "E107", "not a"),
        ("evidence a, b.", "E107", "a, b"),
        ("query 3.", "E107", "3"),
        ("query X.", "E107", "X"),
        ("query 0.5 :: a.", "E107", "0.5 :: a"),
        ("query a :- b.", "E107", "a :- b"),
        ("constraint 3 : a.", "E107", "3"),
        ("expect a.", "E107", "a"),
        ("expect answers p(X) = p(1).", "E107", "p(X) = p(1)"),
        ("expect answers p(X) = {1}.", "E107", "1"),
        ("expect error e304.", "E107", "e304"),
        ("import X.", "E107", "X"),
        ("import f(a).", "E107", "f(a)"),
        ("X.", "E108", "X"),
        ("3.", "E108", "3"),
        ('"a" :- b.', "E108", '"a"'),
        ("[a].", "E108", "[a]"),
        ("[a] :- b.", "E108", "[a]"),
        ("a, b.", "E108", "a, b"),
        ("a ; b.", "E108", "a"),
        ("0.5::a; b.", "E108", "b"),
        ("0.5::X.", "E108", "X"),
        ("\\+X :- a.", "E108", "X"),
        ("\\+ \\+a :- b.", "E108", "\\+a"),
        ("(a :- b) :- c.", "E108", "a :- b"),
        ("a => b.", "E108", "a => b"),
        ("{a}.", "E108", "{a}"),
    ],
)
def test_what_is_no_statement(text: str, code: str, marked: str, errors: Errors) -> None:
    assert errors(text) == [(code, marked)]
    assert errors(f"a. {text} b.") == [(code, marked)]


@pytest.mark.parametrize("keyword", ["type", "pred", "neural", "evidence", "query", "expect", "import"])
def test_misformed_statements_are_shown_the_forms_of_their_keyword(keyword: str, diagnostics: Callable[[str], tuple[object, ...]]) -> None:
    (found,) = diagnostics(f"{keyword} 3.")
    assert f"{keyword} " in str(getattr(found, "hint", ""))


@pytest.mark.parametrize("name", ["::", ";", ":-", "<-", "given", "{}", "->"])
def test_names_of_connectives_with_other_numbers_of_arguments(name: str, errors: Errors, statements: Statements) -> None:
    for arguments in ("a", "a,b", "a,b,c"):
        for text in (
            f"'{name}'({arguments}).",
            f"'{name}'({arguments}) :- b.",
            f"0.5 :: '{name}'({arguments}).",
            f"query '{name}'({arguments}).",
        ):
            assert errors(text) or len(statements(text)) == 1


def test_an_empty_program(statements: Statements) -> None:
    assert statements("") == ()
    assert statements("% nothing\n/* at all */") == ()
