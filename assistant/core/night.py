"""The hours in which a room that rests makes no sound of its own accord. Pure: whoever asks tells the time.

Hours are those of the clock on the wall, so that they stay where they are when clocks are put on or back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HOURS = re.compile(r"\s*(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*")


@dataclass(frozen=True, slots=True)
class Night:
    """From one minute of the day up to another, which is not of the night any more; often past midnight."""

    begins: int
    ends: int

    def covers(self, minute_of_day: int) -> bool:
        """Whether it is night in this minute."""
        if self.begins < self.ends:
            return self.begins <= minute_of_day < self.ends
        return minute_of_day >= self.begins or minute_of_day < self.ends


def night_of(hours: str) -> Night | None:
    """The night that is written as "22:00-07:00"; None for "". Raises ValueError."""
    if not hours.strip():
        return None
    found = _HOURS.fullmatch(hours)
    numbers = [int(number) for number in found.groups()] if found else [24] * 4
    begins, ends = (60 * hour + minute for hour, minute in zip(numbers[::2], numbers[1::2], strict=True))
    if max(numbers[::2]) > 23 or max(numbers[1::2]) > 59:
        raise ValueError('it should be two times of the day, such as "22:00-07:00"')
    if begins == ends:
        raise ValueError("it should end at another time than it begins")
    return Night(begins, ends)
