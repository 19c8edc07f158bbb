"""Where a session can be, what can move it, and groups of states that several behaviors share. Data only."""

from __future__ import annotations

from enum import StrEnum

from assistant.core.intents import Intent


class State(StrEnum):
    """Where a session is."""

    ASLEEP = "asleep"
    GOING_ON = "going_on"  # shall it go on where another process left it?
    SOUND_CHECK = "sound_check"  # can each hear the other?
    CHOOSING = "choosing"
    SCREENING = "screening"  # has a physician agreed?
    HISTORY = "history"  # what must be looked at first
    CONDITIONS = "conditions"  # for what should stretches be left out?
    SCORE_NOW = "score_now"
    NEWS = "news"
    INTRODUCING = "introducing"
    TRANSFERRING = "transferring"  # on the way to another posture
    INSTRUCTING = "instructing"
    SETTLING = "settling"
    HOLDING = "holding"
    RELEASING = "releasing"
    RESTING = "resting"
    PAUSED = "paused"
    HELPING = "helping"  # what is wrong?
    FINISHING = "finishing"  # shall it end, or rest?
    EASING = "easing"
    SCORING = "scoring"
    SPREADING = "spreading"
    DECIDING = "deciding"
    SCORE_AFTER = "score_after"
    EMERGENCY = "emergency"
    DEAF = "deaf"
    CLOSING = "closing"
    FINISHED = "finished"


class Signal(StrEnum):
    """Triggers that are not intents."""

    STARTED = "started"
    CUT_SHORT = "cut_short"  # the program has to end
    CAME_BACK = "came_back"  # it runs again, in another process
    STALLED = "stalled"  # the process stood still: what was done meanwhile is not known
    SPOKEN = "spoken"  # all that the state had to say has been said
    TIME_OVER = "time_over"  # the state's deadline has come
    TALK = "talk"  # somebody is speaking; what it means is not known yet
    NOT_UNDERSTOOD = "not_understood"  # speech that is none of the phrases
    MICROPHONE_LOST = "microphone_lost"
    MICROPHONE_RESTORED = "microphone_restored"
    SPEAKER_LOST = "speaker_lost"
    SPEAKER_RESTORED = "speaker_restored"
    VOICE_LOST = "voice_lost"  # what was to be said was not
    HEARING_LATE = "hearing_late"


Trigger = Intent | Signal
ONLY_AT_REST = frozenset((Intent.REMIND,))
"""What means nothing to a session: see resting.py."""
TRIGGERS: tuple[Trigger, ...] = (*(intent for intent in Intent if intent not in ONLY_AT_REST), *Signal)

_S = State
STRETCHING = (_S.INSTRUCTING, _S.SETTLING, _S.HOLDING, _S.RELEASING, _S.RESTING)
GUIDED = (_S.TRANSFERRING, *STRETCHING)
UNDER_WAY = (_S.INTRODUCING, *GUIDED)
ASKED_FIRST = (
    *(_S.SOUND_CHECK, _S.CHOOSING, _S.SCREENING, _S.HISTORY),
    *(_S.CONDITIONS, _S.SCORE_NOW, _S.NEWS),
)
"""What may be asked before a routine, in this order."""
IN_PAIN = (_S.EASING, _S.SCORING, _S.SPREADING, _S.DECIDING)
ASKING = (_S.GOING_ON, *ASKED_FIRST, *IN_PAIN[1:], _S.SCORE_AFTER)
ASKING_SCORE = (_S.SCORE_NOW, _S.SCORING, _S.SCORE_AFTER)
ASKING_YES = (
    *(_S.GOING_ON, _S.SCREENING, _S.HISTORY, _S.CONDITIONS, _S.NEWS),
    *(_S.SPREADING, _S.DECIDING, _S.FINISHING, _S.HELPING),
)
"""Where an answer that is half heard, or no clear one, is asked for again."""
BEFORE_STRETCHING = (_S.GOING_ON, *ASKED_FIRST, _S.INTRODUCING)
RETURNABLE = (*BEFORE_STRETCHING, *GUIDED, *IN_PAIN, _S.SCORE_AFTER)
"""States that a paused, sleeping or deaf session can go back to."""
AWAKE = (*BEFORE_STRETCHING, *GUIDED, *IN_PAIN, _S.SCORE_AFTER)
INTERRUPTED = (_S.PAUSED, _S.FINISHING, _S.HELPING)
"""Where something was interrupted, to go back to or to end."""
ALIVE = (_S.ASLEEP, *AWAKE, *INTERRUPTED, _S.DEAF, _S.CLOSING)
TIMED = (_S.SETTLING, _S.HOLDING, _S.RESTING)
"""States whose time runs on while something is said; elsewhere it begins when all has been said."""
ADVISING = (_S.EASING, _S.CLOSING, _S.EMERGENCY)
"""What is said here is not talked over: settings act in silence."""
