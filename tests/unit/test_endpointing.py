"""Endpointing read as silence, speech, silence: decisions depend on the samples alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS
from assistant.speech.endpointing import Endpoint, Endpointer, EndpointSettings, SpeechDetector

SETTINGS = EndpointSettings()
NO_WORDS: tuple[str, ...] = ()


def noise(level_dbfs: float, seconds: float, seed: int = 1) -> Iterator[bytes]:
    random = np.random.default_rng(seed)
    for _ in range(round(seconds / BLOCK_SECONDS)):
        samples = random.normal(0, 32768 * 10 ** (level_dbfs / 20), BLOCK_SAMPLES)
        yield samples.clip(-32768, 32767).astype(np.int16).tobytes()


def first_endpoint(
    endpointer: Endpointer, blocks: Iterator[bytes], words: Sequence[str] = (), *, is_awaited: bool = False
) -> tuple[Endpoint, float]:
    for count, block in enumerate(blocks, start=1):
        found = endpointer.accept(block, tuple(words), is_awaited=is_awaited)
        if found is not Endpoint.NONE:
            return found, count * BLOCK_SECONDS
    return Endpoint.NONE, 0.0


def test_speech_then_silence_ends_after_the_trailing_silence() -> None:
    endpointer = Endpointer(SETTINGS)
    assert first_endpoint(endpointer, noise(-70, 1.0)) == (Endpoint.NONE, 0.0)
    assert not endpointer.is_open
    assert first_endpoint(endpointer, noise(-25, 0.5)) == (Endpoint.NONE, 0.0)
    assert endpointer.is_open
    endpoint, after_seconds = first_endpoint(endpointer, noise(-70, 1.0))
    assert endpoint is Endpoint.SILENCE
    assert after_seconds == pytest.approx(SETTINGS.trailing_silence_seconds)
    assert endpointer.seconds_since_speech == pytest.approx(after_seconds)


def test_a_pause_between_words_does_not_end_the_utterance() -> None:
    endpointer = Endpointer(SETTINGS)
    for _ in range(4):
        assert first_endpoint(endpointer, noise(-25, 0.3))[0] is Endpoint.NONE
        assert first_endpoint(endpointer, noise(-70, 0.3))[0] is Endpoint.NONE


def test_after_the_end_the_next_utterance_is_closed_until_speech() -> None:
    endpointer = Endpointer(SETTINGS)
    first_endpoint(endpointer, noise(-25, 0.5))
    endpointer.begin()
    assert not endpointer.is_open
    assert endpointer.seconds_since_speech is None
    assert first_endpoint(endpointer, noise(-70, 20.0)) == (Endpoint.NONE, 0.0)


def test_endless_sound_is_cut_at_the_longest_length() -> None:
    settings = EndpointSettings(max_utterance_seconds=2.0, floor_seconds=60.0)
    endpoint, seconds = first_endpoint(Endpointer(settings), noise(-25, 5.0))
    assert (endpoint, seconds) == (Endpoint.CUT, pytest.approx(2.0))


def test_sound_is_cut_sooner_when_the_end_is_awaited() -> None:
    endpoint, seconds = first_endpoint(Endpointer(SETTINGS), noise(-25, 5.0), is_awaited=True)
    assert endpoint is Endpoint.CUT
    assert seconds <= SETTINGS.max_wait_seconds + BLOCK_SECONDS


def test_words_that_stay_the_same_in_noise_are_cut() -> None:
    endpointer = Endpointer(SETTINGS)
    endpoint, seconds = first_endpoint(endpointer, noise(-25, 5.0), ["ready"])
    assert endpoint is Endpoint.CUT
    assert seconds == pytest.approx(SETTINGS.steady_words_seconds + BLOCK_SECONDS)


def test_words_too_soft_to_be_noticed_open_and_end_an_utterance() -> None:
    endpointer = Endpointer(SETTINGS)
    assert first_endpoint(endpointer, noise(-70, 0.1), ["stop"])[0] is Endpoint.NONE
    assert endpointer.is_open
    assert first_endpoint(endpointer, noise(-70, 5.0), ["stop"])[0] is Endpoint.CUT


def test_a_steady_fan_becomes_the_room_and_a_voice_above_it_is_speech() -> None:
    detector = SpeechDetector(SETTINGS)
    fan = [detector.accept(block) for block in noise(-35, 10.0)]
    assert fan[0]
    assert not any(fan[round(SETTINGS.floor_seconds / BLOCK_SECONDS) :])
    assert all(detector.accept(block) for block in noise(-20, 0.5))


def test_digital_silence_and_an_empty_block_are_no_speech() -> None:
    detector = SpeechDetector(SETTINGS)
    assert not detector.accept(bytes(BLOCK_SAMPLES * 2))
    assert not detector.accept(b"")
