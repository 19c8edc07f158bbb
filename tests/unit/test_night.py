"""Night: which times it covers, and when a rest is told of it by the clock on the wall."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assistant.config import Config
from assistant.config_loading import load_config
from assistant.core.events import NightChanged
from assistant.core.night import Night, night_of
from assistant.errors import ConfigError
from assistant.nightfall import Nightfall

PAST_MIDNIGHT, AFTER_MIDNIGHT = Night(22 * 60, 7 * 60), Night(30, 6 * 60 + 15)
"""The one begins in the evening, the other one in the morning."""


@pytest.mark.parametrize(
    ("night", "now", "is_night"),
    [
        (PAST_MIDNIGHT, "21:59", False),
        (PAST_MIDNIGHT, "22:00", True),
        (PAST_MIDNIGHT, "00:00", True),
        (PAST_MIDNIGHT, "06:59", True),
        (PAST_MIDNIGHT, "07:00", False),
        (AFTER_MIDNIGHT, "00:29", False),
        (AFTER_MIDNIGHT, "00:30", True),
        (AFTER_MIDNIGHT, "06:15", False),
        (AFTER_MIDNIGHT, "23:00", False),
    ],
)
def test_a_night_may_go_past_midnight(night: Night, now: str, is_night: bool) -> None:
    hours, minutes = map(int, now.split(":"))
    assert night.covers(60 * hours + minutes) is is_night


def test_hours_as_people_write_them() -> None:
    assert night_of("22:00-07:00") == night_of(" 22:00 - 7:00 ") == PAST_MIDNIGHT
    assert night_of("00:30-6:15") == AFTER_MIDNIGHT
    assert night_of(" ") is None


@pytest.mark.parametrize(
    "odd", ["22:00", "22-7", "24:00-07:00", "22:60-07:00", "7:00-07:00", "22:00-07:00-08:00"]
)
def test_hours_that_are_none_are_told(odd: str) -> None:
    with pytest.raises(ConfigError, match=r"LIMBER_NIGHT_HOURS.*(two times of the day|another time)"):
        load_config(environ={"LIMBER_NIGHT_HOURS": odd})


def test_there_is_no_night_unless_it_is_configured() -> None:
    assert Config().night.night is None
    assert Config.model_validate({"night": {"hours": "22:00-07:00"}}).night.night == PAST_MIDNIGHT


def told_over(nightfall_wall: list[datetime], night: Night) -> list[tuple[str, bool]]:
    """The wall's time, and what a rest is told, minute by minute."""
    told: list[tuple[str, bool]] = []
    fall = Nightfall(night, lambda: nightfall_wall[0])
    fall.begin_rest()
    while nightfall_wall:
        told += [(f"{nightfall_wall[0]:%d %H:%M}", event.is_night) for event in fall.happened()]
        nightfall_wall.pop(0)
    return told


def wall_from(first: datetime, hours: int) -> list[datetime]:
    """What the wall shows each minute from then on, as a clock that is put on and back shows it."""
    zone, at = first.tzinfo, first.timestamp()
    return [datetime.fromtimestamp(at + 60 * n, zone).replace(tzinfo=None) for n in range(hours * 60)]


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2026, 3, 28), 23), ((2026, 10, 24), 25), ((2026, 6, 1), 24)],
    ids=["put on", "put back", "as ever"],
)
def test_night_begins_and_ends_when_the_wall_says_so(day: tuple[int, int, int], hours: int) -> None:
    noon = datetime(*day, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    next_day = f"{(noon + timedelta(days=1)).day:02}"
    told = told_over(wall_from(noon, hours), PAST_MIDNIGHT)
    assert told == [(f"{noon.day:02} 22:00", True), (f"{next_day} 07:00", False)]


def test_an_hour_that_is_skipped_has_no_night_and_one_that_comes_twice_has_two() -> None:
    night = Night(2 * 60, 2 * 60 + 30)
    zone = ZoneInfo("Europe/Berlin")
    assert told_over(wall_from(datetime(2026, 3, 28, 12, tzinfo=zone), 23), night) == []
    back = told_over(wall_from(datetime(2026, 10, 24, 12, tzinfo=zone), 25), night)
    assert back == [("25 02:00", True), ("25 02:30", False)] * 2


def test_each_rest_is_told_anew_and_without_a_night_none_is() -> None:
    wall = datetime(2026, 6, 1, 23)
    fall = Nightfall(PAST_MIDNIGHT, lambda: wall)
    assert (fall.happened(), fall.happened()) == ((NightChanged(True),), ())
    fall.begin_rest()
    assert fall.happened() == (NightChanged(True),)
    assert Nightfall(None, lambda: wall).happened() == ()
