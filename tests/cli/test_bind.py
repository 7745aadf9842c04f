"""The option ``--bind`` of the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

FUNCTIONS = """
import nesylang as nesy
from beside import factor

@nesy.foreign
def twice(number):
    return factor * number

def hidden(number):
    return 0
"""

PROGRAM = "foreign twice(int) -> int.\nquery twice(4, X).\nexpect 1 :: twice(1, 2).\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program, its functions, and what these import."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    (tmp_path / "beside.py").write_text("factor = 2\n")
    (tmp_path / "twice.nesy").write_text(PROGRAM)
    return tmp_path


def test_commands_bind(nesy, folder: Path) -> None:
    assert nesy("run", "twice.nesy", "--bind", "functions.py").output == "twice(4,8)  1\n"
    assert nesy("test", "twice.nesy", "--bind", "functions.py").output.endswith("1 passed, 0 failed\n")
    assert nesy("check", "twice.nesy", "--bind", "functions.py") == (0, "twice.nesy: ok\n", "")
    assert nesy("repl", "twice.nesy", "--bind", "functions.py", given="twice(5, X)\n").output == "twice(5,10)  1\n"


def test_without_the_option_nothing_is_bound(nesy, folder: Path) -> None:
    ended = nesy("run", "twice.nesy")
    assert ended.status == 1
    assert "error[E607]: the foreign predicate twice/2 is not bound to a function" in ended.errors
    assert "--bind FILE.py" in ended.errors
    assert nesy("check", "twice.nesy").status == 0


def test_check_looks_for_every_function(nesy, folder: Path) -> None:
    (folder / "hidden.nesy").write_text("foreign hidden(int). foreign twicce(int) -> int.")
    ended = nesy("check", "hidden.nesy", "--bind", "functions.py")
    assert (ended.status, ended.output) == (1, "hidden.nesy: 2 errors\n")
    assert ended.errors.count("error[E607]") == 2
    assert "did you mean 'twice'?" in ended.errors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1 / 0\n", "raised ZeroDivisionError: division by zero (wrong.py:1)"),
        ("def f(:\n", "raised SyntaxError"),
        ("def f(n): return n\n", "no function that is marked @nesy.foreign"),
    ],
)
def test_files_that_cannot_be_bound(nesy, folder: Path, text: str, expected: str) -> None:
    (folder / "wrong.py").write_text(text)
    ended = nesy("run", "twice.nesy", "--bind", "wrong.py")
    assert ended.status != 0
    assert "error[E701]" in ended.errors
    assert expected in ended.errors
    assert "error[E701]: cannot read missing.py" in nesy("run", "twice.nesy", "--bind", "missing.py").errors
