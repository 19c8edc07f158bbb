"""What the cleaning of sound takes away, and what it leaves."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES, SAMPLE_RATE_HZ
from assistant.speech.cleaning import HUM_HZ, Cleaning, _System

SECONDS = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ


def filtered(sound: np.ndarray) -> np.ndarray:
    cleaning, samples = Cleaning(), np.rint(sound).astype(np.int16).tobytes()
    blocks = [samples[at : at + BLOCK_BYTES] for at in range(0, len(samples), BLOCK_BYTES)]
    return np.frombuffer(b"".join(map(cleaning.filter, blocks)), np.int16).astype(float)


def gain_db(frequency_hz: float) -> float:
    tone = 8000 * np.sin(2 * np.pi * frequency_hz * SECONDS + 1)
    heard = filtered(tone)[SAMPLE_RATE_HZ:]
    return 20 * np.log10(np.sqrt(np.mean(heard**2)) / (8000 / np.sqrt(2)) + 1e-9)


@pytest.mark.parametrize(
    ("frequency_hz", "most_db"), [(5, -80), (20, -50), (50, -20), (60, -15), *((hz, -60) for hz in HUM_HZ)]
)
def test_hum_and_rumble_go(frequency_hz: float, most_db: float) -> None:
    assert gain_db(frequency_hz) < most_db


@pytest.mark.parametrize("frequency_hz", [190, 220, 333, 1000, 4000, 7000])
def test_words_stay(frequency_hz: float) -> None:
    assert gain_db(frequency_hz) == pytest.approx(0, abs=0.1)


def test_an_offset_goes_and_silence_stays_silent() -> None:
    assert np.abs(filtered(np.full(len(SECONDS), 6000.0))[SAMPLE_RATE_HZ:]).max() == 0
    assert not filtered(np.zeros(BLOCK_SAMPLES)).any()


def test_it_is_the_same_filter_across_blocks() -> None:
    """No seam: a sound that begins a few samples later gives the same, so much later."""
    noise = np.random.default_rng(1).normal(0, 2000, 4 * BLOCK_SAMPLES)
    late = np.concatenate([np.zeros(7), noise])[: len(noise)]
    assert filtered(late)[7:] == pytest.approx(filtered(noise)[:-7], abs=1.01)


def test_the_loudest_does_not_wrap_round() -> None:
    square = 32767 * np.sign(np.sin(2 * np.pi * 120 * SECONDS))
    assert np.abs(filtered(square)).max() <= 32768


def _system_that_passes() -> _System:
    return _System(np.zeros((1, 1)), np.zeros(1), np.zeros(1), 1.0)


def voice(seconds: np.ndarray) -> np.ndarray:
    """A pitch that glides, with harmonics, as of a voice."""
    turns = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 0.7 * seconds)) / SAMPLE_RATE_HZ
    return 2000 * sum(np.sin(harmonic * turns) / harmonic for harmonic in range(1, 12))


def test_without_hum_no_notch_touches_a_voice() -> None:
    """It is as if there were none, to the last bit."""
    high_only = Cleaning()
    high_only._notches = high_only._high_pass.__class__(_system_that_passes)
    samples = np.rint(voice(SECONDS)).astype(np.int16).tobytes()
    blocks = [samples[at : at + BLOCK_BYTES] for at in range(0, len(samples), BLOCK_BYTES)]
    assert b"".join(map(high_only.filter, blocks)) == filtered(voice(SECONDS)).astype(np.int16).tobytes()


def test_a_voice_stays_where_hum_goes() -> None:
    hum = 1500 * np.sin(2 * np.pi * 180 * SECONDS)
    heard = filtered(np.where(SECONDS < 1, 0, voice(SECONDS)) + hum)
    assert np.std(heard[SAMPLE_RATE_HZ * 4 // 5 : SAMPLE_RATE_HZ]) < 5
    bare = filtered(np.where(SECONDS < 1, 0, voice(SECONDS)))
    assert np.std(heard[SAMPLE_RATE_HZ * 3 // 2 :]) == pytest.approx(
        np.std(bare[SAMPLE_RATE_HZ * 3 // 2 :]), rel=0.2
    )
