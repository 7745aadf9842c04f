"""What the tests of the commands share: files in a folder of their own, and commands run in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from nesylang.cli.main import main

ALARM = """\
0.1 :: burglary.
0.2 :: earthquake.
0.7 :: hears(john).
0.6 :: hears(mary).
alarm :- burglary.
alarm :- earthquake.
calls(X) :- alarm, hears(X).
evidence calls(john).
query burglary.
query calls(X).
"""


class Ended(NamedTuple):
    """A command that has ended: its exit status and what it wrote."""

    status: int
    output: str
    errors: str


Run = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def nesy(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command line, with bytes as its standard input, in the folder."""

    def run(*arguments: str, given: str | bytes = "") -> Ended:
        data = given if isinstance(given, bytes) else given.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        status = main(list(arguments))
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    return run


@pytest.fixture
def alarm(folder: Path) -> Path:
    """A file with a program that has evidence and two queries, one with a variable."""
    path = folder / "alarm.nesy"
    path.write_text(ALARM, encoding="utf-8")
    return path
