"""When a reminder comes: once, tomorrow, by the clock on the wall."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from assistant.core.actions import DropReminder, Remind
from assistant.core.events import ReminderDue
from assistant.reminder import LATEST, Reminder


class Wall:
    """A clock on the wall that is set by hand."""

    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("now", "minute", "due"),
    [
        ("2026-03-28T20:15:30", None, "2026-03-29T20:15:30"),  # the clocks are put on that night
        ("2026-12-31T20:15:00", 480, "2027-01-01T08:00:00"),
        ("2026-05-01T07:00:00", 480, "2026-05-02T08:00:00"),
        ("2026-05-01T00:30:00", 480, "2026-05-01T08:00:00"),  # who is still up means the coming morning
        ("2026-05-01T00:30:00", None, "2026-05-02T00:30:00"),
        ("2026-05-01T04:00:00", 1230, "2026-05-02T20:30:00"),
    ],
)
def test_tomorrow(now: str, minute: int | None, due: str) -> None:
    wall = Wall(now)
    reminder = Reminder(wall)
    reminder.watch(Remind(minute))
    wall.now = datetime.fromisoformat(due) - timedelta(seconds=1)
    assert (reminder.happened(), reminder.is_set) == ((), True)
    wall.now += timedelta(seconds=1)
    assert (reminder.happened(), reminder.is_set) == ((ReminderDue(),), False)
    assert reminder.happened() == ()


def test_one_that_was_dropped_or_comes_much_too_late_is_not_told() -> None:
    wall = Wall("2026-05-01T20:00:00")
    reminder = Reminder(wall)
    assert reminder.happened() == ()
    reminder.watch(Remind(480))
    reminder.watch(DropReminder())
    assert not reminder.is_set
    reminder.watch(Remind(480))
    wall.now = datetime.fromisoformat("2026-05-02T08:00:00") + LATEST + timedelta(seconds=1)
    assert reminder.happened() == ()
    assert not reminder.is_set


def test_the_later_one_counts() -> None:
    wall = Wall("2026-05-01T20:00:00")
    reminder = Reminder(wall)
    reminder.watch(Remind(480))
    reminder.watch(Remind(600))
    wall.now = datetime.fromisoformat("2026-05-02T08:30:00")
    assert reminder.happened() == ()
