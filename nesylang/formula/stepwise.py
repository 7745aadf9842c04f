"""Recursion without the stack of Python: a question asks others by yielding them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, MutableMapping
from typing import TypeVar

Asked = TypeVar("Asked", bound=Hashable)
Answer = TypeVar("Answer")


def answer(
    question: Asked,
    ask: Callable[[Asked], Generator[Asked, Answer, Answer]],
    known: MutableMapping[Asked, Answer],
) -> Answer:
    """Return the answer of a question: what ``ask`` returns for it, given the answers of those that it yields; ``known`` keeps them all.

    >>> def factorial(number):
    ...     return number * (yield number - 1) if number else 1
    >>> answer(5, factorial, {})
    120
    """
    if question in known:
        return known[question]
    pending = [(question, ask(question))]
    received: Answer | None = None
    while True:
        current, work = pending[-1]
        try:
            following = next(work) if received is None else work.send(received)
        except StopIteration as stop:
            pending.pop()
            received = known[current] = stop.value
            if not pending:
                return known[current]
            continue
        received = known.get(following)
        if received is None:
            pending.append((following, ask(following)))
