"""The table of what is watched, and when it speaks: time and counts are passed in."""

from __future__ import annotations

import random

import pytest

from assistant.core.events import MicrophoneLost, MicrophoneRestored
from assistant.core.liveness import (
    BLOCKS_PER_SECOND,
    START_SECONDS,
    TABLE,
    WORST_FIRST,
    Gauges,
    Liveness,
    Means,
    MicrophoneFaults,
    Silence,
)

LOOK = 0.05


class Machine:
    """Blocks come by the clock; what is heard and looked at is up to the test."""

    def __init__(self) -> None:
        self.now = 100.0
        self.liveness = Liveness()
        self.openings, self.delivered, self.waiting, self.heard, self.beats = 1, 0.0, 0.0, 0.0, 0
        self.is_guided = True

    def runs(self, seconds: float, kept: float = 1.0, hears: float = 30.0, attends: bool = True) -> None:
        """`hears` is how many times faster than sound it is heard."""
        for _ in range(round(seconds / LOOK)):
            self.now += LOOK
            self.comes(LOOK * BLOCKS_PER_SECOND * kept)
            heard = min(LOOK * BLOCKS_PER_SECOND * hears, self.waiting)
            self.waiting, self.heard = self.waiting - heard, self.heard + heard
            self.beats += attends
            self.look()

    def comes(self, blocks: float) -> None:
        self.delivered += blocks
        self.waiting = min(self.waiting + blocks, 60.0)

    def look(self) -> None:
        counts = (int(self.delivered), int(self.waiting + 1e-6), int(self.heard))
        self.liveness.look(self.now, Gauges(self.openings, *counts, self.beats, self.is_guided))

    def until(self, reason: str, limit_seconds: float, **how: float) -> float:
        start = self.now
        while reason not in self.reasons:
            self.runs(LOOK, **how)  # type: ignore[arg-type]
            assert self.now - start < limit_seconds, f"{reason} is not noticed"
        return self.now - start

    @property
    def reasons(self) -> frozenset[str]:
        return self.liveness.reasons


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    machine.look()
    machine.runs(10)
    assert machine.reasons == frozenset()
    return machine


def test_every_row_has_a_limit_and_every_way_of_being_deaf_its_rank() -> None:
    assert all(row.limit > 0 and row.watched for row in TABLE)
    assert {row.fault for row in TABLE if row.means is Means.DEAF} == set(WORST_FIRST)


@pytest.mark.parametrize("kept", [0.15, 0.47, 0.8, 0.93])
def test_a_microphone_that_loses_blocks_is_noticed_in_about_two_seconds_and_its_return(
    machine: Machine, kept: float
) -> None:
    assert machine.until("losing", 2.7, kept=kept) > 1.4
    machine.runs(30, kept=kept)
    assert "losing" in machine.reasons
    machine.runs(2.1)
    assert machine.reasons == frozenset()


def test_half_a_second_that_brings_nearly_all_by_chance_hides_no_loss() -> None:
    took = []
    for seed in range(60):
        machine, chance = Machine(), random.Random(seed)
        machine.runs(5.0 + 0.05 * (seed % 10))
        began = machine.now
        while "losing" not in machine.reasons:
            machine.runs(LOOK, kept=chance.choice((0.2, 0.6, 0.9, 1.0, 1.0)))
        took.append(machine.now - began)
    assert max(took) <= 2.0


@pytest.mark.parametrize("kept", [0.97, 1.0, 1.01])
def test_clocks_that_differ_lose_nothing(machine: Machine, kept: float) -> None:
    machine.runs(120, kept=kept)
    assert machine.reasons == frozenset()


def test_a_gap_alone_and_blocks_that_come_late_are_no_loss(machine: Machine) -> None:
    machine.runs(0.45, kept=0.0)
    machine.runs(3)
    assert machine.reasons == frozenset()
    chance = random.Random(1)
    for _ in range(200):
        late = chance.choice((0.1, 0.2, 0.3))
        machine.runs(late, kept=0.0)
        machine.comes(late * BLOCKS_PER_SECOND)
        machine.runs(0.5)
        assert machine.reasons == frozenset()


def test_a_device_just_opened_may_take_its_time(machine: Machine) -> None:
    machine.openings += 1
    machine.runs(START_SECONDS - LOOK, kept=0.0)
    assert machine.reasons == frozenset()
    machine.runs(5, kept=0.5)
    assert machine.reasons == {"losing"}


def test_hearing_that_hangs_is_noticed_within_a_second(machine: Machine) -> None:
    assert machine.until("stuck", 1.0, hears=0.0) < 0.85
    machine.runs(5, hears=0.0)
    assert machine.reasons >= {"stuck", "behind"}
    machine.runs(0.9)
    assert machine.reasons, "what is heard now may lack its beginning"
    machine.runs(0.2)
    assert machine.reasons == frozenset()


def test_hearing_that_is_ten_times_too_slow_is_noticed_in_little_more_than_a_second(machine: Machine) -> None:
    assert machine.until("behind", 1.3, hears=0.1) > 0.9
    for _ in range(100):
        machine.runs(0.1, hears=1.5)
        machine.runs(0.1, hears=0.4)
    assert machine.reasons == {"behind"}, "it is not well as long as much waits"
    machine.runs(3, hears=3.0)
    assert machine.reasons == frozenset()


def test_who_has_nothing_to_hear_does_not_hang(machine: Machine) -> None:
    machine.openings += 1
    machine.runs(20, kept=0.0)
    assert machine.reasons == {"lost"}


def test_a_microphone_that_gives_nothing_is_noticed_though_its_reader_hangs(machine: Machine) -> None:
    assert machine.until("lost", 1.2, kept=0.0, hears=0.0) > 0.95
    machine.runs(20, kept=0.0, hears=0.0)
    machine.runs(LOOK)
    assert machine.reasons == frozenset()


def test_a_microphone_that_was_lost_is_back_when_it_is_heard(machine: Machine) -> None:
    machine.runs(2, kept=0.0, hears=0.0)
    assert machine.reasons == {"lost"}
    machine.runs(0.3, hears=0.0)
    assert machine.reasons == {"lost"}, "it gives something, and nobody hears it"
    machine.runs(5, hears=0.0)
    assert machine.reasons >= {"lost", "stuck"}
    machine.runs(1.1)
    assert machine.reasons == frozenset()


def test_a_room_without_sound_misses_none() -> None:
    machine = Machine()
    machine.openings = 0
    machine.runs(20, kept=0.0)
    assert machine.reasons == frozenset()


def test_a_process_that_stood_still_says_nothing_of_others(machine: Machine) -> None:
    machine.now += 30
    machine.look()
    machine.runs(2)
    assert machine.reasons == frozenset()
    assert not machine.liveness.is_session_late


def test_a_process_that_hardly_runs_loses_sound(machine: Machine) -> None:
    for _ in range(10):
        machine.now += 0.7
        machine.runs(0.3)
    assert machine.reasons == {"losing"}


def test_a_session_that_does_not_look_at_its_events_is_late_if_there_is_one(machine: Machine) -> None:
    machine.runs(0.9, attends=False)
    assert not machine.liveness.is_session_late
    machine.runs(0.3, attends=False)
    assert machine.liveness.is_session_late
    machine.runs(0.1)
    assert not machine.liveness.is_session_late
    machine.is_guided = False
    machine.runs(10, attends=False)
    assert not machine.liveness.is_session_late


def test_what_several_notice_is_one_microphone_and_the_worst_is_told() -> None:
    faults = MicrophoneFaults()
    assert faults.note("stream", ()) is None
    assert faults.note("watch", {"losing"}) == MicrophoneLost("losing")
    assert faults.note("watch", {"losing"}) is None
    assert faults.note("stream", {"lost"}) == MicrophoneLost("lost")
    assert faults.note("watch", ()) is None
    assert faults.note("watch", {"stuck", "behind"}) is None
    assert faults.note("stream", ()) == MicrophoneLost("stuck")
    assert faults.note("watch", ()) == MicrophoneRestored()


def test_words_that_do_not_come_are_late_once_for_each_prompt() -> None:
    silence = Silence()
    assert [silence.look(now / 2, 7) for now in range(6)] == [None] * 5 + [7]
    assert silence.look(9.0, 7) is None
    assert silence.look(9.1, 8) is None
    assert silence.look(10.0, None) is None
    assert silence.look(11.0, 8) is None
    assert silence.look(12.9, 8) is None
    assert silence.look(13.1, 8) == 8


def test_a_microphone_that_gives_nothing_at_all_is_gone_and_does_not_lose(machine: Machine) -> None:
    machine.runs(10, kept=0.0)
    assert "losing" not in machine.reasons
