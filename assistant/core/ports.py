"""What the core's shells need from the outside world. Adapters implement these; fakes in tests do too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from assistant.core.actions import Earcon
from assistant.core.listening.hypotheses import Hypotheses
from assistant.core.view import View

SAMPLE_RATE_HZ = 16_000
BLOCK_SAMPLES = 320  # 20 ms
BLOCK_BYTES = BLOCK_SAMPLES * 2  # mono int16, little-endian
BLOCK_SECONDS = BLOCK_SAMPLES / SAMPLE_RATE_HZ


class SoundBlock(NamedTuple):
    """What was heard in 20 ms, and what was played beside it: BLOCK_BYTES of mono int16 at 16 kHz each.

    `far` is the reference to cancel echo by. `at_seconds` is when the block had been heard, on the clock of
    `time.monotonic`.
    """

    near: bytes
    far: bytes
    at_seconds: float


class SoundCounts(NamedTuple):
    """How often the microphone was opened, how many blocks it brought, and how many wait to be read.

    `played` is how many blocks the speaker took.
    """

    openings: int
    delivered: int
    waiting: int
    played: int = 0


class SoundSource(Protocol):
    """Where a room's sound comes from: PortAudio, or a network. One thread iterates its blocks."""

    @property
    def counts(self) -> SoundCounts:
        """What has come so far; from any thread."""

    @property
    def devices(self) -> tuple[str, str]:
        """The names of the microphone and of the speaker, "" where none is in use; from any thread."""

    def open(self) -> None:
        """Begin to hear. Raises AudioError."""

    def blocks(self) -> Iterator[SoundBlock]:
        """Yield each block that is heard, until `close()`; nothing during a fault. Raises AudioError."""

    def close(self) -> None:
        """End `blocks()` soon; from any thread."""


class Recognizer(Protocol):
    """Turns microphone blocks into hypotheses. Owned by one thread."""

    def accept(self, block: bytes) -> Hypotheses:
        """Take one block (BLOCK_BYTES of mono int16 at 16 kHz); return what it brought to light.

        That is a partial hypothesis whenever the words change, also to none, and a final one at the end of
        an utterance.
        """

    def set_grammar(self, phrases: Sequence[str]) -> None:
        """Listen for these phrases, and for speech that is none of them, from the next utterance on.

        Must not cut a word in two.
        """

    def spot(self, phrases: Sequence[str]) -> None:
        """Tell of these phrases as well wherever the sound may have them, as spotted hypotheses."""

    def end_utterance(self) -> Hypotheses:
        """Decide the open utterance though sound goes on; what is not decoded yet belongs to the next one."""

    def finish(self) -> Hypotheses:
        """The audio is over: end the open utterance."""

    def plausibility(self, phrase: str, seconds: float) -> float:
        """How well a phrase, first suspected so many seconds ago, fits the sound: 0 at best, lower else."""

    @property
    def seconds_since_speech(self) -> float | None:
        """How long it has been quiet in this utterance; None where no speech was loud enough to notice."""


class EchoCanceller(Protocol):
    """Takes our own voice out of what the microphone hears. Owned by one thread."""

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        """Give the microphone's block without the echo of what was played; each is BLOCK_BYTES long.

        `far_block` is what the loudspeaker was given at the time, gains and silence included. The echo may
        come later than it, within the reach of the canceller.
        """


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of synthesized speech, usually a sentence: mono int16 at 16 kHz."""

    samples: bytes


class Voice(Protocol):
    """Synthesizes sentences, one at a time. Owned by one thread."""

    @property
    def id(self) -> str:
        """Names engine, voice and version: part of the cache key."""

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the pieces of a sentence, none where nothing can be said. Raises VoiceError."""


class Speaker(Protocol):
    """Plays prompts one after the other and earcons on top. Methods return at once, from any thread."""

    def begin(self, prompt_id: int) -> None:
        """Queue a prompt; its speech follows in pieces."""

    def feed(self, prompt_id: int, speech: Speech, *, ends_sentence: bool = False) -> None:
        """Append speech to a prompt, with which a sentence may end; ignored when the prompt was cut."""

    def end(self, prompt_id: int) -> None:
        """No more speech follows: when all is played, the prompt has finished."""

    def cut(self) -> None:
        """Silence within one block: forget every prompt and earcon."""

    def hush(self) -> int:
        """Cut, and turn away what is begun by whoever does not know of it yet; return the hush's number."""

    def acknowledge(self, hush_number: int) -> None:
        """What is begun from now on is begun in knowledge of that hush."""

    def earcon(self, earcon: Earcon) -> None:
        """Mix a short sound in."""

    def duck(self, gain_db: float) -> None:
        """Lower what is played by a negative gain, on top of the volume; 0 brings it back smoothly."""

    def set_volume(self, gain_db: float) -> None:
        """Gain of everything played."""


class FrontEnd(Protocol):
    """Shows or publishes a session, and sends what is pressed, typed or asked for there as events.

    It is opened with a function that takes events from any thread and never waits. It is told of sessions by
    the session's thread: whatever takes time has a thread of its own.
    """

    def publish(self, view: View) -> None:
        """Show this view, which differs from the one before; must never raise or wait."""

    def rest(self) -> None:
        """The session is over, and no views come until there is another; must never raise or wait."""

    def close(self) -> None:
        """No more views come: leave what is shown as it should stay."""
