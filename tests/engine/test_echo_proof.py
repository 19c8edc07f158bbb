"""Nothing that Limber says sounds like "stop", pain or a red flag to its own recognizer, at 0 dB of echo, and
what sounds like a command is known for its own voice by the rule that a session has.

What was proven of the same sound, by the same hearing, is in echo-proof.json and is not played again: see
scripts/measure/proven.py. KEEP_ECHO_PROOF=1 writes into it what passes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from assistant.config import Config
from assistant.core.intents import Intent
from assistant.core.machine import listened_for
from assistant.core.ports import Speech
from assistant.core.prompts import LanguagePack
from assistant.core.resting import LISTENED_FOR
from assistant.core.routine import Routine
from assistant.core.states import State
from assistant.opening import load_content
from assistant.speech.engines import open_voice
from assistant.speech.models import find_speech_model
from assistant.speech.vosk.model import VoskModel
from assistant.speech.vosk.recognizer import VoskRecognizer
from scripts.measure.own_sayings import (
    FAINT_RMS,
    FLOOR_RMS,
    Misheard,
    Saying,
    everything_said,
    listen_to_itself,
)
from scripts.measure.proven import Proven

NEURAL_VOICE = "ECHO_PROOF_VOICE"
"""Names a Piper voice's .onnx file; it is 60 MB, so it comes with nothing of Limber."""

KEEP = "KEEP_ECHO_PROOF"
SAID_AT_REST = {
    *("asleep", "offer_reminder", "reminder_set", "reminder_set_same", "reminder_dropped", "reminder"),
    *("turn_off", "turn_off_reminding"),
}

Content = tuple[LanguagePack, tuple[Routine, ...]]


class Remembering:
    """A voice that does not synthesize again what one of its name has said: several tests hear the same."""

    _said: ClassVar[dict[tuple[str, str, float], tuple[Speech, ...]]] = {}

    def __init__(self, name: str) -> None:
        self._voice = open_voice(name, steady=True)
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
    assert "What would you like to stretch?" in said
    assert "thirty seconds longer." in said
    assert "About sixty more minutes." in said
    for routine in routines:
        assert f"This is {routine.spoken_name}." in said
        for stretch in routine.stretches:
            for side, other_side in (("left", "right"), ("right", "left")):
                for text in (*stretch.enter, stretch.feel, stretch.leave, stretch.easier):
                    assert text.format(side=side, other_side=other_side) in said


def acted_on(
    sayings: list[Saying],
    voice: str,
    model: VoskModel,
    pack: LanguagePack,
    intents: Iterable[Intent] = Intent,
) -> list[Misheard]:
    program = {"flite": "flite", "espeak": "espeak-ng"}.get(voice.partition(":")[0])
    if program and shutil.which(program) is None:
        pytest.skip(f"{voice} needs: sudo apt-get install flite espeak-ng")
    speaking, listened_for, proven = Remembering(voice), tuple(intents), Proven(pack)
    left = proven.left(sayings, speaking, listened_for)
    found = listen_to_itself(
        left, speaking, VoskRecognizer(model), pack, noises_rms=(FLOOR_RMS,), intents=listened_for
    )
    acting = [misheard for misheard in found if misheard.acts]
    if os.environ.get(KEEP) and not acting:
        proven.add(sayings, speaking, listened_for)
        proven.keep()
    return acting


def prompts(content: Content, numbers: Iterable[int]) -> list[Saying]:
    """What is said beside the stretches' own words; scripts/measure/run echo-proof takes all numbers."""
    return [saying for saying in everything_said(*content, tuple(numbers)) if ":" not in saying.name]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("voice", ["flite:slt", "espeak:en-us"])
def test_no_prompt_does_anything_to_the_session(content: Content, model: VoskModel, voice: str) -> None:
    assert acted_on(prompts(content, range(5, 61, 5)), voice, model, content[0]) == []


@pytest.mark.timeout(900)
def test_no_routine_does_anything_to_the_session(content: Content, model: VoskModel) -> None:
    """With the voice that is preferred; the command `echo-proof` takes the other one too, and adds noise."""
    pack, routines = content
    sentences = [saying for saying in everything_said(pack, routines, (5,)) if ":" in saying.name]
    assert acted_on(sentences, "flite:slt", model, pack) == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("state", [State.SCREENING, State.INSTRUCTING, State.RELEASING])
def test_no_prompt_does_anything_with_the_fewer_phrases_of_a_state(
    content: Content, model: VoskModel, state: State
) -> None:
    """The fewer phrases there are, the more sounds like one of them.

    The second recognizer, too, has them then, which hears our voice with nothing cancelled.
    """
    assert acted_on(prompts(content, (20,)), "flite:slt", model, content[0], listened_for(state)) == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "asked_for", [frozenset(), frozenset((Intent.NO,)), frozenset((Intent.YES, Intent.NO))]
)
def test_nothing_that_is_said_at_rest_does_anything_there(
    content: Content, model: VoskModel, asked_for: frozenset[Intent]
) -> None:
    said = [saying for saying in prompts(content, (5,)) if saying.name in SAID_AT_REST]
    assert {saying.name for saying in said} == SAID_AT_REST
    assert acted_on(said, "flite:slt", model, content[0], LISTENED_FOR | asked_for) == []


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("state", [None, State.INSTRUCTING, State.RELEASING])
def test_no_prompt_does_anything_in_a_neural_voice(
    content: Content, model: VoskModel, state: State | None
) -> None:
    file = os.environ.get(NEURAL_VOICE, "")
    if not Path(file).is_file():
        pytest.skip(
            f"{NEURAL_VOICE} must name a Piper voice's .onnx file: scripts/measure/piper_voice.py fetches one"
        )
    intents = Intent if state is None else listened_for(state)
    assert acted_on(prompts(content, (5, 10, 20)), f"piper:{file}", model, content[0], intents) == []


def test_near_sounds_are_commands_without_the_rule(
    content: Content, model: VoskModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the proof stands on: there are near sounds, they would be done, and the rule hinders it."""
    pack, _ = content
    near = [Saying("short", "Slow turn.")]
    assert acted_on(near, "flite:slt", model, pack) == []
    monkeypatch.setattr("scripts.measure.own_sayings.is_own_voice", lambda *_: False)
    acting = acted_on(near, "flite:slt", model, pack)
    assert [(m.heard.intent, m.is_safety) for m in acting] == [(Intent.SLOWER, False)]


def test_a_prompt_that_says_a_safety_phrase_is_caught(content: Content, model: VoskModel) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("needs: sudo apt-get install espeak-ng")
    pack, _ = content
    sayings = [Saying("good", "Take your time."), Saying("bad", "Say that it hurts, or say please stop.")]
    found = listen_to_itself(sayings, open_voice("espeak:en-us"), VoskRecognizer(model), pack)
    caught = {(misheard.saying.name, misheard.noise_rms) for misheard in found if misheard.is_safety}
    assert caught == {("bad", FLOOR_RMS), ("bad", FAINT_RMS)}
