"""Beginning, and choosing what to stretch: by a routine's name, a part of the body, or minutes."""

from __future__ import annotations

from itertools import accumulate

from assistant.core.actions import RecordAskedBack, RecordSession, SetSpeechRate, SetVolume
from assistant.core.adapting import Form, ids_in
from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, greet, lines, says
from assistant.core.dialogue.fitting import lay_out
from assistant.core.dialogue.pausing import interrupt
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import DUE, begin, must_check_sound
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.routine import Routine
from assistant.core.selection import available, requested, usual
from assistant.core.states import UNDER_WAY, Signal, State


def _what(context: Context) -> tuple[Line, ...]:
    """Whoever has chosen before knows how."""
    return (Line.CHOOSE_KNOWN if context.settings.last_routine_id else Line.CHOOSE,)


WHAT_TO_STRETCH = Question(_what, lines(Line.CHOOSE_AGAIN), opening=greet)

MOST_NAMES, MOST_WORDS_OF_NAMES = 4, 15
"""So many routines in one sentence, which has 20 words at most."""

_CHOOSING = (State.CHOOSING,)


def not_begun(context: Context) -> bool:
    """Whether this is the beginning."""
    return not context.begun


def is_chosen(context: Context) -> bool:
    """Whether the settings name a routine to begin with."""
    return chosen_beforehand(context) is not None


def names_routine(context: Context) -> bool:
    """Whether something was said that a routine can be found for."""
    return requested(context) is not None


def has_routine(context: Context) -> bool:
    """Whether anything is left to do."""
    return bool(available(context))


def chosen_beforehand(context: Context) -> Routine | None:
    """The routine that the settings begin with, if they name one of the catalogue."""
    return next((r for r in available(context) if r.is_called(context.settings.routine_id)), None)


def set_out(context: Context) -> None:
    """The shell is ready."""
    context.begun = True
    context.script.do(SetVolume(context.settings.gain_db))
    context.script.do(SetSpeechRate(context.settings.rate))


def set_out_chosen(context: Context) -> None:
    """The shell is ready, and what is to be done is known."""
    set_out(context)
    routine = chosen_beforehand(context)
    assert routine is not None
    _begin(context, routine)


def choose(context: Context) -> None:
    """Set out on what was asked for."""
    routine = requested(context)
    assert routine is not None
    _begin(context, routine)


def choose_sore(context: Context) -> None:
    """Set out on what is sore, and ask how much it is."""
    context.score_due = True
    choose(context)


def choose_usual(context: Context) -> None:
    """Set out on the routine for somebody who does not choose, and say which."""
    routine = usual(context)
    context.script.say(Line.CHOSEN, routine=routine.spoken_name)
    _begin(context, routine)


def _begin(context: Context, routine: Routine) -> None:
    """Set out on a routine."""
    context.leave_step()
    lay_out(context, routine)
    context.telling_from, context.way, context.rises = None, (), False
    context.script.do(RecordSession(routine.id))


def tell_routines(context: Context) -> None:
    """Say a few of what there is; whoever asks again hears the next few."""
    names = [routine.spoken_name for routine in available(context)]
    if not names:
        context.script.reply(Line.NOTHING_LEFT)
        return
    first = context.routines_told % len(names)
    few = names[first : first + _how_many(names[first:])]
    context.routines_told = first + len(few)
    pack = context.script.pack
    more = (pack.render(Line.ROUTINES_MORE),) if len(few) < len(names) else ()
    context.script.reply_with(pack.render(Line.ROUTINES, routines=pack.rules.any_of(few)), *more)


def _how_many(names: list[str]) -> int:
    """How many names somebody can keep in mind who hears them once: at least one."""
    words = list(accumulate(len(name.split()) for name in names[:MOST_NAMES]))
    return max(1, sum(count <= MOST_WORDS_OF_NAMES for count in words))


def bring_back(context: Context) -> None:
    """What left for pain on other days takes part again, in its easier way; never what is left out today."""
    gone = ids_in(context.settings.pasts or {}, Form.GONE) & context.left_out_before - context.left_out_today
    if context.course is not None:
        gone &= {stretch.id for stretch in context.course.routine.stretches}
    for stretch_id in sorted(gone):
        context.script.do(RecordAskedBack(stretch_id))
    context.take_in(gone)
    context.script.reply(Line.BROUGHT_BACK if gone else Line.NOTHING_TO_BRING_BACK)


CHOOSING = Behavior(
    rows=(
        *begin(Signal.STARTED, (State.ASLEEP,), not_begun, is_chosen, do=set_out_chosen),
        Row(Signal.STARTED, (State.ASLEEP,), State.SOUND_CHECK, (not_begun, must_check_sound), set_out),
        Row(Signal.STARTED, (State.ASLEEP,), State.CHOOSING, (not_begun,), set_out),
        Row(Signal.STARTED, (State.DEAF,), State.DEAF, (not_begun,), set_out),
        *begin(
            Intent.CHOOSE,
            (State.GOING_ON, State.CHOOSING, State.ASLEEP, State.PAUSED, State.INTRODUCING),
            names_routine,
            do=choose,
        ),
        *(
            row
            for trigger in (Intent.CHOOSE, Intent.OTHER_ROUTINE)
            for row in (
                Row(trigger, _CHOOSING, None, do=tell_routines),
                Row(
                    trigger,
                    (State.GOING_ON, State.ASLEEP, State.PAUSED, State.INTRODUCING),
                    State.CHOOSING,
                    do=interrupt,
                ),
            )
        ),
        *(
            Row(Intent.COMPLAIN, _CHOOSING, state, (names_routine, must_ask), choose_sore)
            for state, must_ask in DUE[: [state for state, _ in DUE].index(State.SCORE_NOW)]
        ),
        Row(Intent.COMPLAIN, _CHOOSING, State.SCORE_NOW, (names_routine,), choose_sore),
        *begin(Intent.NUMBER, _CHOOSING, names_routine, do=choose),
        Row(Intent.START, _CHOOSING, None, (says("greeting"),), WHAT_TO_STRETCH.ask_in_full),
        *begin(Intent.START, _CHOOSING, has_routine, do=choose_usual),
        *begin(Intent.READY, _CHOOSING, has_routine, do=choose_usual),
        *(
            Row(trigger, _CHOOSING, None, do=tell_routines)
            for trigger in (Intent.COMPLAIN, Intent.NUMBER, Intent.START, Intent.READY)
        ),
        *WHAT_TO_STRETCH.rows(State.CHOOSING),
        Row(Signal.TIME_OVER, _CHOOSING, State.ASLEEP, do=interrupt),
        Row(Intent.BRING_BACK, (State.CHOOSING, *UNDER_WAY, State.PAUSED), None, do=bring_back),
    ),
    entering={State.CHOOSING: WHAT_TO_STRETCH.begin},
    unanswered={
        State.CHOOSING: (
            "resume not_yet next other_side skip_side back how_long whats_next more_time longer shorter "
            "easier yes no unsure skip_questions spread denial needs suits condition started stalled talk "
            "microphone_restored speaker_restored hearing_late"
        ),
    },
)
