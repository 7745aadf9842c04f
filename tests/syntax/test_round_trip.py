"""What is printed reads back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nesylang.source import Source
from nesylang.syntax import parse, parse_term, print_statement, print_term, print_tree
from nesylang.syntax.statements import Statement, SyntaxTree
from nesylang.syntax.terms import Term
from tests.syntax.terms import compound, term
from tests.syntax.trees import STATEMENTS, TERMS

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(path for folder in ("stdlib", "examples", "tests/programs") for path in (ROOT / folder).rglob("*.nesy"))


@settings(max_examples=400)
@given(TERMS)
@example(compound("-", compound("**", 1, -1)))
@example(compound("forall", compound(":", "X", compound(":", "a", "b"))))
@example(compound("forall", compound(":", "a", "b"), "c"))
@example(compound("is", "X", compound("xor", 1, compound("+", 2, 3))))
@example(compound("f", "-", compound(",", "a", "b")))
@example(term(0.1 + 0.2))
@example(term(1e22))
@example(term(5e-324))
def test_terms(built: Term) -> None:
    text = print_term(built, 999)
    found = parse_term(Source("test", f"f({text})"))
    assert found == compound("f", built), text
    assert parse_term(Source("test", print_term(found))) == found
    assert parse_term(Source("test", f"({print_term(built)})")) == built


@settings(max_examples=500)
@given(STATEMENTS)
def test_statements(built: Statement) -> None:
    text = print_statement(built)
    assert parse(Source("test", text)).statements == (built,), text


@settings(max_examples=100)
@given(st.lists(STATEMENTS, max_size=5))
def test_programs(built: list[Statement]) -> None:
    tree = SyntaxTree(tuple(built))
    text = print_tree(tree)
    assert parse(Source("test", text)) == tree, text
    assert print_tree(parse(Source("test", text))) == text


@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_programs_of_the_project(path: Path) -> None:
    tree = parse(Source(path.name, path.read_text(encoding="utf-8")))
    assert tree.statements
    assert parse(Source("printed", print_tree(tree))) == tree


def test_there_are_programs() -> None:
    assert any(path.parent.name == "stdlib" for path in PROGRAMS)
