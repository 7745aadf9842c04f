"""Programs with syntax errors: what is right about them, and all that is wrong."""

from __future__ import annotations

from nesylang.source import Source
from nesylang.syntax import print_tree
from nesylang.syntax.classify import parse_partially


def test_statements_without_errors_are_returned() -> None:
    tree, diagnostics = parse_partially(Source("program", "p(1).\nX :- p.\nq(.\nneural d.\nexpect error E104.\n"))
    assert print_tree(tree) == "p(1).\nexpect error E104.\n"
    assert [(diagnostic.code, diagnostic.labels[0].span.line) for diagnostic in diagnostics] == [("E108", 2), ("E104", 3), ("E107", 4)]


def test_a_right_program_has_no_errors() -> None:
    tree, diagnostics = parse_partially(Source("program", "0.5 :: p."))
    assert (print_tree(tree), diagnostics) == ("0.5::p.\n", ())
