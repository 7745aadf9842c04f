"""Compilations without end: the budget and an interruption end them soon, whatever they are doing, and leave nothing behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SECONDS = 90


def clauses(variables: int, count: int) -> str:
    """Return a program that asks for the probability of a random formula of clauses of three literals, which no circuit is small for."""
    generator = random.Random(variables)
    lines = [f"0.5 :: v({number})." for number in range(variables)]
    for clause in range(count):
        lines += [f"c({clause}) :- {generator.choice(['', 'not '])}v({v})." for v in generator.sample(range(variables), 3)]
    return "\n".join([*lines, f"all :- {', '.join(f'c({clause})' for clause in range(count))}.", "query all.", "expect 0.5 :: all.\n"])


@pytest.fixture
def endless(folder: Path) -> Path:
    """A program that cannot be compiled in any time."""
    path = folder / "endless.nesy"
    path.write_text(clauses(70, 210))
    return path


def child_of(process: int) -> int:
    """Return the process that another one started, once there is one."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.05)
    raise AssertionError("no worker was started")


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def started(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nesylang", *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("group", [True, False], ids=["all processes", "the command"])
def test_an_interruption_ends_the_worker_too(endless: Path, subprocess_environment, group: bool) -> None:
    process = started(subprocess_environment, "run", "endless.nesy")
    worker = child_of(process.pid)
    time.sleep(0.5)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, output, errors) == (130, "", "interrupted\n")
    assert not is_running(worker)


def test_a_worker_that_is_killed_is_an_error(endless: Path, subprocess_environment) -> None:
    process = started(subprocess_environment, "run", "endless.nesy")
    worker = child_of(process.pid)
    time.sleep(0.5)
    os.kill(worker, signal.SIGKILL)
    output, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith("error[E403]: the process that compiled the program died: ")
    assert "query all." in errors


@pytest.mark.parametrize("command", ["run", "test"])
def test_the_time_is_up(nesy, endless: Path, command: str) -> None:
    began = time.monotonic()
    ended = nesy(command, "endless.nesy", "--seconds", "2")
    assert time.monotonic() - began < 20
    assert ended.status == 1
    assert "error[E401]: compiling the program is beyond its budget: " in ended.errors
    assert " seconds of 2 allowed" in ended.errors


def test_the_memory_is_used_up(nesy, endless: Path) -> None:
    ended = nesy("run", "endless.nesy", "--memory", "0.1")
    assert ended.status == 1
    assert "error[E401]: compiling the program is beyond its budget: more than 0.1 GiB of memory" in ended.errors


def test_a_session_goes_on_behind_what_took_too_long(nesy, endless: Path) -> None:
    ended = nesy("repl", "endless.nesy", "--seconds", "2", given="all\nv(0)\n")
    assert (ended.status, ended.output) == (0, "v(0)  0.5\n")
    assert "E401" in ended.errors


def test_standard_streams_may_be_closed(endless: Path, subprocess_environment) -> None:
    line = f"'{sys.executable}' -m nesylang run endless.nesy --seconds 1 <&- >&- 2>&-"
    assert subprocess.run(line, shell=True, env=subprocess_environment, timeout=SECONDS, check=False).returncode == 1


def test_more_memory_than_there_is_numbers_for(nesy, tmp_path: Path) -> None:
    (tmp_path / "a.nesy").write_text("0.3 :: a. query a.")
    assert nesy("run", "a.nesy", "--memory", "1e300", "--seconds", "inf").status == 0


def test_little_memory_of_the_system_is_an_error(endless: Path, subprocess_environment) -> None:
    line = f"ulimit -v 400000; '{sys.executable}' -m nesylang run endless.nesy"
    ended = subprocess.run(line, shell=True, env=subprocess_environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error[E401]: compiling the program is beyond its budget: all memory that there is")
    assert "--memory" not in ended.stderr
