"""Any text at all is parsed or refused with diagnostics that can be shown."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nesylang.source import Source
from nesylang.syntax import parse, print_tree
from nesylang.syntax.classify import parse_partially
from nesylang.syntax.operators import INFIX, PREFIX
from nesylang.syntax.parser import KEYWORDS

WORDS = [
    *sorted({*INFIX, *PREFIX, *KEYWORDS}),
    *[
        "a",
        "X",
        "_",
        "_p",
        "0",
        "2.5",
        "1e3",
        "0x1F",
        "0'c",
        "0'''",
        "-1",
        "0..9",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "!",
        "$",
        "'",
        '"',
        "\\",
        "/*",
        "*/",
        "%",
        "#",
        "forall(",
        "count{",
        "f(",
        "p(a).",
        "p(a,-1.5).",
        ".",
        "é",
        "É",
        "λ",
    ],
    *[
        "'q a'",
        '"str"',
        "0'\\n",
        " ",
        "\n",
        "\t",
        "\x00",
        "\u2028",
        "½",
        "²",
        "٣",
        "\\x",
        "[]",
        "{}",
        "xor",
        "nn(",
        "t(_)::",
        "answers",
        "error",
        ". ",
    ],
]
SOUP = st.lists(st.sampled_from(WORDS), max_size=15).map("".join) | st.lists(st.sampled_from(WORDS), max_size=15).map(" ".join)


def check(text: str) -> None:
    tree, diagnostics = parse_partially(Source("fuzz", text))
    for diagnostic in diagnostics:
        assert diagnostic.render().startswith("error[E1")
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
    assert parse(Source("printed", print_tree(tree))) == tree


@settings(max_examples=800)
@given(SOUP)
@example("'::'(a).")
@example("(" * 50)
@example("*:-a.")
@example("''(a).")
def test_words_of_the_language(text: str) -> None:
    check(text)
    check(text + ".")


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_any_characters(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "[",
        "f(",
        "a ",
        "a,",
        "- ",
        "- a",
        "'",
        '"',
        "/* ",
        "/*",
        "*/",
        "\\",
        ". ",
        "..",
        "0'",
        "p(a). ",
        "p(a",
        "p(a,",
        "[a|",
        "{",
        "x:-",
        "forall(",
        "count{",
        "1",
        "1.",
        "$",
        "'a",
        "0x",
        "e",
        "% ",
        "type ",
        "::",
    ],
)
def test_long_repetitions_take_linear_time(unit: str) -> None:
    started = time.process_time()
    check(unit * (20_000 // len(unit)))
    assert time.process_time() - started < 10, "well under a second where the time is linear in the length"


def test_mutations_of_a_program() -> None:
    text = """
type d = 0..3. neural n(img) -> d. 0.3::a(X,Y) :- member(X,[1,2|T]), Y is X*2, (b -> c ; \\+ d). % comment
nn(m,[X],Y,["a",'b c',3.5]) :: q(X,Y). constraint 1.5 :: name : forall(X in d : p(X) => count{Y : q(X,Y)} >= 2).
expect answers p(X) = {p(1), p(2)}. query p(X) given q(X), not r. evidence not s(-1, 0'a, 1e-3). /* end */
"""
    source = random.Random(0)
    for _ in range(800):
        mutated = text
        for _ in range(source.randint(1, 3)):
            start = source.randrange(len(mutated))
            end = start + source.randint(0, 6)
            replacement = source.choice(["", source.choice(WORDS), mutated[start:end] * 2])
            mutated = mutated[:start] + replacement + mutated[end:]
        check(mutated)
