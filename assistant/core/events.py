"""What happened: past facts that the shells report to the session, and nothing else changes it.

Two clocks meet here. Times named `*_seconds` are on the clock of whoever reports them, such as the
microphone's samples; the session's own `now` is passed to `Session.handle` and is never read in core.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from assistant.core.intents import SAFETY_INTENTS, Intent, Slots, Words


class Source(StrEnum):
    """Where a meaning comes from."""

    VOICE = "voice"
    KEYBOARD = "keyboard"
    TOUCH = "touch"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody means something: by voice, keyboard, touch or over the network.

    `phrase` is one of the phrase table's, whatever the source: what a touch means is a phrase too. `words` is
    everything that was said in one go, the phrase among it, and `is_final` whether that was over. A phrase
    that is half heard has no slots, and may have been another one. A safety phrase that `is_among_talk` was
    no louder than others who talk. The times are on the source's own clock: when the last word ended, and
    when the phrase was believed; for a voice they count the microphone's samples.
    """

    intent: Intent
    phrase: str
    slots: Slots = field(default_factory=Slots)
    source: Source = Source.VOICE
    is_half_heard: bool = False
    is_final: bool = True
    words: Words = ()
    word_end_seconds: float = 0.0
    at_seconds: float = 0.0
    is_among_talk: bool = False

    @property
    def is_safety(self) -> bool:
        """Whether it is acted on in every state; of an utterance that is not over nothing else is believed.

        There a pause stands in for a red flag, which ends a session for good.
        """
        return self.intent in SAFETY_INTENTS or not self.is_final


@dataclass(frozen=True, slots=True)
class TalkHeard:
    """Somebody talks: words that add nothing to what was understood, or mean nothing yet."""

    words: Words


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Something was said, and it is none of the phrases that the session listens for."""

    words: Words


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
    """The prompt's last sample has been played, or it failed, which is told before and ends it as well."""

    prompt_id: int


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """The prompt could not be said, or not in time: what is still to come of it will not be heard."""

    prompt_id: int


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """Nothing, or not all, can be heard; `reason` is one of `liveness.WORST_FIRST`.

    "lost" is a device that went, "silent" exact zeros, "moved" another device in its place, "losing" one that
    loses blocks; "stuck" and "behind" are our own hearing, which hangs or is too slow.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class MicrophoneRestored:
    """Sound arrives from the microphone again."""


@dataclass(frozen=True, slots=True)
class HearingFellBehind:
    """What is said is heard late, though less is done for it."""


@dataclass(frozen=True, slots=True)
class HearingCaughtUp:
    """What is said is heard in time again, and has been for a while."""


@dataclass(frozen=True, slots=True)
class WorkLeftOut:
    """This machine cannot keep up, and does without something that can be done without."""


@dataclass(frozen=True, slots=True)
class WorkResumed:
    """Nothing is left out any more."""


@dataclass(frozen=True, slots=True)
class KeepingChanged:
    """Whether what happens is written to the history, and whether the history's disk has room.

    It is noted in every state and answered in none: what cannot be written is held, and the session goes on.
    """

    is_written: bool = True
    has_room: bool = True


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


@dataclass(frozen=True, slots=True)
class CutShort:
    """The program has to end, whatever the session is at.

    `reason` is "terminated" (asked to by the system), "hung_up" (its terminal has gone), "cannot_hear" (for
    good) or "interrupted_by_user" (a key that ends programs).
    """

    reason: str


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """It is the time that somebody wanted to be reminded at. Only a rest is told."""


@dataclass(frozen=True, slots=True)
class NightChanged:
    """The night has begun, or is over. Only a rest is told, which takes it for day until then."""

    is_night: bool


@dataclass(frozen=True, slots=True)
class CameBack:
    """A session that was cut short, or whose process died, runs again in another one.

    It was away for `away_seconds`; None where no clock can tell.
    """

    away_seconds: float | None


Meaning = Said | TalkHeard | NotUnderstood
"""What listening brings forth, and every other source makes directly."""

Event = (
    Said
    | TalkHeard
    | NotUnderstood
    | Started
    | DeadlineReached
    | SentenceFinished
    | PromptFinished
    | PromptFailed
    | MicrophoneLost
    | MicrophoneRestored
    | HearingFellBehind
    | HearingCaughtUp
    | WorkLeftOut
    | WorkResumed
    | KeepingChanged
    | SpeakerLost
    | SpeakerRestored
    | SoundMeasured
    | CutShort
    | ReminderDue
    | NightChanged
    | CameBack
)
