"""Choosing a voice, and going on with the next one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from fakes import FakeVoice

from assistant.core.ports import Voice
from assistant.errors import VoiceError
from assistant.speech.engines import VOICES, open_voice
from assistant.speech.voices.fallback import FallbackVoice


def opens(voice: Voice) -> Callable[[], Voice]:
    return lambda: voice


def refuses(code: str, message: str) -> Callable[[], Voice]:
    def opener() -> Voice:
        raise VoiceError(code, message)

    return opener


@pytest.fixture
def told() -> list[str]:
    return []


def test_it_goes_on_with_the_next_voice_for_good_and_says_nothing_twice(told: list[str]) -> None:
    first, second = FakeVoice("first", fails_on="bad"), FakeVoice("second")
    voice = FallbackVoice([opens(first), opens(second)], on_fallback=told.append)
    assert voice.id == "first"
    said = ("One.", "A bad one.", "Three.")
    assert [len(list(voice.synthesize(sentence, 1.0))) for sentence in said] == [1, 1, 1]
    assert (first.spoken, second.spoken) == (["One."], ["A bad one.", "Three."])
    assert voice.id == "second"
    assert told == ["The voice first failed. Speaking with second from now on."]


def test_the_next_voice_is_skipped_when_it_cannot_be_opened(told: list[str]) -> None:
    voice = FallbackVoice(
        [
            opens(FakeVoice("first", fails_on="bad")),
            refuses("voice_missing", "No."),
            opens(FakeVoice("last")),
        ],
        on_fallback=told.append,
    )
    assert len(list(voice.synthesize("A bad one.", 1.0))) == 1
    assert voice.id == "last"


def test_the_last_voice_may_fail_and_is_kept(told: list[str]) -> None:
    voice = FallbackVoice([opens(FakeVoice("only", fails_on="bad"))], on_fallback=told.append)
    with pytest.raises(VoiceError, match="only failed"):
        list(voice.synthesize("A bad one.", 1.0))
    assert len(list(voice.synthesize("A good one.", 1.0))) == 1
    assert told == []


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_voice_that_is_late_is_stood_in_for_and_speaks_again_when_it_has_finished(told: list[str]) -> None:
    gate = threading.Semaphore(0)
    first, second = FakeVoice("first", gate=gate), FakeVoice("second")
    voice = FallbackVoice([opens(first), opens(second)], on_fallback=told.append, late_seconds=0.3)
    assert len(list(voice.synthesize("One.", 1.0))) == 1
    assert second.spoken == ["One."]
    assert voice.id == "second"
    assert len(list(voice.synthesize("Two.", 1.0))) == 1
    assert second.spoken == ["One.", "Two."]
    gate.release(3)
    until(lambda: voice._busy is None or voice._busy.is_done)
    assert first.spoken == ["One."]
    assert len(list(voice.synthesize("One.", 1.0))) == 1, "what it made too late is kept"
    assert len(list(voice.synthesize("Three.", 1.0))) == 1
    assert (first.spoken, second.spoken) == (["One.", "Three."], ["One.", "Two."])
    assert voice.id == "first"
    assert told == []


def test_a_voice_that_hangs_is_given_up_and_the_last_one_fails(told: list[str]) -> None:
    gate = threading.Semaphore(0)
    first, second = FakeVoice("first", gate=gate), FakeVoice("second", fails_on="bad")
    openers = [opens(first), opens(second)]
    voice = FallbackVoice(openers, on_fallback=told.append, late_seconds=0.05, hang_seconds=0.2)
    assert len(list(voice.synthesize("One.", 1.0))) == 1
    assert told == []
    time.sleep(0.3)
    assert len(list(voice.synthesize("Two.", 1.0))) == 1
    assert second.spoken == ["One.", "Two."]
    assert told == ["The voice first does not answer. Speaking with second from now on."]
    with pytest.raises(VoiceError, match="second failed"):
        list(voice.synthesize("A bad one.", 1.0))
    gate.release(9)


@pytest.mark.parametrize("others", [0, 1])
def test_where_no_other_can_stand_in_it_is_waited_for_but_not_for_ever(told: list[str], others: int) -> None:
    gate = threading.Semaphore(0)
    only = FakeVoice("only", gate=gate)
    broken = [opens(FakeVoice("broken", fails_on="."))][:others]
    voice = FallbackVoice(
        [opens(only), *broken], on_fallback=told.append, late_seconds=0.05, hang_seconds=0.4
    )
    threading.Timer(0.2, gate.release).start()
    assert len(list(voice.synthesize("One.", 1.0))) == 1
    assert only.spoken == ["One."]
    began = time.monotonic()
    with pytest.raises(VoiceError, match="only does not answer"):
        list(voice.synthesize("Two.", 1.0))
    assert time.monotonic() - began < 2.0
    assert voice.id == "only"
    gate.release(9)


@pytest.mark.parametrize(
    ("code", "asked_for", "lines"),
    [("voice_missing", False, 0), ("voice_missing", True, 1), ("voice_failed", False, 1)],
)
def test_only_a_wanted_or_broken_voice_is_missed(
    told: list[str], code: str, asked_for: bool, lines: int
) -> None:
    voice = FallbackVoice(
        [refuses(code, "It is not there."), opens(FakeVoice())],
        on_fallback=told.append,
        first_was_asked_for=asked_for,
    )
    assert voice.id == "fake"
    assert told == ["It is not there. Speaking with fake instead."][:lines]


def test_without_any_voice_it_says_what_to_install(told: list[str]) -> None:
    openers = [refuses("voice_missing", "Nobody cares."), refuses("voice_failed", "The model is damaged.")]
    with pytest.raises(VoiceError) as caught:
        FallbackVoice(openers, on_fallback=told.append, install=[voice.install for voice in VOICES])
    assert "apt-get install" in caught.value.message
    assert "The model is damaged." in caught.value.message
    assert "Nobody cares." not in caught.value.message
    assert told == []


@pytest.mark.parametrize("name", ["festival", "piper:", "festival:usual", ""])
def test_an_unknown_name_is_refused_with_examples(name: str) -> None:
    with pytest.raises(VoiceError, match="flite:slt") as caught:
        open_voice(name)
    assert caught.value.code == "voice_unknown"
