"""Imports: where files are looked for, in which order they come, what they bring, and what goes wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nesylang.source import NesyError, Source
from nesylang.syntax import load_program, print_statement
from nesylang.syntax.files import read_source


def load(directory: Path, text: str) -> list[str]:
    """Return the statements of a program and its imports, as text, the imports themselves left out."""
    tree = load_program(Source("main.nesy", text), directory)
    return [text for statement in tree.statements if not (text := print_statement(statement)).startswith("import")]


def write(directory: Path, **files: str) -> None:
    for name, text in files.items():
        path = directory / f"{name.replace('__', '/')}.nesy"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def codes(directory: Path, text: str) -> list[str]:
    with pytest.raises(NesyError) as failure:
        load(directory, text)
    return [diagnostic.code for diagnostic in failure.value.diagnostics]


def test_imports_come_first_whatever_their_place(tmp_path: Path) -> None:
    write(tmp_path, b="b.", c="c.")
    assert load(tmp_path, 'a. import "b.nesy". d. import "c.nesy".') == ["b.", "c.", "a.", "d."]


def test_the_standard_library(tmp_path: Path) -> None:
    found = load(tmp_path, "import lists. a.")
    assert found[-1] == "a."
    assert "member(X,[X|_])." in found
    assert not any(text.startswith("expect") for text in found)


def test_relative_to_the_file_that_imports(tmp_path: Path) -> None:
    write(tmp_path, rules__b='import "c.nesy". import "../d.nesy". b.', rules__c="c.", d="d.", c="wrong.")
    assert load(tmp_path, 'import "rules/b.nesy". a.') == ["c.", "d.", "b.", "a."]


def test_absolute_paths(tmp_path: Path) -> None:
    write(tmp_path, b="b.")
    assert load(Path("/"), f'import "{tmp_path}/b.nesy".') == ["b."]


def test_each_file_once(tmp_path: Path) -> None:
    write(tmp_path, left='import "base.nesy". left.', right='import "./base.nesy". right.', base="base.")
    assert load(tmp_path, 'import "left.nesy". import "right.nesy". import "base.nesy". a.') == ["base.", "left.", "right.", "a."]


def test_one_file_by_two_names(tmp_path: Path) -> None:
    write(tmp_path, base="base.")
    os.symlink(tmp_path / "base.nesy", tmp_path / "link.nesy")
    assert load(tmp_path, 'import "base.nesy". import "link.nesy".') == ["base."]


def test_what_files_keep_to_themselves(tmp_path: Path) -> None:
    write(
        tmp_path,
        b="type t = 0..3. pred p(t). 0.5::p(1). q :- p(1). query q. query(q). evidence q. evidence(q,true). evidence(q). "
        "expect 1 :: q. expect answers q = {q}. expect error E101. query(X) :- q. constraint q. :- use_module(library(lists)).",
    )
    assert load(tmp_path, 'import "b.nesy". query q.') == [
        "type t = 0..3.",
        "pred p(t).",
        "0.5::p(1).",
        "q :- p(1).",
        "constraint q.",
        ":- use_module(library(lists)).",
        "query q.",
    ]


def test_the_main_file_keeps_its_questions(tmp_path: Path) -> None:
    text = ["query q.", "evidence q.", "expect 1 :: q.", "query(q)."]
    assert load(tmp_path, " ".join(text)) == text


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"b": 'import "b.nesy".'}, "b.nesy -> b.nesy"),
        ({"b": 'import "c.nesy".', "c": 'import "b.nesy".'}, "b.nesy -> c.nesy -> b.nesy"),
        ({"b": 'import "main.nesy".'}, "main.nesy -> b.nesy -> main.nesy"),
    ],
)
def test_cycles(files: dict[str, str], named: str, tmp_path: Path) -> None:
    write(tmp_path, **files)
    with pytest.raises(NesyError) as failure:
        load(tmp_path, 'import "b.nesy".')
    (found,) = failure.value.diagnostics
    assert found.code == "E213"
    assert named in found.message


def test_missing_files(tmp_path: Path) -> None:
    write(tmp_path, family="a.", zoo="b.")
    with pytest.raises(NesyError) as failure:
        load(tmp_path, 'a.\nimport "familie.nesy".')
    (found,) = failure.value.diagnostics
    assert (found.code, str(found.span)) == ("E212", "main.nesy:2:1")
    assert found.hint == "did you mean family.nesy?"


def test_missing_files_without_a_similar_one(tmp_path: Path) -> None:
    with pytest.raises(NesyError, match=r"there is no \.nesy file in"):
        load(tmp_path, 'import "different.nesy".')
    write(tmp_path, a="a.", b="b.")
    with pytest.raises(NesyError, match=r"its folder has a\.nesy, b\.nesy"):
        load(tmp_path, 'import "different.nesy".')


def test_unknown_libraries(tmp_path: Path) -> None:
    with pytest.raises(NesyError) as failure:
        load(tmp_path, "import list.")
    (found,) = failure.value.diagnostics
    assert found.code == "E212"
    assert "lists" in (found.hint or "")


def test_all_errors_of_all_files(tmp_path: Path) -> None:
    write(tmp_path, b="b c. d(.", e="e.")
    assert codes(tmp_path, 'import "b.nesy". import "missing.nesy". import nolib. import "e.nesy".') == ["E106", "E104", "E212", "E212"]


def test_python_files_are_refused_without_being_looked_at(tmp_path: Path) -> None:
    assert codes(tmp_path, 'import "code.py".') == ["E214"]


def test_a_file_that_is_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "b.nesy").write_bytes(b"a. % caf\xe9\n")
    assert codes(tmp_path, 'import "b.nesy".') == ["E212"]
    with pytest.raises(NesyError, match="byte 8") as failure:
        read_source(tmp_path / "b.nesy")
    assert failure.value.diagnostics[0].code == "E701"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "b.nesy").write_bytes(b"\xef\xbb\xbfb.\n")
    assert load(tmp_path, 'import "b.nesy".') == ["b."]


@pytest.mark.parametrize("target", ["", ".", "folder", "b\\0.nesy", "a" * 300])
def test_targets_that_are_no_files(target: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert codes(tmp_path, f'import "{target}".') == ["E212"]


def test_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NesyError) as failure:
        read_source(tmp_path / "none.nesy")
    (found,) = failure.value.diagnostics
    assert found.code == "E701"
    assert found.span is None


def test_a_long_chain_of_imports(tmp_path: Path) -> None:
    for number in range(400):
        write(tmp_path, **{f"f{number}": f'import "f{number + 1}.nesy". f{number}.'})
    write(tmp_path, f400="f400.")
    assert load(tmp_path, 'import "f0.nesy".') == [f"f{number}." for number in range(400, -1, -1)]


def test_places_in_imported_files_are_theirs(tmp_path: Path) -> None:
    write(tmp_path, b="\n\nb.")
    tree = load_program(Source("main.nesy", 'import "b.nesy".'), tmp_path)
    assert str(tree.statements[0].span) == f"{tmp_path}/b.nesy:3:1"
