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
from assistant.config_rooms import RoomConfig
from assistant.core.events import Event
from assistant.core.ports import SoundSource
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
from assistant.stock import AT_HAND, GREETINGS, Stock

Tell = Callable[[str], None]
Opening = Callable[[Callable[[], float | None] | None], Callable[[Send], FrontEnds]]
"""Given how loud the microphone is, None without one: opens front ends once a room can be told something."""


def live_room(
    config: Config,
    stock: Stock,
    keeper: Keeper,
    opening: Opening,
    *,
    lines: Lines | None,
    tell: Tell,
    satellite: RoomConfig | None = None,
) -> Room:
    """A room with the configured microphone and speaker, or those of a satellite.

    Raises VoiceError, HearingError.
    """
    pack = stock.ready_pack
    mixer = Mixer()
    microphone, speaker = config.audio.microphone or None, config.audio.speaker or None
    echo = config.audio.echo
    path = open_hearing(config, pack, stock.model, choose_canceller(echo, tell), stock.choice)

    def open_sound(report: Callable[[Event], None]) -> SoundSource:
        if satellite is not None:
            from assistant.audio.satellite import SatelliteSound

            return SatelliteSound(*satellite.host_and_port, mixer, report)
        return LiveSound(Microphone(microphone), SpeakerStream(mixer, speaker), report)

    anew = partial(choose_canceller, echo, lambda line: None)
    hearing = HearingThread(open_sound, path, mixer, partial(note_sound, echo, tell), anew)
    speaking = SpokenVoice(
        Prompter(stock.voice, stock.cache, mixer, sentences=pack.sentences, on_trouble=tell),
        mixer,
        on_trouble=tell,
        at_hand=[pack.render(line) for line in (*GREETINGS, *AT_HAND)],
    )

    def rest(is_late: bool) -> None:
        speaking.rest(is_late)
        stock.ahead.hold(id(hearing), is_late)

    hearing.is_late = rest
    keyboard = None if lines is None else Keyboard(lines, pack, tell)
    nightfall = Nightfall(config.night.night)
    return Room(hearing, speaking, keeper, opening(hearing.level_dbfs), keyboard, nightfall=nightfall)


def typed_room(stock: Stock, keeper: Keeper, opening: Opening, *, lines: Lines, tell: Tell) -> Room:
    """A room without sound: what is said is read, and lines are typed."""
    keyboard, prompter = Keyboard(lines, stock.ready_pack, tell), SilentPrompter(time.monotonic)
    return Room(NoSound(), prompter, keeper, opening(None), keyboard)
