"""People interrupt as they do: over Limber's own voice, shouting, twice, half swallowed. Everything is real
but the air: mixer, echo canceller, both recognizers, and voices made on the spot.
"""

from __future__ import annotations

import logging
import multiprocessing
import shutil
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection

import numpy as np
import pytest

from assistant.audio.echo import choose_canceller
from assistant.audio.mixer import Mixer
from assistant.config import Config
from assistant.core.events import Said
from assistant.core.intents import Intent
from assistant.core.phrases import PhraseTable
from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ, Speech
from assistant.opening import load_content
from assistant.simulate.room import Loudspeaker, Room, leveled
from assistant.speech.barge_in import BargeIn
from assistant.speech.engines import open_voice
from assistant.speech.hearing import HearingPath
from assistant.speech.models import find_speech_model
from assistant.speech.vosk.model import VoskModel, same_dither
from assistant.speech.vosk.recognizer import VoskRecognizer

OWN_WORDS = (
    "Sit tall, with both feet on the floor. Let your shoulders sink. Slowly turn your head to the right, "
    "only as far as is comfortable. Breathe in through your nose, and out through your mouth."
)
SPEAKS_AT_BLOCK = round(8.0 / BLOCK_SECONDS)
FORKING = multiprocessing.get_context("fork")
PERSONS = ("espeak:en-us", "espeak:en-us+f3", "flite:awb")
UNRECORDED = (
    *("that hurts", "it hurts", "this hurts", "my back hurts", "my neck hurts", "ouch", "ow ow"),
    *("i'm in pain", "that is painful", "it's too much", "hold on", "that's enough"),
)


pytestmark = pytest.mark.skipif(
    not (find_library("speexdsp") and shutil.which("flite") and shutil.which("espeak-ng")),
    reason="needs: sudo apt-get install libspeexdsp1 flite espeak-ng",
)
Sound = np.ndarray


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(find_speech_model(None).path)


@cache
def said(text: str, voice: str) -> Sound:
    """What somebody says, without the silence around it, as loud as people are at the microphone."""
    speech = b"".join(piece.samples for piece in open_voice(voice).synthesize(text, 1.0))
    sound = leveled(np.frombuffer(speech, np.int16))
    loud = np.flatnonzero(np.abs(sound) > 300)
    return sound[loud[0] : loud[-1] + 1]


@cache
def phrases() -> PhraseTable:
    return load_content(Config(), print)[0].table


@cache
def own_voice() -> Speech:
    """Without the pause after a sentence: whatever is silent here was silenced."""
    voice = open_voice("flite:slt")
    pieces = [np.frombuffer(piece.samples, np.int16) for piece in voice.synthesize(OWN_WORDS, 1.0)]
    return Speech(b"".join(np.trim_zeros(piece, "b").tobytes() for piece in pieces * 2))


def pause(seconds: float) -> Sound:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)


@dataclass
class Heard:
    """What came of it, in seconds after the person's last sound."""

    acted: list[Intent]
    first_at: float
    silent_at: float


class Speaking:
    """Our own voice in a room, up to where somebody speaks into it. It is led on in copies of this process:
    what comes before is the same for all persons, and takes most of the time.
    """

    def __init__(self, model: VoskModel, echo_gain_db: float | None) -> None:
        self._mixer = Mixer()
        self._room = Room(1, loudspeaker=None if echo_gain_db is None else Loudspeaker(echo_gain_db))
        first, second = VoskRecognizer(model), VoskRecognizer(model)
        canceller = choose_canceller("speex", pytest.fail)
        hearing = HearingPath(first, phrases(), canceller=canceller, second=second)
        hearing.listen_for(Intent)
        self._reacting = BargeIn(hearing, self._mixer)
        self._mixer.begin(1)
        self._mixer.feed(1, own_voice())
        for _ in range(SPEAKS_AT_BLOCK):
            assert not self._next_block()[1], "somebody is heard before anybody speaks"

    def _next_block(self) -> tuple[bool, list[Intent]]:
        """Whether our voice sounded, and what was acted on."""
        played = self._mixer.next_block()
        meanings = self._reacting.accept(self._room.next_block(played), played).meanings
        return any(played), [m.intent for m in meanings if isinstance(m, Said) and m.is_safety]

    def interrupted_by(self, person: Sound, dither: int | None = None) -> Heard:
        """The person speaks now. The recognizer's dither is drawn anew where a draw is given."""
        receiving, sending = FORKING.Pipe(duplex=False)
        copy = FORKING.Process(target=self._interrupt, args=(person, dither, sending))
        copy.start()
        sending.close()
        try:
            heard = receiving.recv()
        finally:
            copy.join()
        assert isinstance(heard, Heard)
        return heard

    def _interrupt(self, person: Sound, dither: int | None, sending: Connection) -> None:
        if dither is not None:
            same_dither(dither)
        seconds = len(person) / SAMPLE_RATE_HZ
        acted, first_at, silent_at = [], np.inf, np.inf
        self._room.say(person)
        for number in range(round((seconds + 2.0) / BLOCK_SECONDS)):
            after = number * BLOCK_SECONDS - seconds
            sounded, safety = self._next_block()
            if not sounded:
                silent_at = min(silent_at, after)
            if safety:
                first_at = min(first_at, after + BLOCK_SECONDS)
            acted += safety
        sending.send(Heard(acted, first_at, silent_at))


@cache
def speaking(model: VoskModel, echo_gain_db: float | None) -> Speaking:
    return Speaking(model, echo_gain_db)


def barge_in(
    model: VoskModel, person: Sound, echo_gain_db: float | None = -6.0, dither: int | None = None
) -> Heard:
    """The person speaks in the midst of our own voice."""
    return speaking(model, echo_gain_db).interrupted_by(person, dither)


def shouted(sound: Sound) -> Sound:
    """12 dB louder than people speak, and clipped by the microphone."""
    return np.clip(sound * 10 ** (12 / 20), -0.35 * 32768, 0.35 * 32768)


def grunt(seconds: float = 0.25) -> Sound:
    """A dull burst of noise."""
    noise = np.random.default_rng(3).normal(0, 3000, round(seconds * SAMPLE_RATE_HZ))
    return np.asarray(np.convolve(noise, np.full(20, 0.2), "same") * np.hanning(len(noise)), np.float32)


def test_stop_over_our_own_voice_silences_it_soon(model: VoskModel) -> None:
    heard = [barge_in(model, said("stop", person)) for person in PERSONS]
    assert [h.acted for h in heard].count([Intent.STOP]) >= 2, heard
    delays = sorted(h.silent_at for h in heard)
    assert delays[1] < 0.5, heard
    assert all(h.silent_at - h.first_at < 0.03 for h in heard if h.acted), "silent within the next block"


def test_stop_twice_in_a_row_acts_twice(model: VoskModel) -> None:
    heard = [
        barge_in(model, np.concatenate([said("stop", p), pause(2.5), said("stop", p)])).acted for p in PERSONS
    ]
    assert heard.count([Intent.STOP, Intent.STOP]) >= 2, heard


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("no no stop", Intent.STOP),
        ("stop, stop, stop", Intent.STOP),
        ("that hurts", Intent.PAIN),
    ],
)
def test_what_people_call_over_our_own_voice_acts_once(model: VoskModel, text: str, intent: Intent) -> None:
    heard = [barge_in(model, said(text, person)).acted for person in PERSONS]
    assert heard.count([intent]) >= 2, heard


def test_words_that_nobody_recorded_are_heard_over_our_own_voice(model: VoskModel) -> None:
    """All together: a model that takes such words for any speech misses nearly all of them, and no "stop"."""
    heard = {(text, p): bool(barge_in(model, said(text, p)).acted) for text in UNRECORDED for p in PERSONS}
    logging.getLogger(__name__).info("%d of %d are heard", sum(heard.values()), len(heard))
    assert sum(heard.values()) >= 24, heard


@pytest.mark.parametrize(("text", "intent"), [("hang on", Intent.STOP), ("ouch", Intent.PAIN)])
def test_what_people_call_while_nothing_comes_back_of_our_voice_acts_once(
    model: VoskModel, text: str, intent: Intent
) -> None:
    """Softer sounds, which an echo still hides."""
    persons = [person for person in PERSONS if person.startswith("espeak")]
    heard = [barge_in(model, said(text, person), None).acted for person in persons]
    assert heard.count([intent]) >= 1, heard
    assert all(acted in ([intent], []) for acted in heard), heard


def test_a_shouted_stop_that_clips_is_heard(model: VoskModel) -> None:
    heard = [barge_in(model, shouted(said("stop", person))).acted for person in PERSONS]
    assert heard.count([Intent.STOP]) >= 2, heard


def test_a_stop_after_a_grunt_is_heard(model: VoskModel) -> None:
    """For each person three times, with the recognizer's dither drawn anew: one draw is chance."""
    heard: list[list[Intent]] = []
    for person in PERSONS:
        stop = np.concatenate([grunt(), pause(0.12), said("stop", person)])
        heard += [barge_in(model, stop, dither=draw).acted for draw in (1, 2, 3)]
    assert heard.count([Intent.STOP]) >= 6, heard


def test_a_half_swallowed_stop_is_heard(model: VoskModel) -> None:
    """Its last 60 ms are missing."""
    heard = [barge_in(model, said("stop", p)[: -round(0.06 * SAMPLE_RATE_HZ)]).acted for p in PERSONS]
    assert heard.count([Intent.STOP]) >= 2, heard


def test_nobody_is_heard_where_nobody_speaks(model: VoskModel) -> None:
    heard = barge_in(model, pause(2.0))
    assert heard.acted == []
    assert heard.silent_at == np.inf, "its voice was lowered to nothing"
