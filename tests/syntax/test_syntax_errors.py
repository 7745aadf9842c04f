"""Syntax errors: what is said, where, and that all of a file are said in one run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nesylang.source import Diagnostic, NesyError, Source
from nesylang.syntax import parse
from nesylang.syntax.classify import parse_partially

Diagnostics = Callable[[str], tuple[Diagnostic, ...]]
Errors = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("p($).", "E101", "$"),
        ("p(a).q(b).", "E101", "."),
        ("p(X) :- q(X).r(X).", "E101", "."),
        ("X = 1.e5.", "E101", "."),
        ("p('a).", "E102", "'"),
        ('p("a).', "E102", '"'),
        ("p(a) /* and so on", "E102", "/*"),
        ("p(a). /* and so on", "E102", "/*"),
        ("p(a)", "E103", ")"),
        ("p(a). q", "E103", "q"),
        ("p(a", "E104", "("),
        ("p(a.", "E104", "("),
        ("p([a, b).", "E104", ")"),
        ("p(a)).", "E104", ")"),
        ("]", "E105", "]"),
        ("p :- (a, b.", "E104", "("),
        ("p :- {a, [b}.", "E104", "}"),
        ("p(a,).", "E105", ")"),
        ("p().", "E105", ")"),
        ("p(,a).", "E105", ","),
        ("[a,].", "E105", "]"),
        ("[a|].", "E105", "]"),
        ("[|a].", "E105", "|"),
        ("().", "E105", ")"),
        ("p :- .", "E105", "."),
        ("p :- a, .", "E105", "."),
        ("p. .", "E105", "."),
        ("p..", "E103", ".."),
        ("a :- , b.", "E105", ","),
        ("p :- X = * 3.", "E105", "*"),
        ("p :- X is 1e999.", "E105", "1e999"),
        ("p q.", "E106", "q"),
        ("p (a).", "E106", "("),
        ("X y.", "E106", "y"),
        ("a = b = c.", "E106", "="),
        ("a :- b :- c.", "E106", ":-"),
        ("p(a :- b).", "E106", ":-"),
        ("a = not b.", "E106", "not"),
        ("[a|b,c].", "E106", ","),
        ("[a|b|c].", "E106", "|"),
        ("X <= 3.", "E105", "="),
        ("X != 3.", "E106", "!"),
        ("p :- a\nq :- b.", "E106", "q"),
        ("f(X)(Y).", "E106", "("),
    ],
)
def test_one_error(text: str, code: str, marked: str, errors: Errors) -> None:
    assert errors(text) == [(code, marked)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p(a).q(b).", "a period and a space"),
        ("p(a,).", "remove the comma before it"),
        ("p. .", "remove this period"),
        ("p :- a\nq :- b.", "is one missing at the end of the line before?"),
        ("X <= 3.", "'=<' means at most"),
        ("X != 3.", "that terms differ"),
        ("p (a).", "without a space between them"),
        ("p('a).", "add the closing '"),
        ("p(a). /* x", "add the closing */"),
        ("p(a", "add ')'"),
        ("a = b = c.", "parentheses"),
        ("p(a)", "add '.'"),
    ],
)
def test_hints(text: str, said: str, diagnostics: Diagnostics) -> None:
    (found,) = diagnostics(text)
    assert said in (found.hint or "")


def test_a_mismatch_marks_both_brackets(diagnostics: Diagnostics) -> None:
    (found,) = diagnostics("p([a, b).")
    assert [(label.span.text, label.message) for label in found.labels] == [(")", "expected ']'"), ("[", "opened here")]


def test_all_errors_of_a_file_in_one_run(errors: Errors) -> None:
    text = """
p(a b).
q(X) :- r(X).
type 3.
s(].
X :- a.
t(u).
v(1.5, $).
w('x).
query 7.
good.
last
"""
    assert errors(text) == [
        ("E106", "b"),
        ("E107", "3"),
        ("E105", "]"),
        ("E108", "X"),
        ("E101", "$"),
        ("E102", "'"),
        ("E107", "7"),
        ("E103", "last"),
    ]


def test_the_good_statements_are_kept() -> None:
    tree, diagnostics = parse_partially(Source("test", "a. b c. d. e(. f."))
    assert [statement.span.text.rstrip(".") for statement in tree.statements] == ["a", "d", "f"]
    assert len(diagnostics) == 2


def test_parse_raises_all_of_them() -> None:
    with pytest.raises(NesyError) as failure:
        parse(Source("dir/test.nesy", "a b.\n\nc(.\n"))
    assert [str(diagnostic.span) for diagnostic in failure.value.diagnostics] == ["dir/test.nesy:1:3", "dir/test.nesy:3:2"]
    assert failure.value.render() == (
        "error[E106]: expected an operator or '.', found 'b'\n"
        " --> dir/test.nesy:1:3\n"
        "  |\n"
        "1 | a b.\n"
        "  |   ^ expected an operator or '.'\n"
        "\n"
        "error[E104]: '(' is never closed\n"
        " --> dir/test.nesy:3:2\n"
        "  |\n"
        "3 | c(.\n"
        "  |  ^ opened here\n"
        "  = hint: add ')' before the period"
    )


def test_a_thousand_errors(errors: Errors) -> None:
    assert len(errors("a b.\n" * 1000)) == 1000


def test_a_thousand_open_brackets(errors: Errors) -> None:
    assert errors("f(" * 1000 + "." + "\na.") == [("E104", "(")]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("0.7 :: calls(X :- burglary, near(X).", "E104", "add ')' before the period"),
        ("0.5 :: a, 0.5 :: b.", "E106", "put the goals behind '::' in parentheses, or separate the alternatives of a disjunction by ';'"),
        ("evidnce alarm.", "E106", "did you mean the keyword 'evidence'?"),
        ("a :- b and c.", "E106", "'and' is written with a comma"),
        ("a :- b or c.", "E106", "'or' is written with a semicolon"),
        ("# text", "E105", "a comment starts with %"),
        ("?- a.", "E105", "a query is written  query goal."),
        ("a := b.", "E105", "a rule is written  head :- body."),
        ("evidence a = yes.", "E107", "the forms are:  evidence atom.   evidence not atom.   evidence atom = false."),
    ],
)
def test_slips_from_other_languages(text: str, code: str, hint: str) -> None:
    with pytest.raises(NesyError) as failure:
        parse(Source("test", text))
    (found,) = failure.value.diagnostics
    assert (found.code, found.hint) == (code, hint)
