"""Compilers for the tests of workers: what they do in a worker can be stopped by nothing but its end."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
import time
from collections.abc import Sequence

from nesylang.circuit import Circuit
from nesylang.compilation.budget import CompilationBudget, Meter, Paused, RunningBudget, Tried
from nesylang.compilation.sdd import SddCompiler
from nesylang.formula import Formula
from nesylang.source import error


class Stub:
    """Gives up in the process that made it, as a compiler does whose first attempt is too small, and acts in a worker."""

    name = "stub"

    def __init__(self) -> None:
        self.parent = os.getpid()

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        if os.getpid() == self.parent:
            raise Paused(Tried(0, {}))
        self.act(budget)
        return SddCompiler().compile(formula, values, budget)

    def act(self, budget: CompilationBudget) -> None:
        """Do what the test is about."""


class Stuck(Stub):
    """Never ends, and never lets Python look at signals: as one long operation of a library."""

    def act(self, budget: CompilationBudget) -> None:
        sum(range(10**15))


class Killed(Stub):
    """Is ended by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def act(self, budget: CompilationBudget) -> None:
        os.kill(os.getpid(), self.number)
        time.sleep(60)


class Greedy(Stub):
    """Takes memory without end."""

    def act(self, budget: CompilationBudget) -> None:
        taken = []
        while True:
            taken.append(bytearray(b"x") * (1 << 22))


class Failing(Stub):
    """Makes a mistake."""

    def act(self, budget: CompilationBudget) -> None:
        raise AssertionError("children are numbered before their parents")


class Noisy(Stub):
    """Prints, as libraries do."""

    def act(self, budget: CompilationBudget) -> None:
        os.write(1, b"noise on standard output\n" * 1000)
        os.write(2, b"noise on standard error\n" * 10000)


class Counting(Stub):
    """Tells how far it is, for a while."""

    def act(self, budget: CompilationBudget) -> None:
        meter = Meter(budget, attempt="counting", total=100)
        for done in range(1, 9):
            meter.done = done
            meter.check(10 * done)
            time.sleep(0.06)


class Importing(Stub):
    """Notes what a worker has imported, and what it ignores."""

    def act(self, budget: CompilationBudget) -> None:
        import sys

        assert isinstance(budget, RunningBudget)
        budget.watch.notes["modules"] = " ".join(sorted(sys.modules))
        budget.watch.notes["path"] = "\n".join(sys.path)
        budget.watch.notes["ignores interruptions"] = int(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)


class WithoutRoom(Stub):
    """Finds no place for temporary files."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def act(self, budget: CompilationBudget) -> None:
        tempfile.tempdir = self.folder


class Bounded(Stub):
    """Says which bounds its process has, as soon as it has one on its time."""

    def act(self, budget: CompilationBudget) -> None:
        until = time.monotonic() + 5
        while resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY and time.monotonic() < until:
            time.sleep(0.01)
        bounds = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in ("CPU", "DATA")}
        raise error("E701", ", ".join(f"{name} {most}" for name, most in bounds.items()))
