"""The loop that runs a session, or a rest: what happened goes in, what is to be done is carried out.

On the thread that owns the session. Waits for the queue of events, and for nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from assistant.core.actions import Action
from assistant.core.events import CutShort, DeadlineReached, Event, Started
from assistant.core.resting import Resting
from assistant.core.session import Session
from assistant.core.states import State
from assistant.core.view import View
from assistant.event_queue import EventQueue
from assistant.performer import Performer

LOOK_SECONDS = 0.02


def conduct(
    session: Session | Resting,
    performer: Performer,
    events: EventQueue,
    happened: Callable[[], Iterable[Event]],
    *,
    must_end: Callable[[], str] = lambda: "",
    acknowledge: Callable[[int], None] = lambda hush_number: None,
    keep: Callable[[float, Event, Iterable[Action]], None] = lambda now, event, actions: None,
    publish: Callable[[View], None] = lambda view: None,
    first: Iterable[Event] = (Started(),),
    at: float = 0.0,
) -> None:
    """Run a session, or a rest, from its start to its end, or until it must end.

    `happened` tells what does not come by the queue, since it was last asked: sentences and prompts that have
    ended, what was typed. `acknowledge` is called before anything is said that the session wants said after
    it has learned the reason of a hush. `keep` gets each event with its time and its actions, and `publish`
    the session's view after it, when all has been carried out. `must_end` says why, when it has to. The
    session is told `first`, and its clock is `at` then.
    """
    began = now_seconds() - at

    def handle(event: Event) -> None:
        now = now_seconds() - began
        actions: tuple[Action, ...] = ()
        try:
            actions = session.handle(event, now)
        finally:
            keep(now, event, actions)  # also what a session breaks by
        acknowledge(events.hush_number)
        performer.carry_out(actions)
        publish(session.view)

    for event in first:
        handle(event)
    while session.state is not State.FINISHED:
        if reason := must_end():
            handle(CutShort(reason))
            return
        deadline = session.next_deadline
        until = LOOK_SECONDS if deadline is None else deadline - (now_seconds() - began)
        waiting = events.get(max(0.0, min(until, LOOK_SECONDS)))
        if waiting is not None:
            handle(waiting)
        for event in happened():
            handle(event)
        deadline = session.next_deadline
        if deadline is not None and now_seconds() - began >= deadline:
            handle(DeadlineReached())


def now_seconds() -> float:
    """Seconds on a clock that goes on while the machine sleeps: a session must know that it was away."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
