"""The process that compiles in place of another one, which may stop it at any moment.

It is a Python of its own, not a fork: it has no threads, no torch and none of the user's modules. Its standard input is a file with two
pickles, the path to import from and a Request. To its standard output it writes messages, each a pickle behind its length in 8 bytes:
Progress any number of times, then a Result, a BudgetSpent or another NesyError. It ends with the process that started it.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import sys
import threading
from array import array
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from nesylang.circuit import Circuit
from nesylang.compilation.budget import Attempt, CompilationBudget, Progress, RunningBudget, Tried, Watch, spent_bytes
from nesylang.formula.formula import Formula, Kind, Node
from nesylang.source import NesyError
from nesylang.source.collection import paused_collection
from nesylang.source.memory import peak_bytes, used_bytes

if TYPE_CHECKING:
    from nesylang.compilation.compile import Compiler

START = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from nesylang.compilation.worker import main; main()"
"""What a Python has to run to become a worker."""

LENGTH = 8
"""Bytes in front of each message, which say how long it is."""

STACKS = (1 << 30, 1 << 28, 1 << 26)
"""Sizes of the stack to ask for, until one is granted: the SDD library recurses along vtrees, as deep as there are variables."""

RESERVED = 8 << 30
"""Bytes that a worker may ask for beyond its budget and never use: its stack, and the tables of each manager of the SDD library."""

UNBOUNDED = 1 << 62
"""What budgets without an end are taken for."""

DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


@dataclass(frozen=True, slots=True)
class PackedFormula:
    """A formula without results as arrays, which take little time to pickle: kinds, where children start, children, roots."""

    kinds: bytes
    starts: array[int]
    children: array[int]
    roots: tuple[int, ...]

    @classmethod
    def of(cls, formula: Formula) -> PackedFormula:
        """Return a formula as arrays."""
        starts, children = array("q", [0]), array("q")
        for node in formula.nodes:
            children.extend(node.children)
            starts.append(len(children))
        return cls(bytes(node.kind for node in formula.nodes), starts, children, formula.roots)

    def formula(self) -> Formula:
        """Return the formula again."""
        kinds = {int(kind): kind for kind in Kind}
        ends = zip(self.starts, self.starts[1:], strict=False)
        nodes = [Node(kinds[kind], tuple(self.children[start:end])) for kind, (start, end) in zip(self.kinds, ends, strict=True)]
        return Formula(tuple(nodes), self.roots)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be compiled, by what, for how much, after how many nodes there is a ``pause``, and what has been ``tried`` before.

    ``parent`` is the process that asks, ``watched`` says whether it wants Progress.
    """

    compiler: Compiler
    formula: PackedFormula
    values: Sequence[int]
    budget: CompilationBudget
    pause: int | None
    tried: Tried | None
    parent: int
    watched: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A circuit, how many nodes were made for it in which attempts, what else is noted, and the most memory that the worker used."""

    circuit: Circuit
    nodes: int
    attempts: tuple[Attempt, ...]
    notes: Mapping[str, int | str]
    peak: int


def main() -> None:
    """Compile what the request says, in a thread with a stack that is large enough for deep recursion."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked is interrupted too, and ends this one
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the messages
    request = pickle.load(sys.stdin.buffer)
    assert isinstance(request, Request)
    _end_with(request.parent)
    for size in STACKS:
        with suppress(ValueError, RuntimeError):
            threading.stack_size(size)
            thread = threading.Thread(target=_compile, args=(request, messages))
            thread.start()
            break
    else:
        _compile(request, messages)
        return
    _bound(request.budget)
    thread.join()


def _compile(request: Request, messages: IO[bytes]) -> None:
    def listen(progress: Progress) -> None:
        _write(messages, progress)

    watch = Watch(listen if request.watched else None)
    allowed = request.budget
    budget = RunningBudget(allowed.nodes, allowed.seconds, allowed.bytes, watch, request.pause, request.tried)
    try:
        with paused_collection():
            circuit = request.compiler.compile(request.formula.formula(), list(request.values), budget)
    except NesyError as failure:
        _write(messages, failure)
    except MemoryError:
        _write(messages, spent_bytes(request.budget))
    else:
        _write(messages, Result(circuit, watch.nodes, tuple(watch.attempts), watch.notes, peak_bytes()))


def _write(messages: IO[bytes], message: object) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    messages.write(len(data).to_bytes(LENGTH, "big") + data)
    messages.flush()


def _end_with(parent: int) -> None:
    """End this process when the one that asked ends, even in the middle of a long operation of a library."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _bound(budget: CompilationBudget) -> None:
    """Bound the memory and the time of this process, and let the system end it before any other where memory runs out.

    Memory that is asked for and not used counts here, unlike for the process that watches this one, whose bound comes first.
    """
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("800")
    for kind, wanted in (
        (resource.RLIMIT_DATA, used_bytes() + 2 * budget.bytes + RESERVED),
        (resource.RLIMIT_CPU, budget.seconds + 2),
        (resource.RLIMIT_CORE, 0),
    ):
        most = int(min(wanted, UNBOUNDED))
        hard = resource.getrlimit(kind)[1]
        with suppress(OSError, ValueError, OverflowError):
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
