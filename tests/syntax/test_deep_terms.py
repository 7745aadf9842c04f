"""Terms of any depth and length are read, printed, compared and walked without recursion and in time linear in their size."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from nesylang.source import Source
from nesylang.source.collection import paused_collection
from nesylang.syntax import parse, parse_term, print_term, print_tree
from nesylang.syntax.statements import Clause, without_tables
from nesylang.syntax.terms import Compound, Integer, ListTerm, conjuncts, disjuncts, is_ground, subterms, variables
from tests.syntax.terms import HERE, compound, term

LONG = 100_000
DEEP = 50_000
MANY = 10_000


@pytest.fixture(autouse=True)
def no_collection() -> Iterator[None]:
    """Large terms that stay alive make the garbage collector the better part of the time."""
    with paused_collection():
        yield


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("[" + ",".join(str(number) for number in range(LONG)) + "]", LONG + 1),
        (",".join("a" for _ in range(LONG)), 2 * LONG - 1),
        ("s(" * DEEP + "0" + ")" * DEEP, DEEP + 1),
        ("[" + ",".join("X" for _ in range(MANY)) + "|T]", MANY + 2),
        (";".join("p(X)" for _ in range(MANY)), 3 * MANY - 1),
        ("+".join("1" for _ in range(MANY)), 2 * MANY - 1),
        ("(" * MANY + "a" + ")" * MANY, 1),
        ("[" * MANY + "a" + "]" * MANY, MANY + 1),
        ("{" * MANY + "a" + "}" * MANY, MANY + 1),
        ("\\+ " * MANY + "a", MANY + 1),
        ("- " * MANY + "a", MANY + 1),
        ("[a|" * MANY + "T" + "]" * MANY, MANY + 2),
        ("[a,b|" * MANY + "[c]" + "]" * MANY, 2 * MANY + 2),
        ("f(" + ",".join("a" for _ in range(MANY)) + ")", MANY + 1),
        ("forall(X : " * MANY + "p" + ")" * MANY, 3 * MANY + 1),
    ],
    ids=[
        "list",
        "conjunction",
        "successors",
        "open list",
        "disjunction",
        "sum",
        "parentheses",
        "nested lists",
        "braces",
        "negations",
        "signs",
        "tails",
        "closed tails",
        "arguments",
        "quantifiers",
    ],
)
def test_read_print_and_compare(text: str, size: int) -> None:
    started = time.process_time()
    first, second = parse_term(Source("test", text)), parse_term(Source("test", text))
    assert first is not second
    assert first == second
    assert hash(first) == hash(second)
    assert sum(1 for _ in subterms(first)) == size
    printed = print_term(first)
    assert parse_term(Source("test", printed)) == first
    assert time.process_time() - started < 20, "about a second where the time is linear in the size"


def test_a_deep_difference_is_found() -> None:
    first = parse_term(Source("test", "s(" * DEEP + "0" + ")" * DEEP))
    second = parse_term(Source("test", "s(" * DEEP + "1" + ")" * DEEP))
    assert first != second
    first.hash = second.hash = 0  # type: ignore[union-attr]
    assert first != second, "equality does not rest on the hash"


def test_a_long_conjunction_is_flat_again() -> None:
    body = parse_term(Source("test", ", ".join(f"p({number})" for number in range(MANY))))
    members = conjuncts(body)
    assert len(members) == MANY
    assert members[-1] == compound("p", MANY - 1)
    assert len(disjuncts(parse_term(Source("test", ";".join("a" for _ in range(MANY)))))) == MANY


def test_variables_of_a_long_list() -> None:
    found = parse_term(Source("test", "[" + ",".join(f"X{number % 7}" for number in range(LONG)) + ",_]"))
    assert variables(found) == [f"X{number}" for number in range(7)]
    assert not is_ground(found)


def test_a_program_of_many_facts() -> None:
    text = "".join(f"edge({number},{number + 1}).\n" for number in range(LONG))
    tree = parse(Source("test", text))
    statements = without_tables(tree.statements)
    assert len(statements) == LONG
    last = statements[-1]
    assert isinstance(last, Clause)
    assert last.heads[0].atom == compound("edge", LONG - 1, LONG)
    assert print_tree(tree) == text


def test_a_disjunction_of_many_heads() -> None:
    text = "; ".join(f"{1 / MANY!r}::p({number})" for number in range(MANY)) + "."
    (clause,) = parse(Source("test", text)).statements
    assert isinstance(clause, Clause)
    assert len(clause.heads) == MANY


def test_a_term_that_is_built_deep_is_printed() -> None:
    built = term("X")
    for _ in range(DEEP):
        built = Compound("f", (built, Integer(1, HERE)), HERE)
    assert print_term(built) == "f(" * DEEP + "X" + ",1)" * DEEP
    nested = ListTerm((), None, HERE)
    for _ in range(DEEP):
        nested = ListTerm((nested,), None, HERE)
    assert print_term(nested) == "[" * (DEEP + 1) + "]" * (DEEP + 1)
