"""The standard library: what it defines, that each predicate is tested and described, and that it gets along with ProbLog's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nesylang as nesy
from nesylang.analysis.builtins import LIBRARIES
from nesylang.analysis.grammars import without_grammar_rules
from nesylang.grounding import GroundingBudget
from nesylang.syntax import parse
from nesylang.syntax.statements import Clause, ExpectAnswers, ExpectProbability
from nesylang.syntax.terms import Compound, Term, conjuncts, signature
from tests.conformance import ROOT, read

FILES = sorted((ROOT / "stdlib").glob("*.nesy"))


def public_predicates(path: Path) -> set[tuple[str, int]]:
    """Return the predicates of a library that other files may call."""
    statements = without_grammar_rules(parse(read(path)).statements)
    heads = [head.atom for statement in statements if isinstance(statement, Clause) for head in statement.heads]
    return {found for atom in heads if (found := signature(atom)) is not None and not found[0].startswith("_")}


def expected_predicates(path: Path) -> list[tuple[str, int]]:
    """Return the predicates that the ``expect`` lines of a library are about, one for each line."""
    goals = [s.goal for s in parse(read(path)).statements if isinstance(s, ExpectProbability | ExpectAnswers)]
    return [found for goal in goals for found in called(goal)]


def called(goal: Term) -> list[tuple[str, int]]:
    """Return the predicate that a goal is about; those of a phrase are its nonterminals."""
    if isinstance(goal, Compound) and goal.functor == "phrase":
        return [(found[0], found[1] + 2) for part in conjuncts(goal.args[0]) if (found := signature(part)) is not None]
    found = signature(goal)
    return [] if found is None else [found]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_predicate_has_expectations(path: Path) -> None:
    tested = expected_predicates(path)
    assert {found for found in public_predicates(path) if tested.count(found) < 2} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_predicate_is_described(path: Path) -> None:
    described = set()
    pattern = r"^% (\w+)\(([^)]*)\)(//\d)?: \S"
    for name, arguments, nonterminal in re.findall(pattern, path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        described.add((name, len(arguments.split(",")) + (2 if nonterminal else 0)))
    assert {found for found in described if not found[0].startswith("_")} == public_predicates(path)


def test_the_list_predicates_of_problog_are_there() -> None:
    missing = LIBRARIES["lists"] - public_predicates(ROOT / "stdlib" / "lists.nesy")
    assert {name for name, _ in missing} == {"enum_groups", "select_uniform", "select_weighted"}


def test_the_predicates_of_problog_for_goals_are_there() -> None:
    assert LIBRARIES["apply"] - public_predicates(ROOT / "stdlib" / "apply.nesy") == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_importing_a_library_warns_of_nothing(path: Path) -> None:
    assert [warning.render() for warning in nesy.loads(f"import {path.stem}. p.").analysis.warnings] == []


LONG = """
numlist(1, 1000, L), sum_list(L, S), S =:= 500500
numlist(1, 1000, L), reverse(L, R), msort(R, L)
numlist(1, 1000, L), maplist(plus(1), L, M), last(M, 1001)
numlist(1, 1000, L), include(<(500), L, M), length(M, 500)
numlist(1, 1000, L), foldl(plus, L, 0, S), S =:= 500500
numlist(1, 1000, L), append(L, L, M), list_to_set(M, L)
numlist(1, 1000, L), ord_union(L, [0], M), ord_subtract(M, L, [0])
numlist(1, 1000, L), subtract(L, [7], M), length(M, 999)
numlist(1, 1000, L), predsort(compare, L, L)
""".strip().splitlines()


@pytest.mark.parametrize("goal", LONG)
def test_lists_of_a_thousand_elements(goal: str) -> None:
    settings = nesy.Settings(grounding_budget=GroundingBudget(seconds=10.0))
    assert nesy.loads(f"import sets. p :- {goal}. query p.", settings).marginals()[0].answers[0].probability == 1.0


def answers(text: str) -> dict[str, float]:
    return nesy.query(nesy.loads(text))


QUESTIONS = """
0.5 :: on(X) :- member(X, [a, b]).
both :- forall(member(X, [a, b]), on(X)).
query both.
query append(X, Y, [1, 2]).
query reverse([1, 2, 3], L).
query nth1(I, [a, b], X).
query subtract([a, b, c], [b], L).
query permutation([1, 2], P).
query msort([2, 1, 2], L).
query max_list([9, 10], M).
"""


@pytest.mark.parametrize("imports", [":- use_module(library(lists)).\nimport lists.\n", "import lists.\n:- use_module(library(lists)).\n"])
def test_import_and_use_module_go_together(imports: str) -> None:
    found = answers(imports + QUESTIONS)
    assert found == answers("import lists.\n" + QUESTIONS)
    assert found["both"] == pytest.approx(0.25)
    assert found["max_list([9,10],10)"] == 1.0


def test_a_library_is_imported_once() -> None:
    twice = answers("import lists. import lists. 0.5 :: on(X) :- member(X, [a]). query on(X).")
    assert twice == {"on(a)": pytest.approx(0.5)}


def test_programs_may_add_to_a_library_on_purpose() -> None:
    """Clauses of the same name are further clauses, where the program says that it means them to be."""
    found = answers("import lists. :- multifile last/2. last([], none). query last([], X). query last([a], X).")
    assert found == {"last([],none)": 1.0, "last([a],a)": 1.0}


def test_programs_that_define_what_a_library_has_are_refused() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads("import lists. append([], L, L). append([H|T], L, [H|R]) :- append(T, L, R).")
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == "E228"
    assert [label.span.source.name.endswith("lists.nesy") for label in diagnostic.labels] == [False, True]
    assert diagnostic.hint == "rename one of them, or leave out the import of the library"


def test_private_predicates_stay_private() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads("import lists. p(X) :- _lists_reverse([a], [], X, X).")
    assert [diagnostic.code for diagnostic in failure.value.diagnostics] == ["E201"]
    assert "private" in failure.value.render()


def test_open_lists_end_with_an_error() -> None:
    settings = nesy.Settings(grounding_budget=GroundingBudget(seconds=0.25))
    program = nesy.loads("import lists. query append(X, [a], L).", settings)
    with pytest.raises(nesy.NesyError) as failure:
        program.marginals()
    assert [diagnostic.code for diagnostic in failure.value.diagnostics] == ["E306"]


def test_probabilistic_elements() -> None:
    """Lists inside probabilistic programs: the number of heads among three coins."""
    text = """
        import lists.
        0.5 :: heads(C) :- member(C, [1, 2, 3]).
        amount(N) :- findall(C, heads(C), L), length(L, N).
        query amount(N).
    """
    found = answers(text)
    assert found == {f"amount({n})": pytest.approx(p) for n, p in [(0, 0.125), (1, 0.375), (2, 0.375), (3, 0.125)]}


def test_terms_are_compounds() -> None:
    """The pairs of pairs_keys_values are the terms Key-Value."""
    [(atom, probability)] = [
        (answer.atom, answer.probability)
        for result in nesy.loads("import lists. query pairs_keys_values(P, [k], [v]).").marginals()
        for answer in result.answers
    ]
    assert probability == 1.0
    assert isinstance(atom, Compound)
    pair: Term = atom.args[0].items[0]
    assert signature(pair) == ("-", 2)
