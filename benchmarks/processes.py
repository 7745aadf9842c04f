"""Fresh processes with limits on the CPU time and memory of all that they start, for comparisons of systems."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
CHILDREN_FIELDS = slice(11, 15)
"""utime, stime, cutime and cstime among the fields of /proc/PID/stat after the name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost: CPU seconds of the timed part, those of what is before it, and the address space of a process in GiB."""

    cap: float = 300.0
    memory: float = 8.0
    before: float = 60.0


@dataclass(slots=True)
class Running:
    """The processes that are running, so that an interrupted comparison ends them."""

    groups: set[int] = field(default_factory=set)
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        """End all of them, and start no more."""
        with self.lock:
            self.stopped = True
            for group in self.groups:
                _kill(group)


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, directly or not, and that are still there."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                for child in (task / "children").read_text().split():
                    found += [int(child), *descendants(int(child))]
    return found


def _ticks(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[CHILDREN_FIELDS])) / TICKS


def tree_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and of all that it started, in steps of the system's clock."""
    return _ticks(pid) + sum(map(_ticks, descendants(pid)))


def own_seconds() -> float:
    """Return the CPU seconds of this process, precisely, and of all that it started, whether they ended or not."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_ticks, descendants(os.getpid())))


def limit_memory(gibibytes: float) -> None:
    """Bound the address space of this process and of each that it starts."""
    size = int(gibibytes * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def measured(command: Sequence[str], text: str, limits: Limits, running: Running) -> dict[str, Any]:
    """Return what a worker writes, or why it does not: {"failure": ..., "over_cap": ...}.

    ``command`` gets the name of a file as its last argument. The worker reads ``text``, writes to the file a line with the CPU seconds so
    far when the clock starts, and at the end a line with its results, both as JSON. No run sees files that an earlier one kept.
    """
    with tempfile.TemporaryDirectory(prefix="nesylang-benchmark-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        program, report, complaint = (Path(folder) / name for name in ("program", "report", "complaint"))
        program.write_text(text, encoding="utf-8")
        environment = {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "TMPDIR": folder,
        }
        with program.open() as source, complaint.open("wb") as errors, running.lock:
            if running.stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                [*command, str(report)],
                stdin=source,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment,
                cwd=CHECKOUT,
                start_new_session=True,
            )
            running.groups.add(process.pid)
        if hasattr(resource, "prlimit"):  # so that it ends even where this process is killed
            most = int(limits.before + limits.cap) + 60
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process.pid, resource.RLIMIT_CPU, (most, most))
        try:
            failure = _watched(process, report, limits)
        finally:
            started = descendants(process.pid)
            _kill(process.pid)  # the group, should parts of it be left
            for child in started:  # those that left the group
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(child, signal.SIGKILL)
            process.wait()
            with running.lock:
                running.groups.discard(process.pid)
        if running.stopped:
            raise KeyboardInterrupt
        if failure:
            return {"failure": failure, "over_cap": True}
        lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
        if process.returncode != 0 or len(lines) != 2:
            said = [line for line in complaint.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
            return {"failure": f"exit status {process.returncode}: {said[-1][:200] if said else 'no message'}", "over_cap": False}
        found: dict[str, Any] = json.loads(lines[1])
        return found


def _watched(process: subprocess.Popen[bytes], report: Path, limits: Limits) -> str | None:
    """Wait for the end of a process; return why it has to be ended before, None where it ends itself."""
    started: float | None = None
    pause = 0.01
    while True:
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            pause = min(pause * 1.3, 0.5)
        else:
            return None
        if started is None and report.exists():
            first, complete, _ = report.read_text(encoding="utf-8").partition("\n")
            started = json.loads(first)["started"] if complete else None
        used = tree_seconds(process.pid)
        if started is None and used > limits.before:
            return f"more than {limits.before:g} s before the clock starts"
        if started is not None and used - started > limits.cap:
            return f"more than {limits.cap:g} s"
