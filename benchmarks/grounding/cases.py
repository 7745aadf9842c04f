"""The programs that grounders are compared on, as texts that nesylang and problog both read.

A program defines every predicate that it uses, so that no library takes part, and comes from a seed: the same case is the same text
in every run.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Case:
    """A program to ground; ``quick`` says that it takes problog about a second at most."""

    name: str
    text: Callable[[], str]
    quick: bool = True


ADDITION_OF_NUMBERS = """\
number([], N, N).
number([P|Ps], A, N) :- digit(P, D), B is 10 * A + D, number(Ps, B, N).
number(Ps, N) :- number(Ps, 0, N).
addition(X, Y, Z) :- number(X, N1), number(Y, N2), Z is N1 + N2.
"""

ADDITION_WITH_CARRIES = """\
add([], [], 0, []).
add([X|Xs], [Y|Ys], E, [D|Ds]) :- add(Xs, Ys, C, Ds), digit(X, A), digit(Y, B), T is A + B + C, D is T mod 10, E is T // 10.
addition(X, Y, [C|Ds]) :- add(X, Y, C, Ds).
"""


def addition(rules: str, digits: int, total: str) -> str:
    """Return the addition of two numbers of uncertain digits; ``total`` is the sum that is asked for, Z for all sums."""
    rng = random.Random(digits)
    numbers = [[f"{name}{i}" for i in range(digits)] for name in "xy"]
    disjunctions = [disjunction(rng, [f"digit({position},{value})" for value in range(10)]) for number in numbers for position in number]
    first, second = (f"[{','.join(number)}]" for number in numbers)
    return "\n".join([*disjunctions, rules, f"query(addition({first},{second},{total})).", ""])


def disjunction(rng: random.Random, atoms: Sequence[str]) -> str:
    """Return an annotated disjunction whose probabilities are positive thousandths and sum to 1."""
    cuts = [0, *sorted(rng.sample(range(1, 1000), len(atoms) - 1)), 1000]
    weights = [high - low for low, high in pairwise(cuts)]
    return "; ".join(f"{weight / 1000}::{atom}" for weight, atom in zip(weights, atoms, strict=True)) + "."


def one_sum(digits: int) -> str:
    """Return the sum that most pairs of numbers have, 99...9."""
    return "9" * digits


def one_sum_of_digits(digits: int) -> str:
    """Return the same sum as a list of digits."""
    return f"[0,{','.join('9' * digits)}]"


LEFT_RECURSIVE = "path(X, Y) :- edge(X, Y).\npath(X, Y) :- path(X, Z), edge(Z, Y).\n"
RIGHT_RECURSIVE = "path(X, Y) :- edge(X, Y).\npath(X, Y) :- edge(X, Z), path(Z, Y).\n"
UNDIRECTED = "edge(X, Y) :- link(X, Y).\nedge(X, Y) :- link(Y, X).\n"


def random_graph(rng: random.Random, functor: str, nodes: int, edges: int, directed: bool) -> Iterator[str]:
    """Yield the probabilistic facts of a graph without loops and repeated edges."""
    pairs = [(i, j) for i in range(nodes) for j in range(nodes) if i != j and (directed or i < j)]
    for i, j in rng.sample(pairs, edges):
        yield f"{rng.randint(1, 9) / 10}::{functor}({i},{j})."


def directed_reachability(seed: int, rules: str) -> str:
    """Return which nodes are reached from node 0 of a directed graph."""
    return "\n".join([*random_graph(random.Random(seed), "edge", 30, 60, directed=True), rules, "query(path(0,_)).", ""])


def undirected_reachability(seed: int, rules: str) -> str:
    """Return which nodes are reached from node 0 of an undirected graph."""
    return "\n".join([*random_graph(random.Random(seed), "link", 30, 60, directed=False), UNDIRECTED, rules, "query(path(0,_)).", ""])


def smokers(people: int) -> str:
    """Return who has asthma, where stress and friends make people smoke; two are known to smoke and one is known not to."""
    rng = random.Random(people)
    friends = [f"friend(p{i},p{j})." for i in range(people) for j in range(people) if i != j and rng.random() < 3 / people]
    rules = """\
0.3::stress(X) :- person(X).
0.2::influences(X, Y) :- person(X), person(Y).
smokes(X) :- stress(X).
smokes(X) :- friend(X, Y), influences(Y, X), smokes(Y).
0.4::asthma(X) :- smokes(X).
evidence(smokes(p1), true).
evidence(smokes(p2), true).
evidence(smokes(p3), false).
query(asthma(X)) :- person(X).
"""
    return "\n".join([*(f"person(p{i})." for i in range(people)), *friends, rules])


def ladder(diamonds: int) -> str:
    """Return whether the end of a chain of diamonds is reached, which has two ways through each."""
    rng = random.Random(diamonds)
    edges = [
        f"{rng.randint(1, 9) / 10}::edge({start},{end})."
        for i in range(diamonds)
        for start, end in ((f"a{i}", f"b{i}"), (f"a{i}", f"c{i}"), (f"b{i}", f"a{i + 1}"), (f"c{i}", f"a{i + 1}"))
    ]
    return "\n".join([*edges, RIGHT_RECURSIVE, f"query(path(a0,a{diamonds})).", ""])


APPEND = "append([], L, L).\nappend([X|Xs], Ys, [X|Zs]) :- append(Xs, Ys, Zs).\n"


def splits(length: int) -> str:
    """Return all ways to split a list in two."""
    return f"{APPEND}query(append(_,_,{list(range(length))})).\n"


def permutations(length: int) -> str:
    """Return all orders of a list."""
    rules = """\
take(X, [X|Xs], Xs).
take(X, [Y|Xs], [Y|Ys]) :- take(X, Xs, Ys).
order([], []).
order(Xs, [Y|Ys]) :- take(Y, Xs, Rest), order(Rest, Ys).
"""
    return f"{rules}query(order({list(range(length))},_)).\n"


def insertion_sort(length: int) -> str:
    """Return a list sorted by inserting its elements one by one."""
    rules = """\
insert(X, [], [X]).
insert(X, [Y|Ys], [X, Y|Ys]) :- X =< Y.
insert(X, [Y|Ys], [Y|Zs]) :- X > Y, insert(X, Ys, Zs).
sorted([], []).
sorted([X|Xs], Zs) :- sorted(Xs, Ys), insert(X, Ys, Zs).
"""
    return f"{rules}query(sorted({shuffled(length)},_)).\n"


def quick_sort(length: int) -> str:
    """Return a list sorted by its smaller and its larger elements."""
    rules = """\
parted(_, [], [], []).
parted(P, [X|Xs], [X|Ls], Gs) :- X =< P, parted(P, Xs, Ls, Gs).
parted(P, [X|Xs], Ls, [X|Gs]) :- X > P, parted(P, Xs, Ls, Gs).
sorted([], []).
sorted([P|Xs], Zs) :- parted(P, Xs, Ls, Gs), sorted(Ls, Us), sorted(Gs, Vs), append(Us, [P|Vs], Zs).
"""
    return f"{APPEND}{rules}query(sorted({shuffled(length)},_)).\n"


def shuffled(length: int) -> list[int]:
    """Return the numbers below ``length`` out of order."""
    return random.Random(length).sample(range(length), length)


def naive_reverse(length: int) -> str:
    """Return a list reversed by appending each of its elements at the end."""
    rules = "reversed([], []).\nreversed([X|Xs], Zs) :- reversed(Xs, Ys), append(Ys, [X], Zs).\n"
    return f"{APPEND}{rules}query(reversed({list(range(length))},_)).\n"


GRAMMAR = [
    "0.9::binary(s,np,vp).",
    "0.8::binary(vp,v,np).",
    "0.6::binary(vp,vp,pp).",
    "0.7::binary(np,d,n).",
    "0.5::binary(np,np,pp).",
    "0.4::binary(n,a,n).",
    "0.9::binary(pp,p,np).",
    "lexical(d,the). lexical(d,a). 0.9::lexical(n,man). 0.8::lexical(n,dog). 0.7::lexical(n,park). 0.9::lexical(n,telescope).",
    "0.6::lexical(v,saw). 0.9::lexical(v,walked). 0.3::lexical(n,saw). lexical(a,old). 0.2::lexical(n,old).",
    "lexical(p,in). lexical(p,with). lexical(p,near).",
]
"""Rules in binary form that a language may or may not have; the attachment of prepositional phrases is ambiguous."""


def sentence(phrases: int) -> list[str]:
    """Return a sentence of 6 words and 3 for each prepositional phrase."""
    rng = random.Random(phrases)
    nouns = ("man", "dog", "park", "telescope")
    words = ["the", rng.choice(nouns), "saw", "a", "old", rng.choice(nouns)]
    for _ in range(phrases):
        words += [rng.choice(("in", "with", "near")), rng.choice(("the", "a")), rng.choice(nouns)]
    return words


def grammar_over_positions(phrases: int) -> str:
    """Return whether a sentence belongs to the language, its words being facts at positions."""
    words = sentence(phrases)
    rules = """\
phrase(C, I, J) :- word(I, W), lexical(C, W), J is I + 1.
phrase(C, I, K) :- binary(C, L, R), phrase(L, I, J), phrase(R, J, K).
"""
    facts = [f"word({i},{word})." for i, word in enumerate(words)]
    return "\n".join([*GRAMMAR, *facts, rules, f"query(phrase(s,0,{len(words)})).", ""])


def grammar_over_lists(phrases: int) -> str:
    """Return whether a sentence belongs to the language, a phrase being the difference of two lists."""
    rules = """\
phrase(C, [W|Ws], Ws) :- lexical(C, W).
phrase(C, Us, Ws) :- binary(C, L, R), phrase(L, Us, Vs), phrase(R, Vs, Ws).
"""
    return "\n".join([*GRAMMAR, rules, f"query(phrase(s,[{','.join(sentence(phrases))}],[])).", ""])


def family(people: int, generations: int) -> str:
    """Return the ancestors of five people of the last of several generations.

    Everybody but those of the first generation has two parents among people of about the same rank one generation before; one in twenty
    parenthoods is uncertain.
    """
    rng = random.Random(people)
    facts = []
    for generation in range(1, generations + 1):
        for rank in range(people):
            for parent in rng.sample(range(max(0, rank - 10), min(people, rank + 11)), 2):
                uncertain = "0.9::" if rng.random() < 0.05 else ""
                facts.append(f"{uncertain}parent(p{generation - 1}_{parent},p{generation}_{rank}).")
    rules = "ancestor(A, D) :- parent(A, D).\nancestor(A, D) :- parent(P, D), ancestor(A, P).\n"
    queries = [f"query(ancestor(_,p{generations}_{rank}))." for rank in rng.sample(range(people), 5)]
    return "\n".join([*facts, rules, *queries, ""])


def all_cases() -> tuple[Case, ...]:
    """Return the cases in the order of the table."""
    cases: list[Case] = []
    for digits in (1, 2, 3):
        for total, name in ((one_sum(digits), "one"), ("Z", "all")):
            text = partial(addition, ADDITION_OF_NUMBERS, digits, total)
            cases.append(Case(f"addition-numbers-{digits}-{name}", text, quick=digits < 3))
    for digits in (1, 2, 3):
        for total, name in ((one_sum_of_digits(digits), "one"), ("Z", "all")):
            text = partial(addition, ADDITION_WITH_CARRIES, digits, total)
            cases.append(Case(f"addition-carries-{digits}-{name}", text, quick=digits < 3 or name == "one"))
    for kind, graph in (("directed", directed_reachability), ("undirected", undirected_reachability)):
        for seed in (1, 2, 3):
            cases.append(Case(f"{kind}-left-{seed}", partial(graph, seed, LEFT_RECURSIVE)))
            cases.append(Case(f"{kind}-right-{seed}", partial(graph, seed, RIGHT_RECURSIVE)))
    return (
        *cases,
        Case("smokers-12", partial(smokers, 12)),
        Case("smokers-16", partial(smokers, 16)),
        Case("smokers-20", partial(smokers, 20)),
        Case("ladder-20", partial(ladder, 20)),
        Case("list-append-60", partial(splits, 60)),
        Case("list-permutations-6", partial(permutations, 6)),
        Case("list-insertion-sort-30", partial(insertion_sort, 30)),
        Case("list-quick-sort-30", partial(quick_sort, 30)),
        Case("list-naive-reverse-40", partial(naive_reverse, 40)),
        Case("grammar-positions-30", partial(grammar_over_positions, 8)),
        Case("grammar-lists-30", partial(grammar_over_lists, 8)),
        Case("family-100000", partial(family, 5000, 10), quick=False),
    )
