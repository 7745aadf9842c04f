"""Connectives and quantifiers: what they are written out as, and that they mean what truth tables and expansions say."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesylang as nesy
from nesylang.analysis.check import analyse
from nesylang.analysis.formulas import as_test, write_out
from nesylang.grounding import GROUNDERS
from nesylang.inference import Settings
from nesylang.source import Source
from nesylang.syntax import parse, print_statement, print_term, print_tree
from nesylang.syntax.parser import parse_term
from nesylang.syntax.statements import Query

PROBABILITIES = {"a": 0.5, "b": 0.3, "c": 0.2, "d": 0.9}
Formula = tuple[str, ...] | tuple[str, "Formula"] | tuple[str, "Formula", "Formula"]

leaves = st.sampled_from([(name,) for name in PROBABILITIES])
formulas = st.recursive(
    leaves,
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(st.sampled_from(["=>", "<=>", "xor", ",", ";", "->"]), inner, inner),
    max_leaves=6,
)


def spelled(formula: Formula) -> str:
    match formula:
        case (name,):
            return name
        case ("not", inner):
            return f"not ({spelled(inner)})"
        case ("->", left, right):
            return f"((({spelled(left)}) -> ({spelled(right)}) ; a))"
        case (operator, left, right):
            return f"({spelled(left)}) {operator} ({spelled(right)})"
    raise AssertionError(formula)


def truth(formula: Formula, world: dict[str, bool]) -> bool:
    match formula:
        case (name,):
            return world[name]
        case ("not", inner):
            return not truth(inner, world)
        case (operator, left, right):
            first, second = truth(left, world), truth(right, world)
            return {
                "=>": not first or second,
                "<=>": first == second,
                "xor": first != second,
                ",": first and second,
                ";": first or second,
                "->": second if first else world["a"],
            }[operator]
    raise AssertionError(formula)


def enumerated(formula: Formula) -> float:
    total = 0.0
    for values in itertools.product((False, True), repeat=len(PROBABILITIES)):
        world = dict(zip(PROBABILITIES, values, strict=True))
        weight = math.prod(p if world[name] else 1 - p for name, p in PROBABILITIES.items())
        total += weight * truth(formula, world)
    return total


FACTS = " ".join(f"{p} :: {name}." for name, p in PROBABILITIES.items())


@pytest.mark.parametrize("grounder", ["native", "problog"])
@settings(deadline=None, max_examples=40)
@given(formula=formulas)
def test_formulas_have_the_probabilities_of_truth_tables(grounder: str, formula: Formula) -> None:
    text = f"{FACTS} holds :- {spelled(formula)}. query holds. query not ({spelled(formula)})."
    program = nesy.loads(text, Settings(grounder=GROUNDERS[grounder]))
    holds, fails = (result.answers[0].probability for result in program.marginals())
    assert holds == pytest.approx(enumerated(formula), abs=1e-9)
    assert fails == pytest.approx(1 - enumerated(formula), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(
    outer=st.sampled_from(["forall", "exists"]),
    inner=st.sampled_from(["forall", "exists"]),
    connective=st.sampled_from(["=>", "<=>", "xor", ",", ";"]),
    low=st.integers(1, 2),
    high=st.integers(0, 2),
    negated=st.booleans(),
)
def test_quantifiers_mean_their_expansions(outer: str, inner: str, connective: str, low: int, high: int, negated: bool) -> None:
    facts = " ".join(f"0.{2 * x + y + 1} :: p({x}, {y})." for x in (1, 2) for y in (1, 2)) + " 0.4 :: q(1). 0.7 :: q(2)."

    def body(x: object, y: object) -> str:
        return f"(p({x}, {y}) {connective} q({y}))"

    def expanded(kind: str, members: list[str]) -> str:
        if not members:
            return "true" if kind == "forall" else "fail"
        return "(" + (", " if kind == "forall" else " ; ").join(members) + ")"

    sign = "not " if negated else ""
    quantified = f"{sign}{outer}(X in 1..2 : {inner}(Y in {low}..{high} : {body('X', 'Y')}))"
    written = sign + expanded(outer, [expanded(inner, [body(x, y) for y in range(low, high + 1)]) for x in (1, 2)])
    found = [result.answers[0].probability for result in nesy.loads(f"{facts} r :- {written}. query {quantified}. query r.").marginals()]
    assert found[0] == pytest.approx(found[1], abs=1e-9)


@pytest.mark.parametrize(
    ("goal", "written"),
    [
        ("a => b", r"\+ (a,\+b)"),
        ("a => not b", r"\+ (a,b)"),
        ("a <=> b", r"\+ (a,\+b),\+ (b,\+a)"),
        ("a xor b", r"\+ (\+ (a,\+b),\+ (b,\+a))"),
        ("forall(X in 1..3 : p(X))", r"\+ (X in 1..3,\+p(X))"),
        ("forall(X : p(X) => q(X))", r"\+ (p(X),\+q(X))"),
        ("exists(X : p(X))", r"\+ \+p(X)"),
    ],
)
def test_what_formulas_are_written_out_as(goal: str, written: str) -> None:
    assert print_term(as_test(parse_term(Source("goal", goal)))) == written


def test_programs_without_formulas_stay_as_they_are() -> None:
    statements = parse(Source("text", "p(1). q :- p(X), X > 0, not p(2). query q.")).statements
    assert write_out(statements).statements is statements


def test_the_printed_program_is_the_users() -> None:
    text = "q :- a=>b.\nr :- forall(X : p(X)=>exists(Y : s(X,Y))).\n"
    assert print_tree(parse(Source("text", text))) == text


def test_statements_and_names_of_questions_are_the_users() -> None:
    program = nesy.loads("0.5 :: p(1). 0.5 :: p(2). query exists(X in 1..2 : p(X)). query forall(X in 1..2 : p(X)).")
    assert [print_statement(s) for s in program.statements if isinstance(s, Query)] == [
        "query exists(X in 1..2 : p(X)).",
        "query forall(X in 1..2 : p(X)).",
    ]
    assert nesy.query(program) == {"exists(X in 1..2 : p(X))": 0.75, "forall(X in 1..2 : p(X))": 0.25}


def test_questions_from_python_may_be_formulas() -> None:
    program = nesy.loads("0.5 :: a. 0.4 :: b. r :- exists(X in [1] : X > 0), a.")
    assert nesy.query(program, "a => b") == {"a=>b": pytest.approx(0.7)}
    assert nesy.query(program, "r", "a xor b") == {"r": 0.5, "a xor b": 0.5}
    assert nesy.query(program, "a given (a => b)") == {"a": pytest.approx(0.2 / 0.7)}


def test_a_false_formula_is_an_answer() -> None:
    assert nesy.query("p(1). query forall(X in 1..2 : p(X)).") == {"forall(X in 1..2 : p(X))": 0.0}


def test_long_chains() -> None:
    facts = " ".join(f"0.5 :: a{number}." for number in range(60))
    assert nesy.query(f"{facts} query {' xor '.join(f'a{number}' for number in range(60))}.").popitem()[1] == pytest.approx(0.5)
    chain = " => ".join(f"a{number}" for number in range(60))
    assert nesy.query(f"{facts} query {chain}.").popitem()[1] == pytest.approx(1 - 0.5**60)


def test_the_users_own_predicates_come_first() -> None:
    assert nesy.query("exists(X) :- X > 1. query exists(3). query exists(1).") == {"exists(3)": 1.0, "exists(1)": 0.0}
    assert nesy.query(":- use_module(library(collect)). p(1). q(R) :- (p(X) => list(X, R)). query q(R).") == {"q([1])": 1.0}


def test_variables_of_the_same_name_are_kept_apart() -> None:
    text = "n(1). n(2). p(2). q(X) :- n(X), exists(X in 1..3 : p(X)), forall(X in 2..2 : p(X)). query q(X)."
    assert nesy.query(text) == {"q(1)": 1.0, "q(2)": 1.0}
    assert {warning.code for warning in analyse(parse(Source("text", text))).warnings} == {"W207"}


def test_analysing_twice_changes_nothing() -> None:
    program = nesy.loads("0.5 :: p(1). q :- (exists(X : p(X)) <=> exists(X : p(X))), p(1). query q. query exists(X : p(X)).")
    again = program.with_statements(())
    assert nesy.query(again) == nesy.query(program) == {"q": 0.5, "exists(X : p(X))": 0.5}
