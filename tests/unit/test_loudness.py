"""Loudness after EBU R128, and speech brought to one of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.speech.loudness import Sound, at_loudness, loudness_lufs, true_peak
from assistant.speech.voices.pieces import LOUDNESS_LUFS, PEAK_DBTP, pause_after, to_speech

RATE_HZ = 16_000


def tone(hz: float, dbfs: float, seconds: float = 3.0, rate_hz: int = RATE_HZ) -> Sound:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * times)).astype(np.float32)


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 48_000])
def test_the_reference_of_the_standard(rate_hz: int) -> None:
    """BS.1770: a sine of 997 Hz at full scale in one channel reads -3.01."""
    assert loudness_lufs(tone(997, 0.0, rate_hz=rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.05)
    assert loudness_lufs(tone(997, -23.0, rate_hz=rate_hz), rate_hz) == pytest.approx(-26.01, abs=0.05)


def test_what_is_low_is_not_heard_and_what_is_high_is_heard_more() -> None:
    """The two filters, at the points of the standard's curves."""
    flat = loudness_lufs(tone(997, -20), RATE_HZ)
    assert loudness_lufs(tone(20, -20), RATE_HZ) < flat - 12
    assert loudness_lufs(tone(4000, -20), RATE_HZ) == pytest.approx(flat + 3.3, abs=0.4)


def test_silence_and_what_is_much_softer_do_not_count() -> None:
    """EBU Tech 3341, the cases of the gate: -36, -23 and -36 read as -23."""
    loud, soft = tone(997, -20, 10.0), tone(997, -33, 5.0)
    alone = loudness_lufs(loud, RATE_HZ)
    assert loudness_lufs(np.concatenate([soft, loud, soft]), RATE_HZ) == pytest.approx(alone, abs=0.2)
    assert loudness_lufs(np.concatenate([silence(5), loud, silence(5)]), RATE_HZ) == pytest.approx(
        alone, abs=0.2
    )
    assert loudness_lufs(silence(1), RATE_HZ) == -math.inf
    assert loudness_lufs(silence(0), RATE_HZ) == -math.inf


def test_the_peak_between_samples_is_found() -> None:
    """A sine at a quarter of the rate, sampled beside its crests: they are 3 dB above its samples."""
    samples = np.sin(np.pi / 2 * np.arange(4000) + np.pi / 4).astype(np.float32)
    assert np.abs(samples).max() == pytest.approx(0.707, abs=0.01)
    assert true_peak(samples[100:-100], RATE_HZ) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("dbfs", [-50, -20, -3])
def test_speech_comes_to_its_loudness_and_no_peak_rises_above_the_limit(dbfs: float) -> None:
    random = np.random.default_rng(1)
    spoken = tone(200, dbfs) * np.float32(0.2) + tone(700, dbfs) * np.float32(0.1)
    for at in random.integers(0, len(spoken), 40):
        spoken[at] *= 8  # what would be far above full scale
    before = spoken.copy()
    leveled = at_loudness(spoken, RATE_HZ, -20.0, -1.0)
    assert np.array_equal(spoken, before), "what was given is left as it is"
    assert loudness_lufs(leveled, RATE_HZ) == pytest.approx(-20.0, abs=0.6)
    assert 20 * math.log10(true_peak(leveled, RATE_HZ)) <= -0.95


def test_what_has_its_loudness_already_is_limited_all_the_same() -> None:
    spoken = at_loudness(tone(400, -10), RATE_HZ, -20.0, -1.0)
    spoken[1000] = 1.5
    assert 20 * math.log10(true_peak(at_loudness(spoken, RATE_HZ, -20.0, -1.0), RATE_HZ)) <= -0.95


def test_silence_becomes_no_speech() -> None:
    assert to_speech(silence(1), RATE_HZ).samples == b""
    assert to_speech(silence(0), RATE_HZ).samples == b""
    assert np.array_equal(at_loudness(silence(1), RATE_HZ, -20.0, -1.0), silence(1))


@pytest.mark.parametrize("rate_hz", [16_000, 22_050])
@pytest.mark.parametrize("dbfs", [-34, -1])
def test_sound_becomes_speech_of_one_loudness_with_a_pause_at_its_end(rate_hz: int, dbfs: float) -> None:
    nothing = np.zeros(rate_hz // 2, np.float32)
    sound = np.concatenate([nothing, tone(440, dbfs, 1.0, rate_hz), nothing])
    samples = np.frombuffer(to_speech(sound, rate_hz, 0.4).samples, np.int16) / 32768
    audible = np.flatnonzero(np.abs(samples) > 0.02)
    assert audible[0] == pytest.approx(160, abs=40), "the silent start is gone"
    assert len(samples) - audible[-1] == pytest.approx(0.4 * 16_000, abs=200)
    assert loudness_lufs(samples.astype(np.float32), 16_000) == pytest.approx(LOUDNESS_LUFS, abs=0.8)
    assert np.abs(samples).max() < 10 ** (PEAK_DBTP / 20)


def test_a_pause_is_as_long_as_the_end_of_a_text_asks_for() -> None:
    sentence, clause, count = "Let your shoulders drop.", "Let your shoulders drop,", "three."
    assert pause_after(sentence, 1.0) > pause_after(count, 1.0) > pause_after(clause, 1.0) > 0.1
    assert pause_after('He said: "let go."', 1.0) == pause_after(sentence, 1.0)
    assert pause_after(sentence, 2.0) == pause_after(sentence, 1.0) / 2
