"""The far end stays in step with its echo, whatever the two clocks do."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.delay_line import DelayLine
from assistant.audio.echo_drift import DriftFollower
from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS

WAY_SAMPLES = 1000.0


class Watcher:
    """A canceller that leaves a share of what is heard, and keeps what it was given as the far end."""

    def __init__(self) -> None:
        self.far: list[bytes] = []
        self.left = 0.9

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        self.far.append(far_block)
        near = np.frombuffer(near_block, np.int16)
        return np.rint(self.left * near).astype(np.int16).tobytes()


class Played:
    """Sound in the rhythm of speech, its echo, and a follower that hears both."""

    def __init__(self, drift_ppm: float, loudness: float = 2000.0) -> None:
        self.watcher = Watcher()
        self.follower = DriftFollower(self.watcher)
        self.jump = 0.0
        self.is_cancelled = False
        self.near: list[np.ndarray] = []
        self._drift = drift_ppm * 1e-6 * BLOCK_SAMPLES
        self._way = DelayLine(WAY_SAMPLES)
        self._random = np.random.default_rng(1)
        self._loudness = loudness

    def go_on(self, seconds: float) -> None:
        for number in range(round(seconds / BLOCK_SECONDS)):
            loudness = self._loudness if number % 20 < 14 else 0.0
            far = np.rint(self._random.normal(0, loudness, BLOCK_SAMPLES)).astype(np.int16)
            delay = self._way.delay_samples + self._drift + self.jump
            self.jump = 0.0
            echo = 0.5 * self._way.next_block(far.astype(np.float32), delay)
            echo += self._random.normal(0, 100, BLOCK_SAMPLES)
            near = np.rint(echo).astype(np.int16)
            self.near.append(near)
            heard = self.follower.cancel(near.tobytes(), far.tobytes())
            self.is_cancelled = heard != near.tobytes()

    def lag(self, blocks: slice) -> float:
        """By how much the echo comes after what the canceller was given."""
        near = np.concatenate(self.near[blocks]).astype(float)
        far = np.frombuffer(b"".join(self.watcher.far[blocks]), np.int16).astype(float)
        size = 1 << len(near).bit_length()
        matched = np.fft.irfft(np.fft.rfft(near, size) * np.conj(np.fft.rfft(far, size)), size)
        at = int(np.argmax(matched))
        before, top, after = matched[at - 1 : at + 2]
        return float(at + 0.5 * (before - after) / (before - 2 * top + after))


@pytest.mark.parametrize("drift_ppm", [50.0, -50.0, 120.0])
def test_the_echo_stays_where_it_is(drift_ppm: float) -> None:
    played = Played(drift_ppm)
    played.go_on(12)
    assert played.follower.drift_ppm == pytest.approx(drift_ppm, abs=3)
    played.go_on(20)
    assert played.follower.drift_ppm == pytest.approx(drift_ppm, abs=1)
    assert played.lag(slice(600, 800)) == pytest.approx(played.lag(slice(-200, None)), abs=0.3)


def test_on_one_clock_nothing_moves() -> None:
    played = Played(0.0)
    played.go_on(20)
    assert played.follower.drift_ppm == 0.0
    assert played.lag(slice(0, 200)) == pytest.approx(played.lag(slice(-200, None)), abs=0.01)


def test_a_block_that_was_dropped_is_not_taken_for_drift() -> None:
    played = Played(50.0)
    played.go_on(20)
    played.jump = -float(BLOCK_SAMPLES)
    played.go_on(3)
    assert played.follower.drift_ppm == pytest.approx(50.0, abs=3)
    played.go_on(20)
    assert played.follower.drift_ppm == pytest.approx(50.0, abs=1)


def test_what_is_too_soft_to_echo_tells_nothing() -> None:
    played = Played(50.0, loudness=50.0)
    played.go_on(15)
    assert played.follower.drift_ppm == 0.0


def test_without_an_echo_nothing_is_found() -> None:
    played = Played(50.0)
    played._way = DelayLine(60_000.0)
    played.go_on(3)
    assert not played.is_cancelled
    assert played.follower.drift_ppm == 0.0


def test_an_echo_is_cancelled_once_it_is_found_and_until_it_has_been_gone_for_a_while() -> None:
    played = Played(0.0)
    played.go_on(1)
    assert not played.is_cancelled
    played.go_on(3)
    assert played.is_cancelled
    played._way = DelayLine(600_000.0)
    played.go_on(5)
    assert played.is_cancelled
    played.go_on(7)
    assert not played.is_cancelled


def test_where_the_canceller_takes_much_away_there_is_an_echo_though_none_stands_out() -> None:
    """In a room that rings on the direct sound is no louder than all that follows it."""
    played = Played(0.0)
    played._way = DelayLine(600_000.0)
    played.go_on(3)
    assert not played.is_cancelled
    played.watcher.left = 0.4
    played.go_on(1)
    assert played.is_cancelled
    played.watcher.left = 0.9
    played.go_on(5)
    assert played.is_cancelled, "somebody may be talking"
    played.go_on(7)
    assert not played.is_cancelled


def test_what_sounds_while_we_are_silent_tells_nothing() -> None:
    played = Played(0.0, loudness=0.0)
    played.watcher.left = 0.0
    played.go_on(3)
    assert not played.is_cancelled


def test_a_delay_that_has_shrunk_too_far_begins_anew() -> None:
    played = Played(-100.0)
    played.go_on(60)
    assert played.follower.drift_ppm == pytest.approx(-100, abs=2)
    assert 24 <= played.follower._line.delay_samples <= 96
