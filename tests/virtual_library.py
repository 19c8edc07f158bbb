"""What stands in for threading, time, queue and futures: it waits on the clock of virtual_threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from queue import Empty
from typing import Any

from virtual_threads import NEVER, Killed, Threads, VirtualThread

_TICK_SECONDS = 1e-6
"""A clock goes on while somebody waits, be it ever so short."""


class Library:
    """What a module of the program finds in place of `threading`, `time`, `queue` and futures."""

    CLOCK_BOOTTIME, CLOCK_MONOTONIC = 7, 1

    def __init__(self, threads: Threads, wall: Callable[[], float]) -> None:
        self.threads = threads
        self.time = wall
        for kind in (Condition, Lock, Flag, SimpleQueue, Future):
            setattr(self, kind.__name__, lambda *_, kind=kind: kind(threads))
        self.Event = self.Flag  # type: ignore[attr-defined]

    def Thread(  # noqa: N802 - as in threading
        self, *, target: Callable[..., object], name: str = "", args: Iterable[Any] = (), daemon: bool = False
    ) -> Thread:
        """A thread, not yet begun."""
        return Thread(self.threads, lambda: target(*args), name)

    def monotonic(self) -> float:
        """Seconds, without those that the machine slept."""
        return self.threads.now

    def clock_gettime(self, clock: int) -> float:
        """Seconds, with or without them."""
        return self.threads.now + (self.threads.asleep_seconds if clock == self.CLOCK_BOOTTIME else 0.0)

    def wait(self, futures: list[Future], seconds: float) -> None:
        """Wait for the one future that there is."""
        futures[0].wait(seconds)


class Thread:
    """As in threading."""

    def __init__(self, threads: Threads, target: Callable[[], object], name: str) -> None:
        self._threads, self._target, self._name = threads, target, name
        self._over = Flag(threads)
        self._is_begun = False

    def start(self) -> None:
        self._is_begun = True
        self._threads.spawn(self._run, self._name)

    def _run(self) -> None:
        try:
            self._target()
        finally:
            self._over.set()

    def join(self, timeout: float | None = None) -> None:
        self._over.wait(timeout)

    def is_alive(self) -> bool:
        return self._is_begun and not self._over.is_set()


class Condition:
    """As in threading. Nobody is interrupted but where it waits, so that nothing has to be locked."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._waiting: list[VirtualThread] = []

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *error: object) -> None:
        pass

    def wait_for(self, is_so: Callable[[], Any], timeout: float | None = None) -> Any:
        threads = self._threads
        end = NEVER if timeout is None else threads.now + (max(timeout, _TICK_SECONDS) if timeout > 0 else 0)
        while not (result := is_so()) and threads.now < end:
            me = threads.current
            self._waiting.append(me)
            try:
                threads.block(end)
            finally:
                if me in self._waiting:
                    self._waiting.remove(me)
        return result

    def notify(self, count: int = 1) -> None:
        for one in self._waiting[:count]:
            self._threads.ready(one)
        del self._waiting[:count]

    def notify_all(self) -> None:
        self.notify(len(self._waiting))


class Lock:
    """As in threading; held by a thread that waits for something else, it lets others wait."""

    def __init__(self, threads: Threads) -> None:
        self._free = Condition(threads)
        self._is_held = False

    def __enter__(self) -> None:
        self._free.wait_for(lambda: not self._is_held)
        self._is_held = True

    def __exit__(self, *error: object) -> None:
        self._is_held = False
        self._free.notify()


class Flag:
    """An Event of threading."""

    def __init__(self, threads: Threads) -> None:
        self._changed = Condition(threads)
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        self._changed.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        return bool(self._changed.wait_for(self.is_set, timeout))


class SimpleQueue:
    """As in queue."""

    def __init__(self, threads: Threads) -> None:
        self._changed = Condition(threads)
        self._items: deque[Any] = deque()

    def put(self, item: Any) -> None:
        self._items.append(item)
        self._changed.notify()

    def qsize(self) -> int:
        return len(self._items)

    def get_nowait(self) -> Any:
        if not self._items:
            raise Empty
        return self._items.popleft()

    def get(self, timeout: float | None = None) -> Any:
        if not self._items:
            self._changed.wait_for(self.qsize, timeout)
        return self.get_nowait()


class Future:
    """As in concurrent.futures."""

    def __init__(self, threads: Threads) -> None:
        self._over = Flag(threads)
        self._result: Any = None
        self._error: BaseException | None = None

    def set_result(self, result: Any) -> None:
        self._result = result
        self._over.set()

    def set_exception(self, error: BaseException) -> None:
        if isinstance(error, Killed):
            raise error
        self._error = error
        self._over.set()

    def done(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float | None) -> bool:
        return self._over.wait(seconds)

    def result(self, timeout: float | None = None) -> Any:
        if not self._over.wait(timeout):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._result
