"""What the sound check measures: the room, the person's word, our own voice and its delay."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.audio.sound_measuring import SoundMeter
from assistant.core.actions import ReportSound, ReportState, StopSpeaking
from assistant.core.dialogue.sound_check import has_strong_echo
from assistant.core.events import SoundMeasured
from assistant.core.ports import BLOCK_BYTES, SAMPLE_RATE_HZ
from assistant.hearing_thread import note_sound

SOFT_BLOCK = np.full(BLOCK_BYTES // 2, 328, np.int16).tobytes()  # -40 dB of full scale


def noise(seconds: float, dbfs: float, seed: int = 1) -> NDArray[np.float64]:
    samples = round(seconds * SAMPLE_RATE_HZ)
    return np.random.default_rng(seed).normal(0, 32768 * 10 ** (dbfs / 20), samples)


def silence(seconds: float) -> NDArray[np.float64]:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ))


def sentence(dbfs: float = -20.0) -> NDArray[np.float64]:
    """Two seconds that come and go like words."""
    swell = np.abs(np.sin(np.linspace(0, 12 * np.pi, 2 * SAMPLE_RATE_HZ)))
    return noise(2.0, dbfs, seed=2) * swell


def measured(
    near: NDArray[np.float64], far: NDArray[np.float64], state: str = "sound_check"
) -> SoundMeasured:
    """What is known at the end of both."""
    check = SoundMeter()
    check.watch(StopSpeaking())
    check.watch(ReportState(state, 0))
    near_bytes, far_bytes = (
        np.clip(side, -32768, 32767).astype(np.int16).tobytes() for side in (near[: len(far)], far)
    )
    blocks = range(0, len(near_bytes), BLOCK_BYTES)
    told = [
        check.accept(near_bytes[at : at + BLOCK_BYTES], far_bytes[at : at + BLOCK_BYTES]) for at in blocks
    ]
    return next(found for found in reversed(told) if found)


def scene(
    room_dbfs: float, person_dbfs: float | None, echo_db: float | None, delay_seconds: float = 0.03
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Three quiet seconds, our sentence, and perhaps a word of the person a second after it."""
    far = np.concatenate([silence(3.0), sentence(), silence(2.0)])
    near = noise(7.0, room_dbfs)
    if person_dbfs is not None:
        near[6 * SAMPLE_RATE_HZ :][: round(0.4 * SAMPLE_RATE_HZ)] += noise(0.4, person_dbfs, seed=3)
    if echo_db is not None:
        late = round(delay_seconds * SAMPLE_RATE_HZ)
        near[late:] += far[: len(near) - late] * 10 ** (echo_db / 20)
    return near, far


def test_room_person_and_echo_are_told_apart() -> None:
    found = measured(*scene(-60.0, -30.0, -12.0))
    assert found.noise_dbfs == pytest.approx(-60.0, abs=1.0)
    assert found.speech_over_noise_db == pytest.approx(30.0, abs=1.5)
    assert found.echo_delay_seconds == pytest.approx(0.03, abs=0.001)
    assert found.echo_dbfs == pytest.approx(-35.0, abs=2.0)  # the sentence is -23 dB on the average
    assert has_strong_echo(found)


def test_a_silent_person_and_headphones_leave_nothing_but_the_room() -> None:
    found = measured(*scene(-45.0, None, None))
    assert found == SoundMeasured(found.noise_dbfs)
    assert found.noise_dbfs == pytest.approx(-45.0, abs=1.0)
    assert not has_strong_echo(found)


def test_our_own_voice_is_neither_the_room_nor_the_person() -> None:
    found = measured(*scene(-60.0, None, 0.0))
    assert found.noise_dbfs == pytest.approx(-60.0, abs=1.0)
    assert found.speech_over_noise_db is None


@pytest.mark.parametrize("delay_seconds", [0.0, 0.004, 0.2, 0.4])
def test_the_delay_is_found_in_a_loud_room(delay_seconds: float) -> None:
    found = measured(*scene(-35.0, -30.0, -12.0, delay_seconds))
    assert found.echo_delay_seconds == pytest.approx(delay_seconds, abs=0.001)


def test_the_person_talking_over_us_is_no_echo() -> None:
    near, far = scene(-60.0, None, None)
    near[3 * SAMPLE_RATE_HZ : 5 * SAMPLE_RATE_HZ] += sentence(-25.0)[::-1]
    assert measured(near, far).echo_delay_seconds is None


def test_a_faint_echo_is_found_and_not_strong() -> None:
    found = measured(*scene(-55.0, None, -36.0))
    assert found.echo_dbfs is not None
    assert not has_strong_echo(found)


def test_it_tells_five_times_a_second_and_only_in_the_sound_check() -> None:
    check = SoundMeter()

    def told(count: int, played: bytes = bytes(BLOCK_BYTES)) -> int:
        return sum(check.accept(SOFT_BLOCK, played) is not None for _ in range(count))

    check.watch(ReportState("sound_check", 0))
    assert told(49) == 0, "too little was heard of the room"
    check.watch(ReportState("screening", 0))
    assert told(51) == 0
    check.watch(ReportState("sound_check", 0))
    assert told(50) == 5
    check.watch(ReportState("introducing", 1))
    assert told(50) == 0


def test_a_room_that_was_never_without_us_is_not_told_of() -> None:
    check = SoundMeter()
    check.watch(ReportState("sound_check", 0))
    assert [check.accept(SOFT_BLOCK, SOFT_BLOCK) for _ in range(50)] == [None] * 50


@pytest.mark.parametrize(
    ("echo", "measured", "is_told"),
    [
        ("none", SoundMeasured(-60.0, 20.0, -30.0, 0.05), True),
        ("none", SoundMeasured(-60.0, 20.0, -55.0, 0.05), False),
        ("speex", SoundMeasured(-60.0, 20.0, -30.0, 0.05), False),
    ],
)
def test_a_loud_echo_that_is_not_cancelled_is_told_on_the_screen(
    echo: str, measured: SoundMeasured, is_told: bool
) -> None:
    told: list[str] = []
    note_sound(echo, told.append, StopSpeaking())
    note_sound(echo, told.append, ReportSound(measured))
    assert ["limber doctor --sound" in text for text in told] == [True] * is_told
