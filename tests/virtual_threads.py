"""Threads on a clock that jumps: the program's own, of which one runs at a time, as chance has it.

Each is a real thread that waits for its turn. It goes on until it waits for something, and then the next one
does: nothing happens twice in different ways, and hours pass in seconds. A thread can be frozen, as when a
library hangs, or killed, as with its process.
"""

from __future__ import annotations

import _thread
import heapq
import math
from collections.abc import Callable
from random import Random

NEVER = math.inf


class Killed(BaseException):
    """The process of this thread is gone; nobody catches it."""


class VirtualThread:
    """One of the threads; `name` is the one that the program gave it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.turn = _thread.allocate_lock()
        self.turn.acquire()
        self.waits = False
        self.wait_number = 0
        self.frozen_until = 0.0
        self.is_killed = self.is_over = False
        self.belongs_to: object = None


class Threads:
    """All of them, and the clock. The thread that makes it takes its turns like the others.

    `now` counts seconds while the machine is awake, as time.monotonic does; `asleep_seconds` are added to it
    for the clock that counts those as well.
    """

    def __init__(self, random: Random) -> None:
        self.now = 0.0
        self.asleep_seconds = 0.0
        self.current = self.first = VirtualThread("first")
        self.failures: list[BaseException] = []
        self.all: list[VirtualThread] = []
        self.switches = 0
        self._random = random
        self._ready: list[VirtualThread] = []
        self._due: list[tuple[float, float, int, VirtualThread | Callable[[], None], int]] = []
        self._count = 0

    # For the one who directs

    def sleep(self, seconds: float) -> None:
        """Let the others go on for so long."""
        self.block(self.now + seconds)

    def at(self, time: float, call: Callable[[], None]) -> None:
        """Call this then, in the turn of whoever waits; it must not wait itself."""
        self._push(time, call, 0)

    def freeze(self, name: str, seconds: float) -> int:
        """Let the threads of this name hang where they wait; how many there are."""
        found = [one for one in self.all if one.name == name and not one.is_over]
        for one in found:
            one.frozen_until = max(one.frozen_until, self.now + seconds)
        return len(found)

    def is_frozen(self, name: str) -> bool:
        """Whether a thread of this name hangs."""
        return any(one.frozen_until > self.now for one in self.all if one.name == name and not one.is_over)

    def kill(self, belonging_to: object) -> None:
        """Let none of these threads go on; the one that calls is killed when it waits the next time."""
        for one in self.all:
            if one.belongs_to is belonging_to and not one.is_over:
                one.is_killed, one.frozen_until = True, 0.0
                self.ready(one)

    def forget_the_dead(self) -> None:
        """Keep only those that live."""
        self.all = [one for one in self.all if not one.is_over]

    # For what stands in for the library's

    def spawn(self, target: Callable[[], object], name: str) -> VirtualThread:
        """Begin a thread; it gets its first turn when others wait."""
        if self.current.is_killed:
            raise Killed
        one = VirtualThread(name)
        one.belongs_to = self.current.belongs_to
        self.all.append(one)

        def run() -> None:
            one.turn.acquire()
            try:
                if not one.is_killed:
                    target()
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 - the top of a thread: whoever directs is told
                self.failures.append(error)
            one.is_over = True
            self._next(one)

        _thread.start_new_thread(run, ())
        one.waits = True
        self.ready(one)
        return one

    def block(self, until: float = NEVER) -> None:
        """Wait until then, or until somebody says that it may go on."""
        me = self.current
        if me.is_killed:
            raise Killed
        me.waits = True
        me.wait_number += 1
        if until < NEVER:
            self._push(until, me, me.wait_number)
        self._next(me)
        if me.is_killed:
            raise Killed

    def ready(self, one: VirtualThread) -> None:
        """It may go on, if it waits."""
        if one.waits:
            one.waits = False
            one.wait_number += 1
            self._ready.append(one)

    def _push(self, time: float, what: VirtualThread | Callable[[], None], number: int) -> None:
        self._count += 1
        heapq.heappush(self._due, (time, self._random.random(), self._count, what, number))

    def _next(self, me: VirtualThread) -> None:
        """Give the turn to whoever is next, and wait for the next turn of one's own."""
        one = self._choose()
        self.current = one
        if one is not me:
            self.switches += 1
            one.turn.release()
            if not me.is_over:
                me.turn.acquire()

    def _choose(self) -> VirtualThread:
        while True:
            if self._ready:
                at = self._random.randrange(len(self._ready)) if len(self._ready) > 1 else 0
                one = self._ready.pop(at)
            else:
                time, _, _, what, number = heapq.heappop(self._due)
                if not isinstance(what, VirtualThread):
                    self.now = max(self.now, time)
                    what()
                    continue
                one = what
                if number != one.wait_number or not one.waits:
                    continue
                self.now = max(self.now, time)
                one.waits = False
            if one.is_over:
                continue
            if one.frozen_until > self.now and not one.is_killed:
                one.waits = True
                one.wait_number += 1
                self._push(one.frozen_until, one, one.wait_number)
                continue
            return one
