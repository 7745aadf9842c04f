"""``nesy check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

WRONG = "p(X) :- q(X).\n1.5 :: r.\ns :- t(Once).\nt(1).\n"


def test_a_right_program_is_ok(nesy, alarm) -> None:
    assert nesy("check", "alarm.nesy") == (0, "alarm.nesy: ok\n", "")


def test_an_empty_program_is_ok(nesy) -> None:
    assert nesy("check", "-") == (0, "-: ok\n", "")


def test_all_errors_and_warnings_are_reported(nesy, folder: Path) -> None:
    (folder / "wrong.nesy").write_text(WRONG)
    ended = nesy("check", "wrong.nesy")
    assert (ended.status, ended.output) == (1, "wrong.nesy: 2 errors, 1 warning\n")
    assert [line.split(":")[0] for line in ended.errors.splitlines() if line.startswith(("error", "warning"))] == [
        "error[E201]",
        "error[E204]",
        "warning[W203]",
    ]


def test_warnings_alone_are_fine(nesy) -> None:
    ended = nesy("check", "-", given="s :- t(Once). t(1).")
    assert (ended.status, ended.output) == (0, "-: 1 warning\n")
    assert "W203" in ended.errors


def test_all_syntax_errors_are_reported(nesy) -> None:
    ended = nesy("check", "-", given="p :- .\nq(.\nX :- p.\n")
    assert (ended.status, ended.output) == (1, "-: 3 errors\n")
    assert [line for line in ended.errors.splitlines() if "-->" in line] == [" --> <stdin>:1:6", " --> <stdin>:2:2", " --> <stdin>:3:1"]


def test_nothing_is_grounded(nesy) -> None:
    assert nesy("check", "-", given="n(0). n(X) :- n(Y), X is Y + 1. query n(X).").status == 0


def test_the_status_is_that_of_the_worst_file(nesy, alarm, folder: Path) -> None:
    (folder / "wrong.nesy").write_text(WRONG)
    ended = nesy("check", "wrong.nesy", "alarm.nesy")
    assert (ended.status, ended.output) == (1, "wrong.nesy: 2 errors, 1 warning\nalarm.nesy: ok\n")
    ended = nesy("check", "missing.nesy", "wrong.nesy", "alarm.nesy")
    assert (ended.status, ended.output) == (2, "missing.nesy: 1 error\nwrong.nesy: 2 errors, 1 warning\nalarm.nesy: ok\n")


def test_json_has_every_diagnostic_with_its_places(nesy, alarm) -> None:
    ended = nesy("check", "-", "alarm.nesy", "--format", "json", given="p :-\n  edge(a).\nedge(a, b).\n")
    assert (ended.status, ended.errors) == (1, "")
    first, second = json.loads(ended.output)["files"]
    assert second == {"file": "alarm.nesy", "ok": True, "diagnostics": []}
    assert (first["file"], first["ok"]) == ("-", False)
    (diagnostic,) = first["diagnostics"]
    assert (diagnostic["code"], diagnostic["severity"]) == ("E202", "error")
    assert diagnostic.keys() == {"code", "severity", "message", "hint", "labels"}
    place = {key: value for key, value in diagnostic["labels"][0].items() if key != "message"}
    assert place == {"file": "<stdin>", "line": 2, "column": 3, "end_line": 2, "end_column": 10}


@pytest.mark.parametrize("name", ["missing.nesy", "."])
def test_json_tells_of_files_that_cannot_be_read(nesy, name: str) -> None:
    ended = nesy("check", name, "--format", "json")
    assert ended.status == 2
    (file,) = json.loads(ended.output)["files"]
    assert [diagnostic["code"] for diagnostic in file["diagnostics"]] == ["E701"]
    assert not file["ok"]


def test_a_file_is_needed(nesy) -> None:
    ended = nesy("check")
    assert (ended.status, ended.output) == (2, "")
    assert "required: FILE" in ended.errors


TYPED = "type color = {red, green}. pred paint(color, int). hue(X) :- paint(X, _). 0.5 :: rain. age(ann, 34). age(bob, 27)."


def test_types_are_printed(nesy) -> None:
    ended = nesy("check", "-", "--types", given=TYPED)
    assert ended == (0, "pred paint(color, int)\nhue(color)\nrain\nage({ann, bob}, {27, 34})\n-: ok\n", "")


def test_types_in_json(nesy) -> None:
    (file,) = json.loads(nesy("check", "-", "--types", "--format", "json", given=TYPED).output)["files"]
    assert file["types"] == ["pred paint(color, int)", "hue(color)", "rain", "age({ann, bob}, {27, 34})"]


def test_types_beside_errors(nesy) -> None:
    ended = nesy("check", "-", "--types", given="p(X) :- q(X). q(1) :- r.")
    assert (ended.status, ended.output) == (1, "p({1})\nq({1})\n-: 1 error\n")
    assert nesy("check", "-", "--types", given="p(").output == "-: 1 error\n"
