"""What findall/3, all/3 and all_or_none/3 find: one list for each set of answers that may hold together."""

from __future__ import annotations

from collections.abc import Callable

from nesylang.grounding.native.errors import GoalError
from nesylang.grounding.native.machine import Machine
from nesylang.grounding.native.tables import Table
from nesylang.grounding.native.terms import NIL, Value

Exclusive = Callable[[int], object | None]
"""What literals of which at most one holds have in common: the choice or aggregate that they are a value of; None for other literals."""


def gathered(machine: Machine, exclusive: Exclusive, kind: str, table: Table) -> list[tuple[Value, int]]:
    """Return the possible lists of a call's instances, each with its literal.

    An instance that is not certain is in some of the lists; those that no world has, because two alternatives of a choice, two values
    of an aggregate, or an atom and its negation would hold, are left out.
    """
    if not table.done:
        raise GoalError(
            "E312", f"a goal calls itself through {kind}", "its list would depend on itself: take the recursion out of the goal"
        )
    single = len(table.procedure.outputs) == 1
    pairs = table.answers if isinstance(table.answers, list) else table.answers.items()
    found: list[tuple[Value, int]] = [(output if single else output[0], literal) for output, literal in pairs]  # type: ignore[index, misc]
    keep_empty = kind != "all"
    lists: list[tuple[Value, int]] = []
    # A state is a position, the values taken before it, and what is known of literals by then.
    pending: list[tuple[int, tuple[Value, ...], dict[int, bool]]] = [(0, (), {})]
    while pending:
        position, taken, known = pending.pop()
        while position < len(found):
            value, literal = found[position]
            position += 1
            state = _state(literal, known)
            if state is None:
                state = None if not _excluded(literal, known, exclusive) else False
            if state is None:
                machine.tick()
                pending.append((position, taken, {**known, literal: False}))
                known = {**known, literal: True}
                state = True
            if state:
                taken = (*taken, value)
        literal_of_list = machine.conjunction(tuple(literal if holds else -literal for literal, holds in known.items()))
        if literal_of_list is not None and (taken or keep_empty):
            lists.append((_list(machine, taken), literal_of_list))
    return lists


def _state(literal: int, known: dict[int, bool]) -> bool | None:
    if literal == 0:
        return True
    if literal in known:
        return known[literal]
    return not known[-literal] if -literal in known else None


def _excluded(literal: int, known: dict[int, bool], exclusive: Exclusive) -> bool:
    """Return whether another value of the literal's choice or aggregate holds."""
    own = exclusive(literal)
    return own is not None and any(exclusive(other) == own for other, holds in known.items() if holds)


def _list(machine: Machine, values: tuple[Value, ...]) -> Value:
    """Return a list whose elements share no variables."""
    store = machine.store
    elements = [store.instantiate((value,))[0] for value in values]
    return store.canonical((store.list(elements, NIL),))[0]
