"""Numbers and times as people say them, by a synthesized voice, with the real recognizer."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from assistant.core.events import Said
from assistant.core.intents import Intent
from assistant.core.machine import listened_for
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.core.states import State
from assistant.languages.packs import load_language
from assistant.resources import resource_path
from assistant.speech.engines import open_voice
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import VoskModel
from assistant.speech.vosk.recognizer import VoskRecognizer

TABLE = load_language().table


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(resource_path("models/limber-en"))


@pytest.mark.parametrize(
    ("state", "said", "intent", "number"),
    [
        (State.HOLDING, "twenty more seconds", Intent.MORE_TIME, 20),
        (State.HOLDING, "twenty five more seconds", Intent.MORE_TIME, 25),
        (State.HOLDING, "half a minute more", Intent.MORE_TIME, 30),
        (State.HOLDING, "another half minute", Intent.MORE_TIME, 30),
        (State.HOLDING, "one more minute", Intent.MORE_TIME, 60),
        (State.HOLDING, "another minute and a half", Intent.MORE_TIME, 90),
        (State.HOLDING, "two minutes more", Intent.MORE_TIME, 120),
        (State.HOLDING, "purple more seconds", Intent.MORE_TIME, None),
        (State.SCORING, "seven", Intent.NUMBER, 7),
        (State.SCORING, "seven out of ten", Intent.NUMBER, 7),
        (State.SCORING, "about five or six", Intent.NUMBER, 6),
        (State.SCORING, "seven out of umbrella", Intent.NUMBER, None),
    ],
)
def test_a_number_is_heard_in_full_or_known_to_be_lost(
    model: VoskModel, state: State, said: str, intent: Intent, number: int | None
) -> None:
    if shutil.which("flite") is None:
        pytest.skip("needs: sudo apt-get install flite")
    hearing = HearingPath(VoskRecognizer(model), TABLE)
    hearing.listen_for(listened_for(state))
    speech = b"".join(piece.samples for piece in open_voice("flite:slt").synthesize(said, 1.0))
    sound = np.pad(np.frombuffer(speech, np.int16), (SAMPLE_RATE_HZ // 2, SAMPLE_RATE_HZ)).astype(float)
    sound += np.random.default_rng(0).normal(0, 5, len(sound))
    meanings = hearing.accept(np.rint(sound).astype(np.int16).tobytes()) + hearing.finish()
    (found,) = [meaning for meaning in meanings if isinstance(meaning, Said)]
    assert (found.intent, found.slots.number) == (intent, number)
    assert found.is_half_heard == (number is None)
