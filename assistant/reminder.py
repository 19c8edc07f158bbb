"""Keeps the time that somebody wanted to be reminded at, by the clock on the wall.

Owned by the thread that runs a room's sessions and rests. It is kept in memory alone: a reminder is there for
as long as the program runs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from assistant.core.actions import Action, DropReminder, Remind
from assistant.core.events import ReminderDue

DAY_BEGINS = timedelta(hours=4)
"""Whoever says "tomorrow" before that has not slept yet."""
LATEST = timedelta(hours=1)
"""A computer that was asleep at the time says nothing when it wakes much later."""


class Reminder:
    """One reminder, or none. `wall` tells the local time, without a zone: clocks are put on and back."""

    def __init__(self, wall: Callable[[], datetime] = datetime.now) -> None:
        self._wall = wall
        self._due: datetime | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is something to remind of."""
        return self._due is not None

    def watch(self, action: Action) -> None:
        """Keep or drop what a rest wants kept or dropped."""
        if isinstance(action, Remind):
            self._due = _tomorrow(self._wall(), action.minute_of_day)
        elif isinstance(action, DropReminder):
            self._due = None

    def happened(self) -> tuple[ReminderDue, ...]:
        """Once, when it is time."""
        if self._due is None or (late := self._wall() - self._due) < timedelta():
            return ()
        self._due = None
        return (ReminderDue(),) if late <= LATEST else ()


def _tomorrow(now: datetime, minute_of_day: int | None) -> datetime:
    if minute_of_day is None:
        return now + timedelta(days=1)
    day = (now - DAY_BEGINS).date() + timedelta(days=1)
    due = datetime.combine(day, time(*divmod(minute_of_day, 60)))
    return due if due > now else due + timedelta(days=1)
