"""The cache of compiled programs: found when nothing has changed, compiled anew whenever something has."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import nesylang as nesy
from nesylang.compilation import COMPILERS, CompilationBudget, CompiledProgram, DirectCompiler, SddCompiler
from nesylang.compilation.files import to_bytes
from nesylang.grounding import GROUNDERS
from nesylang.inference import Settings, cache, contents
from nesylang.source import NesyError

PROGRAM = "0.3 :: a(1). 0.4 :: a(2). p :- a(X). query p."


@pytest.fixture(autouse=True)
def everything_is_worth_keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SHORTEST_SECONDS", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def compiled(folder: Path) -> Callable[..., CompiledProgram]:
    """A function that compiles a text, or the program in a file, with the cache of the test."""

    def compiled(program: str | Path, settings: Settings | None = None, **asked: object) -> CompiledProgram:
        settings = replace(settings or Settings(), cache=folder)
        loaded = nesy.load(program, settings) if isinstance(program, Path) else nesy.loads(program, settings)
        return loaded.compile(**asked)

    return compiled


def test_what_was_compiled_is_found(compiled, folder: Path) -> None:
    first, second = compiled(PROGRAM), compiled(PROGRAM)
    assert (first.costs.cache, second.costs.cache) == ("kept", "found")
    assert second.circuit == first.circuit
    assert to_bytes(second) == to_bytes(first)
    assert second.marginals() == first.marginals()
    assert len(os.listdir(folder)) == 1
    assert second.statistics.stage("cache").sizes == {"program": "found"}


CHANGES = {
    "a probability": PROGRAM.replace("0.3", "0.31"),
    "the sign of a zero": PROGRAM.replace("p :-", "0.5::z(-0.0). p :-"),
    "a rule": PROGRAM.replace("a(X).", "a(X), X > 1."),
    "a query": PROGRAM.replace("query p", "query a(1)"),
    "a query more": f"{PROGRAM} query a(2).",
    "evidence": f"{PROGRAM} evidence a(1).",
    "evidence that is false": f"{PROGRAM} evidence not a(1).",
    "the layout, which places in errors depend on": PROGRAM.replace(". ", ".\n"),
    "a comment": f"% note\n{PROGRAM}",
    "the type of a constant": PROGRAM.replace("a(1)", "a(1.0)"),
    "a name to a string": PROGRAM.replace("a(1)", 'a("1")'),
    "what reads alike": PROGRAM.replace("a(1)", "a('1')"),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_changes_are_seen(compiled, changed: str) -> None:
    before = compiled(PROGRAM).marginals()
    assert compiled(changed).costs.cache == "kept"
    assert compiled(changed).costs.cache == "found"
    assert compiled(changed).marginals() == nesy.loads(changed).marginals()
    assert compiled(PROGRAM).marginals() == before


def test_all_changes_have_keys_of_their_own(compiled, folder: Path) -> None:
    for changed in [PROGRAM, *CHANGES.values()]:
        compiled(changed)
    assert len(os.listdir(folder)) == len(CHANGES) + 1


def test_what_is_asked_is_part_of_it(compiled) -> None:
    asked = [{}, {"queries": ["a(1)"]}, {"queries": ["a(X)"]}, {"queries": ["p given a(1)"]}, {"evidence": ["p"]}, {"evidence": ["a(1)"]}]
    for options in asked:
        assert compiled(PROGRAM, **options).costs.cache == "kept", options
    for options in asked:
        assert compiled(PROGRAM, **options).costs.cache == "found", options


def test_settings_are_part_of_it(compiled) -> None:
    settings = [
        Settings(),
        Settings(compiler=COMPILERS["sdd"]),
        Settings(compiler=SddCompiler()),
        Settings(compiler=DirectCompiler(SddCompiler())),
        Settings(grounder=GROUNDERS["problog"]),
        Settings(compilation_budget=CompilationBudget(nodes=12345)),
    ]
    for each in settings:
        assert compiled(PROGRAM, each).costs.cache == "kept", each
    for each in settings:
        assert compiled(PROGRAM, each).costs.cache == "found", each


def test_a_budget_holds_for_what_was_compiled_before(compiled) -> None:
    program = "0.5::a(X) :- X in 1..12. p(N) :- N = sum{ X : a(X) }. query p(N)."
    compiled(program)
    with pytest.raises(NesyError, match="E401"):
        compiled(program, Settings(compiler=COMPILERS["sdd"], compilation_budget=CompilationBudget(nodes=1)))


def test_imported_files_are_part_of_it(compiled, tmp_path: Path) -> None:
    (tmp_path / "rules.nesy").write_text("0.5 :: coin.\n")
    main = tmp_path / "main.nesy"
    main.write_text('import "rules.nesy".\nquery coin.\n')
    compiled(main)
    assert compiled(main).costs.cache == "found"
    state = (tmp_path / "rules.nesy").stat()
    (tmp_path / "rules.nesy").write_text("0.6 :: coin.\n")
    os.utime(tmp_path / "rules.nesy", ns=(state.st_atime_ns, state.st_mtime_ns))
    changed = compiled(main)
    assert changed.costs.cache == "kept"
    assert changed.marginals()[0].answers[0].probability == 0.6
    (tmp_path / "rules.nesy").write_text("0.5 :: coin.\n")
    assert compiled(main).costs.cache == "found", "times do not count"


def test_data_files_are_part_of_it(compiled, tmp_path: Path) -> None:
    roads = tmp_path / "roads.csv"
    main = tmp_path / "main.nesy"
    main.write_text('data road(from, to) = "roads.csv".\nquery road(X, Y).\n')
    seen = []
    for text in ("from,to\na,b\n", "from,to\na,c\n", "from,to\na,b\na,c\n"):
        roads.write_text(text)
        found = compiled(main)
        seen.append((found.costs.cache, len(found.marginals()[0].answers)))
    assert seen == [("kept", 1), ("kept", 1), ("kept", 2)]
    roads.write_text("from,to\na,b\n")
    assert compiled(main).costs.cache == "found"


def test_databases_are_part_of_it(compiled, tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    main = tmp_path / "main.pl"
    main.write_text(":- use_module(library(db)).\n:- sqlite_load('people.db').\nquery(person(X)).\n")
    for number, name in enumerate(["ann", "bob"]):
        with sqlite3.connect(path) as connection:
            connection.execute("create table if not exists person (name)")
            connection.execute("update person set name = ?" if number else "insert into person values (?)", (name,))
        connection.close()
        found = compiled(main)
        assert found.costs.cache == "kept"
        assert name in repr(found.marginals()[0].answers[0].atom)


def test_facts_from_python_are_part_of_it(folder: Path) -> None:
    program = nesy.loads("pred edge(any, any). query edge(X, Y).", Settings(cache=folder))
    seen = []
    for rows in ([("a", "b")], [("a", "c")], [("a", "b")], [("a", 1)], [("a", 1.0)]):
        found = program.with_facts("edge", rows).compile()
        seen.append(found.costs.cache)
    assert seen == ["kept", "kept", "found", "kept", "kept"]
    weighted = [program.with_facts("edge", [("a", "b")], [p]).compile() for p in (0.25, 0.5)]
    assert [c.marginals()[0].answers[0].probability for c in weighted] == [0.25, 0.5]


def test_inputs_are_part_of_it(folder: Path) -> None:
    program = nesy.loads("input rain(0..1). wet :- rain(0). query wet.", Settings(cache=folder))
    assert nesy.query(program.with_inputs(rain=[0.25, 0.5])) == {"wet": 0.25}
    assert nesy.query(program.with_inputs(rain=[0.75, 0.5])) == {"wet": 0.75}
    assert program.with_inputs(rain=[0.25, 0.5]).compile().costs.cache == "found"


def test_questions_of_examples_are_part_of_it(folder: Path) -> None:
    program = nesy.loads("t(0.25)::a(1). t(0.5)::a(2). query a(1).", Settings(cache=folder))
    for _ in range(2):
        model = program.module(queries=["a(X)"])
        answers = [answer.probability.item() for answer in model.ask(["a(1)", "a(2)", nesy.Example("a(1)", evidence={"a(2)": True})])]
        assert answers == pytest.approx([0.25, 0.5, 0.25])


def test_versions_are_part_of_it(compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(PROGRAM)
    version = contents.code_version()
    assert any("pysdd" in line for line in version)
    assert any(line.split()[0].endswith("direct.py") for line in version)
    for changed in ((*version[:-1], "other"), version[1:]):
        monkeypatch.setattr(contents, "code_version", lambda changed=changed: changed)
        assert compiled(PROGRAM).costs.cache == "kept"
    monkeypatch.setattr(contents, "VERSION", contents.VERSION + 1)
    assert compiled(PROGRAM).costs.cache == "kept"


UNSEEN = {
    "functions": "foreign f(int) -> int. p(Y) :- f(1, Y). query p(Y).",
    "output": "p :- write(hello). query p.",
    "output through call": "p :- G = writeln, call(G, hello). query p.",
}


@pytest.mark.parametrize("program", UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_not_kept(folder: Path, capsys: pytest.CaptureFixture[str], program: str) -> None:
    loaded = nesy.loads(program, Settings(cache=folder))
    loaded = loaded.bind(f=lambda x: x + 1) if "foreign" in program else loaded
    for _ in range(2):
        assert loaded.compile().costs.cache == "not kept, as it depends on what may change unseen"
        assert ("hello" in capsys.readouterr().err) is ("hello" in program)
    assert not folder.exists()


def test_compilers_of_others_are_not_kept(compiled, folder: Path) -> None:
    class Other:
        name = "other"

        def compile(self, formula, values, budget):
            return SddCompiler().compile(formula, values, budget)

    for _ in range(2):
        assert compiled(PROGRAM, Settings(compiler=Other())).costs.cache.startswith("not kept")
    assert compiled(PROGRAM, Settings(compiler=DirectCompiler(Other()))).costs.cache.startswith("not kept")
    assert not folder.exists()


def test_quick_programs_touch_no_disk(compiled, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SHORTEST_SECONDS", 60.0)
    assert compiled(PROGRAM).costs.cache == "not kept, as it is made quickly"
    assert not folder.exists()


def test_errors_are_not_kept(compiled, folder: Path) -> None:
    for _ in range(2):
        with pytest.raises(NesyError, match="E305"):
            compiled("0.5::x. a :- not b, x. b :- not a. query a.")
    assert not folder.exists()


def test_errors_mark_the_program_that_was_asked(compiled) -> None:
    program = nesy.loads("0.5::a. evidence a. evidence not a. query a.")
    for _ in range(2):
        found = compiled("0.5::a. evidence a. evidence not a. query a.")
        with pytest.raises(NesyError) as caught:
            found.marginals()
        with pytest.raises(NesyError) as expected:
            program.marginals()
        assert caught.value.render() == expected.value.render()
    assert found.costs.cache == "found"
    source = nesy.loads(PROGRAM)
    assert source.statements[0].span.source is not compiled(PROGRAM).ground.choices[0].span.source


def test_damaged_entries_are_replaced(compiled, folder: Path) -> None:
    expected = compiled(PROGRAM).marginals()
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    for damaged in (b"", whole[:-1], b"x" + whole[1:], whole + b"x"):
        entry.write_bytes(damaged)
        found = compiled(PROGRAM)
        assert found.costs.cache == "kept"
        assert found.marginals() == expected
        assert entry.read_bytes() == whole


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        found = nesy.loads(PROGRAM, Settings(cache=place)).compile()
        assert found.costs.cache.startswith("not kept: ")
        assert found.marginals() == nesy.loads(PROGRAM).marginals()


def test_a_folder_that_cannot_be_looked_at_does_no_harm(tmp_path: Path) -> None:
    """A name that no system takes, and so an error where nothing but yes and no is expected; a closed folder is another."""
    found = nesy.loads(PROGRAM, Settings(cache=tmp_path / ("x" * 5000))).compile()
    assert found.costs.cache == "not kept: File name too long"
    assert found.marginals()[0].answers[0].probability == pytest.approx(0.58)


def test_a_full_disk_does_no_harm(compiled, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from nesylang.compilation import files

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    assert compiled(PROGRAM).costs.cache == "not kept: No space left on device"
    assert list(folder.iterdir()) == []


def test_those_used_longest_ago_give_way(compiled, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = [PROGRAM.replace("0.3", f"0.3{number}") for number in range(4)]
    for number, program in enumerate(programs):
        compiled(program)
        newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime)
        os.utime(newest, (1000 + number, 1000 + number))
    assert compiled(programs[0]).costs.cache == "found", "which makes it the one used last"
    (folder / "notes.txt").write_text("not ours")
    size = max(entry.bytes for entry in cache.entries(folder))
    assert cache.make_room(folder, 2 * size) == 2
    assert [compiled(program).costs.cache for program in (programs[0], programs[3])] == ["found", "found"]
    assert [compiled(program).costs.cache for program in programs[1:3]] == ["kept", "kept"]
    monkeypatch.setattr(cache, "LIMIT", 4 * size)
    compiled(PROGRAM.replace("0.4", "0.45"))
    assert len(cache.entries(folder)) <= 4
    assert (folder / "notes.txt").read_text() == "not ours"
    monkeypatch.setattr(cache, "LIMIT", size)
    assert compiled(PROGRAM.replace("0.4", "0.46")).costs.cache == "not kept, as it is too large"
    monkeypatch.setattr(cache, "LIMIT", 2**30)
    monkeypatch.setattr(cache, "MOST_NUMBERS", 3)
    assert compiled(PROGRAM.replace("0.4", "0.46")).costs.cache == "not kept, as it is too large"


def test_what_was_left_half_written_is_removed(compiled, folder: Path) -> None:
    compiled(PROGRAM)
    (entry,) = folder.iterdir()
    old, new = (folder / f".{entry.name}.{name}.part" for name in ("old", "new"))
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    new.write_bytes(b"half")
    compiled(PROGRAM.replace("0.3", "0.35"))
    assert not old.exists()
    assert new.exists(), "somebody may be writing it"


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NESYLANG_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(cache.sys, "platform", "linux")
    assert cache.cache_folder() == tmp_path / ".cache" / "nesylang"
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache.cache_folder() == Path("/elsewhere/nesylang")
    monkeypatch.setattr(cache.sys, "platform", "darwin")
    assert cache.cache_folder() == tmp_path / "Library" / "Caches" / "nesylang"
    monkeypatch.setattr(cache.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert cache.cache_folder() == Path("/local/nesylang")
    monkeypatch.setenv("NESYLANG_CACHE", "/own")
    assert cache.cache_folder() == Path("/own")
    monkeypatch.setenv("NESYLANG_CACHE", "")
    assert cache.cache_folder() is None
    assert cache.cache_folder("/named") == Path("/named")
    assert cache.cache_folder(False) is None


def test_the_cache_of_the_tests_is_off() -> None:
    assert nesy.loads(PROGRAM).compile().costs.cache == ""


def compile_often(folder: str, number: int, results: multiprocessing.Queue) -> None:
    """Compile some programs again and again, another one first in each process, while entries are removed."""
    cache.SHORTEST_SECONDS = 0.0
    wrong = []
    for step in range(24):
        value = (number + step) % 4 + 1
        program = nesy.loads(f"0.{value} :: a. 0.5 :: b. p :- a, b. query p.", Settings(cache=folder))
        found = program.marginals()[0].answers[0].probability
        if abs(found - value / 20) > 1e-12:
            wrong.append((value, found))
        if step % 5 == number:
            cache.make_room(Path(folder), 0)
    results.put(wrong)


def test_several_processes_share_it(folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=compile_often, args=(str(folder), number, results)) for number in range(3)]
    for process in processes:
        process.start()
    found = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert found == [[], [], []]
    assert all(entry.path.suffix == ".nesyc" for entry in cache.entries(folder))
