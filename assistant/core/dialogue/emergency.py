"""What needs emergency help, whatever else is going on: everything ends, and the advice is given twice."""

from __future__ import annotations

from assistant.core.actions import RecordRedFlag
from assistant.core.context import Context
from assistant.core.dialogue.asking import says
from assistant.core.dialogue.pausing import be_quiet
from assistant.core.dialogue.table import Behavior, Row
from assistant.core.intents import Intent
from assistant.core.states import ALIVE, Signal, State

TIMES_ADVISED = 2

_EMERGENCY = (State.EMERGENCY,)


def report_red_flag(context: Context) -> None:
    """Sound out; find the advice for what was said."""
    assert context.heard is not None
    context.script.cut()
    pack = context.script.pack
    kind = pack.red_flag(context.heard.phrase)
    context.advice = pack.advice[kind]
    context.end_as("emergency")
    context.script.do(RecordRedFlag(kind))


def _enter(context: Context) -> None:
    context.leave_step()
    for _ in range(TIMES_ADVISED):
        context.script.say(context.advice)


EMERGENCY = Behavior(
    safety=(
        Row(Intent.RED_FLAG, (*ALIVE, State.EMERGENCY), State.EMERGENCY, do=report_red_flag),
        Row(Intent.PAIN, _EMERGENCY, State.EMERGENCY),
        Row(Intent.STOP, _EMERGENCY, State.FINISHED, do=be_quiet),
    ),
    rows=(
        Row(Intent.END, _EMERGENCY, State.FINISHED, (says("finish"),), be_quiet),
        Row(Intent.REPEAT, _EMERGENCY, State.EMERGENCY),
        Row(Signal.SPOKEN, _EMERGENCY, State.FINISHED),
    ),
    entering={State.EMERGENCY: _enter},
    unanswered={
        State.EMERGENCY: (
            "pause resume ready not_yet next other_side skip_side back how_long whats_next more_time "
            "longer shorter easier help yes no number unsure skip_questions bring_back start choose "
            "other_routine complain spread denial needs suits tell_health condition has_condition "
            "condition_over sleep started stalled time_over talk not_understood microphone_lost "
            "microphone_restored speaker_lost speaker_restored voice_lost hearing_late"
        ),
    },
)
