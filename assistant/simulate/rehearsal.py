"""The simulated shell: the same Session, the same engines, no sound hardware, faster than real time.

Time is the number of samples played: `now` comes from it and nothing here reads a clock. One thread does all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.audio.echo import choose_canceller
from assistant.audio.files import read_audio
from assistant.audio.mixer import SILENCE, Mixer
from assistant.audio.sound_measuring import SoundMeter
from assistant.audio.stream_watch import MicrophoneWatch, StreamCondition
from assistant.config import Config
from assistant.core.actions import Action
from assistant.core.context import Settings
from assistant.core.events import (
    DeadlineReached,
    Event,
    MicrophoneLost,
    MicrophoneRestored,
    Source,
    SpeakerLost,
    SpeakerRestored,
    Started,
)
from assistant.core.intents import Words
from assistant.core.listening.listener import meaning_of
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, Recognizer, Voice
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.core.session import Session
from assistant.core.states import State
from assistant.errors import VoiceError
from assistant.opening import load_content, open_speech_model, require_routine, session_settings
from assistant.performer import Performer
from assistant.simulate.person import Person
from assistant.simulate.room import leveled, room_of
from assistant.simulate.scene import Scene, ScriptedLine
from assistant.simulate.timeline import Row, Timeline
from assistant.speech.barge_in import BargeIn
from assistant.speech.engines import open_voice
from assistant.speech.hearing import HearingPath
from assistant.speech.prompt_cache import PromptCache
from assistant.speech.prompting import Prompter
from assistant.store.history_profile import Profile
from assistant.store.library import load_library

TAIL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Engines:
    """What a rehearsal is done with.

    The `second` recognizer takes part where the scene has an echo that is cancelled. `open_voice` opens the
    person's voices by name. When it raises VoiceError, what the person says is taken as heard, word by word.
    """

    pack: LanguagePack
    routines: tuple[Routine, ...]
    recognizer: Recognizer
    voice: Voice
    open_voice: Callable[[str], Voice]
    settings: Settings
    library: tuple[Stretch, ...] = ()
    second: Recognizer | None = None
    commands: Recognizer | None = None
    point: OperatingPoint = field(default_factory=OperatingPoint)


def open_engines(scene: Scene, config: Config, voice: Voice, tell: Callable[[str], None]) -> Engines:
    """What a scene is rehearsed with, as the configuration says; the scene has its own routine and past.

    Raises AssistantError.
    """
    wanted = {"routine": "", "sound_check": scene.sound_check}
    config = config.model_copy(update={"session": config.session.model_copy(update=wanted)})
    pack, routines = load_content(config, tell)
    if scene.routine:
        require_routine(scene.routine, routines)
    known = Profile(physician_checked_on=date.min, conditions_asked_on=date.min)
    profile = Profile() if scene.first_use else known
    model = open_speech_model(config, pack, tell)
    return Engines(
        pack=pack,
        routines=routines,
        recognizer=model.new_recognizer(),
        second=model.new_recognizer(),
        commands=model.new_commands(),
        point=config.hearing.operating_point(),
        voice=voice,
        open_voice=open_voice,
        settings=scene.settings(session_settings(config, profile, date.min)),
        library=tuple(load_library(pack.code).values()),
    )


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of a rehearsal. `sound` is int16 of shape (samples, 2): microphone, and what was played."""

    rows: list[Row]
    sound: NDArray[np.int16]
    unsaid: tuple[ScriptedLine, ...]
    seconds: float


class Rehearsal:
    """Runs one scene."""

    def __init__(
        self, scene: Scene, engines: Engines, on_row: Callable[[Row], None], tell: Callable[[str], None]
    ) -> None:
        self._scene = scene
        self._engines = engines
        self._now = 0.0
        self._mixer = Mixer()
        self._person = Person(scene.person)
        self._timeline = Timeline(on_row)
        room = scene.room
        wanted = room.echo_canceller if room.has_echo else "none"
        self._hearing = HearingPath(
            engines.recognizer,
            engines.pack.table,
            canceller=choose_canceller(wanted, tell),
            second=engines.second,
            commands=engines.commands,
            point=engines.point,
        )
        self._barge_in = BargeIn(self._hearing, self._mixer)
        self._room = room_of(scene)
        self._session = Session(engines.pack, engines.routines, engines.settings, engines.library)
        cache = PromptCache(None, on_trouble=tell)
        prompter = Prompter(
            engines.voice, cache, self._mixer, sentences=engines.pack.sentences, on_trouble=tell
        )
        watchers = (self._watch,)
        self._performer = Performer(prompter, self._mixer, self._hearing.listen_for, watchers)
        self._microphone = MicrophoneWatch(0.0)
        self._sound_meter = SoundMeter()
        self._faults: dict[str, float] = {}
        self._microphone_blocks: list[bytes] = []
        self._played_blocks: list[bytes] = []

    def run(self) -> Rehearsed:
        """Run until the session has finished, or the scene's time is over."""
        self._handle(Started())
        while self._session.state is not State.FINISHED and self._now < self._scene.max_seconds:
            self._block()
        if self._session.state is not State.FINISHED:
            self._timeline.add(self._now, "end", reason="time_limit")
        for _ in range(round(TAIL_SECONDS / BLOCK_SECONDS)):
            played = self._mixer.next_block()
            self._keep(self._room.next_block(played), played)
        channels = [
            np.frombuffer(b"".join(b), np.int16) for b in (self._microphone_blocks, self._played_blocks)
        ]
        return Rehearsed(self._timeline.rows, np.stack(channels, axis=1), self._person.unsaid, self._now)

    def _block(self) -> None:
        """20 ms: what is due begins, a block is played and heard, and the session learns of it all."""
        for line in self._person.due(self._now):
            self._begin(line)
        played = self._play()
        heard = self._room.next_block(played)
        self._now = round(self._now + BLOCK_SECONDS, 6)
        for over in self._mixer.ended():
            self._handle(over)
        self._listen(heard, played)
        deadline = self._session.next_deadline
        if deadline is not None and deadline <= self._now + 1e-6:
            self._handle(DeadlineReached())

    def _play(self) -> bytes:
        if self._is_faulty("speaker_lost", SpeakerRestored()):
            return SILENCE
        played = self._mixer.next_block()
        prompt_id = self._mixer.sounding_prompt_id() or 0
        self._timeline.played(played, prompt_id, self._now)
        if prompt_id:
            self._person.hear_prompt(prompt_id, self._now)
        return played

    def _listen(self, heard: bytes, played: bytes) -> None:
        """The microphone's block goes the way that a live one goes, its faults included."""
        was = self._microphone.condition
        if self._is_faulty("microphone_lost"):
            self._microphone.check(self._now, active=False)
            self._keep(bytes(BLOCK_BYTES), played)
        else:
            if self._is_faulty("microphone_silent"):
                heard = bytes(BLOCK_BYTES)
            self._keep(heard, played)
            self._microphone.hear(self._now, not any(heard), speaker_sounds=False)
            if measured := self._sound_meter.accept(heard, played):
                self._handle(measured)
            reaction = self._barge_in.accept(heard, played)
            for meaning in reaction.meanings:
                self._handle(meaning, reaction.hush_number)
        condition = self._microphone.condition
        if was is StreamCondition.WELL and condition is not StreamCondition.WELL:
            self._handle(MicrophoneLost(condition.value))
        elif was is not StreamCondition.WELL and condition is StreamCondition.WELL:
            self._handle(MicrophoneRestored())

    def _begin(self, line: ScriptedLine) -> None:
        """The person says or plays a line, or a device fails."""
        if line.fault:
            self._faults[line.fault] = self._now + line.for_seconds
            self._timeline.add(self._now, "fault", fault=line.fault, for_seconds=line.for_seconds)
            if line.fault == "speaker_lost":
                self._handle(SpeakerLost())
        elif line.play:
            self._room.say(leveled(read_audio(line.play), line.gain_db))
        elif line.say:
            self._say(line, line.say)

    def _say(self, line: ScriptedLine, text: str) -> None:
        self._timeline.add(self._now, "person", text=text)
        pack = self._engines.pack
        try:
            voice = self._engines.open_voice(f"espeak:{line.voice}")
            spoken = (voice.synthesize(sentence, line.rate) for sentence in pack.sentences(text))
            speech = b"".join(piece.samples for pieces in spoken for piece in pieces)
        except VoiceError:
            self._take_as_heard(pack.rules.words(text))
            return
        self._room.say(leveled(np.frombuffer(speech, np.int16), line.gain_db))

    def _take_as_heard(self, words: Words) -> None:
        """There is no sound of it, but it counts as said by voice: our own is masked as it would be."""
        table, wanted, now = self._engines.pack.table, self._hearing.intents, self._now
        self._handle(meaning_of(words, table, wanted, Source.VOICE, word_end_seconds=now, at_seconds=now))

    def _is_faulty(self, fault: str, restored: Event | None = None) -> bool:
        ends_at = self._faults.get(fault)
        if ends_at is None or self._now < ends_at:
            return ends_at is not None
        del self._faults[fault]
        if restored is not None:
            self._handle(restored)
        return False

    def _handle(self, event: Event, hush_number: int = 0) -> None:
        actions = self._session.handle(event, self._now)
        self._mixer.acknowledge(hush_number)
        self._performer.carry_out(actions)

    def _watch(self, action: Action) -> None:
        self._timeline.watch(action, self._now)
        self._person.watch(action, self._now)
        self._sound_meter.watch(action)

    def _keep(self, heard: bytes, played: bytes) -> None:
        self._microphone_blocks.append(heard)
        self._played_blocks.append(played)
