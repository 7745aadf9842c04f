"""``nesy compile`` and ``nesy cache``, and what ``nesy run`` does with compiled files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nesylang.compilation.container import is_container


@pytest.fixture
def kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cache in which everything is kept."""
    from nesylang.inference import cache

    monkeypatch.setenv("NESYLANG_CACHE", str(folder / "cache"))
    monkeypatch.setattr(cache, "SHORTEST_SECONDS", 0.0)
    return folder / "cache"


def test_a_program_is_written_beside_its_text(nesy, alarm, folder: Path) -> None:
    ended = nesy("compile", "alarm.nesy")
    assert ended.status == 0
    size = os.path.getsize("alarm.nesyc")
    first, ground, circuit = ended.output.splitlines()
    assert first == f"alarm.nesyc: {size:,} bytes"
    assert ground.startswith("ground       choices 4, ")
    assert "compiler direct" in circuit
    assert is_container((folder / "alarm.nesyc").read_bytes())


@pytest.mark.parametrize("name", ["alarm.nesyc", "anything.txt"])
def test_compiled_files_run_as_the_program_does(nesy, alarm, name: str) -> None:
    nesy("compile", "alarm.nesy", "-o", name)
    for form in ("table", "json", "csv"):
        assert nesy("run", name, "--format", form) == nesy("run", "alarm.nesy", "--format", form)


def test_queries_are_chosen(nesy, alarm) -> None:
    nesy("compile", "alarm.nesy", "-q", "burglary", "-q", "calls( X ) given earthquake", "-q", "earthquake")
    assert nesy("run", "alarm.nesyc", "-q", "earthquake.").output == "earthquake  0.7142857143\n"
    given = nesy("run", "alarm.nesyc", "-q", "calls(X) given earthquake")
    assert given == nesy("run", "alarm.nesy", "-q", "calls(X) given earthquake")
    unknown = nesy("run", "alarm.nesyc", "-q", "alarm")
    assert unknown.status == 1
    assert "E406" in unknown.errors
    assert "its queries are burglary, calls(X) given earthquake, earthquake" in unknown.errors


def test_evidence_is_given_to_compiled_files(nesy, alarm) -> None:
    nesy("compile", "alarm.nesy", "--observable", "alarm", "--observable", "earthquake", "-q", "burglary")
    for evidence in ("earthquake", "not earthquake", "earthquake=false"):
        assert nesy("run", "alarm.nesyc", "-e", evidence) == nesy("run", "alarm.nesy", "-q", "burglary", "-e", evidence)
    assert nesy("run", "alarm.nesyc") == nesy("run", "alarm.nesy", "-q", "burglary")
    assert "E501" in nesy("run", "alarm.nesyc", "-e", "not alarm").errors
    assert "E406" in nesy("run", "alarm.nesyc", "-e", "hears(john)").errors
    assert "observed both true and false" in nesy("run", "alarm.nesyc", "-e", "alarm", "-e", "not alarm").errors
    assert "E605" in nesy("compile", "alarm.nesy", "--observable", "not alarm").errors
    assert "E201" in nesy("compile", "alarm.nesy", "--observable", "alarn").errors


def test_inputs_and_functions_belong_to_compiling(nesy, folder: Path) -> None:
    (folder / "rain.nesy").write_text("input rain(0..1). query rain(0).")
    (folder / "values.json").write_text('{"rain": [0.25, 0.5]}')
    assert nesy("compile", "rain.nesy", "--inputs", "values.json").status == 0
    assert nesy("run", "rain.nesyc").output == "rain(0)  0.25\n"
    late = nesy("run", "rain.nesyc", "--inputs", "values.json")
    assert (late.status, "E406" in late.errors) == (1, True)
    assert nesy("compile", "rain.nesy").status == 0
    assert "E505" in nesy("run", "rain.nesyc").errors


def test_conditions_of_compiled_files_may_be_impossible(nesy, folder: Path) -> None:
    (folder / "coin.nesy").write_text("0.5 :: a. evidence a. query a. query a given not a.")
    nesy("compile", "coin.nesy")
    for form in ("table", "json"):
        assert nesy("run", "coin.nesyc", "--format", form) == nesy("run", "coin.nesy", "--format", form)


def test_sizes_as_json(nesy, alarm) -> None:
    found = json.loads(nesy("compile", "alarm.nesy", "--format", "json", "--stats").output)
    assert found["file"] == "alarm.nesyc"
    assert found["bytes"] == os.path.getsize("alarm.nesyc")
    assert found["ground"]["choices"] == 4
    assert found["compile"]["elements"] > 0
    assert "stages" in found["statistics"]


def test_looking_into_a_file(nesy, folder: Path) -> None:
    declared = "neural digit(x) -> {0, 1}. type x. t(0.5)::coin(1). t(0.5)::coin(2)."
    (folder / "digits.nesy").write_text(f"{declared} p(D) :- digit(a, D), coin(1). evidence not coin(2). query p(D).")
    nesy("compile", "digits.nesy", "--observable", "coin(1)", "-o", "out.nesyc")
    lines = dict(line.split(None, 1) for line in nesy("compile", "--inspect", "out.nesyc").output.splitlines())
    assert lines["queries"] == "p(D)"
    assert lines["evidence"] == "not coin(2)"
    assert lines["observable"] == "coin(1)"
    assert lines["networks"] == "digit"
    assert lines["inputs"] == "none"
    assert lines["learnable"] == "coin(1), coin(2)"
    assert "decomposable, deterministic" in lines["properties"]
    found = json.loads(nesy("compile", "--inspect", "out.nesyc", "--format", "json").output)
    assert found["contents"]["learnable"] == ["coin(1)", "coin(2)"]
    assert "file" not in found
    assert sorted(os.listdir()) == ["digits.nesy", "out.nesyc"]


def test_a_program_that_asks_nothing_says_so(nesy, folder: Path) -> None:
    (folder / "coin.nesy").write_text("0.5 :: heads.")
    ended = nesy("compile", "coin.nesy")
    assert (ended.status, "asks nothing" in ended.errors) == (0, True)
    assert "asks nothing" in nesy("run", "coin.nesyc").errors


def test_a_compiler_is_chosen(nesy, alarm) -> None:
    assert "compiler sdd" in nesy("compile", "alarm.nesy", "--compiler", "sdd").output
    assert nesy("run", "alarm.nesyc").output == nesy("run", "alarm.nesy").output
    assert nesy("compile", "alarm.nesy", "--compiler", "guess").status == 2


def test_how_a_program_is_compiled(nesy, alarm, kept: Path) -> None:
    for _ in range(2):
        ended = nesy("compile", "alarm.nesy", "--explain")
        assert ended.status == 0
        assert "certified yes" in ended.output
        assert "cache" not in ended.output
    assert "stages" in json.loads(nesy("compile", "alarm.nesy", "--explain", "--format", "json").output)["explanation"]
    assert os.listdir() == ["alarm.nesy"]


def test_export_writes_other_formats(nesy, alarm, folder: Path) -> None:
    text = nesy("compile", "alarm.nesy", "--export", "nnf", "--root", "burglary")
    assert text.status == 0
    assert not (folder / "alarm.nesyc").exists()
    nesy("compile", "alarm.nesy")
    assert nesy("compile", "alarm.nesyc", "--export", "nnf", "--root", "burglary") == text
    assert nesy("compile", "alarm.nesyc", "--export", "nnf", "--root", "burglary", "-o", "alarm.nnf") == (0, "", "")
    assert (folder / "alarm.nnf").read_text() == text.output
    unknown = nesy("compile", "alarm.nesy", "--export", "gif")
    assert (unknown.status, "there is no format 'gif'" in unknown.errors) == (1, True)


def test_wrong_usage(nesy, alarm) -> None:
    nesy("compile", "alarm.nesy")
    cases = {
        ("compile", "alarm.nesyc"): "is compiled already",
        ("compile", "-"): "name the file to write with -o OUT",
        ("compile", "alarm.nesyc", "--inspect", "-q", "alarm"): "too late for -q",
        ("compile", "alarm.nesyc", "--inspect", "-e", "alarm"): "too late for -e",
        ("compile", "alarm.nesyc", "--explain"): "--explain takes the program itself",
        ("compile", "alarm.nesy", "--root", "alarm"): "--root goes with --export",
        ("compile", "alarm.nesy", "--inspect", "--explain"): "not allowed with argument",
    }
    for arguments, message in cases.items():
        ended = nesy(*arguments, given="query a. 0.5::a.")
        assert (ended.status, message in ended.errors) == (2, True), (arguments, ended)
    assert nesy("compile", "missing.nesy").status == 2
    assert nesy("compile", "alarm.nesy", "-o", "missing/out.nesyc").status == 2


def test_damaged_and_foreign_files(nesy, alarm, folder: Path) -> None:
    nesy("compile", "alarm.nesy")
    data = (folder / "alarm.nesyc").read_bytes()
    (folder / "cut").write_bytes(data[:-5])
    (folder / "text.nesyc").write_text("query a. 0.5::a.")
    (folder / "empty.nesyc").write_text("")
    for name in ("cut", "text.nesyc", "empty.nesyc"):
        ended = nesy("run", name)
        assert (ended.status, ended.output) == (1, "")
        assert "error[E404]" in ended.errors


def test_standard_output_may_be_a_pipe(nesy, alarm, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    reader = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert nesy("compile", "alarm.nesy", "--export", "nnf", "-o", "pipe").status == 0
        assert os.read(reader, 3)
    finally:
        os.close(reader)


def test_budgets(nesy, folder: Path) -> None:
    (folder / "sum.nesy").write_text("0.5::a(X) :- X in 1..12. p(N) :- N = sum{ X : a(X) }. query p(N).")
    ended = nesy("compile", "sum.nesy", "--compiler", "sdd", "--nodes", "3")
    assert (ended.status, "E401" in ended.errors) == (1, True)
    assert os.listdir() == ["sum.nesy"]


def test_the_cache_is_shown_and_cleared(nesy, alarm, kept: Path) -> None:
    assert nesy("cache") == (0, f"{kept}: 0 programs, 0.0 MiB\n", "")
    first, second = nesy("run", "alarm.nesy", "--stats"), nesy("run", "alarm.nesy", "--stats")
    assert first.output == second.output
    assert "program kept" in first.errors
    assert "program found" in second.errors
    assert nesy("cache").output.startswith(f"{kept}: 1 program, ")
    assert nesy("cache", "--clear").output.startswith(f"{kept}: 0 programs, ")
    assert "program kept" in nesy("run", "alarm.nesy", "--stats").errors


def test_without_the_cache(nesy, alarm, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cache" not in nesy("run", "alarm.nesy", "--stats", "--no-cache").errors
    assert not kept.exists()
    monkeypatch.setenv("NESYLANG_CACHE", "")
    nesy("run", "alarm.nesy")
    assert nesy("cache").output == "the cache is off; NESYLANG_CACHE names a folder for it\n"
    monkeypatch.setenv("NESYLANG_CACHE", str(alarm))
    assert nesy("cache").status == 2
    assert nesy("run", "alarm.nesy").status == 0


def test_the_program_is_not_written_over(nesy, folder: Path) -> None:
    (folder / "a.nesy").write_text("0.4 :: a. query a.")
    for arguments in (["-o", "a.nesy"], ["--export", "nnf", "-o", "./a.nesy"]):
        ended = nesy("compile", "a.nesy", *arguments)
        assert (ended.status, "is the program itself" in ended.errors) == (2, True)
    assert (folder / "a.nesy").read_text() == "0.4 :: a. query a."
    assert nesy("compile", "a.nesy", "-o", "a.nesyc").status == 0
    before = (folder / "a.nesyc").read_bytes()
    ended = nesy("compile", "a.nesyc", "--export", "nnf", "-o", "a.nesyc")
    assert (ended.status, "is the compiled program itself" in ended.errors) == (2, True)
    assert (folder / "a.nesyc").read_bytes() == before


@pytest.mark.parametrize(("arguments", "code", "status"), [(["--export", "pdf"], "E606", 1), (["-o", "missing/a.nesyc"], "E701", 2)])
def test_what_cannot_be_written_is_refused_before_anything_takes_time(
    nesy, folder: Path, arguments: list[str], code: str, status: int
) -> None:
    (folder / "endless.nesy").write_text("a(0). a(Y) :- a(X), Y is X + 1. query a(_).")
    ended = nesy("compile", "endless.nesy", *arguments)
    assert (ended.status, code in ended.errors) == (status, True)
