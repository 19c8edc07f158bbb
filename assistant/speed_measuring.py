"""Measures what this machine can do with this model and this voice: hearing, speaking, callbacks, the disk.

On the calling thread, while no room is open, in 15 seconds at most. Must keep nothing, and play nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from assistant.audio.microphone import Microphone
from assistant.core.intents import Intent
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SAMPLE_RATE_HZ, Speech, Voice
from assistant.core.speed import Figures
from assistant.errors import AssistantError
from assistant.speech.hearing import HearingPath
from assistant.speech.prompt_cache import PromptCache, prompt_key

HEARING_LIMIT_SECONDS = 6.0
VOICE_LIMIT_SECONDS = 4.0
CALLBACKS = 100
"""Two seconds."""
_START_CALLBACKS = 10
_STALL_SECONDS = 2.5
_TURN_BLOCKS = 25
_NOISE = 4
HEARD_SECONDS = 12.0
"""So many seconds of sound tell enough."""

NewPath = Callable[[bool, bool], HearingPath]
"""Makes a hearing path, given whether it has a second recognizer, and whether it spots."""


def measure(new_path: NewPath, voice: Voice, parts: Sequence[str], microphone_name: str | None) -> Figures:
    """Everything. `parts` are what the voice says, and is heard saying. Raises VoiceError."""
    spoken, seconds = speak(voice, parts)
    sound = b"".join(piece.samples for pieces in spoken for piece in pieces)
    factor = sum(seconds) * 2 * SAMPLE_RATE_HZ / max(len(sound), 1)
    hearing, spotting, second = hear(new_path, sound)
    jitter_seconds, jitter_of = jitter(microphone_name)
    return Figures(
        hearing=round(hearing, 4),
        spotting=round(spotting, 4),
        second=round(second, 4),
        voice=round(factor, 4),
        first_word_seconds=round(median(seconds), 3),
        kept_word_seconds=round(fetch(spoken), 4),
        jitter_seconds=round(jitter_seconds, 4),
        jitter_of=jitter_of,
    )


def speak(voice: Voice, parts: Sequence[str]) -> tuple[list[tuple[Speech, ...]], list[float]]:
    """Each part, and how long it took, until that is enough. Raises VoiceError."""
    spoken: list[tuple[Speech, ...]] = []
    seconds: list[float] = []
    for part in parts:
        began = time.perf_counter()
        spoken.append(tuple(voice.synthesize(part, 1.0)))
        seconds.append(time.perf_counter() - began)
        if sum(seconds) > VOICE_LIMIT_SECONDS:
            break
    return spoken, seconds


def fetch(spoken: Sequence[tuple[Speech, ...]]) -> float:
    """Seconds until a sentence that is kept on the disk is there: the longest."""
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        keeping = PromptCache(Path(folder), on_trouble=lambda line: None)
        for number, pieces in enumerate(spoken):
            keeping.put(prompt_key("measured", str(number), 1.0), pieces)
        fetching = PromptCache(Path(folder), on_trouble=lambda line: None)
        for number in range(len(spoken)):
            began = time.perf_counter()
            fetching.get(prompt_key("measured", str(number), 1.0))
            longest = max(longest, time.perf_counter() - began)
    return longest


def hear(new_path: NewPath, sound: bytes) -> tuple[float, float, float]:
    """Real-time factors: of hearing alone, of spotting on top of it, and of a second recognizer.

    All three hear each half-second, one after the other: what else runs on this machine slows all of them
    alike, and none finds much in the processor's cache that the one before left there.
    """
    blocks = _in_a_room(sound)
    turns = [blocks[at : at + _TURN_BLOCKS] for at in range(0, len(blocks), _TURN_BLOCKS)]
    paths = new_path(False, False), new_path(False, True), new_path(True, True)
    for path in paths:
        path.listen_for(Intent)
        _work(path, turns[0], turns[-1])  # what a grammar takes to be made counts once a session, not here
    worked = [0.0, 0.0, 0.0]
    heard_blocks = 0
    for turn, played in zip(turns[1:], reversed(turns[:-1]), strict=True):
        for number, path in enumerate(paths):
            worked[number] += _work(path, turn, played)
        heard_blocks += len(turn)
        if sum(worked) > HEARING_LIMIT_SECONDS:
            break
    alone, spotting, second = (work / (max(heard_blocks, 1) * BLOCK_SECONDS) for work in worked)
    return alone, max(spotting - alone, 0.0), max(second - spotting, 0.0)


def _work(path: HearingPath, turn: Sequence[bytes], played: Sequence[bytes]) -> float:
    """Seconds of work; what is played is other speech, so that no canceller learns to take it away."""
    began = time.perf_counter()
    for number, block in enumerate(turn):
        path.accept(block, played[number % len(played)])
    return time.perf_counter() - began


def _in_a_room(sound: bytes) -> list[bytes]:
    """The sound at half its loudness with faint noise, in blocks."""
    samples = np.frombuffer(sound, np.int16)[: round(HEARD_SECONDS * SAMPLE_RATE_HZ)] // 2
    noise = np.random.default_rng(1).integers(-_NOISE, _NOISE + 1, len(samples))
    heard = (samples + noise).astype(np.int16).tobytes()
    return [heard[at : at + BLOCK_BYTES] for at in range(0, len(heard) - BLOCK_BYTES + 1, BLOCK_BYTES)]


def jitter(microphone_name: str | None) -> tuple[float, str]:
    """How late the latest of so many callbacks is, in seconds; of the microphone's stream, or of a timer."""
    try:
        return _latest(_of_stream(microphone_name)), "stream"
    except AssistantError:
        return _latest(_of_timer()), "timer"


def _of_stream(microphone_name: str | None) -> list[float]:
    """When each block came. Raises AudioError without sound."""
    microphone = Microphone(microphone_name)
    microphone.open()
    came: list[float] = []
    try:
        while len(came) < CALLBACKS + _START_CALLBACKS:
            if microphone.read(_STALL_SECONDS) is None:
                raise AssistantError("no_sound", "The microphone gives no sound.")
            came.append(time.perf_counter())
    finally:
        microphone.close()
    return came[_START_CALLBACKS:]


def _of_timer() -> list[float]:
    """When a thread woke that wanted to wake every 20 ms."""
    began = time.perf_counter()
    came: list[float] = []
    for number in range(CALLBACKS):
        time.sleep(max(0.0, began + number * BLOCK_SECONDS - time.perf_counter()))
        came.append(time.perf_counter())
    return came


def _latest(came: Sequence[float]) -> float:
    """How much later than the earliest, by an even beat, the latest was."""
    offsets = [at - number * BLOCK_SECONDS for number, at in enumerate(came)]
    return max(offsets) - min(offsets) if offsets else 0.0
