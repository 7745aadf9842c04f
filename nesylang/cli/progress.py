"""How far a long computation has come, on one line of standard error that is written over and removed at the end."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nesylang.compilation.budget import Listener, Progress

PATIENCE = 2.0
"""Seconds without a word."""

INTERVAL = 0.5
"""Seconds between two writings of the line at a terminal."""

SLOW_INTERVAL = 5.0
"""Seconds between two lines elsewhere."""


def add_progress(parser: ArgumentParser) -> None:
    """Add the option to a command."""
    parser.add_argument(
        "--progress", action="store_true", help="say how far long computations have come even where standard error is no terminal"
    )


def progress_of(arguments: Namespace) -> Listener | None:
    """Return who is told about progress: a line at a terminal; nobody where there is none, or the answers are for programs."""
    if arguments.progress:
        return ProgressLine(sys.stderr.isatty())
    if sys.stderr.isatty() and getattr(arguments, "format", "table") == "table":
        return ProgressLine(True)
    return None


class ProgressLine:
    """Takes reports of progress and writes the latest one now and then, from a thread of its own, once something takes long."""

    def __init__(self, rewrites: bool) -> None:
        self.rewrites = rewrites
        self.latest: Progress | None = None
        self.began = 0.0
        self.written = False
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def __call__(self, progress: Progress) -> None:
        """Take a report; the last one removes the line."""
        if progress.stage == "end":
            self.ended.set()
            with self.lock:
                self.latest = None
                if self.written and self.rewrites:
                    sys.stderr.write("\r\x1b[K")
                    sys.stderr.flush()
                self.written = False
            return
        begins = self.latest is None
        self.latest = progress
        if begins:
            self.began = time.monotonic()
            self.ended = threading.Event()
            threading.Thread(target=self._write, args=(self.ended,), daemon=True).start()

    def _write(self, ended: threading.Event) -> None:
        seconds = PATIENCE
        while not ended.wait(seconds):
            seconds = INTERVAL if self.rewrites else SLOW_INTERVAL
            with self.lock:
                latest = self.latest
                if ended.is_set() or latest is None:
                    return
                text = described(latest, time.monotonic() - self.began)
                if self.rewrites:
                    text = f"\r{text[: shutil.get_terminal_size().columns - 1]}\x1b[K"
                else:
                    text += "\n"
                sys.stderr.write(text)
                sys.stderr.flush()
                self.written = True


def described(progress: Progress, seconds: float) -> str:
    """Return a report in a line.

    >>> from nesylang.compilation.budget import Progress
    >>> described(Progress("compiling", 1.0, 1200, 3400, 56789, "in a worker"), 12.3)
    'compiling: 1,200 of 3,400 gates, 56,789 nodes, 12 s (in a worker)'
    """
    parts = [f"{progress.done:,} of {progress.total:,} gates"] if progress.total else []
    parts += [f"{progress.nodes:,} nodes"] if progress.nodes else []
    attempt = f" ({progress.attempt})" if progress.attempt else ""
    return f"{progress.stage}: {', '.join([*parts, f'{seconds:.0f} s'])}{attempt}"
