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
    SCREENING = "screening"  # has a physician agreed?
    HISTORY = "history"  # what must be looked at first
    SCORE_NOW = "score_now"
    NEWS = "news"
    SOUND_CHECK = "sound_check"
    INTRODUCING = "introducing"
    INSTRUCTING = "instructing"
    SETTLING = "settling"
    HOLDING = "holding"
    RELEASING = "releasing"
    RESTING = "resting"
    PAUSED = "paused"
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
    STALLED = "stalled"  # the process stood still: what was done meanwhile is not known
    SPOKEN = "spoken"  # all that the state had to say has been said
    TIME_OVER = "time_over"  # the state's deadline has come
    TALK = "talk"  # somebody is speaking; what it means is not known yet
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
DUE = (
    (S.SCREENING, "must_screen"),
    (S.HISTORY, "must_ask_history"),
    (S.SCORE_NOW, "must_ask_score"),
    (S.NEWS, "must_ask_news"),
    (S.SOUND_CHECK, "must_check_sound"),
)
"""What may have to be asked before a routine, in this order, and the guards that say so."""
ASKED_FIRST = (S.CHOOSING, *(state for state, _ in DUE))
IN_PAIN = (S.EASING, S.SCORING, S.SPREADING, S.DECIDING)
ASKING_YES = (S.SCREENING, S.HISTORY, S.NEWS, S.SPREADING, S.DECIDING, S.FINISHING)
"""Where an answer that is half heard, or no clear one, is asked for again."""
ASKING = (*ASKED_FIRST, *IN_PAIN[1:], S.SCORE_AFTER)
ASKING_SCORE = (S.SCORE_NOW, S.SCORING, S.SCORE_AFTER)
ANSWERING = tuple(state for state in ASKING if state is not S.SOUND_CHECK)
"""Where what was not understood is asked about. The sound check waits in silence for its one word."""
BEFORE_STRETCHING = (*ASKED_FIRST, S.INTRODUCING)
RETURNABLE = (*BEFORE_STRETCHING, *STRETCHING, *IN_PAIN[1:], S.SCORE_AFTER)
"""States that a paused, sleeping or deaf session can go back to."""
AWAKE = (*BEFORE_STRETCHING, *STRETCHING, *IN_PAIN, S.SCORE_AFTER)
ALIVE = (S.ASLEEP, *AWAKE, S.PAUSED, S.FINISHING, S.DEAF, S.CLOSING)
TIMED = (S.SETTLING, S.HOLDING, S.RESTING)
"""States whose time runs on while something is said; elsewhere it begins when all has been said."""
GOES_ON = (
    *(
        I.NO,
        I.RESUME,
        I.READY,
        I.START,
        I.NEXT,
        I.BACK,
        I.NOT_YET,
        I.MORE_TIME,
        I.LONGER,
        I.SHORTER,
        I.EASIER,
    ),
    *(I.HOW_LONG, I.WHATS_NEXT, I.SKIP_QUESTIONS, I.BRING_BACK, I.CHOOSE, I.UNSURE),
)
"""Said to "finish for today?", these mean that it goes on."""
ASKED_WHETHER_TO_FINISH = (S.ASLEEP, *BEFORE_STRETCHING, *STRETCHING, *IN_PAIN, S.PAUSED)
SETTINGS = (I.SLOWER, I.FASTER, I.LOUDER, I.QUIETER)
ADVISING = (S.EASING, S.CLOSING, S.EMERGENCY)
"""What is said here is not talked over: settings act in silence."""


def _begin(
    trigger: Trigger,
    sources: tuple[State, ...],
    guard: str = "",
    effect: str = "",
    after: State | None = None,
) -> Iterator[Row]:
    """A routine is about to begin: what has to be asked first is asked first, from `after` on."""
    both = f"{guard}&" if guard else ""
    asked = [state for state, _ in DUE].index(after) + 1 if after else 0
    for state, must_ask in DUE[asked:]:
        yield Row(trigger, sources, state, f"{both}{must_ask}", effect)
    yield Row(trigger, sources, S.INTRODUCING, guard, effect)


def _go_on_after_pain(trigger: Trigger, guard: str = "") -> Iterator[Row]:
    """A clear yes after pain: back to where it hurt, past the stretch that hurt."""
    both = f"{guard}&" if guard else ""
    for state in (*BEFORE_STRETCHING, S.SCORE_AFTER):
        yield Row(trigger, (S.DECIDING,), state, f"{both}hurt_in_{state}", "go_on_after_pain")
    yield from _onward(trigger, (S.DECIDING,), "go_on_after_pain", guard, last="skips_to_end")


def _return(trigger: Trigger, sources: tuple[State, ...]) -> Iterator[Row]:
    """Go on where the session was: one row for each state that it can go back to."""
    for state in RETURNABLE:
        yield Row(trigger, sources, S.SETTLING if state is S.HOLDING else state, f"left_{state}")


def _onward(
    trigger: Trigger, sources: tuple[State, ...], effect: str, guard: str = "", last: str = "is_last"
) -> Iterator[Row]:
    """On to the next step, or to the closing after the last."""
    both = f"{guard}&" if guard else ""
    yield from _close(trigger, sources, f"{both}{last}", effect)
    yield Row(trigger, sources, S.INSTRUCTING, guard, effect)


def _close(trigger: Trigger, sources: tuple[State, ...], guard: str, effect: str) -> Iterator[Row]:
    """The last step is over: how it is now is asked first, if it is to be asked."""
    yield Row(trigger, sources, S.SCORE_AFTER, f"{guard}&must_score_after", effect)
    yield Row(trigger, sources, S.CLOSING, guard, effect)


TABLE: tuple[Row, ...] = (
    # Safety first: nothing above these rows can veto them.
    Row(I.RED_FLAG, (*ALIVE, S.EMERGENCY), S.EMERGENCY, effect="report_red_flag"),
    Row(I.PAIN, (S.DEAF,), None, effect="report_pain_unheard"),
    Row(I.PAIN, (S.ASLEEP, *AWAKE, S.PAUSED, S.FINISHING, S.CLOSING), S.EASING, effect="report_pain"),
    Row(I.PAIN, (S.EMERGENCY,), S.EMERGENCY),
    # In the sound check the word that was asked for is the answer; over our own voice it might be our own.
    Row(I.STOP, (S.SOUND_CHECK,), S.INTRODUCING, "is_asked_for&in_the_clear", "sound_checked"),
    Row(I.STOP, (S.SOUND_CHECK,), None, "is_asked_for&may_ask_again", "ask_when_quiet"),
    Row(I.STOP, (*AWAKE, S.FINISHING), S.PAUSED, effect="interrupt"),
    Row(I.STOP, (S.ASLEEP, S.DEAF, S.PAUSED), None, effect="be_quiet"),
    Row(I.STOP, (S.CLOSING, S.EMERGENCY), S.FINISHED, effect="be_quiet"),
    # A guide that cannot hear must not guide.
    Row(Signal.MICROPHONE_LOST, (*AWAKE, S.PAUSED, S.FINISHING, S.ASLEEP), S.DEAF, effect="interrupt"),
    Row(Signal.MICROPHONE_RESTORED, (S.DEAF,), S.ASLEEP, guard="came_from_asleep"),
    Row(Signal.MICROPHONE_RESTORED, (S.DEAF,), S.PAUSED),
    Row(Signal.SPEAKER_LOST, (*AWAKE, S.FINISHING), S.PAUSED, effect="interrupt"),
    Row(Signal.STALLED, UNDER_WAY, S.PAUSED, effect="interrupt_stalled"),
    # What has come to its end stays ended: of a pause there, too, nothing leads on.
    *(
        Row(t, (S.PAUSED,), S.CLOSING, "is_ending")
        for t in (Signal.TIME_OVER, Signal.SPEAKER_RESTORED, I.CHOOSE, I.SLEEP, I.END)
    ),
    *(Row(t, (S.PAUSED,), S.CLOSING, "is_ending") for t in (I.YES, I.NO, I.START, I.NEXT, I.BACK, I.REPEAT)),
    # Half an answer, or one that could mean either, is asked for again.
    *(Row(t, ASKING_YES, None, "is_unclear&may_ask_again", "ask") for t in (I.YES, I.NO)),
    *(Row(t, ASKING_YES, None, "is_unclear") for t in (I.YES, I.NO)),
    *(Row(t, (S.PAUSED,), None, "is_unclear", "offer") for t in (I.RESUME, I.READY)),
    Row(I.RESUME, (S.ASLEEP, S.FINISHING), None, "is_unclear"),
    Row(I.READY, (S.FINISHING,), None, "is_unclear"),
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
    *_begin(I.NUMBER, (S.CHOOSING,), "names_routine", "choose"),
    *_begin(I.START, (S.CHOOSING,), "has_routine", "choose_first"),
    *_begin(I.READY, (S.CHOOSING,), "has_routine", "choose_first"),
    *(Row(t, (S.CHOOSING,), None, effect="tell_routines") for t in (I.NUMBER, I.START, I.READY)),
    Row(Signal.TIME_OVER, ASKED_FIRST, None, "may_ask_again", "ask"),
    Row(Signal.TIME_OVER, ASKED_FIRST, S.ASLEEP, effect="interrupt"),
    # Screening: what is not sure is for a physician.
    *_begin(I.YES, (S.SCREENING,), effect="screened", after=S.SCREENING),
    *(Row(t, (S.SCREENING,), S.CLOSING, effect="send_to_physician") for t in (I.NO, I.UNSURE)),
    Row(I.NO, (S.HISTORY,), None, "has_more_history", "ask_more_history"),
    *_begin(I.NO, (S.HISTORY,), effect="history_told", after=S.HISTORY),
    *(Row(t, (S.HISTORY,), S.CLOSING, effect="send_to_physician") for t in (I.YES, I.UNSURE)),
    *(Row(t, (S.SCREENING, S.HISTORY), None, effect="cannot_skip") for t in (I.SKIP_QUESTIONS, I.NEXT)),
    Row(I.NUMBER, ASKING_SCORE, None, "out_of_range&may_ask_again", "ask_range"),
    Row(I.UNSURE, ASKING_SCORE, None, "may_ask_again", "ask_roughly"),
    *_begin(I.NUMBER, (S.SCORE_NOW,), "out_of_range", "score_not_told", after=S.SCORE_NOW),
    Row(I.NUMBER, (S.SCORE_NOW,), S.CLOSING, "too_sore", "send_to_rest"),
    *_begin(I.NUMBER, (S.SCORE_NOW,), effect="score_told", after=S.SCORE_NOW),
    *_begin(I.UNSURE, (S.SCORE_NOW,), effect="score_not_told", after=S.SCORE_NOW),
    *_begin(I.NO, (S.NEWS,), effect="news_told", after=S.NEWS),
    *(Row(t, (S.NEWS,), S.CLOSING, effect="send_to_physician") for t in (I.YES, I.UNSURE)),
    *_begin(I.SKIP_QUESTIONS, (S.SCORE_NOW, S.NEWS), effect="skip_check", after=S.NEWS),
    *_begin(I.NEXT, (S.SCORE_NOW, S.NEWS), effect="skip_check", after=S.NEWS),
    *(Row(t, (S.SOUND_CHECK,), None, "may_ask_again", "ask_for_word") for t in (I.READY, I.YES, I.START)),
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
    *_close(Signal.SPOKEN, (S.RELEASING,), "is_last", "complete_step"),
    Row(Signal.SPOKEN, (S.RELEASING,), S.RESTING),
    *(
        Row(t, (S.RESTING,), S.INSTRUCTING, effect="complete_step")
        for t in (Signal.TIME_OVER, I.READY, I.NEXT)
    ),
    *_onward(I.NEXT, (S.RELEASING,), "complete_step"),
    *_onward(I.NEXT, (S.INSTRUCTING, S.SETTLING, S.HOLDING), "skip", last="skips_to_end"),
    *_onward(I.NEXT, (S.PAUSED, S.FINISHING), "complete_step", "left_stretching&hold_complete"),
    *_onward(I.NEXT, (S.PAUSED, S.FINISHING), "skip", "left_stretching", last="skips_to_end"),
    Row(I.NEXT, (S.PAUSED, S.FINISHING), S.INSTRUCTING, "left_introducing"),
    Row(I.BACK, STRETCHING, S.INSTRUCTING, effect="go_back"),
    Row(I.BACK, (S.PAUSED, S.FINISHING), S.INSTRUCTING, "left_stretching", "go_back"),
    Row(I.EASIER, (S.INSTRUCTING,), None, effect="make_easier"),
    Row(I.EASIER, (S.SETTLING, S.HOLDING), S.SETTLING, effect="make_easier"),
    Row(I.REPEAT, (S.INSTRUCTING, S.SETTLING), S.INSTRUCTING),
    # Interruptions.
    Row(I.PAUSE, AWAKE, S.PAUSED, effect="interrupt"),
    Row(I.PAUSE, (S.PAUSED,), None, effect="be_quiet"),
    *_return(I.RESUME, (S.PAUSED, S.ASLEEP)),
    *_return(I.READY, (S.PAUSED,)),
    *(Row(t, (S.PAUSED,), None, effect="offer") for t in (I.YES, I.NO, I.START, I.NEXT, I.BACK, I.REPEAT)),
    Row(Signal.TIME_OVER, (S.PAUSED,), None, "not_offered", "offer_first"),
    Row(Signal.TIME_OVER, (S.PAUSED,), None, "may_ask_again", "offer_again"),
    Row(Signal.TIME_OVER, (S.PAUSED,), S.CLOSING, effect="give_up_waiting"),
    # Pain: what core/pain.py decides; only a clear yes goes on, and never with the stretch that hurt.
    Row(Signal.TIME_OVER, (S.EASING,), S.CLOSING, "pain_ends", "end_for_pain"),
    Row(Signal.TIME_OVER, (S.EASING,), S.SCORING),
    Row(I.NUMBER, (S.SCORING,), S.CLOSING, "out_of_range", "end_for_pain"),
    Row(I.NUMBER, (S.SCORING,), S.CLOSING, "score_ends", "rate_and_end"),
    Row(I.NUMBER, (S.SCORING,), S.SPREADING, effect="rate_pain"),
    Row(I.YES, (S.SPREADING,), S.CLOSING, effect="spread_and_end"),
    Row(I.NO, (S.SPREADING,), S.CLOSING, "is_ending", "not_spread_and_end"),
    Row(I.NO, (S.SPREADING,), S.DECIDING, effect="not_spread"),
    Row(Signal.TIME_OVER, IN_PAIN[1:], None, "may_ask_again", "ask"),
    Row(I.UNSURE, (S.SPREADING, S.DECIDING), None, "may_ask_again", "ask"),
    *(Row(t, (S.SCORING,), S.CLOSING, effect="end_for_pain") for t in (Signal.TIME_OVER, I.UNSURE)),
    *(Row(t, (S.SPREADING,), S.CLOSING, effect="spread_untold") for t in (Signal.TIME_OVER, I.UNSURE)),
    *(Row(t, (S.DECIDING,), S.CLOSING, effect="finish_for_pain") for t in (Signal.TIME_OVER, I.UNSURE, I.NO)),
    *_go_on_after_pain(I.YES),
    *_go_on_after_pain(I.RESUME, "says_go_on"),
    Row(I.EASIER, (S.DECIDING,), S.SETTLING, "may_try_easier", "try_easier"),
    Row(I.EASIER, (S.DECIDING,), None, effect="ask"),
    *(
        Row(t, IN_PAIN[1:], None, effect="ask")
        for t in (I.RESUME, I.READY, I.START, I.NEXT, I.SKIP_QUESTIONS)
    ),
    Row(I.NUMBER, (S.SPREADING, S.DECIDING), None, effect="ask"),
    # How it is afterwards.
    Row(I.NUMBER, (S.SCORE_AFTER,), S.CLOSING, "out_of_range"),
    Row(I.NUMBER, (S.SCORE_AFTER,), S.CLOSING, effect="score_after"),
    *(Row(t, (S.SCORE_AFTER,), S.CLOSING) for t in (I.UNSURE, I.SKIP_QUESTIONS, I.NEXT)),
    Row(Signal.TIME_OVER, (S.SCORE_AFTER,), None, "may_ask_again", "ask"),
    Row(Signal.TIME_OVER, (S.SCORE_AFTER,), S.CLOSING),
    # Ending. Talk nearby sounds like "end" now and then: one word interrupts, and only an answer ends.
    *(Row(t, IN_PAIN, S.CLOSING, "is_ending", "end_for_pain") for t in (I.END, I.SLEEP)),
    Row(I.END, (S.DECIDING,), S.CLOSING, "says_finish", "finish_for_pain"),
    Row(I.END, (S.PAUSED, S.FINISHING), S.CLOSING, "says_finish", "end_by_user"),
    Row(I.END, (S.SCORE_AFTER, S.DEAF), S.CLOSING, effect="end_by_user"),
    Row(I.END, ASKED_WHETHER_TO_FINISH, S.FINISHING, effect="interrupt_to_finish"),
    Row(I.SLEEP, (*AWAKE, S.PAUSED), S.FINISHING, effect="interrupt_to_rest"),
    *(Row(t, (S.FINISHING,), S.ASLEEP, "asked_to_rest") for t in (I.YES, I.SLEEP, Signal.TIME_OVER)),
    *(Row(t, (S.FINISHING,), S.CLOSING, effect="end_by_user") for t in (I.YES, Signal.TIME_OVER)),
    *(Row(t, (S.FINISHING,), None, "may_ask_again", "ask") for t in (I.END, I.SLEEP, Signal.NOT_UNDERSTOOD)),
    *(Row(t, (S.FINISHING,), S.PAUSED, effect="interrupt") for t in (I.END, I.SLEEP, Signal.NOT_UNDERSTOOD)),
    *(Row(t, (S.FINISHING,), None, effect="await_silence") for t in (Signal.TALK, I.NUMBER)),
    Row(I.PAUSE, (S.FINISHING,), S.PAUSED, effect="interrupt"),
    *(
        Row(t, (S.FINISHING,), S.PAUSED, "was_waiting")
        for t in GOES_ON
        if t not in (I.RESUME, I.READY, I.NEXT, I.BACK)
    ),
    *(row for t in GOES_ON for row in _return(t, (S.FINISHING,))),
    Row(I.END, (S.CLOSING, S.EMERGENCY), S.FINISHED, "says_finish", "be_quiet"),
    Row(Signal.SPOKEN, (S.CLOSING, S.EMERGENCY), S.FINISHED),
    # Answers that move nothing.
    Row(Signal.SPOKEN, (*ASKING, S.PAUSED, S.FINISHING, S.EASING), None, effect="await_answer"),
    Row(Signal.NOT_UNDERSTOOD, ANSWERING, None, "may_ask_shortly", "ask_shortly"),
    Row(I.REPEAT, (*ASKING, S.FINISHING), None, effect="ask_in_full"),
    Row(I.REPEAT, (S.INTRODUCING,), S.INTRODUCING),
    Row(I.REPEAT, (S.HOLDING, S.RELEASING, S.RESTING), None, effect="repeat_stretch"),
    Row(I.REPEAT, (S.EASING,), None, effect="repeat_easing"),
    Row(I.REPEAT, (S.EMERGENCY,), S.EMERGENCY),
    Row(I.HOW_LONG, (*UNDER_WAY, S.PAUSED), None, "has_course", "tell_time"),
    Row(I.WHATS_NEXT, (*UNDER_WAY, S.PAUSED), None, "has_course", "tell_next"),
    Row(I.LONGER, (*UNDER_WAY, S.PAUSED), None, "has_course", "lengthen"),
    Row(I.SHORTER, (*UNDER_WAY, S.PAUSED), None, "has_course", "shorten"),
    *(Row(t, tuple(s for s in ALIVE if s not in ADVISING), None, effect=f"speak_{t}") for t in SETTINGS),
    *(Row(t, ADVISING, None, effect=f"become_{t}") for t in SETTINGS),
    Row(I.BRING_BACK, (S.CHOOSING, *UNDER_WAY, S.PAUSED), None, effect="bring_back"),
    Row(I.HELP, (S.ASLEEP, *AWAKE, S.PAUSED, S.FINISHING), None, effect="help"),
)


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
