"""Compiling so that it can be stopped: small formulas in this process, larger ones in a worker process.

One operation of the SDD library can neither be interrupted nor be told how much it may take. A worker process can be: it is ended when
the time is up, when it needs too much memory, and when the user interrupts. What is compiled in milliseconds never starts one.
"""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from nesylang.circuit import Circuit
from nesylang.compilation.budget import (
    CAREFUL_NODES,
    Attempt,
    BudgetSpent,
    CompilationBudget,
    Paused,
    Progress,
    RunningBudget,
    Tried,
    Watch,
    WorkerDied,
    out_of_memory,
    running,
    spent_bytes,
    spent_seconds,
    within,
)
from nesylang.compilation.worker import LENGTH, START, PackedFormula, Request, Result
from nesylang.formula.expansion import expanded
from nesylang.formula.formula import Formula, Kind, Node
from nesylang.source import NesyError
from nesylang.source.memory import process_bytes

if TYPE_CHECKING:
    from nesylang.compilation.compile import Compiler

FIRST_SECONDS = 1.0
"""Longest time that is spent on compiling in this process."""

FIRST_CHOICES = 2_000
"""Most choices of formulas that are compiled in this process: the SDD library recurses as deep as there are variables."""

LOOK = 0.1
"""Seconds between two looks at what a worker uses."""

GRACE = 0.3
"""Seconds that a worker has to say itself that its time is up."""


class StoppableCompiler:
    """Compiles as another compiler does, in this process as long as that is little work, and otherwise in a worker process.

    The circuit does not depend on which of them made it. Where no worker can be started, everything is compiled in this process.
    """

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.name = compiler.name

    def compile(self, formula: Formula, values: Sequence[int], budget: CompilationBudget) -> Circuit:
        """Return the circuit of the formula's roots; raise NesyError E401 where the budget is spent, E403 where a worker dies."""
        budget = running(budget)
        formula = _reachable(expanded(formula))
        circuit, tried = self._first(formula, values, budget, CAREFUL_NODES)
        if circuit is not None:
            return circuit
        return self._there(formula, values, replace(budget, tried=tried))

    def attempt(self, formula: Formula, values: Sequence[int], budget: RunningBudget, nodes: int) -> tuple[Circuit | None, Tried | None]:
        """Return the circuit of the formula's roots if rounds of so many nodes are enough, otherwise what has been tried in vain.

        Whether they are never depends on time: where they take too long for this process, a worker goes through them. A budget of fewer
        nodes is no error yet.
        """
        formula = _reachable(expanded(formula))
        if _choices(formula) > FIRST_CHOICES:
            return None, None
        try:
            circuit, tried = self._first(formula, values, budget, nodes)
            if circuit is None and tried is None:
                circuit = self._there(formula, values, replace(budget, pause=nodes))
        except Paused as pause:
            return None, pause.tried
        except BudgetSpent as spent:
            if spent.what != "nodes":
                raise
            return None, None
        return circuit, tried

    def _first(self, formula: Formula, values: Sequence[int], budget: RunningBudget, nodes: int) -> tuple[Circuit | None, Tried | None]:
        """Return a circuit if this process can make it without danger, otherwise what it has tried in vain."""
        if _choices(formula) > FIRST_CHOICES:
            return None, budget.tried
        first = within(budget, nodes, FIRST_SECONDS)
        try:
            return self._here(formula, values, first), None
        except Paused as pause:
            return None, pause.tried
        except BudgetSpent as spent:
            # Memory and nodes are bounded alike here and in a worker.
            if getattr(first, spent.what, None) == getattr(budget, spent.what, None):
                raise
            return None, budget.tried

    def _there(self, formula: Formula, values: Sequence[int], budget: RunningBudget) -> Circuit:
        """Return a circuit that a worker makes, or this process where no worker can be started."""
        packed, watched = PackedFormula.of(formula), budget.watch.listener is not None
        request = Request(self.compiler, packed, values, _left(budget), budget.pause, budget.tried, os.getpid(), watched)
        process = _Process.started(request)
        if process is None:
            return self._here(formula, values, budget)
        with process:
            return process.circuit(budget)

    def _here(self, formula: Formula, values: Sequence[int], budget: RunningBudget) -> Circuit:
        watch = budget.watch
        before, began, finished = len(watch.attempts), watch.seconds, False
        try:
            circuit = self.compiler.compile(formula, list(values), budget)
            finished = True
        finally:
            if len(watch.attempts) == before:
                watch.attempts.append(Attempt(self.name, watch.seconds - began, watch.nodes, finished))
        return circuit


def _reachable(formula: Formula) -> Formula:
    """Return a formula with the nodes that its roots depend on, in their order."""
    kept = formula.reachable(formula.roots)
    if not kept or kept[0] != 1:
        kept.insert(0, 1)
    if len(kept) == len(formula.nodes):
        return formula
    numbers = {number: position for position, number in enumerate(kept, 1)}

    def moved(literal: int) -> int:
        return numbers[literal] if literal > 0 else -numbers[-literal]

    nodes = []
    for number in kept:
        node = formula.nodes[number - 1]
        nodes.append(Node(node.kind, tuple(map(moved, node.children))) if node.kind >= Kind.AND else node)
    return Formula(tuple(nodes), tuple(map(moved, formula.roots)))


def _choices(formula: Formula) -> int:
    """Return how many choices a formula is about."""
    return len({node.children[0] for node in formula.nodes if node.kind is Kind.LEAF})


def _left(budget: RunningBudget) -> CompilationBudget:
    """Return what is left of a budget."""
    return CompilationBudget(budget.nodes, max(0.0, budget.seconds - budget.watch.seconds), budget.bytes)


class _Process:
    """A worker process; leaving its context ends it."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.process = process
        self.errors = errors
        self.began = time.monotonic()
        self.received = bytearray()
        self.peak = 0

    @classmethod
    def started(cls, request: Request) -> _Process | None:
        """Return a worker that got a request; None where no process can be started, or where the program is no Python (``sys.frozen``)."""
        if not sys.executable or getattr(sys, "frozen", False):
            return None
        try:
            errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        except OSError:
            return None
        try:
            with tempfile.TemporaryFile() as given:
                pickle.dump(_path(), given)
                pickle.dump(request, given, pickle.HIGHEST_PROTOCOL)
                given.seek(0)
                command = [sys.executable, "-S", "-P", "-X", "utf8", "-c", START]
                process = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=errors, env=_environment())
        except OSError:
            errors.close()
            return None
        return cls(process, errors)

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.errors.close()

    def circuit(self, budget: RunningBudget) -> Circuit:
        """Return the circuit once the worker has sent it; raise NesyError where it failed, died or used up the budget."""
        watch = budget.watch
        deadline = watch.started + budget.seconds + GRACE
        try:
            while True:
                for message in self._messages(LOOK):
                    match message:
                        case Progress():
                            watch.nodes = message.nodes
                            watch.tell("compiling", message.done, message.total, message.nodes, message.attempt)
                        case Result():
                            self._note(message, watch)
                            return message.circuit
                        case BudgetSpent(what="seconds"):
                            raise spent_seconds(watch.seconds, budget)
                        case NesyError():
                            raise message
                        case None:
                            raise self._dead(budget)
                if time.monotonic() > deadline:
                    raise spent_seconds(watch.seconds, budget)
                used = process_bytes(self.process.pid) or 0
                self.peak = max(self.peak, used)
                if used > budget.bytes:
                    raise spent_bytes(budget)
        finally:
            watch.peak = max(watch.peak, self.peak)

    def _note(self, result: Result, watch: Watch) -> None:
        """Note what a worker did for its result."""
        watch.nodes = result.nodes
        watch.notes.update(result.notes)
        attempts = result.attempts or (Attempt(result.circuit.compiler, time.monotonic() - self.began, result.nodes, True),)
        watch.attempts.extend(replace(attempt, way=f"{attempt.way}, in a worker") for attempt in attempts)
        self.peak = max(self.peak, result.peak)

    def _messages(self, seconds: float) -> list[object]:
        """Return the messages that come within some seconds; the last is None once there will be no more."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                return []
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        if not data:
            return [None]
        self.received += data
        found: list[object] = []
        while len(self.received) >= LENGTH:
            end = LENGTH + int.from_bytes(self.received[:LENGTH], "big")
            if len(self.received) < end:
                break
            found.append(pickle.loads(self.received[LENGTH:end]))
            del self.received[:end]
        return found

    def _dead(self, budget: RunningBudget) -> NesyError:
        """Return why a worker ended without a result."""
        status = self.process.wait()
        self.errors.seek(0)
        lines = [line for line in self.errors.read()[-10_000:].decode("utf-8", "replace").splitlines() if line.strip()]
        if any("alloc failed" in line for line in lines):
            # The worker may ask for more than the budget: where it uses little, it is the system that has no more.
            return spent_bytes(budget) if self.peak * 3 > budget.bytes else out_of_memory()
        if -status == signal.SIGXCPU:
            return spent_seconds(budget.watch.seconds, budget)
        return _died(status, lines[-1] if lines else "", self.peak)


def _died(status: int, said: str, used: int) -> WorkerDied:
    """Return that a worker died, with what it died of as far as its exit status tells."""
    if status >= 0:
        because = f"it ended with status {status}"
        hint = "this is a mistake of nesylang, or of the library of decision diagrams"
    elif -status == signal.SIGKILL:
        because = "the system, or somebody, stopped it (SIGKILL)"
        hint = f"most likely memory ran out, of which it had {used / 2**30:.2g} GiB: a smaller --memory ends it with a clear error"
    else:
        because = f"{_signal_name(-status)} stopped it"
        hint = "most likely the library of decision diagrams crashed"
    return WorkerDied(because + (f": {said}" if said else ""), hint)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _path() -> list[str]:
    """Return where a worker imports from: where this process does, and where it found what the worker needs, in whatever way."""
    found = [entry or os.getcwd() for entry in sys.path if isinstance(entry, str)]
    for name in ("nesylang", "pysdd"):
        file = getattr(sys.modules.get(name), "__file__", None)
        folder = file and os.path.dirname(os.path.dirname(os.path.abspath(file)))
        if folder and folder not in found:
            found.append(folder)
    return found


def _environment() -> dict[str, str]:
    """Return the environment without what would make a Python start differently, but with where its library is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") or name == "PYTHONHOME"}
    return {**kept, "PYTHONHASHSEED": "0"}
