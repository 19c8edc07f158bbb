"""The stand-ins keep the contracts that tests/engine holds the real adapters to."""

from __future__ import annotations

import pytest
from fakes import FakeVoice

from assistant.core.ports import Voice
from assistant.errors import VoiceError


def test_the_fake_voice_speaks_a_sentence_the_same_again_and_nothing_for_nothing() -> None:
    voice: Voice = FakeVoice()
    pieces = list(voice.synthesize("Sit tall.", 1.0))
    assert len(pieces) == 1
    assert all(piece.samples and len(piece.samples) % 2 == 0 for piece in pieces)
    assert list(voice.synthesize("Sit tall.", 1.0)) == pieces
    assert sum(len(p.samples) for p in voice.synthesize("Sit tall.", 2.0)) < sum(
        len(p.samples) for p in pieces
    )
    assert list(voice.synthesize(" … ", 1.0)) == []


def test_the_fake_voice_fails_as_voices_do() -> None:
    with pytest.raises(VoiceError):
        list(FakeVoice(fails_on="tall").synthesize("Sit tall.", 1.0))
