"""Programs with mistakes in any place are answered or refused, by every grounder, within their budgets."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

import nesylang as nesy
from nesylang.analysis.builtins import BUILTINS, LIBRARIES
from nesylang.compilation import CompilationBudget
from nesylang.grounding import GROUNDERS, GroundingBudget
from nesylang.inference import Settings
from tests.reference.programs import graph_programs, propositional_programs

FRAGMENTS = [
    *[
        "(",
        ")",
        "[",
        "]",
        ",",
        ".",
        ". ",
        "|",
        "::",
        ":-",
        "0",
        "1",
        "_",
        "X",
        "Y",
        "-",
        "\\+",
        "not ",
        "'",
        '"',
        ";",
        "->",
        "is ",
        "=",
        "<",
        "p",
        "a",
        "f(",
    ],
    *[
        "{",
        "}",
        "..",
        "query ",
        "evidence ",
        "t(_)::",
        "0.5::",
        "1e400",
        "1/0",
        "*",
        "0'",
        "given ",
        " in ",
        "call(",
        "findall(X,",
        "edge(",
        "a0",
        "f0_0",
    ],
]
RICH = """
type d = 0..2. type img. neural digit(img) -> d. neural b(img). t(0.5)::l. t(_,X)::m(X) :- X in 1..2.
nn(n,[X],Y,[1,2,3])::q(X,Y). 1/6::die(1); 1/6::die(2); P::die(3) :- P is 1/3. :- use_module(library(lists)).
s(S) :- digit(a,A), digit(c,B), S is A+B. r(X) :- (X in [1,2] -> true ; X = 4), \\+ X = 2, member(X,[1,2]).
c(L) :- findall(X, die(X), L), length(L,N), N > 0, sort(L,M), M = [_|_]. v(S) :- S = "it's", atom(l).
query c(L). query die(X) given r(1). query r(X). evidence(\\+die(1)). evidence l. query(die(X)) :- X = 2. query not l.
"""
BUDGET = Settings(
    grounder=GROUNDERS["problog"],
    grounding_budget=GroundingBudget(goals=2_000, seconds=0.5),
    compilation_budget=CompilationBudget(20_000, 2.0),
)


def mutated(text: str, source: random.Random) -> str:
    for _ in range(source.randint(1, 3)):
        start = source.randrange(len(text))
        end = min(len(text), start + source.randint(0, 8))
        replacement = source.choice(["", source.choice(FRAGMENTS), text[start:end] * 2])
        text = text[:start] + replacement + text[end:]
    return text


def answered_or_refused(text: str) -> bool:
    """Return whether a program has answers; assert that all of them are probabilities."""
    try:
        found = nesy.query(nesy.loads(text, BUDGET))
    except nesy.NesyError:
        return False
    assert all(0.0 <= probability <= 1.0 for probability in found.values())
    return True


@settings(max_examples=150)
@given(graph_programs() | propositional_programs(), st.randoms(use_true_random=False))
def test_mutations_of_random_programs(text: str, source: random.Random) -> None:
    answered_or_refused(mutated(text, source))


def test_mutations_of_a_rich_program() -> None:
    source = random.Random(1)
    assert answered_or_refused(RICH)
    outcomes = [answered_or_refused(mutated(RICH, source)) for _ in range(300)]
    assert not all(outcomes)


def test_removing_statements() -> None:
    source = random.Random(2)
    statements = RICH.strip().removesuffix(".").split(". ")
    for _ in range(60):
        answered_or_refused(". ".join(statement for statement in statements if source.random() < 0.8) + ".")


ARGUMENTS = [
    "X",
    "Y",
    "_",
    "0",
    "-1",
    "2.5",
    "a",
    "'it\\'s'",
    '"text"',
    "[]",
    "[a,1|T]",
    "f(X,g(a))",
    "(a, b)",
    "coin(1)",
    "coin(X)",
    "X + 1",
    "1 / 0",
    "10 ** 400",
    "\\+ l",
]
SILENT = {"write", "writeln", "writenl", "debugprint", "nl", "error", "consult", "use_module"}


def test_every_builtin_with_odd_arguments() -> None:
    source = random.Random(3)
    called = sorted({*BUILTINS, *(found for names in LIBRARIES.values() for found in names)})
    assert len(called) > 100
    for name, arity in called:
        if name in SILENT:
            continue
        arguments = ", ".join(source.choice(ARGUMENTS) for _ in range(arity))
        goal = f"'{name}'({arguments})" if arity else f"'{name}'"
        text = (
            f":- use_module(library(lists)). :- use_module(library(string)). 0.5::coin(1). 0.5::coin(a). l. h :- coin(X), {goal}. query h."
        )
        answered_or_refused(text)
