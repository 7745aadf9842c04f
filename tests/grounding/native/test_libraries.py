"""ProbLog's libraries as the native grounder has them, against ProbLog's own; and their files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nesylang as nesy
from nesylang.grounding import GROUNDERS
from nesylang.grounding.native.builtins import NATIVE_LIBRARIES
from nesylang.grounding.native.libraries import library_clauses, loaded_libraries
from nesylang.resources import stdlib_directory
from nesylang.syntax.terms import signature

FILES = sorted((stdlib_directory() / "library").glob("*.nesy"))

PROGRAMS = """
lists: q(X, R) :- select_uniform(i, [a, b, c], X, R). query q(A, B).
lists: q(X, R) :- select_weighted(i, [0.2, 0.3, 0.5], [a, b, c], X, R). query q(A, B).
lists: q(X, R) :- select_weighted(i, [(1, a), (2, b)], X, R). query q(A, B).
lists: q(X, Y) :- select_weighted(i, [1, 2], [a, b], X, _), select_weighted(i, [1, 2], [a, b], Y, _). query q(A, B).
lists: q(X, Y) :- select_weighted(i, [1, 2], [a, b], X, _), select_weighted(j, [1, 2], [a, b], Y, _). query q(A, B).
lists: q(X) :- select_uniform(i, [a], X, _). query q(A).
lists: q(X) :- select_uniform(i, [a, a], X, _). query q(A).
lists: q(X) :- select_weighted(i, [0.1, 0.2, 0.3, 0], [a, b, c, d], X, _). query q(A).
lists: 0.5 :: p(1). 0.5 :: p(2). q(X) :- p(X), member(X, [1, 2, 3]). query q(A).
apply: p(X, Y) :- Y is X + 1. q(L) :- maplist(p, [1, 2], L). query q(A).
apply: 0.5 :: h(1). 0.4 :: h(2). q(L) :- include(h, [1, 2], L). query q(A).
apply: 0.5 :: h(1). 0.4 :: h(2). q(L) :- exclude(h, [1, 2], L). query q(A).
apply: 0.5 :: h(1). 0.4 :: h(2). q(L, M) :- partition(h, [1, 2], L, M). query q(A, B).
apply: 0.5 :: h(1). 0.4 :: h(2). q :- maplist(h, [1, 2]). query q.
apply: s(X, Y, Z) :- Z is X + Y. q(L) :- maplist(s, [1, 2], [3, 4], L). query q(A).
apply: s(W, X, Y, Z) :- Z is W + X + Y. q(L) :- maplist(s, [1, 2], [3, 4], [5, 6], L). query q(A).
apply: a(X, Y, Z) :- Z is X + Y. q(S) :- foldl(a, [1, 2, 3], 0, S). query q(A).
apply: a(X, Y, Z) :- Z is X + Y. q(S) :- foldl_noinit(a, [1, 2, 3], S). q(S) :- foldl_noinit(a, [], S). query q(A).
apply: a(X, Y, Z) :- Z is X + Y. q(S) :- scanl(a, [1, 2, 3], 0, S). query q(A).
apply: a(X, Y, A, Z) :- Z is X * Y + A. q(S) :- foldl(a, [1, 2, 3], [4, 5, 6], 0, S). query q(A).
apply: a(X, Y, A, Z) :- Z is X * Y + A. q(S) :- scanl(a, [1, 2, 3], [4, 5, 6], 0, S). query q(A).
apply: a(X, Y, Z, A, B) :- B is X * Y + Z + A. q(S) :- foldl(a, [1, 2], [3, 4], [5, 6], 0, S). query q(A).
apply: a(X, Y, Z, W, A, B) :- B is X * Y + Z * W + A. q(S) :- foldl(a, [1], [2], [3], [4], 0, S). query q(A).
apply: p(1, a). p(3, c). q(L) :- convlist(p, [1, 2, 3], L). query q(A).
apply: p(1, a). p(1, b). q(L) :- maplist(p, [1, 1], L). query q(A).
apply: q(L) :- maplist(plus(1), [1, 2, 3], L). query q(A).
string: q(S) :- concat([a, b], S). q(S) :- join(x, [a, b], S). q(S) :- lst2str([c, d], S). query q(A).
aggregate: p(a, 1). p(a, 2). p(b, 5). q(G, R) :- aggregate(sum, X, G, p(G, X), (G, R)). query q(A, B).
aggregate: p(a, 1). p(a, 2). p(b, 5). q(G, R) :- aggregate(max, X, G, p(G, X), (G, R)). query q(A, B).
aggregate: 0.5 :: p(a, 1). 0.5 :: p(a, 2). p(b, 5). q(G, R) :- aggregate(avg, X, G, p(G, X), (G, R)). query q(A, B).
aggregate: p(a, 1, x). p(a, 1, y). q(G, R) :- aggregate(sum, X, G, p(G, X, _), (G, R)). query q(A, B).
aggregate: q(R, S) :- min([3, 1, 2], R), max([3, 1, 2], S). r(S) :- sum([], S). query q(A, B). query r(A).
collect: p(a, 1). p(a, 2). p(b, 5). q(G, R) :- p(G, X) => G / list(X, R). query q(A, B).
collect: p(a, 1). p(a, 2). p(b, 5). q(R) :- p(_, X) => list(X, R). query q(A).
collect: 0.5 :: p(a, 1). p(a, 2). p(b, 5). q(G, R) :- collect_list(p(G, X), G, X, R). query q(A, B).
collect: 0.5 :: p(a, 1). p(a, 2). p(b, 5). q(G, R) :- collectgroup(p(G, X), X, G, R). query q(A, B).
collect: p(a, 1). q(R) :- collect_list(p(_, X), X, R). query q(A).
cut: r(1, a, b). r(2, a, c). r(3, b, c). q(A, B) :- cut(r(A, B)). query q(A, B).
cut: r(1, a, b). r(2, a, c). r(3, b, c). q(A) :- cut(r(A, c)). query q(A).
cut: r(1, a, b). r(2, a, c). r(3, b, c). q(A, I) :- cut(r(b, A), I). query q(A, B).
cut: 0.5 :: x. r(1, a) :- x. r(2, b). q(A, I) :- cut(r(A), I). query q(A, B).
control: 0.5 :: r(1, a). 0.4 :: r(2, b). r(3, c). q(A, I) :- cut(r(A), [1, 2, 3], I). query q(A, B).
control: 0.5 :: r(1, a). 0.4 :: r(2, b). r(3, c). q(A) :- cut(r(A), [2, 1]). query q(A).
control: 0.5 :: x. 0.4 :: y. q :- on_fail(x, y). query q.
"""


def answers(text: str, grounder: str) -> dict[str, float]:
    """Return the answers that have a probability."""
    found = nesy.query(nesy.loads(text, nesy.Settings(grounder=GROUNDERS[grounder])))
    return {atom: probability for atom, probability in found.items() if probability > 0}


@pytest.mark.parametrize("row", PROGRAMS.strip().splitlines())
def test_libraries_behave_as_problogs(row: str) -> None:
    library, _, program = row.partition(": ")
    text = f":- use_module(library({library})).\n{program}"
    expected = answers(text, "problog")
    assert expected
    assert answers(text, "native") == pytest.approx(expected)


def test_weights_may_run_out() -> None:
    """ProbLog divides by zero here: nothing is left to share after the first element."""
    text = ":- use_module(library(lists)). q(X) :- select_weighted(i, [1, 0, 0], [a, b, c], X, _). query q(X)."
    assert answers(text, "native") == {"q(a)": 1.0}


def test_partition_by_order() -> None:
    """ProbLog's engine finds no answer: in its clauses the orders are other atoms than in the program's."""
    text = """
        :- use_module(library(apply)).
        order(X, O) :- compare(O, X, 2).
        q(L, M, N) :- partition(order, [1, 2, 3, 0], L, M, N).
        query q(L, M, N).
    """
    assert answers(text, "native") == {"q([1,0],[2],[3])": 1.0}


def test_more_lists_than_problog_takes() -> None:
    text = ":- use_module(library(apply)). s(A, B, C, D, E) :- E is A + B + C + D. q(L) :- maplist(s, [1], [2], [3], [4], L). query q(L)."
    assert answers(text, "native") == {"q([10])": 1.0}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_predicate_is_described(path: Path) -> None:
    """A comment with the arguments stands before the clauses of each predicate that is not private."""
    described = re.findall(r"^% (\w+)\(([^)]*)\): \S", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    public = {signature(clause.heads[0].atom) for clause in library_clauses([path.stem]) if clause.span.source.name == str(path)}
    public = {found for found in public if found is not None and not found[0].startswith("_")}
    assert {(name, len(arguments.split(","))) for name, arguments in described} == public - {("=>", 2)}


def test_libraries_bring_those_that_they_use() -> None:
    assert loaded_libraries(["aggregate", "aggregate", "lists"]) == ("aggregate", "lists", "apply")
    assert ("enum_groups", 3) in NATIVE_LIBRARIES["aggregate"]
    assert len(library_clauses(["aggregate", "apply"])) == len(library_clauses(["apply", "aggregate"]))


def test_libraries_without_files_have_no_clauses() -> None:
    assert library_clauses(["string"]) == ()
    assert loaded_libraries(["nothing"]) == ("nothing",)


def test_clauses_are_parsed_once() -> None:
    assert all(first is second for first, second in zip(library_clauses(["apply"]), library_clauses(["apply"]), strict=True))


def test_imports_do_not_reach_the_folder() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads("import aggregate. p.")
    assert [diagnostic.code for diagnostic in failure.value.diagnostics] == ["E212"]
