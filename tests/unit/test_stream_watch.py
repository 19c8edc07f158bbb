"""When a microphone or speaker counts as lost, silent or back, with time passed in."""

from __future__ import annotations

import pytest

from assistant.audio.stream_watch import MicrophoneWatch, StreamCondition, StreamWatch
from assistant.core.ports import BLOCK_SECONDS


class Room:
    """Time, and a microphone in it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.watch = MicrophoneWatch(self.now)

    def hears(self, seconds: float, zeros: bool = False, speaker_sounds: bool = False) -> None:
        for _ in range(round(seconds / BLOCK_SECONDS)):
            self.now += BLOCK_SECONDS
            self.watch.hear(self.now, zeros, speaker_sounds)
            self.watch.check(self.now, active=True)

    def waits(self, seconds: float, active: bool = True) -> None:
        self.now += seconds
        self.watch.check(self.now, active)


@pytest.fixture
def room() -> Room:
    room = Room()
    room.hears(5)
    return room


def test_a_microphone_that_hears_is_well(room: Room) -> None:
    assert room.watch.condition is StreamCondition.WELL
    assert not room.watch.retry_due(room.now + 100)


def test_a_stream_that_portaudio_gave_up_is_lost_at_once(room: Room) -> None:
    room.waits(0.02, active=False)
    assert room.watch.condition is StreamCondition.LOST


@pytest.mark.parametrize(
    ("seconds", "condition"), [(0.95, StreamCondition.WELL), (1.05, StreamCondition.LOST)]
)
def test_a_second_without_a_block_is_a_loss(room: Room, seconds: float, condition: StreamCondition) -> None:
    room.waits(seconds)
    assert room.watch.condition is condition


@pytest.mark.parametrize(
    ("seconds", "condition"), [(2.7, StreamCondition.WELL), (2.9, StreamCondition.SILENT)]
)
def test_zeros_for_three_seconds_are_silence(room: Room, seconds: float, condition: StreamCondition) -> None:
    room.hears(seconds, zeros=True)
    assert room.watch.condition is condition


def test_one_block_of_sound_begins_the_count_of_zeros_again(room: Room) -> None:
    room.hears(2.7, zeros=True)
    room.hears(0.02)
    room.hears(2.7, zeros=True)
    assert room.watch.condition is StreamCondition.WELL


def test_a_silent_microphone_is_back_with_its_first_sound(room: Room) -> None:
    room.hears(4, zeros=True)
    room.hears(0.02)
    assert room.watch.condition is StreamCondition.WELL


def test_behind_a_noise_gate_zeros_are_no_fault(room: Room) -> None:
    """Three words, and it is known. Our own voice opens it too; only zeros that last are a fault then."""
    for _ in range(3):
        room.hears(4, zeros=True)
        room.hears(0.5)
    room.hears(40, zeros=True)
    assert room.watch.condition is StreamCondition.WELL
    room.hears(3, speaker_sounds=True)
    room.hears(40, zeros=True)
    assert room.watch.condition is StreamCondition.WELL
    room.hears(25, zeros=True)
    assert room.watch.condition is StreamCondition.SILENT
    room.hears(0.02)
    assert room.watch.condition is StreamCondition.WELL


def test_a_mute_switch_is_no_noise_gate(room: Room) -> None:
    room.hears(10, zeros=True)
    room.hears(5)
    room.hears(3, zeros=True)
    assert room.watch.condition is StreamCondition.SILENT


def test_a_monitor_of_the_speaker_is_no_microphone(room: Room) -> None:
    """It gives zeros, but for what Limber says: that neither proves it well nor brings it back."""
    room.hears(2, zeros=True)
    room.hears(3, speaker_sounds=True)
    room.hears(1, zeros=True)
    assert room.watch.condition is StreamCondition.SILENT
    room.hears(3, speaker_sounds=True)
    assert room.watch.condition is StreamCondition.SILENT


def test_a_microphone_that_hears_the_speaker_stays_well(room: Room) -> None:
    room.hears(20, speaker_sounds=True)
    assert room.watch.condition is StreamCondition.WELL


def test_what_is_heard_on_another_device_proves_nothing_until_it_is_trusted_again(room: Room) -> None:
    room.watch.distrust(room.now)
    assert room.watch.condition is StreamCondition.MOVED
    assert room.watch.retry_due(room.now + 0.6)
    room.watch.opened(room.now + 0.6)
    room.watch.distrust(room.now + 0.7)
    room.hears(2)
    assert room.watch.condition is StreamCondition.MOVED
    room.watch.trust()
    room.hears(0.02)
    assert room.watch.condition is StreamCondition.WELL


def test_a_stream_just_opened_may_take_its_time() -> None:
    watch = StreamWatch(0.0)
    watch.block(0.01)
    watch.check(2.4, active=True)
    assert watch.condition is StreamCondition.WELL
    watch.check(2.6, active=True)
    assert watch.condition is StreamCondition.LOST


def test_retries_come_after_half_a_second_then_ever_later_to_five(room: Room) -> None:
    room.waits(0, active=False)
    lost_at = room.now
    due = [t / 10 for t in range(300) if room.watch.retry_due(lost_at + t / 10)]
    assert due[:6] == pytest.approx([0.5, 1.5, 3.5, 7.5, 12.5, 17.5], abs=0.11)


def test_a_stream_opened_again_is_left_alone_until_it_could_have_shown_itself(room: Room) -> None:
    room.waits(0, active=False)
    assert room.watch.retry_due(room.now + 0.5)
    room.watch.opened(room.now + 0.5)
    assert not room.watch.retry_due(room.now + 2.9)
    assert room.watch.retry_due(room.now + 3.1)


def test_after_a_return_the_next_fault_is_retried_soon_again(room: Room) -> None:
    room.waits(0, active=False)
    for t in range(300):
        room.watch.retry_due(room.now + t / 10)
    room.now += 30
    room.hears(1)
    room.waits(0, active=False)
    assert not room.watch.retry_due(room.now + 0.4)
    assert room.watch.retry_due(room.now + 0.6)
