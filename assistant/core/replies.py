"""What a session answers without moving: questions asked again, help, times, the voice itself."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.actions import Earcon
from assistant.core.choosing import available
from assistant.core.context import Context
from assistant.core.entering import current_course, speak_stretch
from assistant.core.flow import ASKING, ASKING_SCORE, State
from assistant.core.prompts import Line
from assistant.core.questions import (
    ask,
    ask_for_word,
    ask_in_full,
    ask_range,
    ask_roughly,
    ask_when_quiet,
)

ANSWER_SECONDS = {
    State.EASING: 4.0,
    State.SOUND_CHECK: 10.0,
    State.PAUSED: 120.0,
    State.FINISHING: 8.0,
}
OTHER_ANSWER_SECONDS = 15.0


def _tell_routines(context: Context) -> None:
    names = ". ".join(routine.spoken_name for routine in available(context))
    if names:
        context.script.reply(Line.ROUTINES, routines=names)
    else:
        context.script.reply(Line.NOTHING_LEFT)


def _ask_shortly(context: Context) -> None:
    context.asked_shortly = True
    context.script.say(Line.SCORE_UNHEARD if context.state in ASKING_SCORE else Line.SHORTLY)


def _await_answer(context: Context) -> None:
    context.wait(ANSWER_SECONDS.get(context.state, OTHER_ANSWER_SECONDS))


def _await_silence(context: Context) -> None:
    """Somebody talks: that is no silence yet, unless we are still speaking ourselves."""
    if not context.script.speaking:
        _await_answer(context)


def _be_quiet(context: Context) -> None:
    spoke = context.script.speaking
    context.script.cut()
    if spoke:
        _await_answer(context)


def _offer(context: Context) -> None:
    context.times_asked = 1
    context.script.say_instead(Line.GO_ON_OR_FINISH)


def _offer_first(context: Context) -> None:
    context.times_asked = 1
    context.script.earcon(Earcon.PAUSED)
    away = Line.AWAY if context.was_away else Line.PAUSED
    context.script.say(Line.HEARING_AGAIN if context.came_from is State.DEAF else away)
    context.script.say(Line.GO_ON_OR_FINISH)


def _offer_again(context: Context) -> None:
    context.times_asked += 1
    context.script.say(Line.PAUSED_AGAIN)
    context.script.say(Line.GO_ON_OR_FINISH)


def _repeat_stretch(context: Context) -> None:
    stretch = current_course(context).step.stretch
    speak_stretch(context, stretch.feel if context.state is State.HOLDING else stretch.leave)


def _tell_time(context: Context) -> None:
    script, course = context.script, current_course(context)
    if context.state is State.HOLDING and context.hold is not None:
        seconds = round(context.hold.remaining_seconds(context.now))
        script.reply(Line.REMAINING_HOLD, seconds=script.pack.number(max(1, seconds)))
        return
    minutes = round(course.remaining_seconds() / 60)
    if minutes > 1:
        script.reply(Line.REMAINING, minutes=script.pack.number(minutes))
    else:
        script.reply(Line.REMAINING_SHORT)


def _tell_next(context: Context) -> None:
    name = current_course(context).next_stretch_name()
    if name:
        context.script.reply(Line.NEXT_IS, stretch=name)
    else:
        context.script.reply(Line.NEXT_IS_END)


def _change_rate(steps: int, line: Line) -> Callable[[Context], None]:
    def effect(context: Context) -> None:
        changed = context.script.change_rate(steps)
        context.script.reply(line if changed else Line.AT_LIMIT)

    return effect


def _change_volume(steps: int, line: Line) -> Callable[[Context], None]:
    def effect(context: Context) -> None:
        changed = context.script.change_volume(steps)
        context.script.reply(line if changed else Line.AT_LIMIT)

    return effect


def _set_rate(steps: int) -> Callable[[Context], None]:
    def effect(context: Context) -> None:
        context.script.change_rate(steps)

    return effect


def _set_volume(steps: int) -> Callable[[Context], None]:
    def effect(context: Context) -> None:
        context.script.change_volume(steps)

    return effect


def _help(context: Context) -> None:
    lines = {
        State.CHOOSING: Line.HELP_CHOOSING,
        State.PAUSED: Line.HELP_PAUSED,
        State.ASLEEP: Line.HELP_ASLEEP,
        **dict.fromkeys((*ASKING[1:], State.FINISHING, State.EASING), Line.HELP_QUESTION),
    }
    context.script.reply(lines.get(context.state, Line.HELP_STRETCH))


REPLIES: dict[str, Callable[[Context], None]] = {
    "tell_routines": _tell_routines,
    "ask": ask,
    "ask_range": ask_range,
    "ask_roughly": ask_roughly,
    "ask_in_full": ask_in_full,
    "ask_shortly": _ask_shortly,
    "ask_when_quiet": ask_when_quiet,
    "ask_for_word": ask_for_word,
    "await_answer": _await_answer,
    "await_silence": _await_silence,
    "be_quiet": _be_quiet,
    "offer": _offer,
    "offer_first": _offer_first,
    "offer_again": _offer_again,
    "repeat_stretch": _repeat_stretch,
    "repeat_easing": lambda c: c.script.say_instead(Line.EASE_OUT),
    "tell_time": _tell_time,
    "tell_next": _tell_next,
    "speak_slower": _change_rate(-1, Line.SLOWER),
    "speak_faster": _change_rate(1, Line.FASTER),
    "speak_louder": _change_volume(1, Line.LOUDER),
    "speak_quieter": _change_volume(-1, Line.QUIETER),
    "become_slower": _set_rate(-1),
    "become_faster": _set_rate(1),
    "become_louder": _set_volume(1),
    "become_quieter": _set_volume(-1),
    "help": _help,
}
