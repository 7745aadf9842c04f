"""What can be asked, and what bodies may hold: conjunctions, negation, conditions, tests, ranges, lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import nesylang as nesy
from nesylang.grounding import GroundProgram

Ground = Callable[..., GroundProgram]
Answers = Callable[..., dict[str, float]]

FACTS = "0.5::p(1). 0.25::p(2). 0.4::q(1,a). 0.8::q(2,b). r(a). r(b). "


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("p(1)", {"p(1)": 0.5}),
        ("p(X)", {"p(1)": 0.5, "p(2)": 0.25}),
        ("p(_)", {"p(1)": 0.5, "p(2)": 0.25}),
        ("p(3)", {"p(3)": 0.0}),
        ("q(X,c)", {}),
        ("q(3,X)", {}),
        ("q(X,X)", {}),
        ("p(X), q(X,Y)", {"p(1),q(1,a)": 0.2, "p(2),q(2,b)": 0.2}),
        ("p(1), p(2)", {"p(1),p(2)": 0.125}),
        ("p(1), p(3)", {"p(1),p(3)": 0.0}),
        ("p(1) ; p(2)", {"p(1);p(2)": 0.625}),
        ("not p(1)", {"not p(1)": 0.5}),
        ("\\+ p(1)", {"\\+p(1)": 0.5}),
        ("not not p(2)", {"not not p(2)": 0.25}),
        ("not p(3)", {"not p(3)": 1.0}),
        ("not (p(1), p(2))", {"not (p(1),p(2))": 0.875}),
        ("not p(X)", {"not p(X)": 0.375}),
        ("p(X), not q(X,_)", {"p(1),not q(1,_)": 0.3, "p(2),not q(2,_)": 0.05}),
        ("p(X), not q(X,a)", {"p(1),not q(1,a)": 0.3, "p(2),not q(2,a)": 0.25}),
        ("X in 1..2, p(X)", {"1 in 1..2,p(1)": 0.5, "2 in 1..2,p(2)": 0.25}),
        ("r(X)", {"r(a)": 1.0, "r(b)": 1.0}),
        ("(p(1) -> p(2) ; r(a))", {"p(1)->p(2);r(a)": 0.625}),
        ("1 < 2", {"1<2": 1.0}),
        ("2 < 1", {"2<1": 0.0}),
    ],
)
def test_queries(query: str, expected: dict[str, float], answers: Answers) -> None:
    assert answers(FACTS, query) == pytest.approx(expected)


def test_queries_in_the_order_of_the_program(ground: Ground) -> None:
    program = ground(FACTS + "query q(X,Y). query p(2). query(p(X)). query(r(X)) :- r(X). query p(2), p(1).")
    assert [query.name for query in program.queries] == ["q(X,Y)", "p(2)", "p(X)", "p(2),p(1)", "r(a)", "r(b)"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("p(1) given p(1)", {"p(1)": 1.0}),
        ("p(1) given not p(1)", {"p(1)": 0.0}),
        ("p(1) given p(2)", {"p(1)": 0.5}),
        ("p(1) given p(1) ; p(2)", {"p(1)": 0.8}),
        ("p(X) given q(X,Y)", {"p(1)": 0.5, "p(2)": 0.25}),
        ("q(X,Y) given p(X), q(X,Y)", {"q(1,a)": 1.0, "q(2,b)": 1.0}),
        ("any given p(1)", {"any": 1.0}),
        ("p(1) given any", {"p(1)": 0.8}),
        ("p(X) given any", {"p(1)": 0.8, "p(2)": 0.4}),
        ("p(3) given any", {"p(3)": 0.0}),
        ("p(3) given p(1)", {"p(3)": 0.0}),
        ("(p(1), p(2)) given any", {"p(1),p(2)": 0.2}),
        ("not p(1) given any", {"not p(1)": 0.2}),
    ],
)
def test_given(query: str, expected: dict[str, float], answers: Answers) -> None:
    assert answers(FACTS + "any :- p(1). any :- p(2).", query) == pytest.approx(expected)


def test_given_goes_with_the_evidence(answers: Answers) -> None:
    assert answers("0.5::a. 0.5::b. 0.5::c. s :- a, b. s :- c. evidence not c. query a given s. query c given s.") == {"a": 1.0, "c": 0.0}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("X in 1..3", ["p(1)", "p(2)", "p(3)"]),
        ("X in 3..1", []),
        ("X in 1..2*2-1", ["p(1)", "p(2)", "p(3)"]),
        ("N = 2, X in N..N+1", ["p(2)", "p(3)"]),
        ("X in -1..1", ["p(-1)", "p(0)", "p(1)"]),
        ("X in {a, 7, 'B c'}", ["p(a)", "p(7)", "p('B c')"]),
        ("X in [a, f(b), a]", ["p(a)", "p(f(b))"]),
        ("X in []", []),
        ("L = [a,b], X in L", ["p(a)", "p(b)"]),
        ("X in small", ["p(0)", "p(1)"]),
        ("X in color", ["p(red)", "p(green)"]),
        ("X = 2, X in 1..3", ["p(2)"]),
        ("X = 5, X in 1..3", []),
        ("X = red, X in color", ["p(red)"]),
        ("X in 1..3, not X in {1, 2}", ["p(3)"]),
        ("(1 < 2 -> X = a ; X = b)", ["p(a)"]),
        ("(2 < 1 -> X = a ; X = b)", ["p(b)"]),
        ("(2 < 1 -> X = a ; 3 < 1 -> X = b ; X = c)", ["p(c)"]),
        ("Y in 1..3, (Y > 2 -> X = big ; X = Y)", ["p(1)", "p(2)", "p(big)"]),
        ("findall(Y, Y in 1..3, X)", ["p([1,2,3])"]),
        ("findall(Y, (Y in 1..3, Y > 1), L), length(L, X)", ["p(2)"]),
        ("[X|_] = [1,2]", ["p(1)"]),
        ("X = f(Y), Y = 1", ["p(f(1))"]),
        ('X = "it\'s"', ['p("it\'s")']),
        ("X is 7 mod 4 + 2**3 - 6/4", ["p(9.5)"]),
        ("X is max(2, 3) * abs(-2)", ["p(6)"]),
        ("X is 7 // 2", ["p(3)"]),
        ("f(a,X) =.. [f,a,b]", ["p(b)"]),
        ("forall(Y in 1..3, Y > 0), X = a", ["p(a)"]),
        ("Y in 1..4, X is Y * Y, X > 4, X =\\= 9", ["p(16)"]),
    ],
)
def test_bodies(body: str, expected: list[str], answers: Answers) -> None:
    text = f"type small = 0..1. type color = {{red, green}}. p(X) :- {body}."
    found = answers(text, "p(X)")
    assert list(found) == expected
    assert all(value == 1.0 for value in found.values())


def test_a_probabilistic_test_splits_the_worlds(answers: Answers) -> None:
    text = "0.3::c. 0.5::t. 0.8::e. p :- (c -> t ; e). q :- (c -> t)."
    assert answers(text, "p", "q") == pytest.approx({"p": 0.3 * 0.5 + 0.7 * 0.8, "q": 0.15})


def test_local_variables_are_existential_inside_negation(answers: Answers) -> None:
    text = "0.5::e(1,2). 0.5::e(1,3). n(1). n(2). sink(X) :- n(X), not e(X,_)."
    assert answers(text, "sink(X)") == pytest.approx({"sink(1)": 0.25, "sink(2)": 1.0})


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("evidence a.", 1.0),
        ("evidence not a.", 0.0),
        ("evidence(a).", 1.0),
        ("evidence(a, true).", 1.0),
        ("evidence(a, false).", 0.0),
        ("evidence(\\+a).", 0.0),
        ("evidence(\\+a, false).", 1.0),
        ("evidence(a, true) :- yes.", 1.0),
        ("evidence(X, false) :- pick(X).", 0.0),
        ("evidence both.", 1.0),
        ("evidence not both. evidence b.", 0.0),
        ("evidence either.", 2 / 3),
    ],
)
def test_evidence(evidence: str, expected: float, answers: Answers) -> None:
    text = "0.5::a. 0.5::b. yes. pick(a). both :- a, b. either :- a. either :- b. "
    assert answers(text + evidence, "a") == {"a": pytest.approx(expected)}


def test_evidence_with_several_instances_holds_for_each(answers: Answers) -> None:
    assert answers("0.5::p(1). 0.5::p(2). evidence p(X). query p(X).") == {"p(1)": 1.0, "p(2)": 1.0}


def test_evidence_that_each_example_brings(ground: Ground) -> None:
    program = ground("0.5::a. b :- a. query a.", "b")
    assert [(piece.value, piece.span.text) for piece in program.evidence] == [(None, "b")]


def test_facts_of_many_kinds_of_terms(answers: Answers) -> None:
    terms = [
        "a",
        "'B c'",
        "'it\\'s'",
        "f(a,g(b))",
        "[]",
        "[1,2]",
        "[a|b]",
        "1",
        "-1",
        "1.5",
        "1e-20",
        "1e+20",
        '"text"',
        '""',
        "{}",
        "\\",
        "é",
    ]
    text = " ".join(f"p({term})." for term in terms)
    assert set(answers(text, "p(X)")) == {f"p({term})" for term in terms}


def test_integers_and_floats_are_different_terms(answers: Answers) -> None:
    assert set(answers("p(1). p(1.0). q(X) :- p(X), X == 1.", "p(X)", "q(X)")) == {"p(1)", "p(1.0)", "q(1)"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("not p(X)", {"not p(X)": 0.42}),
        ("forall(q(X), p(X))", {"forall(q(X),p(X))": 0.12}),
        ("q(X), not p(Y)", {"q(1),not p(Y)": 0.42, "q(2),not p(Y)": 0.42}),
        ("findall(X, q(X), L)", {"findall(X,q(X),[1,2])": 1.0}),
    ],
)
def test_variables_local_to_a_goal_stay_unbound(question: str, expected: dict[str, float]) -> None:
    answers = nesy.query("0.3 :: p(1). 0.4 :: p(2). q(1). q(2).", question)
    assert answers == pytest.approx(expected)


def test_a_variable_that_occurs_twice_is_one_variable() -> None:
    program = nesy.loads("n(1). n(2). 0.5 :: d(Y, 2) :- n(Y).")
    assert nesy.query(program, "d(Y, Y)") == {"d(2,2)": 0.5}
    assert nesy.query(program, "d(f(Z), Z)") == {}
    assert nesy.query(program, "d(1, 2)", evidence=["d(Y, Y)"]) == {"d(1,2)": 0.5}
