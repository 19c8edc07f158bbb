"""What happened: past facts that the shells report to the session, and nothing else changes it.

Two clocks meet here. Times named `*_seconds` on hypotheses count samples of the microphone since it was
opened; the session's own `now` is passed to `Session.handle` and is never read in core.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recognizer believes was said in one utterance.

    `words` includes `[unk]` where speech matched no phrase. `word_end_seconds` is when the last word ended
    and `at_seconds` how much audio had been consumed when the hypothesis came out, both on the microphone's
    sample clock. `utterance_id` is the same for all hypotheses of one utterance.
    """

    utterance_id: int
    words: tuple[str, ...]
    word_end_seconds: float
    at_seconds: float


@dataclass(frozen=True, slots=True)
class PartialHypothesis(Hypothesis):
    """The utterance is still going on; later hypotheses may differ."""


@dataclass(frozen=True, slots=True)
class FinalHypothesis(Hypothesis):
    """The utterance is over and this is what it was."""


@dataclass(frozen=True, slots=True)
class Started:
    """The shell is ready: begin."""


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """`Session.next_deadline` has come. A stale one is answered by nothing."""


@dataclass(frozen=True, slots=True)
class SentenceFinished:
    """The last sample of the prompt's first sentence that was still to come has been played."""

    prompt_id: int


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """The prompt's last sample has been played, or it failed, which ends it all the same."""

    prompt_id: int


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """Nothing can be heard: `reason` is "lost" (the device went) or "silent" (exact zeros)."""

    reason: str


@dataclass(frozen=True, slots=True)
class MicrophoneRestored:
    """Sound arrives from the microphone again."""


@dataclass(frozen=True, slots=True)
class SpeakerLost:
    """Nothing can be played."""


@dataclass(frozen=True, slots=True)
class SpeakerRestored:
    """The speaker plays again."""


@dataclass(frozen=True, slots=True)
class SoundMeasured:
    """What the sound check has found so far. It is noted in every state and answered in none.

    `noise_dbfs` is the room's level while nothing of ours is played, in dB of full scale.
    `speech_over_noise_db` is how far the loudest word since our own sentence ended rises over it, None when
    nothing does. `echo_dbfs` is the level at which our own sentence came back, and `echo_delay_seconds` how
    long after it was played; both None when it was not found.
    """

    noise_dbfs: float
    speech_over_noise_db: float | None = None
    echo_dbfs: float | None = None
    echo_delay_seconds: float | None = None


Event = (
    PartialHypothesis
    | FinalHypothesis
    | Started
    | DeadlineReached
    | SentenceFinished
    | PromptFinished
    | MicrophoneLost
    | MicrophoneRestored
    | SpeakerLost
    | SpeakerRestored
    | SoundMeasured
)
