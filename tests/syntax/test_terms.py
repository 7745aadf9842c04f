"""Equality, hashing, pickling and walks of terms."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given

from nesylang.source import Source
from nesylang.syntax import parse_term
from nesylang.syntax.terms import Atom, Integer, String, Term, children, conjuncts, disjuncts, is_ground, signature, subterms, variables
from tests.syntax.terms import HERE, compound, items, string, term
from tests.syntax.trees import TERMS

Read = Callable[[str], Term]

DIFFERENT = [
    "a",
    "X",
    "1",
    "1.0",
    '"a"',
    "f(a)",
    "g(a)",
    "f(a,b)",
    "f(b)",
    "[a]",
    "[a|T]",
    "[a,b]",
    "[]",
    "{}",
    "{a}",
    "f(1)",
    "f(1.0)",
    'f("a")',
    "f(X)",
    "f([a])",
    "[a|b]",
]


def test_terms_compare_by_structure(read: Read) -> None:
    first, second = [read(text) for text in DIFFERENT], [read("  " + text) for text in DIFFERENT]
    for i, left in enumerate(first):
        assert [left == right for right in second] == [i == j for j in range(len(second))], DIFFERENT[i]
    assert len({*first, *second}) == len(DIFFERENT)


def test_a_name_a_string_and_a_variable_differ() -> None:
    assert Atom("a", HERE) != String("a", HERE)
    assert term("X") != Atom("X", HERE)
    assert Integer(1, HERE) != 1


def test_true_is_no_integer() -> None:
    assert items(1) != items("true")


@given(TERMS)
def test_terms_pickle(built: Term) -> None:
    copied = pickle.loads(pickle.dumps(built))
    assert copied == built
    assert hash(copied) == hash(built)


def test_terms_pickle_between_processes_of_different_hash_seeds() -> None:
    code = "import pickle, sys\nfrom nesylang.syntax import parse_term\nfrom nesylang.source import Source\n"
    write = code + "sys.stdout.buffer.write(pickle.dumps(parse_term(Source('t', 'f([a, b|T], g(c))'))))"
    read = code + "t = pickle.load(sys.stdin.buffer); assert t in {parse_term(Source('t', 'f([a, b|T], g(c))'))}"
    pickled = subprocess.run(
        [sys.executable, "-c", write], env={"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(sys.path)}, capture_output=True, check=True
    ).stdout
    subprocess.run([sys.executable, "-c", read], env={"PYTHONHASHSEED": "2", "PYTHONPATH": ":".join(sys.path)}, input=pickled, check=True)


def test_children_and_subterms(read: Read) -> None:
    found = read('f(a, [B, 1|T], "s")')
    assert children(found) == (term("a"), items("B", 1, tail="T"), string("s"))
    assert children(items("B", 1, tail="T")) == (term("B"), term(1), term("T"))
    assert children(term("a")) == ()
    assert list(subterms(found))[1:] == [term("a"), items("B", 1, tail="T"), term("B"), term(1), term("T"), string("s")]


@pytest.mark.parametrize(
    ("text", "names"), [("a", []), ("X", ["X"]), ("_", []), ("f(Y, X, Y, _, _Z)", ["Y", "X", "_Z"]), ("[A|B] - {C}", ["A", "B", "C"])]
)
def test_variables(text: str, names: list[str], read: Read) -> None:
    assert variables(read(text)) == names
    assert is_ground(read(text)) == (not names and "_" not in text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("a", ("a", 0)), ("f(a)", ("f", 1)), ("a :- b", (":-", 2)), ("1", None), ("X", None), ("[a]", None), ("[]", None), ('"s"', None)],
)
def test_signatures(text: str, found: tuple[str, int] | None, read: Read) -> None:
    assert signature(read(text)) == found


def test_conjunctions_and_disjunctions_are_flattened(read: Read) -> None:
    assert conjuncts(read("(a, (b, c)), d ")) == [term(name) for name in "abcd"]
    assert conjuncts(read("a ; b, c")) == [compound(";", "a", compound(",", "b", "c"))]
    assert disjuncts(read("a ; (b ; c) ; d, e")) == [term("a"), term("b"), term("c"), compound(",", "d", "e")]
    assert conjuncts(term("a")) == [term("a")]
    assert conjuncts(parse_term(Source("test", "','(a, b, c)"))) == [compound(",", "a", "b", "c")]
