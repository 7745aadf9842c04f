"""Aggregates in the ground program: their elements, their results, what is shared, what is left out, and what is refused."""

from __future__ import annotations

import pytest

import nesylang as nesy
from nesylang.grounding import GROUNDERS, GroundingRequest, GroundProgram, stated_observations, stated_queries


def ground(text: str, grounder: str = "native") -> GroundProgram:
    analysis = nesy.loads(text).analysis
    return GROUNDERS[grounder].ground(GroundingRequest(analysis, tuple(stated_queries(analysis)), tuple(stated_observations(analysis))))


def probabilities(text: str) -> dict[str, float]:
    return {answer: pytest.approx(p, abs=1e-9) for answer, p in nesy.query(nesy.loads(text)).items() if p > 0}


COINS = "0.5 :: p(1). 0.5 :: p(2). p(3). "
VOTES = "0.5 :: v(X, a) ; 0.3 :: v(X, b) :- X in 1..3. "


def test_certain_answers_and_others() -> None:
    (found,) = ground(COINS + "query S = sum{X : p(X)}.").aggregates
    assert found.operation == "sum"
    assert found.certain == (3,)
    assert [element.value for element in found.elements] == [1, 2]
    assert [value for value, _ in found.results] == [3, 4, 5, 6]


def test_a_count_is_a_sum_of_ones() -> None:
    (found,) = ground(COINS + "query count{X : p(X)} = 2.").aggregates
    assert (found.operation, found.certain) == ("sum", (1,))
    assert [element.value for element in found.elements] == [1, 1]


def test_what_is_the_same_in_all_worlds_is_no_aggregate() -> None:
    program = ground("p(1). p(2). query S = sum{X : p(X)}. query count{X : (p(X), X > 5)} = 0. query M = min{X : (p(X), X > 5)}.")
    assert program.aggregates == ()
    assert [len(query.answers) for query in program.queries] == [1, 1, 0]


def test_two_counts_are_one_sum() -> None:
    (found,) = ground(VOTES + "query count{X : v(X, a)} > count{X : v(X, b)}.").aggregates
    assert sorted(element.value for element in found.elements) == [-1, -1, -1, 1, 1, 1]
    assert [value for value, _ in found.results] == [-3, -2, -1, 0, 1, 2, 3]


def test_coefficients_may_be_computed() -> None:
    (found,) = ground(VOTES + "a(K) :- K in [3], K * count{X : v(X, a)} - 2 * count{X : v(X, b)} + K >= 4. query a(K).").aggregates
    assert sorted(element.value for element in found.elements) == [-2, -2, -2, 3, 3, 3]


@pytest.mark.parametrize("goal", ["count{X : p(X)} * sum{X : p(X)} > 2", "min{X : p(X)} - count{X : p(X)} > 0"])
def test_what_is_no_sum_has_a_value_for_each_aggregate(goal: str) -> None:
    assert len(ground(COINS + f"query {goal}.").aggregates) == 2


def test_the_same_conditions_are_added_up() -> None:
    (found,) = ground("0.5 :: a. p(1) :- a. p(2) :- a. q(X) :- p(X). query S = sum{X : (X in 1..4, a)}.").aggregates
    assert sum(element.value for element in found.elements) == 10


def test_smaller_elements_than_a_certain_one_do_not_matter() -> None:
    (found,) = ground("0.5 :: p(1). p(2). 0.5 :: p(3). query M = max{X : p(X)}.").aggregates
    assert (found.certain, [element.value for element in found.elements]) == ((2,), [3])
    assert [value for value, _ in found.results] == [2, 3]


def test_values_of_one_choice_exclude_each_other() -> None:
    (found,) = ground("0.5 :: d(1) ; 0.5 :: d(6). query S = sum{X : d(X)}.").aggregates
    assert [value for value, _ in found.results] == [1, 6]


def test_what_nothing_needs_is_left_out() -> None:
    program = ground(COINS + "a(N) :- N = count{X : p(X)}, N > 7. query a(N).")
    assert program.aggregates == ()


def test_equal_aggregates_are_one() -> None:
    program = ground(COINS + "s(X) :- p(X). a :- count{X : s(X)} > 1. query a. query count{Y : s(Y)} > 2. query s(X).")
    assert len(program.aggregates) <= 2


def test_a_group_that_is_bound_only_when_the_program_runs_may_be_empty() -> None:
    text = "0.5 :: m(ann, 1). free(X). bind(2). bound(G) :- call(bind, G). open(G) :- call(free, G). "
    assert probabilities(text + "n(G, N) :- bound(G), N = count{X : m(X, G)}. query n(G, N).") == {"n(2,0)": 1.0}
    assert probabilities(text + "n(G, N) :- open(G), N = count{X : m(X, G)}. query n(G, N).") == {"n(1,1)": 0.5}


def test_groups_of_lists_and_partly_known_groups() -> None:
    text = "0.5 :: m(ann, g(1, a)). m(bob, g(2, a)). m(bob, g(2, b)). "
    found = probabilities(text + "n(A, N) :- N = count{X, B : m(X, g(A, B))}. query n(A, N).")
    assert found == {"n(1,1)": 0.5, "n(2,2)": 1.0}
    found = probabilities(text + "n(G, N) :- G = g(2, _), N = count{X : m(X, G)}. query n(G, N).")
    assert found == {"n(g(2,a),1)": 1.0, "n(g(2,b),1)": 1.0}


def test_a_coin_behind_an_aggregate_is_one_coin() -> None:
    assert probabilities(COINS + "0.5 :: a :- count{X : p(X)} >= 1. query a.") == {"a": 0.5}
    assert probabilities(COINS + "0.5 :: a(N) ; 0.25 :: b(N) :- N = count{X : p(X)}. query a(3).") == {"a(3)": 0.125}


def test_values_may_be_bound_to_terms_that_are_equal_numbers() -> None:
    assert probabilities(COINS + "query sum{X : p(X)} = 4.0.") == {"sum{X : p(X)}=4.0": 0.25}
    assert probabilities(COINS + "a(S) :- S in [1 + 3, 9], S = sum{X : p(X)}. query a(S).") == {"a(1+3)": 0.25}


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("p(a). query S = sum{X : p(X)}.", "E317", "a, a value for the sum, is not a number"),
        ("p(a). p(b). query S = min{X : p(X)}.", "E317", "a, a value for the minimum, is not a number"),
        ("p(X) :- X is inf. query S = max{X : p(X)}.", "E317", "inf, a value for the maximum, is not a finite number"),
        ("p(1.0e308). query S = sum{10 * X : p(X)}.", "E317", "inf, a value for the sum, is not a finite number"),
        ("p(_). query N = count{X : p(X)}.", "E318", "an aggregate takes _1, which is not ground"),
        ("p(1, _). query (N = count{X : p(X, G)}, q(G)). q(_).", "E318", "a group of an aggregate is _1, which is not ground"),
        ("p(a). query S = sum{X + 1 : p(X)}.", "E303", None),
        ("a :- b. b :- count{X : c(X)} > 0. c(1) :- a. query a.", "E305", "a cycle through an aggregate: a -> b -> c(_) -> a"),
        ("w(X) :- m(X, Y), count{Z : w(Z)} < Y. m(1, 2). query w(1).", "E305", "a cycle through an aggregate: w(_) -> w(_)"),
        ("0.5 :: p(X) :- X in 1..30. query sum{Y, X : (p(X), Y is 1 / X)} > 2.", "E402", "an aggregate may have more than 100,000 values"),
        ("p(1). query x = count{X : p(X)}.", "E303", None),
    ],
)
def test_what_is_refused(text: str, code: str, message: str | None) -> None:
    with pytest.raises(nesy.NesyError) as failure:
        ground(text)
    (found,) = failure.value.diagnostics
    assert found.code == code
    assert found.span is not None
    assert message is None or found.message == message


def test_the_grounder_problog_has_no_aggregates() -> None:
    for text in ("p(1). query count{X : p(X)} = 1.", "p(1). a(N) :- N = count{X : p(X)}. query p(1)."):
        with pytest.raises(nesy.NesyError) as failure:
            ground(text, "problog")
        assert [found.code for found in failure.value.diagnostics] == ["E312"]


def test_answers_come_in_the_order_of_values_and_grounding_is_the_same_every_time() -> None:
    text = COINS + VOTES + "a(S) :- S = sum{X : p(X)}. query a(S). query D = count{X : v(X, a)} - count{X : v(X, b)}."
    first, second = ground(text), ground(text)
    assert [answer.literal for query in first.queries for answer in query.answers] == [
        answer.literal for query in second.queries for answer in query.answers
    ]
    assert list(nesy.query(nesy.loads(text)))[:4] == ["a(3)", "a(4)", "a(5)", "a(6)"]
