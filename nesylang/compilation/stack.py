"""Room for recursion in C: the SDD library recurses along the vtree, and takes about 50 KB of stack for each level."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

LEVEL = 52_000
"""Bytes of stack that one level of the vtree may take."""

ORDINARY = 100
"""Levels for which there is room in every thread."""

DEEPEST = 20_000
"""Most levels that there is room for: with 1 GiB of stack, of which the system only provides what is used."""

PAGE = 4096
"""Sizes of stacks are multiples of that."""


def with_room(levels: int, work: Callable[[], Result], stop: Callable[[], None]) -> Result:
    """Return what ``work`` returns, in a thread with a larger stack if a vtree has more levels than there is room for in this one.

    When this thread is interrupted, ``stop`` has to see to it that the work ends soon.
    """
    size = (min(levels, DEEPEST) + ORDINARY) * LEVEL
    if levels <= ORDINARY or threading.stack_size() >= size:
        return work()
    future: Future[Result] | None = None
    with ThreadPoolExecutor(1) as pool:
        try:
            before = threading.stack_size(size // PAGE * PAGE)
            try:
                future = pool.submit(work)
            finally:
                threading.stack_size(before)
            return future.result()
        finally:
            # Interrupted while the thread starts, the work may be under way without a future.
            if future is None or not future.done():
                stop()
