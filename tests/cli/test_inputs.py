"""The option ``--inputs`` of ``nesy run``, ``nesy test`` and ``nesy repl``."""

from __future__ import annotations

from pathlib import Path

import pytest

PROGRAM = "type day = {mon, tue}. input rain(day). input label -> 0..2. wet :- rain(mon), label(2).\n"


@pytest.fixture
def files(folder: Path) -> Path:
    """A folder with programs that have inputs, and values."""
    (folder / "wet.nesy").write_text(PROGRAM + "query wet. expect 0.4 :: wet.\n")
    (folder / "dry.nesy").write_text("type day = {mon, tue}. input rain(day). expect 0.5 :: rain(tue).\n")
    (folder / "plain.nesy").write_text("0.5 :: a. expect 0.5 :: a.\n")
    (folder / "values.json").write_text('{"rain": [0.8, 0.5], "label": [0.25, 0.25, 0.5]}')
    (folder / "more.json").write_text('{"rain": [0.8, 0.5], "labels": 2}')
    (folder / "wrong.json").write_text('{"rain": [0.8, 1.5], "label": 2}')
    return folder


def test_expectations_about_an_example(nesy, files: Path) -> None:
    assert nesy("test", "wet.nesy", "--inputs", "values.json") == (0, "wet.nesy: ok (1 expectation)\n1 passed, 0 failed\n", "")


def test_without_values_the_error_says_how_to_give_them(nesy, files: Path) -> None:
    ended = nesy("test", "wet.nesy")
    assert ended.status == 1
    assert "E505" in ended.errors
    assert "--inputs" in ended.errors


def test_each_program_takes_its_values(nesy, files: Path) -> None:
    ended = nesy("test", "--inputs", "values.json")
    assert (ended.status, ended.errors) == (0, "")
    assert ended.output.splitlines()[-1] == "3 passed, 0 failed"


def test_values_that_no_program_takes(nesy, files: Path) -> None:
    one = nesy("test", "dry.nesy", "--inputs", "more.json")
    assert one.status == 1
    assert "E602]: the program has no input 'labels'" in one.errors
    several = nesy("test", "dry.nesy", "plain.nesy", "--inputs", "more.json")
    assert (several.status, several.output.splitlines()[-1]) == (1, "2 passed, 0 failed")
    assert several.errors == "error[E602]: none of the programs has an input 'labels'\n\n"


@pytest.mark.parametrize("command", ["run", "test", "repl"])
def test_wrong_values(nesy, files: Path, command: str) -> None:
    wrong = nesy(command, "wet.nesy", "--inputs", "wrong.json")
    assert wrong.status == 1
    assert wrong.errors.startswith("error[E609]: rain(tue) is 1.5, which is not a probability")
    missing = nesy(command, "wet.nesy", "--inputs", "none.json")
    assert missing.status == 2
    assert missing.errors.startswith("error[E701]: cannot read none.json")


def test_values_at_the_prompt(nesy, files: Path) -> None:
    assert nesy("repl", "wet.nesy", "--inputs", "values.json", given="wet\nrain(D) given rain(mon)\n:run\nexpect 0.4 :: wet.\n") == (
        0,
        "wet  0.4\nrain(mon)  1\nrain(tue)  0.5\nwet  0.4\nit holds\n",
        "",
    )


def test_inputs_that_are_typed_have_values_too(nesy, files: Path) -> None:
    typed = "type day = {mon, tue}.\ninput rain(day).\nrain(mon)\n:list\n:load dry.nesy\nrain(tue)\n"
    ended = nesy("repl", "--inputs", "values.json", given=typed)
    assert ended.output.splitlines() == ["rain(mon)  0.8", "type day = {mon, tue}.", "input rain(day).", "rain(tue)  0.5"]


def test_a_loaded_file_must_have_the_inputs(nesy, files: Path) -> None:
    ended = nesy("repl", "dry.nesy", "--inputs", "more.json")
    assert ended.status == 1
    assert "E602]: the program has no input 'labels'" in ended.errors
