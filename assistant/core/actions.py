"""What to do: imperatives that `Session.handle` returns, in order, for the shell's adapters to carry out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.core.events import SoundMeasured
from assistant.core.intents import Intent, Slots
from assistant.core.routine import Condition


class Earcon(StrEnum):
    """Short sounds of our own, made by assistant/audio/earcons.py."""

    HOLD_START = "hold_start"
    HOLD_END = "hold_end"
    HALF_WAY = "half_way"
    BREATHE_IN = "breathe_in"
    BREATHE_OUT = "breathe_out"
    HEARD = "heard"
    PAUSED = "paused"
    TROUBLE = "trouble"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Speak:
    """Say `text` after what is already queued; its end comes back as PromptFinished(prompt_id)."""

    prompt_id: int
    text: str


@dataclass(frozen=True, slots=True)
class StopSpeaking:
    """Sound out within one block, queue emptied: prompts and earcons. Cut prompts never finish."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Render these texts ahead, in this order, in place of what was to be rendered ahead before."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayEarcon:
    """Mix the earcon in now, whatever is sounding."""

    earcon: Earcon


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Gain of everything played from now on; 0 dB is the voice as synthesized."""

    gain_db: float


@dataclass(frozen=True, slots=True)
class SetSpeechRate:
    """Rate of prompts rendered from now on; 1.0 is the voice's own, 1.2 is faster."""

    rate: float


@dataclass(frozen=True, slots=True)
class Listen:
    """The intents that make sense from now on; the recognizer's grammar is made from them."""

    intents: frozenset[Intent]


@dataclass(frozen=True, slots=True)
class Remind:
    """Let ReminderDue happen once, tomorrow at this minute of the day by the clock on the wall; None: as now.

    There is one reminder at most.
    """

    minute_of_day: int | None


@dataclass(frozen=True, slots=True)
class DropReminder:
    """Remind of nothing."""


@dataclass(frozen=True, slots=True)
class ReportState:
    """The session moved: for the timeline. `step` counts from 1, 0 before the first."""

    state: str
    step: int


@dataclass(frozen=True, slots=True)
class ReportHeard:
    """An intent was understood and acted on; times are on the microphone's sample clock."""

    intent: Intent
    phrase: str
    slots: Slots
    source: str  # "partial" or "final"
    word_end_seconds: float
    at_seconds: float


@dataclass(frozen=True, slots=True)
class ReportHoldStarted:
    """The hold timer of a step runs, for `seconds` more."""

    step: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReportHoldEnded:
    """The hold timer of a step does not run any more. `held_seconds` excludes paused time."""

    step: int
    held_seconds: float
    complete: bool


@dataclass(frozen=True, slots=True)
class ReportSound:
    """The sound check was passed; this is what it measured."""

    measured: SoundMeasured


@dataclass(frozen=True, slots=True)
class RecordSession:
    """Keep for the history: a session of this routine has begun."""

    routine_id: str


@dataclass(frozen=True, slots=True)
class RecordStep:
    """Keep for the history: a step is over."""

    stretch_id: str
    side: str  # "left", "right" or ""
    repetition: int
    held_seconds: float
    outcome: str  # "done", "skipped", "pain", "interrupted" by the end of the program


@dataclass(frozen=True, slots=True)
class RecordPain:
    """Keep for the history: pain was reported during this stretch ("" outside any)."""

    stretch_id: str
    phrase: str


@dataclass(frozen=True, slots=True)
class RecordPhysicianChecked:
    """Keep for later sessions: the user said that a physician agreed, today."""


@dataclass(frozen=True, slots=True)
class RecordConditionsAsked:
    """Keep for later sessions: the user was asked what stretches should be left out for, today."""


@dataclass(frozen=True, slots=True)
class RecordCondition:
    """Keep for later sessions: the user has this condition."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class ForgetCondition:
    """Keep for later sessions: the user does not have this condition any more."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class RecordPainScore:
    """Keep for the history: a number from 0 to 10 was given, "before", "during" or "after" the session."""

    moment: str
    score: int


@dataclass(frozen=True, slots=True)
class RecordRedFlag:
    """Keep for the history: something was said that needs emergency help; `kind` as in core/pain_rules.py."""

    kind: str


@dataclass(frozen=True, slots=True)
class RecordAskedBack:
    """Keep for later sessions: a stretch that had left for pain was asked back; what hurt before is over."""

    stretch_id: str


@dataclass(frozen=True, slots=True)
class EndSession:
    """The session is over: "completed", "ended_by_user", "pain", "no_answer", "emergency", …"""

    reason: str


Action = (
    Speak
    | StopSpeaking
    | Prepare
    | PlayEarcon
    | SetVolume
    | SetSpeechRate
    | Listen
    | Remind
    | DropReminder
    | ReportState
    | ReportHeard
    | ReportHoldStarted
    | ReportHoldEnded
    | ReportSound
    | RecordSession
    | RecordStep
    | RecordPain
    | RecordPhysicianChecked
    | RecordConditionsAsked
    | RecordCondition
    | ForgetCondition
    | RecordPainScore
    | RecordRedFlag
    | RecordAskedBack
    | EndSession
)
