"""What a session does on entering each state: what it says, and how long it stays."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.actions import Earcon, EndSession, Prepare, ReportHoldStarted
from assistant.core.choosing import routine_minutes
from assistant.core.context import Context
from assistant.core.course import Course
from assistant.core.flow import State
from assistant.core.hold import COUNT_FROM, Hold
from assistant.core.prompts import Line
from assistant.core.routine import Side, Step, instruction

EMERGENCY_TIMES = 2
SILENCE_AFTER_STOP_SECONDS = 0.8
"""Whoever said "stop" hears at once that it worked: by nothing at all."""


def current_course(context: Context) -> Course:
    """The course, where the flow table has made sure that there is one."""
    assert context.course is not None
    return context.course


def side_words(context: Context, side: Side) -> dict[str, str]:
    """Values for the placeholders {side} and {other_side} of a stretch's texts."""
    words = context.script.pack.words
    other = Side.RIGHT if side is Side.LEFT else Side.LEFT
    return {"side": words[side], "other_side": words[other]}


def stretch_texts(context: Context, texts: tuple[str, ...], step: Step) -> tuple[str, ...]:
    """Texts of a step with its sides filled in."""
    return tuple(text.format(**side_words(context, step.side)) for text in texts)


def speak_stretch(context: Context, *texts: str) -> None:
    """Speak texts of the current step."""
    for text in stretch_texts(context, texts, current_course(context).step):
        context.script.speak(text)


def _ask(line: Line) -> Callable[[Context], None]:
    def enter(context: Context) -> None:
        context.times_asked, context.asked_shortly = 1, False
        context.script.say(line)

    return enter


def _introducing(context: Context) -> None:
    course = current_course(context)
    minutes = context.script.pack.number(routine_minutes(course.routine))
    context.script.say(Line.INTRODUCE, routine=course.routine.spoken_name, minutes=minutes)


def _instructing(context: Context) -> None:
    course, script = current_course(context), context.script
    step = course.step
    if context.hold is None:
        context.hold = Hold(course.hold_seconds())
    if course.before is None or course.before.stretch is not step.stretch:
        line = Line.STRETCH_SIDE if step.stretch.has_sides else Line.STRETCH
        script.say(line, stretch=step.stretch.spoken_name, **side_words(context, step.side))
    else:
        line = Line.OTHER_SIDE if step.side is Side.RIGHT else Line.ONCE_MORE
        script.say(line, **side_words(context, step.side))
    speak_stretch(context, *instruction(step, course.before))


def _settling(context: Context) -> None:
    script = context.script
    if context.hold is not None and context.hold.held_seconds(context.now) > 0:
        script.say(Line.SETTLE_BACK)
    elif not context.settled_before:
        script.say(Line.SETTLE_FIRST)
    else:
        script.say(Line.SETTLE)
    context.settled_before = True
    context.wait(context.settings.settle_seconds + context.extra_settle_seconds)
    context.extra_settle_seconds = 0.0
    counts = [script.pack.render(Line.COUNT, number=script.pack.number(n)) for n in range(1, COUNT_FROM + 1)]
    lines = [script.pack.render(line) for line in (Line.HOLD, Line.BREATHE_OUT, Line.HALF_WAY)]
    step = current_course(context).step
    script.do(Prepare((*lines, *counts, *stretch_texts(context, (step.stretch.leave,), step))))


def _holding(context: Context) -> None:
    course, script = current_course(context), context.script
    if context.hold is None:
        context.hold = Hold(course.hold_seconds())
    if script.speaking:
        script.cut()
    script.earcon(Earcon.HOLD_START)
    context.hold.start(context.now)
    seconds = context.hold.remaining_seconds(context.now)
    script.do(ReportHoldStarted(course.index + 1, round(seconds, 3)))
    script.say(Line.HOLD)
    context.hold.due(context.now)  # the first breath is in what was just said
    context.deadline = context.hold.next_at()


def _releasing(context: Context) -> None:
    speak_stretch(context, current_course(context).step.stretch.leave)


def _resting(context: Context) -> None:
    course = current_course(context)
    context.script.say(Line.REST)
    context.wait(context.settings.rest_seconds)
    if not course.is_last:
        following = course.steps[course.index + 1]
        texts = instruction(following, course.step)
        context.script.do(Prepare(stretch_texts(context, texts, following)))


def _paused(context: Context) -> None:
    context.times_asked = 0
    context.wait(SILENCE_AFTER_STOP_SECONDS)


def _emergency(context: Context) -> None:
    for _ in range(EMERGENCY_TIMES):
        context.script.say(Line.EMERGENCY)


def _closing(context: Context) -> None:
    lines = {
        "": Line.CLOSE_DONE,
        "ended_by_user": Line.CLOSE_EARLY,
        "pain": Line.CLOSE_PAIN,
        "see_physician": Line.SEE_PHYSICIAN,
        "no_answer": Line.CLOSE_UNANSWERED,
    }
    context.script.say(lines[context.end_reason])


def _finished(context: Context) -> None:
    context.deadline = None
    context.script.do(EndSession(context.end_reason or "completed"))


def _say(line: Line) -> Callable[[Context], None]:
    return lambda context: context.script.say(line)


ENTERING: dict[State, Callable[[Context], None]] = {
    State.ASLEEP: _say(Line.ASLEEP),
    State.CHOOSING: _ask(Line.CHOOSE),
    State.SCREENING: _ask(Line.SCREENING),
    State.SOUND_CHECK: _ask(Line.SOUND_CHECK),
    State.INTRODUCING: _introducing,
    State.INSTRUCTING: _instructing,
    State.SETTLING: _settling,
    State.HOLDING: _holding,
    State.RELEASING: _releasing,
    State.RESTING: _resting,
    State.PAUSED: _paused,
    State.EASING: _say(Line.EASE_OUT),
    State.DECIDING: _ask(Line.DECIDE),
    State.EMERGENCY: _emergency,
    State.DEAF: _say(Line.DEAF),
    State.CLOSING: _closing,
    State.FINISHED: _finished,
}
