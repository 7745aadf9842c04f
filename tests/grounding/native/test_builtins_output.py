"""What builtins write, in which order, and what the table of builtins says of them."""

from __future__ import annotations

import pytest

from nesylang.analysis.builtins import BUILTINS, LIBRARIES, OWN_BUILTINS
from nesylang.grounding.native.builtins import NATIVE_BUILTINS, NATIVE_LIBRARIES
from nesylang.grounding.native.builtins.contract import Relation
from nesylang.grounding.native.libraries import library_clauses
from nesylang.syntax.terms import signature
from tests.grounding.native.asking import solutions

WRITTEN = [
    ("write(a)", "a"),
    ("write('A b', \"c d\", 1.5)", "A b c d 1.5"),
    ("write(f('A b', X, Y, X))", "f(A b,_1,_2,_1)"),
    ("write('it''s')", "it's"),
    ("write(['It', \"s\"])", "[It,s]"),
    ("writeln(a, b)", "a b\n"),
    ("writenl([1,2])", "[1,2]\n"),
    ("print('A b')", "'A b'"),
    ("writeq(f('A', \"b\"))", "f('A',\"b\")"),
    ("write_canonical([a|'B'])", "[a|'B']"),
    ("debugprint('A', b)", "'A' b\n"),
    ("nl", "\n"),
    ('format("a~n")', "a\n"),
    ("format(\"~w-~q~n\", ['A', 'B c'])", "A-'B c'\n"),
    ('format("~w", single)', "single"),
    ('format(user_error, "~a", [x])', "x"),
]


@pytest.mark.parametrize(("goal", "text"), WRITTEN)
def test_output_goes_to_the_error_stream(goal: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(solutions(goal)) == 1
    assert capsys.readouterr() == ("", text)


def test_a_template_that_fails_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert solutions('format("a ~w ~w", [b])') == ["E302 format has no argument left for ~w"]
    assert capsys.readouterr().err == ""


def test_errors_of_the_program() -> None:
    assert solutions("error('no ', f('X'), \" here\")") == ["E309 the program stops with an error: no f(X) here"]


def test_the_analysis_knows_all_builtins() -> None:
    assert set(NATIVE_BUILTINS) <= set(BUILTINS)
    assert set(NATIVE_BUILTINS) >= OWN_BUILTINS


@pytest.mark.parametrize("library", ["lists", "apply", "string", "aggregate", "collect", "cut", "control"])
def test_libraries_are_complete(library: str) -> None:
    natively = set(NATIVE_LIBRARIES.get(library, {}))
    clauses = {signature(clause.heads[0].atom) for clause in library_clauses([library])}
    assert natively | clauses >= LIBRARIES[library]
    assert not natively & clauses, "a predicate is defined twice"


def test_registered_names_are_the_builtins_own() -> None:
    for table in (NATIVE_BUILTINS, *NATIVE_LIBRARIES.values()):
        for called, builtin in table.items():
            assert (builtin.name, builtin.arity) == called
            if isinstance(builtin, Relation):
                assert all(0 <= position < builtin.arity for row in builtin.grounds for side in row for position in side)
