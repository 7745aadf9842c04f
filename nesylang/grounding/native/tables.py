"""Calls with their answers, and the ground rules that were found."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nesylang.grounding.native.compiled import CompiledClause, Origin
from nesylang.grounding.native.terms import Value

Output = object
"""The free arguments of an answer: the value itself if there is one, a tuple of them otherwise."""

Row = tuple[Value, ...]

Task = tuple[Callable[..., object], tuple[object, ...], object, object]
"""A continuation with its environment, an answer and its literal."""


class Procedure:
    """A predicate as it is called with one adornment: its tables, and its compiled clauses.

    ``bag`` procedures keep an answer for each proof. ``waits`` tells whether its clauses may wait for other tables.
    """

    __slots__ = ("adornment", "bag", "choose", "name", "outputs", "tables", "waits")

    def __init__(self, name: str, adornment: str, bag: bool, waits: bool, choose: Callable[[Table], Iterable[CompiledClause]]) -> None:
        self.name = name
        self.adornment = adornment
        self.bag = bag
        self.waits = waits
        self.choose = choose
        self.outputs = tuple(position for position, letter in enumerate(adornment) if letter != "b")
        self.tables: dict[object, Table] = {}

    def inputs(self, key: object) -> Row:
        """Return the arguments that a key stands for, in order."""
        count = len(self.adornment) - self.adornment.count("f")
        return (key,) if count == 1 and "p" not in self.adornment else key  # type: ignore[return-value]

    def arguments(self, key: object, output: object) -> Row:
        """Return all arguments of an answer."""
        given = iter(self.inputs(key))
        results: Row = (output,) if len(self.outputs) == 1 else output  # type: ignore[assignment]
        found = iter(results)
        values: list[Value] = []
        for letter in self.adornment:
            if letter == "b":
                values.append(next(given))
            else:
                if letter == "p":
                    next(given)
                values.append(next(found))
        return tuple(values)


class Table:
    """A call and its answers.

    ``answers`` maps outputs to literals, 0 for certain ones; in a bag it is a list of such pairs. ``depth`` is the position among the
    incomplete tables, -1 before the call is evaluated. ``waiting`` until it is.
    """

    __slots__ = ("answers", "consumers", "depth", "done", "exists", "indexes", "key", "procedure", "seen", "waiting")

    def __init__(self, procedure: Procedure, key: object) -> None:
        self.procedure = procedure
        self.key = key
        self.answers: dict[object, int] | list[tuple[object, int]] = [] if procedure.bag else {}
        self.consumers: list[tuple[Callable[..., object], tuple[object, ...]]] | None = None
        self.depth = -1
        self.done = False
        self.waiting = True
        self.exists: int | None = None
        self.indexes: dict[int, dict[object, list[tuple[object, int]]]] | None = None
        self.seen: set[object] | None = None


class RuleLog:
    """The ground rules found so far, by column: heads, bodies, where they come from, values of the variables named there."""

    __slots__ = ("bindings", "bodies", "heads", "origins", "seen")

    def __init__(self) -> None:
        self.heads: list[int] = []
        self.bodies: list[tuple[int, ...]] = []
        self.origins: list[Origin | None] = []
        self.bindings: list[tuple[Value, ...]] = []
        self.seen: set[tuple[int, tuple[int, ...]]] = set()

    def add(self, head: int, body: tuple[int, ...], origin: Origin | None, bindings: tuple[Value, ...]) -> None:
        """Add a rule, unless it is known."""
        key = (head, body)
        if key not in self.seen:
            self.seen.add(key)
            self.heads.append(head)
            self.bodies.append(body)
            self.origins.append(origin)
            self.bindings.append(bindings)
