"""The line that says how far a long computation has come."""

from __future__ import annotations

import io
import sys
import time
from argparse import Namespace

import pytest

from nesylang.cli import progress
from nesylang.cli.progress import ProgressLine, described, progress_of
from nesylang.compilation.budget import Progress


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (Progress("grounding", 0.0), "grounding: 12 s"),
        (Progress("compiling", 1.0, 0, 0, 56789), "compiling: 56,789 nodes, 12 s"),
        (Progress("compiling", 1.0, 3, 4000, 5, "second way"), "compiling: 3 of 4,000 gates, 5 nodes, 12 s (second way)"),
    ],
)
def test_lines(report: Progress, line: str) -> None:
    assert described(report, 12.3) == line


def errors(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return what is written to standard error from now on, by lines that have little patience."""
    found = io.StringIO()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    monkeypatch.setattr(progress, "INTERVAL", 0.05)
    monkeypatch.setattr(progress, "SLOW_INTERVAL", 0.05)
    return found


def wait_for(text: str, written: io.StringIO) -> None:
    deadline = time.monotonic() + 30
    while text not in written.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert text in written.getvalue()


def test_a_terminal_has_one_line_that_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    written = errors(monkeypatch)
    line = ProgressLine(rewrites=True)
    line(Progress("grounding", 0.0))
    wait_for("\rgrounding: 0 s\x1b[K", written)
    line(Progress("compiling", 0.0, 1, 2, 3))
    wait_for("\rcompiling: 1 of 2 gates, 3 nodes, 0 s\x1b[K", written)
    line(Progress("end", 0.0))
    found = written.getvalue()
    assert found.endswith("\r\x1b[K")
    assert "\n" not in found
    time.sleep(0.2)
    assert written.getvalue() == found
    line(Progress("grounding", 0.0))
    line(Progress("end", 0.0))
    assert written.getvalue() == found


def test_elsewhere_lines_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    written = errors(monkeypatch)
    line = ProgressLine(rewrites=False)
    line(Progress("grounding", 0.0))
    wait_for("grounding: 0 s\ngrounding: 0 s\n", written)
    line(Progress("end", 0.0))
    assert set(written.getvalue().splitlines()) == {"grounding: 0 s"}


def test_what_is_quick_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = io.StringIO()
    monkeypatch.setattr(sys, "stderr", found)
    line = ProgressLine(rewrites=True)
    line(Progress("compiling", 0.0))
    line(Progress("end", 0.0))
    assert found.getvalue() == ""


@pytest.mark.parametrize(
    ("terminal", "asked", "style", "expected"),
    [
        (True, False, "table", True),
        (True, False, "json", None),
        (True, True, "json", True),
        (False, False, "table", None),
        (False, True, "table", False),
    ],
)
def test_who_is_told(monkeypatch: pytest.MonkeyPatch, terminal: bool, asked: bool, style: str, expected: bool | None) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    found = progress_of(Namespace(progress=asked, format=style))
    assert (found.rewrites if isinstance(found, ProgressLine) else None) is expected
