"""Pauses: asked for, or because nothing can be heard or played. Sleep. Only clear words go on from here."""

from __future__ import annotations

from assistant.core.actions import Earcon
from assistant.core.context import Context
from assistant.core.dialogue.asking import await_answer, is_unclear, may_ask_again, says
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import go_back_to, is_ending, left
from assistant.core.faults import Fault
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.states import (
    ASKED_FIRST,
    ASKING,
    AWAKE,
    GUIDED,
    IN_PAIN,
    INTERRUPTED,
    UNDER_WAY,
    Signal,
    State,
)

SILENCE_AFTER_STOP_SECONDS = 0.8
"""Whoever said "stop" hears at once that it worked: by nothing at all."""

_PAUSED, _ASLEEP, _DEAF = (State.PAUSED,), (State.ASLEEP,), (State.DEAF,)
_ASKED = tuple(state for state in INTERRUPTED if state is not State.PAUSED)

_OFFERED_AGAIN = (
    *(Intent.YES, Intent.NO, Intent.START, Intent.NEXT, Intent.BACK, Intent.REPEAT),
    *(Intent.OTHER_SIDE, Intent.SKIP_SIDE),
)

_WHY_DEAF: dict[Fault | None, Line] = {
    Fault.MICROPHONE_LOSING: Line.DEAF_LOSING,
    Fault.HEARING_STUCK: Line.DEAF_ITSELF,
    Fault.HEARING_BEHIND: Line.DEAF_ITSELF,
}


def came_from_asleep(context: Context) -> bool:
    """Whether the session slept when the microphone went."""
    return context.came_from is State.ASLEEP


def after_pain(context: Context) -> bool:
    """Whether a report of pain is open."""
    return context.after_pain


def is_over(context: Context) -> bool:
    """Whether the session has come to its end, and nothing is left to be asked about pain."""
    return is_ending(context) and context.return_to not in IN_PAIN


def not_offered(context: Context) -> bool:
    """Whether a pause has been silent so far."""
    return context.times_asked == 0


def interrupt(context: Context) -> None:
    """Sound out; where the session was is kept, to go back to."""
    context.script.cut()
    if context.state in AWAKE:
        context.return_to = context.after_easing if context.state is State.EASING else context.state
    context.was_away = context.wants_other = False


def interrupt_stalled(context: Context) -> None:
    """The process stood still, and nobody knows what was done meanwhile."""
    interrupt(context)
    context.was_away = True


def interrupt_to_choose(context: Context) -> None:
    """Something else is wanted: say what can be named, and lose nothing of what was under way."""
    interrupt(context)
    context.wants_other = True


def tell_it_hears_late(context: Context) -> None:
    """Whoever says "stop" has to know that it takes a moment."""
    context.script.reply(Line.HEARING_LATE)


def be_quiet(context: Context) -> None:
    """Sound out, and wait as long as before."""
    spoke = context.script.speaking
    context.script.cut()
    if spoke:
        await_answer(context)


def offer(context: Context) -> None:
    """Say how to go on; after a standstill, first of all why it is quiet."""
    away = (Line.AWAY,) if context.was_away and not_offered(context) else ()
    context.times_asked = 1
    context.script.say_instead(*away, _ways_on(context))


def offer_after_silence(context: Context) -> None:
    """What was said meanwhile was not heard: say so, and how to go on."""
    why = Line.AWAY if context.was_away and not_offered(context) else Line.SOUND_GONE
    context.times_asked = 1
    context.script.say_instead(why, _ways_on(context))


def offer_first(context: Context) -> None:
    """Say why it is quiet, and how to go on."""
    context.times_asked = 1
    context.script.earcon(Earcon.PAUSED)
    away = Line.AWAY if context.was_away else Line.PAUSED
    context.script.say(Line.HEARING_AGAIN if context.came_from is State.DEAF else away)
    context.script.say(_ways_on(context))


def offer_again(context: Context) -> None:
    """Nobody answered for a long time."""
    context.times_asked += 1
    context.script.say(Line.PAUSED_AGAIN)
    context.script.say(_ways_on(context))


def _ways_on(context: Context) -> Line:
    return Line.CHOOSE_OR_GO_ON if context.wants_other else Line.GO_ON_OR_FINISH


def give_up_waiting(context: Context) -> None:
    """Nobody answered at all."""
    context.end_as("no_answer")


def _enter_paused(context: Context) -> None:
    context.times_asked = 0
    context.wait(SILENCE_AFTER_STOP_SECONDS)


def _enter_asleep(context: Context) -> None:
    if context.came_from is not State.DEAF:  # else it never woke
        unanswered = context.came_from in (*ASKED_FIRST, State.GOING_ON)
        context.script.say(Line.ASLEEP_UNANSWERED if unanswered else Line.ASLEEP)


def _enter_deaf(context: Context) -> None:
    if context.came_from is not State.ASLEEP:  # else nobody is being guided
        context.script.say(_WHY_DEAF.get(context.faults.microphone, Line.DEAF))


PAUSING = Behavior(
    safety=(
        Row(Intent.STOP, (*AWAKE, *_ASKED), State.PAUSED, do=interrupt),
        Row(Intent.STOP, (State.ASLEEP, State.DEAF, State.PAUSED), None, do=be_quiet),
        # A guide that cannot hear must not guide, and neither must one that cannot be heard.
        Row(
            Signal.MICROPHONE_LOST,
            (*AWAKE, *INTERRUPTED, State.ASLEEP),
            State.DEAF,
            do=interrupt,
        ),
        Row(Signal.MICROPHONE_RESTORED, _DEAF, State.ASLEEP, (came_from_asleep,)),
        Row(Signal.MICROPHONE_RESTORED, _DEAF, State.PAUSED),
        Row(Signal.SPEAKER_LOST, (*AWAKE, *_ASKED), State.PAUSED, do=interrupt),
        Row(Signal.VOICE_LOST, (*AWAKE, *_ASKED), State.PAUSED, do=interrupt),
        Row(Signal.STALLED, UNDER_WAY, State.PAUSED, do=interrupt_stalled),
        # What has come to its end stays ended: of a pause there, too, nothing leads on.
        *(
            Row(trigger, _PAUSED, State.CLOSING, (is_ending,))
            for trigger in (
                *(Signal.TIME_OVER, Signal.SPEAKER_RESTORED, Intent.SLEEP, Intent.END),
                *(Intent.CHOOSE, Intent.OTHER_ROUTINE, *_OFFERED_AGAIN),
            )
        ),
        *(Row(trigger, _PAUSED, State.CLOSING, (is_over,)) for trigger in (Intent.RESUME, Intent.READY)),
        # Another routine is no way around the questions after pain.
        *(
            Row(trigger, (State.ASLEEP, State.PAUSED), None, (after_pain,), offer)
            for trigger in (Intent.CHOOSE, Intent.OTHER_ROUTINE)
        ),
    ),
    rows=(
        Row(Signal.SPEAKER_RESTORED, _PAUSED, None, do=offer_after_silence),
        Row(Signal.HEARING_LATE, (*UNDER_WAY, State.PAUSED), None, do=tell_it_hears_late),
        Row(Intent.PAUSE, (*AWAKE, *_ASKED), State.PAUSED, do=interrupt),
        Row(Intent.PAUSE, _PAUSED, None, do=be_quiet),
        Row(Intent.OTHER_ROUTINE, GUIDED, State.PAUSED, do=interrupt_to_choose),
        # A "not" may have been lost before half a "go on".
        *(Row(trigger, _PAUSED, None, (is_unclear,), offer) for trigger in (Intent.RESUME, Intent.READY)),
        Row(Intent.RESUME, _ASLEEP, None, (is_unclear,)),
        *go_back_to(Intent.RESUME, (State.PAUSED, State.ASLEEP)),
        *go_back_to(Intent.READY, _PAUSED),
        Row(Intent.START, _ASLEEP, None, (says("greeting"),)),  # people greet each other
        *(Row(Intent.START, _ASLEEP, state, (left(state),)) for state in ASKING),
        Row(Intent.START, _ASLEEP, State.PAUSED),
        *(Row(trigger, _PAUSED, None, do=offer) for trigger in _OFFERED_AGAIN),
        Row(Signal.SPOKEN, _PAUSED, None, do=await_answer),
        Row(Signal.TIME_OVER, _PAUSED, None, (not_offered,), offer_first),
        Row(Signal.TIME_OVER, _PAUSED, None, (may_ask_again,), offer_again),
        Row(Signal.TIME_OVER, _PAUSED, State.CLOSING, do=give_up_waiting),
    ),
    entering={State.PAUSED: _enter_paused, State.ASLEEP: _enter_asleep, State.DEAF: _enter_deaf},
    unanswered={
        State.ASLEEP: (
            "pause ready not_yet repeat next other_side skip_side back how_long whats_next more_time "
            "longer shorter easier yes no number unsure skip_questions bring_back complain spread denial "
            "needs suits tell_health condition has_condition condition_over sleep stalled spoken time_over "
            "talk not_understood microphone_restored speaker_lost speaker_restored voice_lost hearing_late"
        ),
        State.PAUSED: (
            "not_yet more_time easier number unsure skip_questions complain spread denial condition "
            "started stalled talk not_understood microphone_restored speaker_lost voice_lost"
        ),
        State.DEAF: (
            "pause resume ready not_yet repeat next other_side skip_side back how_long whats_next "
            "more_time longer shorter easier help yes no number unsure skip_questions bring_back start "
            "choose other_routine complain spread denial needs suits tell_health condition has_condition "
            "condition_over sleep stalled spoken time_over talk not_understood microphone_lost "
            "speaker_lost speaker_restored voice_lost hearing_late"
        ),
    },
)
