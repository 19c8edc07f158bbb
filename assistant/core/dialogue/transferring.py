"""On the way to another posture: what to do is said, and "ready" is waited for, without a clock.

Nothing goes on by itself here. After a long silence it is said once that there is time. After another it
pauses; at the end of a routine, where no stretch comes any more, it closes.
"""

from __future__ import annotations

from assistant.core.context import Context
from assistant.core.dialogue.asking import await_answer, is_unclear, may_ask_again
from assistant.core.dialogue.pausing import interrupt
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.dialogue.ways import close_up, left
from assistant.core.intents import Intent
from assistant.core.prompts import Line
from assistant.core.states import Signal, State
from assistant.core.transfers import TransferTexts

_TRANSFERRING, _LEFT = (State.TRANSFERRING,), (State.PAUSED, State.FINISHING)
_THERE = (Intent.READY, Intent.YES)


def has_legs_left(context: Context) -> bool:
    """Whether another transfer comes after this one."""
    return len(context.way) > 1


def gets_up(context: Context) -> bool:
    """Whether it is the way up after the last stretch."""
    return context.rises


def arrive(context: Context) -> None:
    """This transfer is done."""
    context.body, context.way = context.way[0].reached, context.way[1:]


def make_easier(context: Context) -> None:
    """The same transfer in its easier way."""
    context.script.say_instead(Line.EASIER)
    _speak(context, _texts(context).easier)
    context.script.say(Line.TRANSFER_READY)


def remind(context: Context) -> None:
    """Nobody said anything for a long time."""
    context.times_asked += 1
    context.script.say(Line.TRANSFER_AGAIN)


def wait_on(context: Context) -> None:
    """There is all the time that is needed."""
    context.times_asked = 1
    context.script.reply(Line.TIME_GIVEN)


def ask_anew(context: Context) -> None:
    """A "not" may have been lost, and an "okay" may come before the first move."""
    context.script.say_instead(Line.TRANSFER_READY)


def _texts(context: Context) -> TransferTexts:
    return context.script.pack.transfers[context.way[0].transfer]


def _speak(context: Context, text: str) -> None:
    for told in context.texts_of(context.current_course.step, text):
        context.script.speak(told)


def _enter(context: Context) -> None:
    texts = _texts(context)
    context.times_asked = 1
    if texts.who_should_not and not context.told_who_should_not:
        context.told_who_should_not = True
        _speak(context, texts.who_should_not)
    _speak(context, texts.words)
    context.script.say(Line.TRANSFER_READY)


TRANSFERRING = Behavior(
    rows=(
        *(Row(trigger, _TRANSFERRING, None, (is_unclear,), ask_anew) for trigger in _THERE),
        *(Row(trigger, _TRANSFERRING, State.TRANSFERRING, (has_legs_left,), arrive) for trigger in _THERE),
        *(row for trigger in _THERE for row in close_up(trigger, _TRANSFERRING, gets_up, do=arrive)),
        *(Row(trigger, _TRANSFERRING, State.INSTRUCTING, do=arrive) for trigger in _THERE),
        Row(Intent.REPEAT, _TRANSFERRING, State.TRANSFERRING),
        Row(Intent.EASIER, _TRANSFERRING, None, do=make_easier),
        *(
            Row(trigger, _TRANSFERRING, None, do=wait_on)
            for trigger in (Intent.NOT_YET, Intent.NO, Intent.MORE_TIME)
        ),
        # Whoever skips the way up gets up alone; a skipped stretch is `stretching`'s.
        *close_up(Intent.NEXT, _TRANSFERRING, gets_up),
        *close_up(Intent.NEXT, _LEFT, left(State.TRANSFERRING), gets_up),
        Row(Signal.SPOKEN, _TRANSFERRING, None, do=await_answer),
        Row(Signal.TIME_OVER, _TRANSFERRING, None, (may_ask_again,), remind),
        *close_up(Signal.TIME_OVER, _TRANSFERRING, gets_up),
        Row(Signal.TIME_OVER, _TRANSFERRING, State.PAUSED, do=interrupt),
    ),
    entering={State.TRANSFERRING: _enter},
    unanswered={
        State.TRANSFERRING: (
            "resume other_side skip_side number unsure skip_questions start choose complain spread denial "
            "condition started talk not_understood microphone_restored speaker_restored"
        ),
    },
)
