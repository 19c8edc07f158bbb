"""The sounds of a trial: its recordings in pieces of a minute or two, what sounds behind them, and the room.

Used on the main thread to share out the work, and in each process that does it. Reads files only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import soundfile as sf

from assistant.core.phrases import PhraseTable
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.core.understanding import find_safety
from assistant.errors import HearingError
from assistant.simulate.acoustics import Box, Sound
from assistant.simulate.room import PERSON_RMS, Loudspeaker, Room, at_snr
from scripts.measure.clips import FRAME_SAMPLES, Clip, active_rms
from scripts.measure.trials import ALONE_SECONDS, QUICK_ALONE_SECONDS, READING, Kind, OwnVoice, Trial

WARM_UP_SECONDS = 2.0
PIECE_SECONDS = 150.0
LEAST_ALONE_SECONDS = 20.0
ALONE_PIECE_SECONDS = 300.0
PROMPT_SECONDS = 60.0
"""Where somebody says "stop" over our voice, each piece begins so much later in what we say."""
ECHO_GAIN_DB = -6.0
ECHO_DELAY_SECONDS = 0.06
KNEE = 32768 * 10 ** (-6 / 20)
LONGEST_RINGING_SECONDS = 0.7
"""A recorded room that rings on for longer is no living room."""
TALKERS = 4
"""Of a babble."""
_BACKGROUND_READERS = 32


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a trial that is heard from a fresh start: a minute or two, `seconds` about so long."""

    trial: Trial
    number: int
    clips: tuple[Clip, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Backgrounds:
    """Where what sounds all the time comes from: some of the recordings."""

    kitchen: tuple[Clip, ...]
    reading: tuple[Clip, ...]
    room: tuple[Clip, ...]
    responses: tuple[Sound, ...] = ()
    """Impulse responses of recorded rooms, from their direct sound on."""

    @classmethod
    def among(cls, clips: Sequence[Clip]) -> Backgrounds:
        """Find them. Some of those who read aloud stand for a television, and for babble."""
        reading = in_folders(clips, READING)[-_BACKGROUND_READERS:]
        return cls(
            tuple(in_folders(clips, ("noise/ambient",))),
            tuple(reading),
            tuple(in_folders(clips, ("noise/room_tone",))),
            tuple(_living_rooms(clip.samples() for clip in in_folders(clips, ("noise/rir",)))),
        )

    def sound(self, name: str, snr_db: float) -> list[Sound]:
        """What sounds all the time, so far below a person at a meter; nothing where there is no recording."""
        if not name:
            return []
        clips = {"kitchen": self.kitchen, "room": self.room}.get(name, self.reading)
        even = [clip.samples().astype(np.float32) for clip in clips]
        even = [sound * np.float32(1000.0 / max(float(np.sqrt(np.mean(sound**2))), 1.0)) for sound in even]
        if not even:
            return []
        whole = np.concatenate(even)
        if name == "babble":
            part = len(whole) // TALKERS
            whole = whole[: part * TALKERS].reshape(TALKERS, part).sum(axis=0)
        return [at_snr(whole.astype(np.int16), snr_db)]


def plays_own_voice(trial: Trial) -> bool:
    """Whether we speak meanwhile. Where it does not come back, only what falls silent is of interest."""
    return trial.own_voice is not None or trial.kind is Kind.STOP


def warm_up_seconds(trial: Trial) -> float:
    """Before the first word: where our voice comes back, a canceller learns the room meanwhile."""
    return trial.own_voice.warm_up_seconds if trial.own_voice else WARM_UP_SECONDS


def prompts_from_seconds(piece: Piece) -> float:
    """Where in all that we can say the piece begins."""
    return piece.number * (ALONE_PIECE_SECONDS if piece.trial.kind is Kind.ALONE else PROMPT_SECONDS)


def in_folders(clips: Sequence[Clip], patterns: Sequence[str]) -> list[Clip]:
    """The clips of folders that match one of the patterns."""
    return [clip for clip in clips if any(fnmatchcase(clip.folder, pattern) for pattern in patterns)]


def clips_of(trial: Trial, clips: Sequence[Clip], table: PhraseTable) -> list[Clip]:
    """The trial's recordings; single words that are safety phrases are no "others"."""
    found = in_folders(clips, trial.folders)
    if trial.kind is Kind.SINGLE:
        found = [clip for clip in found if find_safety(tuple(clip.text.split()), table) is None]
    return found


def pieces_of(trial: Trial, clips: Sequence[Clip], *, quick: bool, every: int) -> list[Piece]:
    """Share the trial's recordings out, every n-th of them. Raises HearingError for one that is no sound."""
    if trial.kind is Kind.ALONE:
        left = max(LEAST_ALONE_SECONDS, (QUICK_ALONE_SECONDS if quick else ALONE_SECONDS) / every)
        count = max(1, round(left / ALONE_PIECE_SECONDS))
        return [Piece(trial, number, (), left / count) for number in range(count)]
    taken = list(clips)[:: every * (trial.quick_every if quick else 1)]
    pieces: list[Piece] = []
    begun: list[Clip] = []
    warm_up = warm_up_seconds(trial)
    seconds = warm_up
    for clip in taken:
        begun.append(clip)
        seconds += _seconds(clip) + trial.pause_seconds
        if seconds >= PIECE_SECONDS:
            pieces.append(Piece(trial, len(pieces), tuple(begun), seconds))
            begun, seconds = [], warm_up
    if begun:
        pieces.append(Piece(trial, len(pieces), tuple(begun), seconds))
    return pieces


def said(piece: Piece, clip: Clip) -> Sound:
    """The recording as the trial wants it: at its own level, or at that of a person at a meter."""
    samples = clip.samples().astype(np.float32)
    if piece.trial.as_recorded or len(samples) < FRAME_SAMPLES:
        return samples
    return samples * np.float32(PERSON_RMS / max(active_rms(samples.astype(np.float64)), 1.0))


def room_for(piece: Piece, backgrounds: Backgrounds) -> Room:
    """The room in which the piece is heard. Each piece begins elsewhere in what sounds all the time."""
    trial, own = piece.trial, piece.trial.own_voice
    sounds = [
        np.roll(sound, -piece.number * round(PIECE_SECONDS * SAMPLE_RATE_HZ))
        for sound in backgrounds.sound(trial.background, trial.snr_db)
    ]
    walls = None if trial.distance_meters is None else Box().response(trial.distance_meters)
    if own is None:
        return Room(piece.number, sounds, None, walls)
    loudspeaker = Loudspeaker(
        ECHO_GAIN_DB,
        ECHO_DELAY_SECONDS,
        _way_back(own, piece.number, backgrounds.responses) if own.walls else None,
        KNEE if own.distorted else None,
        own.drift_ppm,
    )
    return Room(piece.number, sounds, loudspeaker, walls)


def _way_back(own: OwnVoice, number: int, recorded: Sequence[Sound]) -> Sound:
    """From the loudspeaker to the microphone. Of recorded rooms each piece has the next one."""
    if own.recorded and recorded:
        return recorded[number % len(recorded)]
    return Box(eyring_seconds=own.eyring_seconds).response(own.meters)


def _living_rooms(responses: Iterable[np.ndarray]) -> Iterator[Sound]:
    """The impulse responses that do not ring on for too long, from 1 ms before their direct sound on."""
    for samples in responses:
        response = samples.astype(np.float32)
        left = np.cumsum(np.square(response, dtype=np.float64)[::-1])[::-1]
        from_5_to_25_db = np.count_nonzero((left < left[0] * 10**-0.5) & (left >= left[0] * 10**-2.5))
        if 3 * from_5_to_25_db / SAMPLE_RATE_HZ <= LONGEST_RINGING_SECONDS:
            yield response[max(0, int(np.argmax(np.abs(response))) - SAMPLE_RATE_HZ // 1000) :]


def _seconds(clip: Clip) -> float:
    try:
        return float(sf.info(clip.path).duration)
    except (OSError, RuntimeError) as error:
        raise HearingError("recording", f"The recording {clip.path} cannot be read: {error}") from error
