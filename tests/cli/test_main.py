"""The command line as a whole."""

from __future__ import annotations

import pytest

import nesylang
from nesylang.cli.main import COMMANDS


def test_the_version(nesy) -> None:
    assert nesy("--version") == (0, f"nesy {nesylang.__version__}\n", "")


def test_help_lists_the_commands(nesy) -> None:
    ended = nesy("--help")
    assert (ended.status, ended.errors) == (0, "")
    assert "exit status:" in ended.output
    for name, command in COMMANDS.items():
        assert f"    {name} " in ended.output
        assert command.summary.split()[0] in ended.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(nesy, name: str) -> None:
    ended = nesy(name, "--help")
    assert (ended.status, ended.errors) == (0, "")
    assert ended.output.startswith(f"usage: nesy {name} ")
    assert f"nesy {name}" in ended.output.partition("examples:")[2]


def test_no_command_is_wrong_usage(nesy) -> None:
    ended = nesy()
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors == nesy("--help").output


def test_an_unknown_command_is_wrong_usage(nesy) -> None:
    ended = nesy("walk")
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors.startswith("nesy: error: there is no command 'walk'\nthe commands are run, check, test")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("alarm.nesy", "to run a program:  nesy run alarm.nesy"),
        ("missing.nesy", "to run a program:  nesy run missing.nesy"),
        ("chek", "did you mean 'check'?"),
        ("help", "nesy --help"),
    ],
)
def test_what_is_written_instead_of_a_command(nesy, alarm, word: str, hint: str) -> None:
    ended = nesy(word)
    assert (ended.status, ended.output) == (2, "")
    assert hint in ended.errors


def test_an_interruption_is_one_line(nesy, alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nesylang.cli.program_files.read_source", interrupt)
    assert nesy("run", "alarm.nesy") == (130, "", "interrupted\n")


def test_a_file_that_fails_is_named(nesy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where no file is known it is the output that cannot be written."""

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/some/file")

    monkeypatch.setattr("nesylang.cli.main._run", fail)
    assert nesy("check", "-") == (2, "", "nesy: error: '/some/file': Permission denied\n")
