"""Room for recursion: work that needs it runs in a thread of its own, and fails as it would in this one."""

from __future__ import annotations

import signal
import threading

import pytest

from nesylang.compilation.stack import LEVEL, ORDINARY, with_room


def never() -> None:
    raise AssertionError("nothing was interrupted")


def test_little_depth_stays_in_this_thread() -> None:
    assert with_room(ORDINARY, threading.get_ident, never) == threading.get_ident()


def test_more_depth_has_a_thread_of_its_own() -> None:
    before = threading.stack_size()
    assert with_room(ORDINARY + 1, threading.get_ident, never) != threading.get_ident()
    assert threading.stack_size() == before


def test_one_that_has_room_is_enough() -> None:
    before = threading.stack_size(1000 * LEVEL // 4096 * 4096)
    try:
        assert with_room(800, threading.get_ident, never) == threading.get_ident()
    finally:
        threading.stack_size(before)


def test_errors_come_through() -> None:
    stopped = []
    with pytest.raises(ZeroDivisionError):
        with_room(1000, lambda: 1 // 0, lambda: stopped.append(1))
    assert not stopped, "work that failed has ended"


def test_an_interrupt_ends_the_work() -> None:
    ended = threading.Event()
    timer = threading.Timer(0.3, signal.pthread_kill, [threading.main_thread().ident, signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        with_room(1000, lambda: ended.wait(60), ended.set)
    assert ended.is_set()


def test_an_interrupt_while_the_thread_starts_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread may be at work for long before this one hears that it has started."""
    ended = threading.Event()
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        with_room(1000, lambda: ended.wait(60), ended.set)
    assert ended.is_set()
