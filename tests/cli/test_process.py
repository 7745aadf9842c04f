"""What only a process of its own shows: exit statuses, signals, pipes, encodings, terminals, and what is imported."""

from __future__ import annotations

import os
import pty
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ENDLESS = "n(0). n(X) :- n(Y), X is Y + 1. query n(X)."
MANY = "n(X) :- between(1, 20000, X). query n(X)."
SECONDS = 60


@pytest.fixture
def command(subprocess_environment: dict[str, str], folder: Path) -> list[str]:
    """The start of a command line, for processes in an empty folder."""
    return [sys.executable, "-m", "nesylang"]


def finished(command: list[str], environment: dict[str, str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "given", "status"),
    [
        (["run", "-"], "0.5 :: a. query a.", 0),
        (["run", "-"], "p :- q.", 1),
        (["check", "-"], "p :- q.", 1),
        (["run", "missing.nesy"], "", 2),
        (["run"], "", 2),
        (["test"], "", 2),
        ([], "", 2),
        (["repl"], "p :- q.\n", 0),
        (["--version"], "", 0),
    ],
)
def test_exit_statuses(command, subprocess_environment, arguments: list[str], given: str, status: int) -> None:
    ended = finished([*command, *arguments], subprocess_environment, given)
    assert ended.returncode == status
    assert (ended.stderr != "") == (status != 0 or arguments == ["repl"])
    assert "Traceback" not in ended.stderr


def test_an_interrupted_run_says_so_in_one_line(command, subprocess_environment) -> None:
    process = subprocess.Popen(
        [*command, "run", "-"],
        env=subprocess_environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin is not None
    process.stdin.write(ENDLESS)
    process.stdin.close()
    process.stdin = None
    time.sleep(1.5)  # until it grounds
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, output, errors) == (130, "", "interrupted\n")


def test_a_reader_that_leaves_early_is_no_error(command, subprocess_environment) -> None:
    (Path.cwd() / "many.nesy").write_text(MANY)
    process = subprocess.Popen([*command, "run", "many.nesy"], env=subprocess_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(4) == b"n(1)"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    # It is 0 where the pipe took all of the output before the reader left.
    assert process.wait(SECONDS) in (0, 141)


def test_a_closed_reader_ends_the_command(command, subprocess_environment) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = subprocess.run(
            [*command, "run", "-"],
            env=subprocess_environment,
            input=b"query 1 < 2.",
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    finally:
        os.close(writing)
    assert (process.returncode, process.stderr) == (141, b"")


@pytest.mark.parametrize("redirections", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_error(command, subprocess_environment, redirections: str) -> None:
    (Path.cwd() / "program.nesy").write_text("0.5 :: a(X) :- b(X, Y). b(1, 2). query a(X).")
    line = f"{' '.join(command)} run program.nesy {redirections}"
    assert subprocess.run(line, shell=True, env=subprocess_environment, capture_output=True, timeout=SECONDS, check=False).returncode == 0


def test_output_is_utf_8_whatever_the_locale(command, subprocess_environment) -> None:
    environment = {**subprocess_environment, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    del environment["PYTHONIOENCODING"]
    ended = finished([*command, "run", "-"], environment, "p('Zürich'). p('東京'). query p(X).")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "p('Zürich')  1\np(東京)        1\n", "")
    ended = finished([*command, "repl"], environment, "'Zürich'.\n")
    assert ":add 'Zürich'." in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--version"], ["torch", "lark", "problog", "pysdd", "dataclasses"]),
        (["run", "--help"], ["torch", "lark", "problog", "pysdd", "dataclasses"]),
        (["check", "program.nesy"], ["torch", "problog", "pysdd"]),
        (["run", "program.nesy"], ["torch", "networkx"]),
        (["test", "program.nesy"], ["torch", "networkx"]),
        (["repl", "program.nesy"], ["torch", "networkx"]),
    ],
    ids=" ".join,
)
def test_no_command_imports_more_than_it_needs(run_python, tmp_path: Path, arguments: list[str], absent: list[str]) -> None:
    (tmp_path / "program.nesy").write_text("0.5 :: a. query a. expect 0.5 :: a.")
    code = f"""
import os, sys
sys.stdin = open(os.devnull)
from nesylang.cli.main import main
assert main({arguments!r}) == 0
print(*sys.modules)
"""
    loaded = set(run_python(code).splitlines()[-1].split())
    assert loaded & set(absent) == set()


class Terminal:
    """A process at a terminal of its own, and what it wrote there."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(command[0], command, environment)
        self.written = ""

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def wait_for(self, text: str) -> str:
        """Read until a text comes that was not yet waited for; return everything before it."""
        deadline = time.monotonic() + SECONDS
        while text not in self.written:
            ready, _, _ = select.select([self.descriptor], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no {text!r} in {self.written!r}"
            self.written += os.read(self.descriptor, 4096).decode()
        before, _, self.written = self.written.partition(text)
        return before

    def status(self) -> int:
        """Return the exit status of the process once it ends."""
        try:
            while chunk := os.read(self.descriptor, 4096):
                self.written += chunk.decode()
        except OSError:
            pass  # how Linux tells that the other side of a terminal is closed
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def terminal(command, subprocess_environment, tmp_path: Path) -> Iterator[Terminal]:
    """``nesy repl`` at a terminal, its first prompt written."""
    found = Terminal([*command, "repl"], {**subprocess_environment, "HOME": str(tmp_path), "TERM": "dumb"})
    banner = found.wait_for("?- ")
    assert banner.startswith("nesylang ")
    assert ":help" in banner
    yield found
    os.close(found.descriptor)


def test_a_terminal_has_prompts_and_a_history(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("0.5 :: a.\n")
    assert "1 statement added" in terminal.wait_for("?- ")
    terminal.type("b :-\n")
    terminal.wait_for("|  ")
    terminal.type("a.\n")
    terminal.wait_for("?- ")
    terminal.type("b\n")
    assert "b  0.5" in terminal.wait_for("?- ")
    terminal.type("\x04")
    assert terminal.status() == 0
    assert (tmp_path / ".nesy_history").read_text().splitlines()[-4:] == ["0.5 :: a.", "b :-", "a.", "b"]


def test_an_interruption_gives_up_the_line_or_the_query_only(terminal: Terminal) -> None:
    terminal.type("0.5 :: a.\n")
    terminal.wait_for("?- ")
    terminal.type("a :-\n")
    terminal.wait_for("|  ")
    time.sleep(0.5)  # until the line editor listens to signals, which is after it writes the prompt
    terminal.type("\x03")
    terminal.wait_for("?- ")
    terminal.type(":add n(0). n(X) :- n(Y), X is Y + 1.\n")
    terminal.wait_for("?- ")
    terminal.type("n(X)\n")
    time.sleep(1.5)  # until it grounds
    terminal.type("\x03")
    terminal.wait_for("?- ")
    terminal.type("a\n")
    assert "a  0.5" in terminal.wait_for("?- ")
    terminal.type(":quit\n")
    assert terminal.status() == 0


def test_progress_is_shown_and_removed_when_interrupted(terminal: Terminal, tmp_path: Path) -> None:
    generator = random.Random(1)
    coins = "".join(f"0.5 :: v({number}).\n" for number in range(70))
    clauses = [[f"{generator.choice(['', 'not '])}v({v})" for v in generator.sample(range(70), 3)] for _ in range(210)]
    program = coins + "all :- " + ", ".join(f"({'; '.join(clause)})" for clause in clauses) + ".\n"
    (tmp_path / "endless.nesy").write_text(program)
    terminal.type(f":load {tmp_path / 'endless.nesy'}\n")
    terminal.wait_for("?- ")
    terminal.type("all\n")
    terminal.wait_for("\rcompiling: ")
    terminal.wait_for(" nodes, ")
    terminal.type("\x03")
    assert "\r\x1b[K" in terminal.wait_for("?- ")
    terminal.type("v(0)\n")
    assert "v(0)  0.5" in terminal.wait_for("?- ")
    terminal.type(":quit\n")
    assert terminal.status() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("arguments", [["run", "-"], ["check", "-"], ["compile", "--export", "nnf", "-"]])
def test_output_that_cannot_be_written(command, subprocess_environment, arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [*command, *arguments],
            env=subprocess_environment,
            input=b"0.4 :: a. query a.",
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    assert process.returncode == 2
    assert process.stderr == b"nesy: error: cannot write the output: No space left on device\n"
