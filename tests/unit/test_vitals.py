"""How a room is, as seen from outside: what stands still, since when, and how fast all goes."""

from __future__ import annotations

import pytest

from assistant.core.faults import Fault
from assistant.core.liveness import PLAYBACK, SESSION, STALLED, STUCK, Gauges
from assistant.core.vitals import Rates, Vitals

LOOK = 0.25
ALL = {"delivered": 50, "heard": 50, "played": 50, "beats": 50}
WITHIN = {
    "delivered": (Fault.MICROPHONE_LOST, STALLED.limit),
    "heard": (Fault.HEARING_STUCK, STUCK.limit),
    "played": (Fault.SPEAKER_LOST, PLAYBACK.limit),
    "beats": (Fault.SESSION_LATE, SESSION.limit),
}


class Room:
    def __init__(self) -> None:
        self.vitals, self.now = Vitals(), 100.0
        self.counts = dict.fromkeys(ALL, 0.0)

    def runs(self, seconds: float, frozen: str = "", told: tuple[Fault, ...] = (), **gauges: object) -> None:
        for _ in range(round(seconds / LOOK)):
            self.now += LOOK
            for name, rate in ALL.items():
                self.counts[name] += rate * LOOK * (name != frozen)
            counts = {name: int(count) for name, count in self.counts.items()}
            more = {"openings": 1, "waiting": 3, "is_guided": True, **gauges}
            self.vitals.look(self.now, Gauges(**counts, **more), told)  # type: ignore[arg-type]


def test_who_goes_on_is_well_and_the_last_second_is_told() -> None:
    room = Room()
    assert room.vitals.rates == Rates()
    for _ in range(2):
        room.vitals.look(room.now, Gauges(), ())
        assert room.vitals.rates == Rates(), "both at once"
    room.runs(60)
    assert room.vitals.stopped == frozenset()
    assert room.vitals.since == {}
    rates = room.vitals.rates
    assert (rates.delivered, rates.heard, rates.played, rates.looks) == pytest.approx((50,) * 4, abs=1)


@pytest.mark.parametrize("frozen", WITHIN)
def test_what_stands_still_is_noticed_within_its_limit_and_when_it_is_well(frozen: str) -> None:
    fault, limit = WITHIN[frozen]
    room = Room()
    room.runs(5)
    room.runs(limit - LOOK, frozen)
    assert room.vitals.stopped == frozenset()
    room.runs(3 * LOOK, frozen)
    assert room.vitals.stopped == {fault}
    since = room.vitals.since[fault]
    room.runs(10, frozen)
    assert room.vitals.since == {fault: since}
    room.runs(LOOK)
    assert room.vitals.stopped == frozenset()
    assert room.vitals.since == {}


def test_without_sound_without_a_session_and_with_nothing_to_hear_nobody_stands_still() -> None:
    room = Room()
    room.runs(10, "delivered", openings=0)
    room.runs(10, "played", openings=0)
    room.runs(10, "beats", is_guided=False)
    room.runs(10, "heard", waiting=0)
    assert room.vitals.stopped == frozenset()


def test_a_process_that_stood_still_begins_anew() -> None:
    room = Room()
    room.runs(3)
    room.runs(0.75, "heard")
    room.now += 30
    room.runs(0.5, "heard")
    assert room.vitals.stopped == frozenset()


def test_what_others_have_told_has_its_time_and_stops_nothing() -> None:
    room = Room()
    room.runs(3)
    room.runs(3, told=(Fault.VOICE_LOST,))
    assert room.vitals.since == {Fault.VOICE_LOST: 103.25}
    assert room.vitals.stopped == frozenset()
