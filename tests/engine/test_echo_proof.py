"""Nothing that Limber says sounds like "stop", pain or a red flag to its own recognizer, at 0 dB of echo."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from typing import ClassVar

import pytest

from assistant.config import Config
from assistant.core.intents import Intent
from assistant.core.machine import listened_for
from assistant.core.ports import Speech
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine
from assistant.core.states import State
from assistant.equipment import load_content
from assistant.speech.models import find_speech_model
from assistant.speech.recognizer import VoskRecognizer
from assistant.speech.voice import open_voice
from assistant.speech.vosk_model import VoskModel
from scripts.measure.own_sayings import (
    FAINT_RMS,
    FLOOR_RMS,
    Misheard,
    Saying,
    everything_said,
    listen_to_itself,
)

Content = tuple[LanguagePack, tuple[Routine, ...]]


class Remembering:
    """A voice that does not synthesize again what one of its name has said: several tests hear the same."""

    _said: ClassVar[dict[tuple[str, str, float], tuple[Speech, ...]]] = {}

    def __init__(self, name: str) -> None:
        self._voice = open_voice(name)
        self.id = self._voice.id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        key = (self.id, text, rate)
        if key not in self._said:
            self._said[key] = tuple(self._voice.synthesize(text, rate))
        return iter(self._said[key])


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(Config(), print)


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(find_speech_model(None).path)


def test_everything_is_said(content: Content) -> None:
    pack, routines = content
    said = " ".join(saying.text for saying in everything_said(pack, routines))
    assert "Hello. What would you like to stretch?" in said
    assert "thirty seconds longer." in said
    assert "About sixty more minutes." in said
    for routine in routines:
        assert f"This is {routine.spoken_name}." in said
        for stretch in routine.stretches:
            for side, other_side in (("left", "right"), ("right", "left")):
                for text in (*stretch.enter, stretch.feel, stretch.leave, stretch.easier):
                    assert text.format(side=side, other_side=other_side) in said


def heard_as_safety(
    sayings: list[Saying],
    voice: str,
    model: VoskModel,
    pack: LanguagePack,
    intents: Iterable[Intent] = Intent,
) -> list[Misheard]:
    if shutil.which({"flite": "flite", "espeak": "espeak-ng"}[voice.partition(":")[0]]) is None:
        pytest.skip(f"{voice} needs: sudo apt-get install flite espeak-ng")
    opened = Remembering(voice), VoskRecognizer(model)
    found = listen_to_itself(sayings, *opened, pack.table, noises_rms=(FLOOR_RMS,), intents=intents)
    return [misheard for misheard in found if misheard.is_safety]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("voice", ["flite:slt", "espeak:en-us"])
def test_no_prompt_sounds_like_a_safety_phrase(content: Content, model: VoskModel, voice: str) -> None:
    pack, routines = content
    said = everything_said(pack, routines, numbers=range(5, 61, 5))  # scripts/echo_proof.py takes them all
    prompts = [saying for saying in said if ":" not in saying.name]
    assert heard_as_safety(prompts, voice, model, pack) == []


@pytest.mark.timeout(900)
def test_no_routine_sounds_like_a_safety_phrase(content: Content, model: VoskModel) -> None:
    """With the voice that is preferred; scripts/echo_proof.py takes the other one too, and adds noise."""
    pack, routines = content
    sentences = [saying for saying in everything_said(pack, routines, (5,)) if ":" in saying.name]
    assert heard_as_safety(sentences, "flite:slt", model, pack) == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("state", [State.SCREENING, State.INSTRUCTING])
def test_no_prompt_sounds_like_one_with_the_fewer_phrases_of_a_state(
    content: Content, model: VoskModel, state: State
) -> None:
    """Those that the second recognizer, too, has then, which hears our voice with nothing cancelled."""
    pack, routines = content
    prompts = [saying for saying in everything_said(pack, routines, (20,)) if ":" not in saying.name]
    assert heard_as_safety(prompts, "flite:slt", model, pack, listened_for(state)) == []


def test_a_prompt_that_says_a_safety_phrase_is_caught(content: Content, model: VoskModel) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs: sudo apt-get install espeak-ng")
    pack, _ = content
    sayings = [Saying("good", "Take your time."), Saying("bad", "Say that it hurts, or say please stop.")]
    found = listen_to_itself(sayings, open_voice("espeak:en-us"), VoskRecognizer(model), pack.table)
    caught = {(misheard.saying.name, misheard.noise_rms) for misheard in found if misheard.is_safety}
    assert caught == {("bad", FLOOR_RMS), ("bad", FAINT_RMS)}
