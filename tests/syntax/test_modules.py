"""Programs of several files: what they may share, and what is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

import nesylang as nesy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".nesy")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def codes(folder: Path, name: str = "main.nesy") -> list[tuple[str, str]]:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.load(folder / name)
    return [(d.code, d.message) for d in failure.value.diagnostics]


def test_a_predicate_of_an_import_is_not_defined_again(folder: Path) -> None:
    write(folder, base="p(1).", main='import "base.nesy". p(2). query p(X).')
    assert codes(folder) == [("E228", "p/1 is defined in two files, which may not know of each other")]


def test_two_imports_do_not_define_the_same(folder: Path) -> None:
    write(folder, one="p(X) :- q(X). q(1).", two="p(2).", main='import "one.nesy". import "two.nesy". query p(X).')
    assert codes(folder)[0][0] == "E228"


@pytest.mark.parametrize("declaration", ["pred p(int).", ":- multifile p/1.", ":- dynamic p/1.", ":- discontiguous(p/1)."])
@pytest.mark.parametrize("place", ["one", "two", "main"])
def test_what_is_declared_has_clauses_anywhere(folder: Path, declaration: str, place: str) -> None:
    texts = {"one": "p(1).", "two": "p(2).", "main": 'import "one.nesy". import "two.nesy". p(3). query p(X).'}
    texts[place] = f"{declaration} {texts[place]}"
    write(folder, **texts)
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"p(1)": 1.0, "p(2)": 1.0, "p(3)": 1.0}


def test_facts_for_a_predicate_that_an_import_only_uses(folder: Path) -> None:
    write(folder, base="q(X) :- p(X).", main='import "base.nesy". p(2). query q(X).')
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"q(2)": 1.0}


def test_a_file_that_is_imported_twice_is_one_file(folder: Path) -> None:
    write(
        folder,
        base="p(1).",
        sub__left='import "../base.nesy". l(X) :- p(X).',
        sub__right='import "../base.nesy". r(X) :- p(X).',
        main='import "sub/left.nesy". import "sub/right.nesy". query l(X). query r(X).',
    )
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"l(1)": 1.0, "r(1)": 1.0}


def test_files_in_other_folders_import_relative_to_themselves(folder: Path) -> None:
    write(folder, a__b__deep="p(1).", a__middle='import "b/deep.nesy". q(X) :- p(X).', main='import "a/middle.nesy". query q(X).')
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"q(1)": 1.0}


def test_private_predicates_of_several_files(folder: Path) -> None:
    write(
        folder,
        one="_p(1). one(X) :- findall(Y, _p(Y), L), X in L. _q([_p(0)]). q(X) :- _q(X).",
        two="0.5 :: _p(2). two(X) :- _p(X), not _p(9).",
        main='import "one.nesy". import "two.nesy". _p(3). three(X) :- _p(X). query one(X). query two(X). query three(X).',
    )
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"one(1)": 1.0, "two(2)": 0.5, "three(3)": 1.0}


def test_private_predicates_of_another_file_stay_unknown(folder: Path) -> None:
    write(folder, one="_p(1).", main='import "one.nesy". q(X) :- _p(X).')
    assert codes(folder) == [("E201", "_p/1 is private to another file")]


def test_declarations_of_two_files(folder: Path) -> None:
    write(folder, one="type c = {a, b}. pred p(c).", two="type c = {a, b}. pred p(c).", main='import "one.nesy". import "two.nesy". p(a).')
    assert nesy.load(folder / "main.nesy").analysis.predicates
    write(folder, two="type c = {b, a}. pred p(any).")
    assert codes(folder) == [
        ("E206", "the type 'c' is declared differently in two files"),
        ("E206", "the predicate p/1 is declared differently in two files"),
    ]


def test_a_problog_program_with_directives_is_imported(folder: Path) -> None:
    (folder / "old.pl").write_text(
        ":- use_module(library(lists)).\n:- dynamic seen/1.\n0.5::p(X) :- member(X, [1, 2]).\nquery(p(1)).\n"
        "evidence(p(2)).\nupcase_atom(a, own).\nown(X) :- upcase_atom(a, X)."
    )
    write(folder, main='import "old.pl". query p(X). query own(X).')
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"p(1)": 0.5, "p(2)": 0.5, "own(own)": 1.0}


def test_rows_from_python_may_add_to_any_predicate(folder: Path) -> None:
    write(folder, base="p(1).", main='import "base.nesy". query p(X).')
    assert len(nesy.query(nesy.load(folder / "main.nesy").with_facts("p", [2, 3]))) == 3


def test_library_names_that_are_misspelt() -> None:
    with pytest.raises(nesy.NesyError) as failure:
        nesy.loads("import list.")
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == "E212"
    assert "lists" in (diagnostic.hint or "")


def test_grammar_rules_define_their_nonterminals(folder: Path) -> None:
    write(folder, base="s --> [a]. 0.5 :: t --> [b]. v, [x] --> s.", main='import "base.nesy". u --> v, [x], t. query phrase(u, [a, b]).')
    assert nesy.query(nesy.load(folder / "main.nesy")) == {"phrase(u,[a,b])": 0.5}


def test_a_nonterminal_of_an_import_is_not_defined_again(folder: Path) -> None:
    write(folder, base="s(X) --> [X].", main='import "base.nesy". s(a) --> [b]. query phrase(s(a), [a]).')
    assert codes(folder) == [("E228", "s/3 is defined in two files, which may not know of each other")]
