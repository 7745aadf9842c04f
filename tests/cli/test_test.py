"""``nesy test``."""

from __future__ import annotations

from pathlib import Path

import pytest

RIGHT = "0.5 :: a(1). 0.5 :: a(2). b :- a(_).\nexpect 0.75 :: b.\nexpect answers a(X) = {a(1), a(2)}.\n"
WRONG = "0.5 :: a.\nexpect 0.5 :: a.\nexpect 0.25 :: a.\n"


@pytest.fixture
def programs(folder: Path) -> Path:
    """A folder with programs at two depths, and files that are none."""
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (folder / "right.nesy").write_text(RIGHT)
    (folder / "silent.nesy").write_text("0.5 :: a.\n")
    (folder / "deep" / "deeper" / "wrong.nesy").write_text(WRONG)
    (folder / ".hidden" / "wrong.nesy").write_text(WRONG)
    (folder / "deep" / "notes.txt").write_text("expect 0.1 :: a.\n")
    return folder


def test_one_program(nesy, programs: Path) -> None:
    assert nesy("test", "right.nesy") == (0, "right.nesy: ok (2 expectations)\n2 passed, 0 failed\n", "")


def test_a_failure_shows_what_was_found(nesy, programs: Path) -> None:
    ended = nesy("test", "deep/deeper/wrong.nesy")
    assert (ended.status, ended.output) == (1, "deep/deeper/wrong.nesy: FAILED (1 of 2 expectations)\n1 passed, 1 failed\n")
    assert ended.errors.startswith("error[E504]: expected probability 0.25 of a, found 0.5\n --> deep/deeper/wrong.nesy:3:1\n")


def test_the_working_directory_is_searched(nesy, programs: Path) -> None:
    ended = nesy("test")
    assert ended.status == 1
    assert ended.output.splitlines() == [
        "deep/deeper/wrong.nesy: FAILED (1 of 2 expectations)",
        "right.nesy: ok (2 expectations)",
        "silent.nesy: ok (no expectations)",
        "3 passed, 1 failed",
    ]


def test_files_and_folders_are_tested_once_in_the_order_given(nesy, programs: Path) -> None:
    ended = nesy("test", "silent.nesy", "deep", "deep/deeper/wrong.nesy")
    assert ended.output.splitlines() == [
        "silent.nesy: ok (no expectations)",
        "deep/deeper/wrong.nesy: FAILED (1 of 2 expectations)",
        "1 passed, 1 failed",
    ]


def test_a_program_without_expectations_is_checked_only(nesy, folder: Path) -> None:
    (folder / "right.nesy").write_text("0.5 :: a. evidence a. evidence not a. query a.")
    (folder / "wrong.nesy").write_text("p :- q.")
    ended = nesy("test")
    assert (ended.status, ended.output) == (1, "right.nesy: ok (no expectations)\nwrong.nesy: FAILED\n0 passed, 1 failed\n")
    assert "E201" in ended.errors


@pytest.mark.parametrize(
    "program",
    [
        "p(X) :- .\nexpect error E105.",
        "p :- q.\nexpect error E201.",
        'import "missing.nesy".\nexpect error E212.',
        "0.5 :: a.\nevidence a.\nevidence not a.\nquery a.\nexpect error E501.",
        "0.5 :: a.\nevidence a.\nevidence not a.\nexpect 0.5 :: a.\nexpect error E501.",
        "p(0).\np(X) :- not q(X).\nq(X) :- not p(X).\nquery p(1).\nexpect error E305.",
    ],
    ids=["syntax", "analysis", "import", "query", "expectation", "grounding"],
)
def test_expected_errors(nesy, folder: Path, program: str) -> None:
    (folder / "program.nesy").write_text(program)
    assert nesy("test", "program.nesy") == (0, "program.nesy: ok (1 expectation)\n1 passed, 0 failed\n", "")


def test_an_expected_error_that_does_not_come(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("0.5 :: a.\nexpect 0.5 :: a.\nexpect error E501.\n")
    ended = nesy("test", "program.nesy")
    assert (ended.status, ended.output) == (1, "program.nesy: FAILED (1 of 2 expectations)\n1 passed, 1 failed\n")
    assert "expected the error E501, the program is accepted" in ended.errors


def test_another_error_than_expected(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("p :- q.\nexpect error E202.\n")
    ended = nesy("test", "program.nesy")
    assert (ended.status, ended.output) == (1, "program.nesy: FAILED (1 of 1 expectation)\n0 passed, 1 failed\n")
    assert "expected the error E202, found E201" in ended.errors
    assert "unknown predicate q/0" in ended.errors


def test_an_error_besides_the_expected_one(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("p :- q.\n1.5 :: r.\nexpect error E201.\n")
    ended = nesy("test", "program.nesy")
    assert (ended.status, ended.output) == (1, "program.nesy: FAILED (1 of 1 expectation)\n0 passed, 1 failed\n")
    assert "E204" in ended.errors


def test_a_wrong_program_fails_all_its_expectations(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("p :- q.\nexpect 1 :: p.\nexpect 0 :: p.\n")
    ended = nesy("test", "program.nesy")
    assert (ended.status, ended.output) == (1, "program.nesy: FAILED (2 of 2 expectations)\n0 passed, 2 failed\n")


def test_a_program_that_needs_networks_fails(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("type image.\nneural digit(image) -> 0..9.\nexpect 0.1 :: digit(x, 1).\n")
    ended = nesy("test", "program.nesy")
    assert (ended.status, ended.output) == (1, "program.nesy: FAILED (1 of 1 expectation)\n0 passed, 1 failed\n")
    assert "E505" in ended.errors


def test_a_folder_without_programs_is_wrong_usage(nesy, folder: Path) -> None:
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "right.nesy").write_text(RIGHT)
    assert nesy("test") == (2, "", "nesy test: error: there is no *.nesy file in .\n")


def test_a_missing_file_is_wrong_usage_but_the_others_are_tested(nesy, programs: Path) -> None:
    ended = nesy("test", "missing.nesy", "right.nesy")
    assert ended.status == 2
    assert ended.output == "missing.nesy: FAILED (cannot be read)\nright.nesy: ok (2 expectations)\n2 passed, 1 failed\n"
    assert "E701" in ended.errors


def test_the_budget_is_kept(nesy, folder: Path) -> None:
    (folder / "program.nesy").write_text("n(0). n(X) :- n(Y), X is Y + 1.\nexpect 1 :: n(a).\n")
    ended = nesy("test", "--seconds", "0.01")
    assert ended.status == 1
    assert "0.01 seconds" in ended.errors
