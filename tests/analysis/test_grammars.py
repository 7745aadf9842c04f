"""Grammar rules: the clauses that they are, and the probabilities of sentences against the enumeration of derivations."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesylang as nesy
from nesylang.analysis.grammars import without_grammar_rules
from nesylang.source import Source
from nesylang.syntax import parse, print_statement


@pytest.mark.parametrize(
    ("rule", "clauses"),
    [
        ("s --> np, vp.", ["s(S'0,S') :- np(S'0,S'1),vp(S'1,S')."]),
        ("det --> [the].", ["det(S'0,S') :- S'0=[the|S']."]),
        ("a(X) --> [], {b(X)}.", ["a(X,S'0,S') :- S'0=S'1,b(X),S'1=S'."]),
        ('a --> "hi".', ["a(S'0,S') :- S'0=[h,i|S']."]),
        ("0.3::a --> [b].", ["0.3::a(S'0,S') :- S'0=[b|S']."]),
        ("a --> \\+b, c.", ["a(S'0,S') :- (\\+b(S'0,_),S'0=S'1),c(S'1,S')."]),
        ("a --> G, call(H, 1).", ["a(S'0,S') :- call(G,S'0,S'1),call(H,1,S'1,S')."]),
        ("a, [x] --> b.", ["a(S'0,S') :- b(S'0,S'1),S'=[x|S'1]."]),
    ],
)
def test_clauses_of_rules(rule: str, clauses: list[str]) -> None:
    translated = [print_statement(statement) for statement in without_grammar_rules(parse(Source("rule", rule)).statements)]
    assert [text.replace("(", "").replace(")", "") for text in translated] == [text.replace("(", "").replace(")", "") for text in clauses]


def test_the_printed_program_is_the_users() -> None:
    text = "s --> np,vp.\n0.4::np --> [dogs].\n"
    tree = parse(Source("text", text))
    assert [parse(Source("again", print_statement(s))).statements[0] for s in tree.statements] == list(tree.statements)


Rules = dict[str, list[tuple[list[str], float]]]


def derivations(rules: Rules, stack: tuple[str, ...], words: tuple[str, ...]) -> Iterator[float]:
    """Yield the probability of each leftmost derivation of the words, every occurrence of a symbol making its own choice."""
    if not stack:
        if not words:
            yield 1.0
        return
    if len(stack) > len(words):
        return
    first, rest = stack[0], stack[1:]
    if first not in rules:
        if words[0] == first:
            yield from derivations(rules, rest, words[1:])
        return
    for body, probability in rules[first]:
        for further in derivations(rules, (*body, *rest), words):
            yield probability * further


@st.composite
def grammars(draw: st.DrawFn) -> Rules:
    """Draw a grammar in which every body starts with a word, so that nothing is left recursive."""
    rules: Rules = {}
    for symbol in ("s", "t"):
        bodies = draw(
            st.lists(
                st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from(["a", "b", "s", "t"]), max_size=2)),
                min_size=1,
                max_size=3,
                unique_by=str,
            )
        )
        weights = [draw(st.integers(1, 5)) for _ in bodies]
        rules[symbol] = [([word, *more], weight / (sum(weights) + 1)) for (word, more), weight in zip(bodies, weights, strict=True)]
    return rules


@settings(deadline=None, max_examples=30)
@given(rules=grammars(), words=st.lists(st.sampled_from("ab"), min_size=1, max_size=5))
def test_random_grammars_add_up_their_derivations(rules: Rules, words: list[str]) -> None:
    lines = []
    for symbol, bodies in rules.items():
        parts = [f"{weight} :: ({', '.join(f'[{w}]' if w in 'ab' else w for w in body)})" for body, weight in bodies]
        lines.append(f"{symbol} --> {' ; '.join(parts)}.")
        lines.extend(f"g({symbol}, [{', '.join(body)}], {weight})." for body, weight in bodies)
    lines.append(f"query phrase(s, [{', '.join(words)}]). query sentence_probability(g, s, [{', '.join(words)}]).")
    found = [result.answers[0].probability for result in nesy.loads("import grammars.\n" + "\n".join(lines)).marginals()]
    expected = math.fsum(derivations(rules, ("s",), tuple(words)))
    assert found == pytest.approx([expected, expected], abs=1e-9)


def test_left_recursion_in_stochastic_grammars() -> None:
    text = "import grammars. g(s, [s, s], 0.4). g(s, [a], 0.6). query sentence_probability(g, s, [a, a, a, a])."
    assert nesy.query(text).popitem()[1] == pytest.approx(5 * 0.4**3 * 0.6**4)


def test_choices_may_be_learnable() -> None:
    program = nesy.loads("s --> t(0.6) :: [a] ; t(0.4) :: ([b], s). query phrase(s, [b, b, a]).")
    assert nesy.query(program) == {"phrase(s,[b,b,a])": pytest.approx(0.4**2 * 0.6)}
