"""The live shell: microphone, recognizer, session, voice, speaker, each on its thread, one event queue.

The main thread owns the session. The hearing thread owns microphone and recognizer, and looks after the
speaker's stream. The prompting thread owns the voice, the history thread the database. PortAudio's callbacks
only copy blocks.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

from assistant.audio.echo import choose_canceller
from assistant.audio.live import LiveSound
from assistant.audio.microphone import Microphone
from assistant.audio.mixer import Mixer
from assistant.audio.sound_check import SoundCheck
from assistant.audio.speaker_stream import SpeakerStream
from assistant.conducting import EventQueue, Recorder, conduct
from assistant.config import Config
from assistant.core.actions import Action, ReportSound
from assistant.core.dialogue.sound_check import has_strong_echo
from assistant.core.events import Event, MicrophoneLost
from assistant.core.intents import Intent
from assistant.core.ports import Screen
from assistant.equipment import load_content, new_session, open_hearing, open_voice
from assistant.errors import AssistantError, HearingError
from assistant.performer import Performer
from assistant.speech.hearing import HearingPath
from assistant.speech.prompt_cache import PromptCache, default_folder
from assistant.speech.prompting import Prompter, PromptingThread
from assistant.speech.reacting import Believed, Reacting
from assistant.store.history_reader import history_path

_log = logging.getLogger(__name__)

Tell = Callable[[str], None]
MEGABYTE = 1 << 20
FAREWELL_SECONDS = 8.0
"""So long a session that can never hear again goes on, to say so and to let the user ease out."""


class Ears:
    """The hearing thread: microphone blocks in, hypotheses and faults on the event queue."""

    def __init__(
        self,
        microphone: Microphone,
        speaker: SpeakerStream,
        hearing: HearingPath,
        mixer: Mixer,
        events: EventQueue,
    ) -> None:
        self.sound_check = SoundCheck()
        self._sound = LiveSound(microphone, speaker, self._report)
        self._hearing = hearing
        self._reacting = Reacting(hearing, mixer)
        self._events = events
        self._wanted: frozenset[Intent] = frozenset(Intent)
        self.failure: AssistantError | None = None
        self._failed_at = math.inf
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)

    def open(self) -> None:
        """Open both devices and begin to listen. Raises AudioError."""
        self._sound.open()
        self._thread.start()

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Listen for these from the next utterance on. Any thread: the hearing thread takes the latest."""
        self._wanted = intents

    def close(self) -> None:
        """Stop listening; the devices are closed when this returns, unless they hang."""
        self._sound.close()
        self._thread.join(3.0)

    def must_end(self) -> bool:
        """Whether listening failed for good, and the session has had the time to say so."""
        return time.monotonic() > self._failed_at + FAREWELL_SECONDS

    def _report(self, event: Event) -> None:
        """A fault or its end. What was being said when the microphone went is not waited for any longer."""
        if isinstance(event, MicrophoneLost):
            self._put_all(self._reacting.finish())
        self._events.put(event)

    def _put_all(self, believed: Believed) -> None:
        """The loudspeaker has obeyed already: now the session may know, of a safety phrase first."""
        if believed.hush_number:
            self._events.put_reflex(believed.hypotheses, believed.hush_number)
            return
        for hypothesis in believed.hypotheses:
            self._events.put(hypothesis)

    def _run(self) -> None:
        try:
            for near, far in self._sound.blocks():
                self._hearing.listen_for(self._wanted)
                if measured := self.sound_check.accept(near, far):
                    self._events.put(measured)
                self._put_all(self._reacting.accept(near, far))
        except AssistantError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 - the thread's top: reports and stops
            _log.exception("the hearing thread stopped")
            self.failure = AssistantError("hearing", f"Listening failed: {error}.")
        if self.failure is not None:
            self._failed_at = time.monotonic()
            self._events.put(MicrophoneLost("lost"))


def note_sound(echo: str, tell: Tell, action: Action) -> None:
    """What the sound check found goes to the log; what can be done about a loud echo, to the screen."""
    if not isinstance(action, ReportSound):
        return
    _log.info("sound check: %s", action.measured)
    if echo == "none" and has_strong_echo(action.measured):
        tell("My own voice comes back loudly. `limber doctor --sound` finds what cancels it.")


def run_live(config: Config, tell: Tell, screens: Iterable[Screen]) -> None:
    """A live session from beginning to end.

    Raises AudioError or VoiceError when this machine cannot begin one, HearingError when it could not go on.
    """
    pack, routines = load_content(config, tell)
    voice = open_voice(config, tell)
    mixer, events = Mixer(), EventQueue()
    microphone, speaker = config.audio.microphone or None, config.audio.speaker or None
    canceller = choose_canceller(config.audio.echo, tell)
    hearing = open_hearing(config, pack, tell, canceller)
    ears = Ears(Microphone(microphone), SpeakerStream(mixer, speaker), hearing, mixer, events)
    ears.open()
    cache_bytes = config.speech.cache_megabytes * MEGABYTE
    cache = PromptCache(default_folder() if cache_bytes else None, on_trouble=tell, max_bytes=cache_bytes)
    speaking = PromptingThread(Prompter(voice, cache, mixer, on_trouble=tell), on_trouble=tell)
    path = history_path()
    recorder = Recorder(path, tell)
    try:
        watchers = [*(screen.show for screen in screens), recorder.record, ears.sound_check.watch]
        watchers.append(partial(note_sound, config.audio.echo, tell))
        performer = Performer(speaking, mixer, ears.listen_for, watchers)
        session = new_session(config, pack, routines, path, tell, hears_itself=True)
        conduct(
            session,
            performer,
            events,
            mixer.ended,
            must_end=ears.must_end,
            acknowledge=mixer.acknowledge,
        )
    finally:
        mixer.cut()
        ears.close()
        speaking.close()
        recorder.close()
    if ears.failure is not None:
        raise HearingError(ears.failure.code, ears.failure.message)
