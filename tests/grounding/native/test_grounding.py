"""What the native grounder promises beyond the right answers: depth, budgets, order, provenance, no enumeration of what a test excludes."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

import nesylang as nesy
from nesylang.analysis import analyse
from nesylang.grounding import GROUNDERS, GroundingBudget, GroundingRequest, GroundProgram, stated_observations, stated_queries
from nesylang.inference import Settings
from nesylang.source import Source
from nesylang.syntax import load_program, print_term


def ground(text: str, budget: GroundingBudget | None = None) -> GroundProgram:
    analysis = analyse(load_program(Source("test", text), Path(".")))
    queries, observations = tuple(stated_queries(analysis)), tuple(stated_observations(analysis))
    return GROUNDERS["native"].ground(GroundingRequest(analysis, queries, observations, budget=budget or GroundingBudget()))


def answers(text: str) -> list[str]:
    return [print_term(answer.atom) for query in ground(text).queries for answer in query.answers]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("down(0). down(N) :- N > 0, M is N - 1, down(M). query down(100000).", "down(100000)"),
        ("to(0, []). to(N, [N|T]) :- N > 0, M is N - 1, to(M, T). size([], 0). size([_|T], N) :- size(T, M), N is M + 1. "
         "q(N) :- to(100000, L), size(L, N). query q(N).", "q(100000)"),
        ("even(0). even(N) :- N > 0, M is N - 1, odd(M). odd(N) :- N > 0, M is N - 1, even(M). query even(100000).", "even(100000)"),
        ("r(X) :- X < 100000, Y is X + 1, r(Y). r(100000). query r(0).", "r(0)"),
        ("w(X) :- X < 100001, Y is X + 1, \\+ w(Y). query w(0).", "w(0)"),
        ("t(0, z). t(N, s(T)) :- N > 0, M is N - 1, t(M, T). d(z, 0). d(s(T), N) :- d(T, M), N is M + 1. q(N) :- t(50000, T), d(T, N). "
         "query q(N).", "q(50000)"),
    ],
    ids=["tail", "lists", "mutual", "right", "negation", "terms"],
)  # fmt: skip
def test_recursion_is_as_deep_as_memory_allows(text: str, answer: str) -> None:
    limit = sys.getrecursionlimit()
    assert answers(text) == [answer]
    assert sys.getrecursionlimit() == limit


def test_a_cycle_of_many_tables_is_completed_at_once() -> None:
    program = ground("e(X, Y) :- X in 0..4999, Y is (X + 1) mod 5000. 0.5 :: e(7, 9). r(X) :- e(X, Y), r(Y). r(5). query r(8).")
    assert [answer.literal for answer in program.queries[0].answers] == [1]


@pytest.mark.parametrize(
    ("budget", "text", "said"),
    [
        (GroundingBudget(answers=10_000), "nat(0). nat(s(X)) :- nat(X). query nat(X).", "10,000 answers"),
        (GroundingBudget(goals=10_000), "up(X) :- Y is X + 1, up(Y). query up(0).", "10,000 open goals"),
        (GroundingBudget(seconds=0.2), "up(X) :- Y is X + 1, up(Y). query up(0).", "0.2 seconds"),
        (GroundingBudget(bytes=20 * 2**20), "grow(X) :- grow(f(X)). query grow(a).", "0.0195 GiB of memory"),
        (GroundingBudget(rules=5_000), "0.5 :: c(X) :- X in 1..100000. query c(X).", "5,000 ground rules"),
        (GroundingBudget(seconds=0.2), "p(X) :- between(1, inf, X), X < 0. query p(X).", "0.2 seconds"),
        (GroundingBudget(seconds=0.2), "n(X) :- X in 1..2000. p :- n(X), n(Y), n(Z), X + Y + Z < 0. query p.", "0.2 seconds"),
        (GroundingBudget(seconds=0.2), "n(X) :- X in 1..2000. p :- n(X), n(Y), n(Z), Y = a, Z = X. query p.", "0.2 seconds"),
    ],
)
def test_budgets(budget: GroundingBudget, text: str, said: str) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        ground(text, budget)
    (found,) = failure.value.diagnostics
    assert found.code == "E306"
    assert f"beyond its budget of {said}" in found.message
    assert "GroundingBudget(" in str(found.hint)


def test_the_predicate_that_grows_is_named() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        ground("p(X) :- q(X). q(X) :- long(X, 0). long(X, N) :- M is N + 1, long(X, M). query p(a).", GroundingBudget(goals=5_000))
    assert "long/2 has " in failure.value.diagnostics[0].render()


def test_rules_know_their_clause_and_its_bindings() -> None:
    program = ground(
        "0.5 :: edge(1, 2). 0.5 :: edge(2, 3).\npath(X, Y) :- edge(X, Y).\npath(X, Y) :- path(X, Z), edge(Z, Y).\nquery path(1, 3)."
    )
    found = {(rule.clause, tuple((name, print_term(value)) for name, value in rule.bindings)) for rule in program.rules}
    assert (2, (("X", "1"), ("Y", "2"))) in found
    assert (3, (("X", "1"), ("Z", "2"), ("Y", "3"))) in found
    assert all(rule.span is not None and rule.span.line == rule.clause for rule in program.rules if rule.clause >= 2)


def test_answers_come_in_the_order_of_prolog() -> None:
    assert answers("p(c). p(a). p(b). q(X, Y) :- p(X), p(Y). query q(X, Y).") == [f"q({x},{y})" for x in "cab" for y in "cab"]
    assert answers("a([], L, L). a([H|T], L, [H|R]) :- a(T, L, R). query a(X, Y, [1, 2]).") == [
        "a([],[1,2],[1,2])",
        "a([1],[2],[1,2])",
        "a([1,2],[],[1,2])",
    ]  # fmt: skip


def test_grounding_twice_gives_the_same_program() -> None:
    text = "0.4 :: e(X, Y) :- X in 1..6, Y in 1..6, X \\= Y. t(X, Y) :- e(X, Y). t(X, Y) :- t(X, Z), t(Z, Y). query t(1, X)."
    first, second = ground(text), ground(text)
    assert [(rule.head, rule.body) for rule in first.rules] == [(rule.head, rule.body) for rule in second.rules]
    assert [choice.atoms for choice in first.choices] == [choice.atoms for choice in second.choices]
    assert first.queries == second.queries


def test_a_known_sum_does_not_try_all_pairs() -> None:
    """A hundred million pairs would take minutes."""
    text = "0.5 :: n(X, V) :- X in 1..2, V in 1..10000. s(Z) :- n(1, X), n(2, Y), Z is X + Y. query s(5)."
    program = ground(text, GroundingBudget(seconds=20.0))
    sums = [rule for rule in program.rules if rule.clause == 1]
    assert len(sums) == 4


def test_a_known_sum_still_finds_floats() -> None:
    assert answers("a(1). a(2.0). b(2). b(1.0). b(3). s(Z) :- a(X), b(Y), Z is X + Y. query s(3). query s(3.0).") == ["s(3)", "s(3.0)"]
    program = ground("a(1). a(2.0). b(1.0). s(Z) :- a(X), b(Y), Z is X + Y. query s(2). query s(2.0).")
    assert [query.answers[0].literal == 1 for query in program.queries] == [False, True]


def test_a_test_is_decided_before_the_calls_in_front_of_it() -> None:
    text = "n(X) :- X in 1..300. p(X) :- n(X), n(Y), n(Z), n(W), X < 0, Y + Z + W > 0. query p(X)."
    assert answers(text) == []


def test_facts_are_joined_by_what_is_bound() -> None:
    """From left to right, r and s have no variable in common: a million pairs for each answer."""
    rows = "".join(f"r({n}, {n + 1}). s({n}, {n + 2}). " for n in range(1000))
    text = rows + "p(X, Z) :- r(X, Y), s(W, Z), t(Y, W). " + "".join(f"t({n}, {n}). " for n in range(1000)) + "query p(X, Z)."
    assert len(answers(text)) == 999


@pytest.mark.parametrize("length", [9, 10, 25, 60, 300])
def test_long_bodies(length: int) -> None:
    coins = "".join(f"1.0 :: on({n}). " for n in range(length))
    assert nesy.query(nesy.loads(f"{coins} a :- {', '.join(f'on({n})' for n in range(length))}. query a.")) == {"a": 1.0}
    steps = ", ".join(f"X{n + 1} is X{n} + 1" for n in range(length))
    assert answers(f"a(X{length}) :- X0 = 0, {steps}. query a(X).") == [f"a({length})"]
    loops = ", ".join(f"b(X{n}, X{n + 1})" for n in range(length))
    assert answers(f"b(X, Y) :- c(X, Y). c(0, 1). c(1, 0). a(X{length}) :- X0 = 0, {loops}. query a(X).") == [f"a({length % 2})"]


def test_long_terms_in_clauses() -> None:
    items = ",".join(f"X{n}" for n in range(400))
    assert len(answers(f"q([{items}]) :- l([{items}]). l(L) :- L = [{','.join(map(str, range(400)))}]. query q(L).")) == 1
    total = "+".join(["X"] * 500)
    assert answers(f"q(S) :- p(X), S is {total}. p(2). query q(S).") == ["q(1000)"]


def test_many_alternatives_and_clauses() -> None:
    disjunction = " ; ".join(f"0.001 :: v({n})" for n in range(1000))
    program = nesy.loads(f"{disjunction}. query v(7).")
    assert nesy.query(program)["v(7)"] == pytest.approx(0.001)
    rules = "".join(f"p{n} :- p{n - 1}. " for n in range(1, 3000))
    assert nesy.query(nesy.loads(f"0.5 :: p0. {rules} query p2999.")) == {"p2999": 0.5}
    cases = "".join(f"f({n}, X) :- g({n + 1}, X). " for n in range(2000))
    assert answers(f"{cases} g(X, X). query f(1234, X).") == ["f(1234,1235)"]


def test_names_that_compiled_code_uses_itself() -> None:
    text = "t(here) :- trail(store). trail(X) :- X = store. derive(T) :- t(T). query derive(Trail)."
    assert answers(text) == ["derive(here)"]


def test_ground_programs_pickle() -> None:
    program = ground("0.5 :: e(1, 2). p(X, Y) :- e(X, Y). query p(1, X).")
    copy = pickle.loads(pickle.dumps(program))
    assert [(rule.head, rule.body, rule.bindings) for rule in copy.rules] == [(r.head, r.body, r.bindings) for r in program.rules]
    assert dict(copy.names) == dict(program.names)


def test_the_reference_and_the_native_grounder_see_the_same_numbers() -> None:
    text = "n(1). n(1.0). n('1'). n(\"1\"). q(X, Y) :- n(X), n(Y), X = Y. query q(X, Y)."
    assert sorted(answers(text)) == ['q("1","1")', "q('1','1')", "q(1,1)", "q(1.0,1.0)"]
    assert nesy.query(nesy.loads(text, Settings(grounder=GROUNDERS["native"])))["q(1,1)"] == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5::c. 0.5::a. 0.5::b. 0.5::d. p :- (c -> (a ; b)), d. query p.", {"p": 0.1875}),
        ("0.5::a. 0.5::b. 0.5::c. 0.5::d. p :- (a -> (b -> c ; d)), b. query p.", {"p": 0.125}),
        ("0.5::c. 0.5::t. 0.5::e. 0.5::x. p :- ((c -> t ; e) ; x). query p.", {"p": 0.75}),
        ("0.5::c. 0.5::t. 0.5::e. p :- (c -> t ; (e -> t ; \\+ t)). query p.", {"p": 0.5}),
        ("e(1). e(2). f(3). q. 0.3::p :- (e(X) ; f(X)), q. query p.", {"p": 0.657}),
    ],
)
def test_disjunctions_inside_of_others(text: str, expected: dict[str, float]) -> None:
    assert nesy.query(nesy.loads(text)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e(1+2). e(4). q :- e(Y), 5 is Y + 2. query q.", ["q"]),
        ("d(1). d(2). d(1+2). t(S, X) :- d(X), d(Y), S is X + Y. query t(4, _).", ["t(4,1)", "t(4,2)", "t(4,1+2)"]),
        ("r(1+1). r(X) :- r(Y), Y == 1+1, X = 5. q(Y) :- r(Y), 4 is Y + 2. query q(_).", ["q(1+1)"]),
    ],
)
def test_a_known_sum_still_finds_expressions(text: str, expected: list[str]) -> None:
    found = [print_term(answer.atom) for answer in ground(text).queries[0].answers if answer.literal == 1]
    assert found == expected


def test_a_known_sum_does_not_hide_errors() -> None:
    with pytest.raises(nesy.NesyError, match="E303"):
        ground("n(a). n(2). p :- n(X), 4 is X + 2. query p.")


def test_predicates_of_the_grounder_do_not_clash_with_those_of_the_program() -> None:
    text = "'$or1'(5). q(1). r(2). s. p(X) :- (q(X) ; r(X)), s. t(X) :- '$or1'(X). u(X) :- p(X). query t(_). query u(_)."
    assert answers(text) == ["t(5)", "u(1)", "u(2)"]


@pytest.mark.parametrize("size", [20, 60, 150])
def test_large_patterns(size: int) -> None:
    variables, numbers = ", ".join(f"A{n}" for n in range(size)), ", ".join(map(str, range(size)))
    assert answers(f"p([{variables}], A1). q(X) :- p([{numbers}], X). query q(_).") == ["q(1)"]
    assert answers(f"l([{numbers}]). q(A1) :- l(X), X = [{variables}]. query q(_).") == ["q(1)"]
    assert len(answers(f"d. r({numbers}) :- d. query r({numbers}).")) == 1
    nested = "f(" * size + "Y" + ")" * size
    assert answers(f"p({nested}, Y). q(Z) :- p({nested.replace('Y', '7')}, Z). query q(_).") == ["q(7)"]
    assert answers(f"y(3). p(X) :- y(Y), X is {'-(' * size}Y{')' * size}. query p(_).") == ["p(3)"]
    assert answers(f"n(1). n(2). p(Y) :- n(Y), {size + 1} is {'(' * size}Y{'+1)' * size}. query p(_).") == ["p(1)"]


def test_a_condition_that_does_not_bind_what_is_asked() -> None:
    with pytest.raises(nesy.NesyError, match="E304"):
        ground("0.5::a(1). 0.4::b(1). query a(X) given \\+ b(X).")


def test_the_order_of_unbound_variables_is_refused() -> None:
    with pytest.raises(nesy.NesyError, match="E302"):
        ground("p :- X @> Y, X = 1, Y = 2. query p.")
    assert answers("p(X) :- X == X, \\+ X == Y, X \\== Y, X = 1. query p(_).") == ["p(1)"]


def test_errors_show_the_values_of_variables_and_the_calls() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        ground("price(a, 3). price(b, free). cheap(X) :- price(X, P), P < 10. some(X) :- cheap(X). query some(_).")
    text = failure.value.diagnostics[0].render()
    assert "with X = b, P = free" in text
    assert "in the call cheap(_), called by some(_)" in text


def test_errors_in_the_standard_library_mark_the_goal_of_the_program() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        ground("import lists. p(S) :- sum_list([1, a], S). query p(_).")
    (first, *_) = failure.value.diagnostics[0].labels
    assert first.span.text == "sum_list([1, a], S)"


def test_deep_terms_in_messages_are_cut() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        ground("f(X) :- f(s(X)). query f(0).", GroundingBudget(goals=20_000))
    assert "f(s(s(s(s(s(s(s(s(s(s(s(s(...)))))))))))))" in failure.value.diagnostics[0].render()
