"""Our own voice for the benchmark: every sentence that Limber can say, played through the real mixer.

Synthesized on the main thread and kept in the user's cache; each process that measures then reads the one
file of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from assistant.audio.mixer import Mixer
from assistant.config import Config
from assistant.core.ports import BLOCK_SECONDS, SAMPLE_RATE_HZ, Speech, Voice
from assistant.errors import VoiceError
from assistant.opening import load_content
from assistant.speech.barge_in import SUSPICION_DB
from assistant.speech.engines import open_voice
from assistant.speech.prompt_cache import PromptCache, prompt_key
from scripts.measure.own_sayings import everything_said

VOICES = ("espeak:en-us", "flite:slt")
RATES = (1.0, 0.85, 1.15, 0.95, 1.05)
PAUSE_SECONDS = 0.15
QUIET_AFTER_CUT_SECONDS = 1.0
"""After a cut the voice is silent for so long, then goes on with the next prompt."""
_CACHE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prompts in one file of int16, each of the `texts` from one of the `starts` (in samples) to the next."""

    path: Path
    starts: tuple[int, ...]
    texts: tuple[str, ...]
    voices: int

    def first_at(self, seconds: float) -> int:
        """The prompt that begins there, or next after it; from the beginning again where they end."""
        at = round(seconds * SAMPLE_RATE_HZ) % max(1, self.starts[-1])
        return int(np.searchsorted(self.starts[:-1], at)) % (len(self.starts) - 1)


def synthesize(seconds: float, folder: Path, tell: Callable[[str], None]) -> Prompts:
    """Speak prompts for so long, in the voices by turns and at several rates, into a file of the folder.

    Raises VoiceError when there is no voice.
    """
    voices = _voices(tell)
    pack, routines = load_content(Config(), tell)
    texts = [saying.text for saying in everything_said(pack, routines, numbers=(20,))]
    order = np.random.default_rng(1).permutation(len(texts))
    cache = PromptCache(
        user_cache_path("limber") / "bench", on_trouble=tell, max_bytes=_CACHE_BYTES, max_memory_bytes=1 << 20
    )
    starts, said, path = [0], [], folder / "prompts.raw"
    pause = bytes(round(PAUSE_SECONDS * SAMPLE_RATE_HZ) * 2)
    with path.open("wb") as file:
        for rate, turn, (number, index) in product(RATES, range(len(voices)), enumerate(order)):
            if starts[-1] >= seconds * SAMPLE_RATE_HZ:
                break
            voice = voices[(number + turn) % len(voices)]
            sentences = pack.sentences(texts[index])
            spoken = (piece for sentence in sentences for piece in _spoken(voice, sentence, rate, cache))
            sound = b"".join(piece.samples for piece in spoken) + pause
            file.write(sound)
            starts.append(starts[-1] + len(sound) // 2)
            said.append(texts[index])
    return Prompts(path, tuple(starts), tuple(said), len(voices))


def _voices(tell: Callable[[str], None]) -> list[Voice]:
    found: list[Voice] = []
    missing = ""
    for name in VOICES:
        try:
            found.append(open_voice(name))
        except VoiceError as error:
            missing = error.message
    if not found:
        raise VoiceError("no_voice", f"Our own voice cannot be measured: {missing}")
    if missing:
        tell(missing)
    return found


def _spoken(voice: Voice, sentence: str, rate: float, cache: PromptCache) -> Sequence[Speech]:
    key = prompt_key(voice.id, sentence, rate)
    pieces = cache.get(key)
    if pieces is None:
        pieces = tuple(voice.synthesize(sentence, rate))
        cache.put(key, pieces)
    return pieces


class Talking:
    """Plays prompt after prompt by the real mixer, which ducks and cuts as in a session."""

    def __init__(self, prompts: Prompts, first: int = 0) -> None:
        self.begun_count = 0
        self.sounding = ""
        self._samples = np.memmap(prompts.path, np.int16, "r")
        self._starts, self._texts = prompts.starts, prompts.texts
        self._next = first
        self._mixer = Mixer()
        self._is_playing = False
        self._quiet_blocks = 0
        self._is_ducked = False

    def next_block(self) -> bytes:
        """What is played now."""
        if self._quiet_blocks:
            self._quiet_blocks -= 1
        elif not self._is_playing:
            self._begin()
        block = self._mixer.next_block()
        if self._mixer.ended():
            self._is_playing = False
        return block

    def cut(self) -> None:
        """Be silent at once, and for a while."""
        self._mixer.cut()
        self._is_playing = False
        self._quiet_blocks = round(QUIET_AFTER_CUT_SECONDS / BLOCK_SECONDS)

    def duck(self, wanted: bool) -> None:
        """Be softer, or as loud as before."""
        if wanted is not self._is_ducked:
            self._is_ducked = wanted
            self._mixer.duck(SUSPICION_DB if wanted else 0.0)

    def _begin(self) -> None:
        first, last = self._starts[self._next], self._starts[self._next + 1]
        self.sounding = self._texts[self._next]
        self._next = (self._next + 1) % (len(self._starts) - 1)
        self.begun_count += 1
        self._mixer.begin(1)
        self._mixer.feed(1, Speech(self._samples[first:last].tobytes()))
        self._mixer.end(1)
        self._is_playing = True
