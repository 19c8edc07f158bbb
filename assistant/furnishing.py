"""Puts a room together: with sound or without, of what the rooms of a service share.

On the thread that opens rooms, before they are open. Must not begin anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from assistant.audio.echo import choose_canceller
from assistant.audio.live import LiveSound
from assistant.audio.microphone import Microphone
from assistant.audio.mixer import Mixer
from assistant.audio.speaker_stream import SpeakerStream
from assistant.config import Config
from assistant.core.events import Event
from assistant.core.prompts import Line
from assistant.frontends.registry import FrontEnds, Send
from assistant.hearing_thread import HearingThread, note_sound
from assistant.keyboard import Keyboard, Lines
from assistant.nightfall import Nightfall
from assistant.no_sound import NoSound
from assistant.opening import open_hearing
from assistant.room import Keeper, Room
from assistant.speech.prompting import Prompter
from assistant.speech.silent_prompter import SilentPrompter
from assistant.spoken_voice import SpokenVoice
from assistant.stock import Stock

Tell = Callable[[str], None]
Opening = Callable[[Callable[[], float | None] | None], Callable[[Send], FrontEnds]]
"""Given how loud the microphone is, None without one: opens front ends once a room can be told something."""

AT_HAND = (Line.DEAF, Line.DEAF_ITSELF, Line.DEAF_LOSING, Line.EASE_OUT, Line.PAUSED, Line.GO_ON_OR_FINISH)
"""What has to be said at once when it has to be said at all."""
GREETINGS = (Line.HELLO, Line.HELLO_AGAIN, Line.SOUND_CHECK, Line.CHOOSE, Line.CHOOSE_KNOWN, Line.SCREENING)
"""What a session begins with, rendered while the devices open."""


def live_room(
    config: Config, stock: Stock, keeper: Keeper, opening: Opening, *, lines: Lines | None, tell: Tell
) -> Room:
    """A room with the configured microphone and speaker. Raises VoiceError, HearingError."""
    pack, _ = stock.content
    mixer = Mixer()
    microphone, speaker = config.audio.microphone or None, config.audio.speaker or None
    echo = config.audio.echo
    path = open_hearing(config, pack, stock.model, choose_canceller(echo, tell))

    def open_sound(report: Callable[[Event], None]) -> LiveSound:
        return LiveSound(Microphone(microphone), SpeakerStream(mixer, speaker), report)

    anew = partial(choose_canceller, echo, lambda line: None)
    hearing = HearingThread(open_sound, path, mixer, partial(note_sound, echo, tell), anew)
    speaking = SpokenVoice(
        Prompter(stock.voice, stock.cache, mixer, sentences=pack.sentences, on_trouble=tell),
        mixer,
        on_trouble=tell,
        at_hand=[pack.render(line) for line in (*GREETINGS, *AT_HAND)],
    )
    hearing.is_late = speaking.rest
    keyboard = None if lines is None else Keyboard(lines, pack, tell)
    nightfall = Nightfall(config.night.night)
    return Room(hearing, speaking, keeper, opening(hearing.level_dbfs), keyboard, nightfall=nightfall)


def typed_room(stock: Stock, keeper: Keeper, opening: Opening, *, lines: Lines, tell: Tell) -> Room:
    """A room without sound: what is said is read, and lines are typed."""
    keyboard, prompter = Keyboard(lines, stock.content[0], tell), SilentPrompter(time.monotonic)
    return Room(NoSound(), prompter, keeper, opening(None), keyboard)
