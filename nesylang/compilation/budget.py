"""What a compilation may cost, what it has cost so far, and who is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from nesylang.source import Diagnostic, Label, NesyError
from nesylang.source.memory import used_bytes

LOOKS = 256
"""Checks between two looks at the memory."""

SILENCE = 0.2
"""Seconds between two reports of progress."""


CAREFUL_NODES = 32_000
"""Most nodes that are made in the process that wants the circuit, where nothing can stop a single operation of the SDD library."""

CAREFUL_PAIRS = 16_000_000
"""Most pairs of nodes that an operation may look at as long as no more nodes than these may be made."""

ADVICE = "ask fewer queries at once, give evidence that decides more"
"""What makes circuits smaller."""


@dataclass(frozen=True, slots=True)
class CompilationBudget:
    """Most decision nodes that may be made, most seconds, and most bytes of memory on top of what is used when compiling begins."""

    nodes: int = 10_000_000
    seconds: float = 600.0
    bytes: int = 8 * 2**30


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something has come: the stage, gates of the formula that are compiled of all, nodes so far, seconds since it began.

    ``attempt`` says in a few words which way is being tried, where there are several. The last report of all has the stage ``"end"``.
    """

    stage: str
    seconds: float
    done: int = 0
    total: int = 0
    nodes: int = 0
    attempt: str = ""


Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One compilation of a formula: how it was tried, how long that took, how many nodes were made, whether it came to an end."""

    way: str
    seconds: float
    nodes: int
    finished: bool


@dataclass(slots=True)
class Watch:
    """What is known of one compilation while it runs; its parts share it.

    ``listener`` is told how far it has come. ``notes`` is for what compilers have to say about their work, for the statistics; ``nodes``
    are those of the compiler at work, ``peak`` is the most memory of a worker.
    """

    listener: Listener | None = None
    started: float = field(default_factory=time.monotonic)
    memory: int = field(default_factory=used_bytes)
    attempts: list[Attempt] = field(default_factory=list)
    notes: dict[str, int | str] = field(default_factory=dict)
    nodes: int = 0
    peak: int = 0
    told: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the compilation began."""
        return time.monotonic() - self.started

    def tell(self, stage: str, done: int = 0, total: int = 0, nodes: int = 0, attempt: str = "") -> None:
        """Tell the listener how far the compilation has come."""
        if self.listener is not None:
            self.told = time.monotonic()
            self.listener(Progress(stage, self.told - self.started, done, total, nodes, attempt))


@dataclass(frozen=True, slots=True)
class Tried:
    """What has been tried in vain: rounds up to a number of nodes, and for each way how many nodes it was allowed and how far it came."""

    nodes: int
    ways: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class RunningBudget(CompilationBudget):
    """The budget of a compilation that has begun: its seconds count from the beginning of the watch.

    ``pause`` is a number of nodes after which a compiler is to stop between two rounds, and to raise Paused. ``tried`` is what it said
    then: it need not do that again.
    """

    watch: Watch = field(default_factory=Watch, compare=False, repr=False)
    pause: int | None = None
    tried: Tried | None = None


def running(budget: CompilationBudget, listener: Listener | None = None) -> RunningBudget:
    """Return the budget of a compilation that begins now; one that runs already stays as it is."""
    if isinstance(budget, RunningBudget):
        return budget
    return RunningBudget(budget.nodes, budget.seconds, budget.bytes, Watch(listener))


class BudgetSpent(NesyError):
    """E401: ``what`` of a budget (nodes, seconds, bytes, or the memory of the system) is spent, and ``found`` says how much of it.

    ``labels`` are the queries that need most of it, ``advice`` says how to make less of them.
    """

    def __init__(self, what: str, found: str, labels: tuple[Label, ...] = (), advice: str = ADVICE) -> None:
        self.what = what
        self.found = found
        message = f"compiling the program is beyond its budget: {found}"
        options = {"nodes": "--nodes", "seconds": "--seconds", "bytes": "--memory"}
        raised = (
            f"raise the budget: {options[what]}, or CompilationBudget({what}=...) in Python" if what in options else "use a larger machine"
        )
        hint = f"{advice}, or {raised}; docs/slow-compilation.md says more"
        super().__init__([Diagnostic("E401", message, labels, hint)])

    def marked(self, labels: tuple[Label, ...], advice: str) -> BudgetSpent:
        """Return the error with places and with what would need less."""
        return BudgetSpent(self.what, self.found, labels, advice)

    def __reduce__(self) -> tuple[type[BudgetSpent], tuple[str, str]]:  # type: ignore[override]
        return BudgetSpent, (self.what, self.found)


class Paused(BudgetSpent):
    """A compiler has tried what it was to try before a pause; there is no way back to the user for this."""

    def __init__(self, tried: Tried) -> None:
        super().__init__("pause", f"{tried.nodes:,} nodes in each of {len(tried.ways)} ways")
        self.tried = tried

    def __reduce__(self) -> tuple[type[Paused], tuple[Tried]]:  # type: ignore[override]
        return Paused, (self.tried,)


class WorkerDied(NesyError):
    """E403: the process that compiled ended without a result, ``because`` of something."""

    def __init__(self, because: str, hint: str, labels: tuple[Label, ...] = (), advice: str = ADVICE) -> None:
        self.because = because
        self.hint = hint
        message = f"the process that compiled the program died: {because}"
        super().__init__([Diagnostic("E403", message, labels, f"{hint}; {advice}")])

    def marked(self, labels: tuple[Label, ...], advice: str) -> WorkerDied:
        """Return the error with places and with what would need less."""
        return WorkerDied(self.because, self.hint, labels, advice)

    def __reduce__(self) -> tuple[type[WorkerDied], tuple[str, str]]:  # type: ignore[override]
        return WorkerDied, (self.because, self.hint)


def spent_nodes(nodes: int, budget: CompilationBudget) -> BudgetSpent:
    """Return that there are more nodes than the budget allows."""
    return BudgetSpent("nodes", f"{nodes:,} nodes of {budget.nodes:,} allowed")


def spent_seconds(seconds: float, budget: CompilationBudget) -> BudgetSpent:
    """Return that the time is up."""
    return BudgetSpent("seconds", f"{seconds:.1f} seconds of {budget.seconds:g} allowed")


def spent_bytes(budget: CompilationBudget) -> BudgetSpent:
    """Return that the memory of the budget is used up."""
    return BudgetSpent("bytes", f"more than {budget.bytes / 2**30:.3g} GiB of memory")


def out_of_memory() -> BudgetSpent:
    """Return that the system has no more memory to give."""
    return BudgetSpent("system", "all memory that there is")


class Meter:
    """Watches one compilation; ``check`` raises NesyError E401 once the budget is spent.

    ``attempt`` names the way that is being tried in a ``stage``; ``done`` of ``total`` gates are compiled, which whoever compiles may
    keep up to date.
    """

    __slots__ = ("attempt", "budget", "deadline", "done", "looks", "stage", "started", "total", "watch")

    def __init__(
        self, budget: CompilationBudget, started: float | None = None, attempt: str = "", total: int = 0, stage: str = "compiling"
    ) -> None:
        self.budget = budget
        self.watch = budget.watch if isinstance(budget, RunningBudget) else Watch()
        self.started = self.watch.started if started is None else started
        self.deadline = self.started + budget.seconds
        self.attempt = attempt
        self.stage = stage
        self.done = 0
        self.total = total
        self.looks = LOOKS

    def check(self, nodes: int) -> None:
        """Raise where ``nodes``, the time since the start or the memory are beyond the budget."""
        self.watch.nodes = nodes
        if nodes > self.budget.nodes:
            raise spent_nodes(nodes, self.budget)
        self.look()

    def look(self) -> None:
        """Raise where the time since the start or the memory are beyond the budget."""
        now = time.monotonic()
        if now > self.deadline:
            raise spent_seconds(now - self.started, self.budget)
        self.looks -= 1
        if not self.looks:
            self.looks = LOOKS
            if used_bytes() - self.watch.memory > self.budget.bytes:
                raise spent_bytes(self.budget)
        if self.watch.listener is not None and now - self.watch.told > SILENCE:
            self.watch.tell(self.stage, self.done, self.total, self.watch.nodes, self.attempt)


def within(budget: RunningBudget, nodes: int, seconds: float) -> RunningBudget:
    """Return a budget for one attempt: a pause after so many nodes, and so many seconds from now, but no more than there are left."""
    return replace(budget, pause=nodes, seconds=min(budget.seconds, budget.watch.seconds + seconds))
