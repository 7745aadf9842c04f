"""What choices a program has: their weights, alternatives, bindings and remainders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.analysis import analyse
from nesylang.grounding import GROUNDERS, FixedWeight, GroundingRequest, GroundProgram, LearnableWeight, NeuralWeight, stated_queries
from nesylang.grounding.choices import choice_table, substitute
from nesylang.grounding.program import Choice
from nesylang.source import NesyError, Source
from nesylang.syntax import parse, parse_term, print_term
from nesylang.syntax.terms import Term

Ground = Callable[..., GroundProgram]
Answers = Callable[..., dict[str, float]]


def shown(choice: Choice) -> dict[str, object]:
    """Return the alternatives of a choice with their weights, terms as text."""
    weights: list[object] = []
    for weight in choice.weights:
        match weight:
            case FixedWeight(probability=probability):
                weights.append(probability)
            case LearnableWeight(initial=initial, index=index):
                weights.append(("t", initial, *map(print_term, index)))
            case NeuralWeight(network=network, inputs=inputs, column=column):
                weights.append((network, tuple(map(print_term, inputs)), column))
    return dict(zip(map(print_term, choice.atoms), weights, strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.3::a. query a.", [({"a": 0.3}, False)]),
        ("1/4::a. query a.", [({"a": 0.25}, False)]),
        ("0.3::a; 0.5::b. query a. query b.", [({"a": 0.3, "b": 0.5}, False)]),
        ("0.3::a; 0.7::b. query a. query b.", [({"a": 0.3, "b": 0.7}, True)]),
        ("0.1::a; 0.2::b; 0.7::c. query a.", [({"a": 0.1, "b": 0.2, "c": 0.7}, True)]),
        ("1/3::a; 1/3::b; 1/3::c. query a.", [({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}, True)]),
        ("0.3::a. 0.3::a. query a.", [({"a": 0.3}, False), ({"a": 0.3}, False)]),
        ("0.3::p(X) :- q(X). q(1). q(2). query p(_).", [({"p(1)": 0.3}, False), ({"p(2)": 0.3}, False)]),
        ("0.3::p :- q(X). q(1). q(2). query p.", [({"p": 0.3}, False), ({"p": 0.3}, False)]),
        ("0.3::p(X); 0.5::r(X) :- q(X). q(1). query p(_).", [({"p(1)": 0.3, "r(1)": 0.5}, False)]),
        ("W::p(X) :- q(X,W). q(1,0.25). query p(1).", [({"p(1)": 0.25}, False)]),
        ("W/2::p; V::r :- W = 1, V is W/2. query p.", [({"p": 0.5, "r": 0.5}, True)]),
        ("t(0.5)::a. query a.", [({"a": ("t", 0.5)}, False)]),
        ("t(_)::a. query a.", [({"a": ("t", None)}, False)]),
        ("t(0.2,X)::p(X) :- q(X). q(1). query p(1).", [({"p(1)": ("t", 0.2, "1")}, False)]),
        ("t(_,X,b)::p(X) :- q(X). q(f(1)). query p(_).", [({"p(f(1))": ("t", None, "f(1)", "b")}, False)]),
        ("t(_)::a; t(_)::b. query a.", [({"a": ("t", None), "b": ("t", None)}, True)]),
        ("t(0.2)::a; t(0.3)::b. query a.", [({"a": ("t", 0.2), "b": ("t", 0.3)}, False)]),
        ("t(0.2)::a; t(0.8)::b. query a.", [({"a": ("t", 0.2), "b": ("t", 0.8)}, True)]),
        ("0.4::a; t(_)::b. query a.", [({"a": 0.4, "b": ("t", None)}, False)]),
        ("nn(m,[X])::p(X). query p(a).", [({"p(a)": ("m", ("a",), 0)}, False)]),
        (
            "nn(m,[X],Y,[no,yes])::p(X,Y). query p(a,yes).",
            [({"p(a,no)": ("m", ("a",), 0), "p(a,yes)": ("m", ("a",), 1)}, True)],
        ),
        (
            "nn(m,[X,Z],Y,[0,1])::p(X,Z,Y). query p(a,b,Y).",
            [({"p(a,b,0)": ("m", ("a", "b"), 0), "p(a,b,1)": ("m", ("a", "b"), 1)}, True)],
        ),
        ("type i. neural n(i). query n(x(1)).", [({"n(x(1))": ("n", ("x(1)",), 0)}, False)]),
        ("type i. neural n(i) -> 1..2. query n(a,Y).", [({"n(a,1)": ("n", ("a",), 0), "n(a,2)": ("n", ("a",), 1)}, True)]),
        (
            "type s = {u,v}. neural n(s) -> {k}. p :- X in s, n(X,k). query p.",
            [({"n(u,k)": ("n", ("u",), 0)}, True), ({"n(v,k)": ("n", ("v",), 0)}, True)],
        ),
    ],
)
def test_choices(text: str, expected: list[tuple[dict[str, object], bool]], ground: Ground) -> None:
    found = [(shown(choice), choice.exhaustive) for choice in ground(text).choices]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_what_a_choice_knows_of_its_clause(ground: Ground) -> None:
    program = ground("q(1,b). 0.3::p(X) :- q(X,Y). 0.5::r. query p(_). query r.")
    first, second = sorted(program.choices, key=lambda choice: choice.clause)
    assert (first.clause, second.clause) == (1, 2)
    assert {print_term(term) for term in first.bindings} == {"1", "b"}
    assert second.bindings == ()
    assert (first.span.text, second.span.text) == ("0.3::p(X)", "0.5::r")
    assert (first.values, second.values) == (2, 2)


def test_numbers_of_values(ground: Ground) -> None:
    assert [choice.values for choice in ground("0.3::a; 0.5::b. query a.").choices] == [3]
    assert [choice.values for choice in ground("0.5::a; 0.5::b. query a.").choices] == [2]
    assert [choice.values for choice in ground("t(_)::a; t(_)::b; t(_)::c. query a.").choices] == [3]


def test_choice_atoms_are_the_alternatives(ground: Ground) -> None:
    program = ground("0.3::a; 0.5::b. query a. query b.")
    assert {print_term(program.names[atom]): place for atom, place in program.choice_atoms.items()} == {"a": (0, 0), "b": (0, 1)}


def test_only_what_is_asked_about_is_ground(ground: Ground) -> None:
    assert ground("0.3::a. 0.5::b. 0.7::c :- b. query a.").choices[0].atoms[0] == parse_term(Source("test", "a"))
    assert len(ground("0.3::a. 0.5::b. 0.7::c :- b. query a.").choices) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5::a :- b(X). b(1). b(2). query a.", 0.75),
        ("0.5::a. 0.5::a. query a.", 0.75),
        ("0.5::a; 0.5::a. query a.", 1.0),
        ("0.3::a; 0.3::b :- c(X). c(1). c(2). p :- a, b. query p.", 0.18),
        ("0.5::a(X). p :- a(1), a(2). query p.", 0.25),
        ("0.5::a(X). p :- a(1), a(1). query p.", 0.5),
        ("t(0.5)::a. query a.", 0.5),
        ("0::a. query a.", 0.0),
        ("1::a. query a.", 1.0),
        ("1.0::a; 0.0::b. p :- a, not b. query p.", 1.0),
        ("0.5::a. p :- b. query p. 0.25::b :- a.", 0.125),
    ],
)
def test_coins(text: str, expected: float, answers: Answers) -> None:
    assert list(answers(text).values()) == [pytest.approx(expected, abs=1e-12)]


def test_tiny_probabilities_are_kept(answers: Answers) -> None:
    assert answers("1e-300::a. query a.") == {"a": pytest.approx(1e-300, rel=1e-12)}
    assert answers("1.0e-17::a; 0.5::b. query a.") == {"a": 1e-17}


def test_probabilities_that_miss_one_by_rounding_are_exhaustive(ground: Ground) -> None:
    heads = "; ".join(f"0.1::a({number})" for number in range(10))
    (choice,) = ground(f"{heads}. query a(0).").choices
    assert choice.exhaustive
    heads = "; ".join(f"1/7::a({number})" for number in range(7))
    (choice,) = ground(f"{heads}. query a(0).").choices
    assert choice.exhaustive


def test_networks_of_the_program() -> None:
    text = "type s = {u, v}. type i. neural n(s, i) -> 3..5. neural b(i). nn(m, [X, Z], Y, [p, q]) :: r(X, Z, Y)."
    networks = choice_table(analyse(parse(Source("test", text)))).networks
    shown = {
        name: (
            [None if domain is None else [print_term(term) for term in domain] for domain in network.inputs],
            [*map(print_term, network.outputs)],
        )
        for name, network in networks.items()
    }
    assert shown == {"m": ([None, None], ["p", "q"]), "n": ([["u", "v"], None], ["3", "4", "5"]), "b": ([None], [])}


def test_one_network_used_in_two_ways_is_refused() -> None:
    text = "nn(m, [X], Y, [a, b]) :: p(X, Y). nn(m, [X], Y, [a, c]) :: q(X, Y)."
    with pytest.raises(NesyError) as failure:
        choice_table(analyse(parse(Source("test", text))))
    (found,) = failure.value.diagnostics
    assert found.code == "E209"
    assert [label.span.text for label in found.labels] == ["nn(m, [X], Y, [a, c])", "nn(m, [X], Y, [a, b])"]


def test_one_network_may_have_several_predicates(ground: Ground) -> None:
    program = ground("nn(m,[X],Y,[0,1])::p(X,Y). nn(m,[X],Y,[0,1])::q(X,Y). r :- p(a,1), q(a,1). query r.")
    assert len(program.choices) == 2
    assert list(program.networks) == ["m"]


@pytest.mark.parametrize(
    ("text", "binding", "expected"),
    [
        ("f(X,Y)", {"X": "a"}, "f(a,Y)"),
        ("[X|T]", {"T": "[b,c]"}, "[X,b,c]"),
        ("[X|T]", {"T": "[b|R]"}, "[X,b|R]"),
        ("[X|T]", {"T": "a"}, "[X|a]"),
        ("a", {"X": "b"}, "a"),
    ],
)
def test_substitution(text: str, binding: dict[str, str], expected: str) -> None:
    terms: dict[str, Term] = {name: parse_term(Source("test", value)) for name, value in binding.items()}
    assert print_term(substitute(parse_term(Source("test", text)), terms)) == expected


def test_facts_in_tables_are_choices_of_their_own() -> None:
    text = "a.\n" + "0.5::p(1,x).\n0.25::p(1,x).\n1::p(2,y).\n" * 30 + "0.5::b."
    table = choice_table(analyse(parse(Source("test", text))))
    assert list(table.templates) == [2]
    assert list(table.tables) == [1]
    choice = table.fact_choice(1, 4)
    assert shown(choice) == {"p(1,x)": 0.25}
    assert (choice.clause, [print_term(term) for term in choice.bindings], choice.exhaustive) == (1, ["1", "x"], False)
    assert (choice.span.text, choice.span.line) == ("0.25::p(1,x)", 6)
    assert table.fact_choice(1, 5).exhaustive


def test_choices_of_tables_in_ground_programs() -> None:
    text = "".join(f"0.{1 + number % 8}::p({number},x).\n" for number in range(100)) + "p(1,x). query p(17,Y). query p(1,x)."
    analysis = analyse(parse(Source("test", text)))
    program = GROUNDERS["problog"].ground(GroundingRequest(analysis, tuple(stated_queries(analysis)), ()))
    (seventeenth,) = (choice for choice in program.choices if print_term(choice.atoms[0]) == "p(17,x)")
    assert seventeenth == choice_table(analysis).fact_choice(0, 17)
    assert {choice.clause for choice in program.choices} == {0}
    assert all(
        choice.atoms[value] == program.names[atom]
        for atom, (number, value) in program.choice_atoms.items()
        for choice in [program.choices[number]]
    )


def test_subquery_knows_the_probabilities_of_tables() -> None:
    text = "".join(f"0.{1 + number % 8}::p({number}).\n" for number in range(100)) + "q(P) :- subquery(p(3),P). query q(_)."
    analysis = analyse(parse(Source("test", text)))
    program = GROUNDERS["problog"].ground(GroundingRequest(analysis, tuple(stated_queries(analysis)), ()))
    assert [print_term(answer.atom) for answer in program.queries[0].answers] == ["q(0.4)"]
