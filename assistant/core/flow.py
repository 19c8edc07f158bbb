"""The states of a session and the one table of what moves it between them. Data only.

A row says: on this trigger, in these states, if the guard holds, run the effect and move there. `dest` None
means that the session answers without moving. Rows are tried in order. What no row answers must be in
`SILENT`, so that every pair of state and trigger has an answer on purpose; a test checks the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.intents import Intent


class State(StrEnum):
    """Where a session is."""

    ASLEEP = "asleep"
    CHOOSING = "choosing"
    SCREENING = "screening"
    SOUND_CHECK = "sound_check"
    INTRODUCING = "introducing"
    INSTRUCTING = "instructing"
    SETTLING = "settling"
    HOLDING = "holding"
    RELEASING = "releasing"
    RESTING = "resting"
    PAUSED = "paused"
    EASING = "easing"
    DECIDING = "deciding"
    EMERGENCY = "emergency"
    DEAF = "deaf"
    CLOSING = "closing"
    FINISHED = "finished"


class Signal(StrEnum):
    """Triggers that are not intents."""

    STARTED = "started"
    SPOKEN = "spoken"  # all that the state had to say has been said
    TIME_OVER = "time_over"  # the state's deadline has come
    NOT_UNDERSTOOD = "not_understood"  # speech that is none of the phrases
    MICROPHONE_LOST = "microphone_lost"
    MICROPHONE_RESTORED = "microphone_restored"
    SPEAKER_LOST = "speaker_lost"
    SPEAKER_RESTORED = "speaker_restored"


Trigger = Intent | Signal
TRIGGERS: tuple[Trigger, ...] = (*Intent, *Signal)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `guard` and `effect` name methods of core/guards.py and core/effects.py."""

    trigger: Trigger
    sources: tuple[State, ...]
    dest: State | None
    guard: str = ""
    effect: str = ""


S, I = State, Intent  # noqa: E741 - the table is read by its columns

STRETCHING = (S.INSTRUCTING, S.SETTLING, S.HOLDING, S.RELEASING, S.RESTING)
UNDER_WAY = (S.INTRODUCING, *STRETCHING)
ASKING = (S.CHOOSING, S.SCREENING, S.SOUND_CHECK, S.DECIDING)
BEFORE_STRETCHING = (S.CHOOSING, S.SCREENING, S.SOUND_CHECK, S.INTRODUCING)
RETURNABLE = (*BEFORE_STRETCHING, *STRETCHING, S.DECIDING)
"""States that a paused, sleeping or deaf session can go back to."""
AWAKE = (*BEFORE_STRETCHING, *STRETCHING, S.EASING, S.DECIDING)
ALIVE = (S.ASLEEP, *AWAKE, S.PAUSED, S.DEAF, S.CLOSING)
TIMED = (S.SETTLING, S.HOLDING, S.RESTING)
"""States whose time runs on while something is said; elsewhere it begins when all has been said."""


def _begin(trigger: Trigger, sources: tuple[State, ...], guard: str = "", effect: str = "") -> Iterator[Row]:
    """A routine is about to begin: what has to be asked first is asked first."""
    both = f"{guard}&" if guard else ""
    yield Row(trigger, sources, S.SCREENING, f"{both}must_screen", effect)
    yield Row(trigger, sources, S.SOUND_CHECK, f"{both}must_check_sound", effect)
    yield Row(trigger, sources, S.INTRODUCING, guard, effect)


def _return(trigger: Trigger, sources: tuple[State, ...]) -> Iterator[Row]:
    """Go on where the session was: one row for each state that it can go back to."""
    for state in RETURNABLE:
        yield Row(trigger, sources, S.SETTLING if state is S.HOLDING else state, f"left_{state}")


def _onward(
    trigger: Trigger, sources: tuple[State, ...], effect: str, guard: str = "", last: str = "is_last"
) -> Iterator[Row]:
    """On to the next step, or to the closing after the last."""
    both = f"{guard}&" if guard else ""
    yield Row(trigger, sources, S.CLOSING, f"{both}{last}", effect)
    yield Row(trigger, sources, S.INSTRUCTING, guard, effect)


TABLE: tuple[Row, ...] = (
    # Safety first: nothing above these rows can veto them.
    Row(I.RED_FLAG, ALIVE, S.EMERGENCY, effect="report_red_flag"),
    Row(I.RED_FLAG, (S.EMERGENCY,), S.EMERGENCY),
    Row(I.PAIN, (S.DEAF,), None, effect="report_pain_unheard"),
    Row(I.PAIN, (S.ASLEEP, *AWAKE, S.PAUSED, S.CLOSING), S.EASING, effect="report_pain"),
    Row(I.PAIN, (S.EMERGENCY,), S.EMERGENCY),
    Row(I.STOP, AWAKE, S.PAUSED, effect="interrupt"),
    Row(I.STOP, (S.ASLEEP, S.DEAF, S.PAUSED), None, effect="be_quiet"),
    Row(I.STOP, (S.CLOSING, S.EMERGENCY), S.FINISHED, effect="be_quiet"),
    # A guide that cannot hear must not guide.
    Row(Signal.MICROPHONE_LOST, (*AWAKE, S.PAUSED, S.ASLEEP), S.DEAF, effect="interrupt"),
    Row(Signal.MICROPHONE_RESTORED, (S.DEAF,), S.ASLEEP, guard="came_from_asleep"),
    Row(Signal.MICROPHONE_RESTORED, (S.DEAF,), S.PAUSED),
    Row(Signal.SPEAKER_LOST, AWAKE, S.PAUSED, effect="interrupt"),
    Row(Signal.SPEAKER_RESTORED, (S.PAUSED,), None, effect="offer"),
    # Beginning.
    *_begin(Signal.STARTED, (S.ASLEEP,), "not_begun&is_chosen", "set_out_chosen"),
    Row(Signal.STARTED, (S.ASLEEP,), S.CHOOSING, "not_begun", "set_out"),
    Row(Signal.STARTED, (S.DEAF,), S.DEAF, "not_begun", "set_out"),
    *(Row(I.START, (S.ASLEEP,), state, f"left_{state}") for state in ASKING),
    Row(I.START, (S.ASLEEP,), S.PAUSED),
    Row(I.CHOOSE, (S.ASLEEP, S.PAUSED), None, "after_pain", "offer"),
    *_begin(I.CHOOSE, (S.CHOOSING, S.ASLEEP, S.PAUSED, S.INTRODUCING), "names_routine", "choose"),
    Row(I.CHOOSE, (S.CHOOSING,), None, effect="tell_routines"),
    Row(I.CHOOSE, (S.ASLEEP, S.PAUSED, S.INTRODUCING), S.CHOOSING, effect="interrupt"),
    *_begin(I.NUMBER, (S.CHOOSING,), effect="choose"),
    *_begin(I.START, (S.CHOOSING,), effect="choose_first"),
    *_begin(I.READY, (S.CHOOSING,), effect="choose_first"),
    Row(Signal.TIME_OVER, ASKING[:3], None, "may_ask_again", "ask"),
    Row(Signal.TIME_OVER, ASKING[:3], S.ASLEEP, effect="interrupt"),
    Row(I.YES, (S.SCREENING,), S.SOUND_CHECK, "must_check_sound", "screened"),
    Row(I.YES, (S.SCREENING,), S.INTRODUCING, effect="screened"),
    Row(I.NO, (S.SCREENING,), S.CLOSING, effect="send_to_physician"),
    *(Row(t, (S.SOUND_CHECK,), S.INTRODUCING, effect="sound_checked") for t in (I.READY, I.YES, I.START)),
    # A stretch: instructed, settled into, held, released, rested from.
    *(Row(t, (S.INTRODUCING,), S.INSTRUCTING) for t in (Signal.SPOKEN, I.READY, I.START, I.NEXT, I.YES)),
    Row(Signal.SPOKEN, (S.INSTRUCTING,), S.SETTLING),
    Row(I.READY, (S.INSTRUCTING, S.SETTLING), S.HOLDING),
    *(Row(t, (S.SETTLING,), S.HOLDING) for t in (I.YES, Signal.TIME_OVER)),
    *(
        Row(t, (S.INSTRUCTING, S.SETTLING, S.RESTING), None, effect="give_time")
        for t in (I.NOT_YET, I.NO, I.MORE_TIME)
    ),
    Row(Signal.TIME_OVER, (S.HOLDING,), S.RELEASING, "hold_complete", "complete_hold"),
    Row(Signal.TIME_OVER, (S.HOLDING,), None, effect="give_cues"),
    Row(I.MORE_TIME, (S.HOLDING,), None, effect="extend_hold"),
    Row(Signal.SPOKEN, (S.RELEASING,), S.CLOSING, "is_last", "complete_step"),
    Row(Signal.SPOKEN, (S.RELEASING,), S.RESTING),
    *(
        Row(t, (S.RESTING,), S.INSTRUCTING, effect="complete_step")
        for t in (Signal.TIME_OVER, I.READY, I.NEXT)
    ),
    *_onward(I.NEXT, (S.RELEASING,), "complete_step"),
    *_onward(I.NEXT, (S.INSTRUCTING, S.SETTLING, S.HOLDING), "skip", last="skips_to_end"),
    *_onward(I.NEXT, (S.PAUSED,), "complete_step", "left_stretching&hold_complete"),
    *_onward(I.NEXT, (S.PAUSED,), "skip", "left_stretching", last="skips_to_end"),
    Row(I.NEXT, (S.PAUSED,), S.INSTRUCTING, "left_introducing"),
    Row(I.BACK, STRETCHING, S.INSTRUCTING, effect="go_back"),
    Row(I.BACK, (S.PAUSED,), S.INSTRUCTING, "left_stretching", "go_back"),
    Row(I.EASIER, (S.INSTRUCTING,), None, effect="make_easier"),
    Row(I.EASIER, (S.SETTLING, S.HOLDING), S.SETTLING, effect="make_easier"),
    Row(I.REPEAT, (S.INSTRUCTING, S.SETTLING), S.INSTRUCTING),
    # Interruptions.
    Row(I.PAUSE, AWAKE, S.PAUSED, effect="interrupt"),
    Row(I.PAUSE, (S.PAUSED,), None, effect="be_quiet"),
    Row(I.SLEEP, (*AWAKE, S.PAUSED), S.ASLEEP, effect="interrupt"),
    *_return(I.RESUME, (S.PAUSED, S.ASLEEP)),
    *_return(I.READY, (S.PAUSED,)),
    *(Row(t, (S.PAUSED,), None, effect="offer") for t in (I.YES, I.NO, I.START, I.NEXT, I.BACK, I.REPEAT)),
    Row(Signal.TIME_OVER, (S.PAUSED,), None, "not_offered", "offer_first"),
    Row(Signal.TIME_OVER, (S.PAUSED,), None, "may_ask_again", "offer_again"),
    Row(Signal.TIME_OVER, (S.PAUSED,), S.CLOSING, effect="give_up_waiting"),
    # Pain: only a clear yes goes on, and never with the stretch that hurt.
    Row(Signal.TIME_OVER, (S.EASING,), S.DECIDING),
    *(
        Row(I.YES, (S.DECIDING,), state, f"hurt_in_{state}", "go_on_after_pain")
        for state in (*BEFORE_STRETCHING, S.CLOSING)
    ),
    *_onward(I.YES, (S.DECIDING,), "go_on_after_pain", last="skips_to_end"),
    Row(I.NO, (S.DECIDING,), S.CLOSING, effect="end_for_pain"),
    *(Row(t, (S.DECIDING,), None, effect="ask") for t in (I.RESUME, I.READY, I.START, I.NEXT, I.NUMBER)),
    Row(Signal.TIME_OVER, (S.DECIDING,), None, "may_ask_again", "ask"),
    Row(Signal.TIME_OVER, (S.DECIDING,), S.CLOSING, effect="end_for_pain"),
    # Ending.
    Row(I.END, (S.ASLEEP, *AWAKE, S.PAUSED, S.DEAF), S.CLOSING, effect="end_by_user"),
    Row(I.END, (S.CLOSING, S.EMERGENCY), S.FINISHED, effect="be_quiet"),
    Row(Signal.SPOKEN, (S.CLOSING, S.EMERGENCY), S.FINISHED),
    # Answers that move nothing.
    Row(Signal.SPOKEN, (*ASKING, S.PAUSED, S.EASING), None, effect="await_answer"),
    Row(Signal.NOT_UNDERSTOOD, ASKING, None, "may_ask_shortly", "ask_shortly"),
    Row(I.REPEAT, ASKING, None, effect="ask_in_full"),
    Row(I.REPEAT, (S.INTRODUCING,), S.INTRODUCING),
    Row(I.REPEAT, (S.HOLDING, S.RELEASING, S.RESTING), None, effect="repeat_stretch"),
    Row(I.REPEAT, (S.EASING,), None, effect="repeat_easing"),
    Row(I.REPEAT, (S.EMERGENCY,), S.EMERGENCY),
    Row(I.HOW_LONG, (*UNDER_WAY, S.PAUSED), None, "has_course", "tell_time"),
    Row(I.WHATS_NEXT, (*UNDER_WAY, S.PAUSED), None, "has_course", "tell_next"),
    Row(I.LONGER, (*UNDER_WAY, S.PAUSED), None, "has_course", "lengthen"),
    Row(I.SHORTER, (*UNDER_WAY, S.PAUSED), None, "has_course", "shorten"),
    *(
        Row(t, (S.ASLEEP, *AWAKE, S.PAUSED, S.DEAF, S.CLOSING, S.EMERGENCY), None, effect=f"speak_{t}")
        for t in (I.SLOWER, I.FASTER, I.LOUDER, I.QUIETER)
    ),
    Row(I.HELP, (S.ASLEEP, *AWAKE, S.PAUSED), None, effect="help"),
)


SILENT: dict[State, str] = {
    S.ASLEEP: (
        "pause ready not_yet repeat next back how_long whats_next more_time longer shorter easier yes no "
        "number sleep spoken time_over not_understood microphone_restored speaker_lost speaker_restored"
    ),
    S.CHOOSING: (
        "resume not_yet next back how_long whats_next more_time longer shorter easier yes no started "
        "microphone_restored speaker_restored"
    ),
    S.SCREENING: (
        "resume ready not_yet next back how_long whats_next more_time longer shorter easier number start "
        "choose started microphone_restored speaker_restored"
    ),
    S.SOUND_CHECK: (
        "resume not_yet next back how_long whats_next more_time longer shorter easier no number choose "
        "started microphone_restored speaker_restored"
    ),
    S.INTRODUCING: (
        "resume not_yet back more_time easier no number started time_over not_understood "
        "microphone_restored speaker_restored"
    ),
    S.INSTRUCTING: (
        "resume yes number start choose started time_over not_understood microphone_restored speaker_restored"
    ),
    S.SETTLING: (
        "resume number start choose started spoken not_understood microphone_restored speaker_restored"
    ),
    S.HOLDING: (
        "resume ready not_yet yes no number start choose started spoken not_understood microphone_restored "
        "speaker_restored"
    ),
    S.RELEASING: (
        "resume ready not_yet more_time easier yes no number start choose started time_over not_understood "
        "microphone_restored speaker_restored"
    ),
    S.RESTING: (
        "resume easier yes number start choose started spoken not_understood microphone_restored "
        "speaker_restored"
    ),
    S.PAUSED: "not_yet more_time easier number started not_understood microphone_restored speaker_lost",
    S.EASING: (
        "resume ready not_yet next back how_long whats_next more_time longer shorter easier yes no number "
        "start choose started not_understood microphone_restored speaker_restored"
    ),
    S.DECIDING: (
        "not_yet back how_long whats_next more_time longer shorter easier choose started "
        "microphone_restored speaker_restored"
    ),
    S.EMERGENCY: (
        "pause resume ready not_yet next back how_long whats_next more_time longer shorter easier help yes "
        "no number start choose sleep started time_over not_understood microphone_lost microphone_restored "
        "speaker_lost speaker_restored"
    ),
    S.DEAF: (
        "pause resume ready not_yet repeat next back how_long whats_next more_time longer shorter easier "
        "help yes no number start choose sleep spoken time_over not_understood microphone_lost speaker_lost "
        "speaker_restored"
    ),
    S.CLOSING: (
        "pause resume ready not_yet repeat next back how_long whats_next more_time longer shorter easier "
        "help yes no number start choose sleep started time_over not_understood microphone_lost "
        "microphone_restored speaker_lost speaker_restored"
    ),
    S.FINISHED: (
        "stop pain red_flag pause resume ready not_yet repeat next back how_long whats_next more_time "
        "longer shorter easier slower faster louder quieter help yes no number start choose end sleep "
        "started spoken time_over not_understood microphone_lost microphone_restored speaker_lost "
        "speaker_restored"
    ),
}
"""Triggers that a state answers by nothing, on purpose: they mean nothing there."""


ANSWERED: dict[State, frozenset[Trigger]] = {
    state: frozenset(row.trigger for row in TABLE if state in row.sources) for state in State
}
"""The triggers that have a row in a state."""
_HEARD_IN = {
    state: frozenset(trigger for trigger in triggers if isinstance(trigger, Intent))
    for state, triggers in ANSWERED.items()
}


def listened_for(state: State) -> frozenset[Intent]:
    """The intents that the table answers in a state."""
    return _HEARD_IN[state]
