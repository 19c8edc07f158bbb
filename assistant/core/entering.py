"""What a session does on entering each state: what it says, and how long it stays."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core.actions import Earcon, EndSession, Prepare, RecordStep, ReportHoldEnded, ReportHoldStarted
from assistant.core.adapting import NEW, Form, StretchPast, form_today, grew_today
from assistant.core.choosing import routine_minutes
from assistant.core.context import Context
from assistant.core.course import Course
from assistant.core.flow import ASKING, State
from assistant.core.hold import COUNT_FROM, Hold
from assistant.core.planner import PLANNED_ID
from assistant.core.prompts import Line
from assistant.core.questions import ask_in_full
from assistant.core.routine import Side, Step, Stretch, instruction

EMERGENCY_TIMES = 2
LEFT_OUT_LINES = {Form.GONE: Line.LEFT_OUT, Form.PAUSED: Line.LEFT_OUT_TODAY}
LOOK_SECONDS = 0.5
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


def record_step(context: Context, outcome: str) -> None:
    """Keep for the history how the current step went."""
    step = current_course(context).step
    side = "" if step.side is Side.BOTH else str(step.side)
    context.script.do(
        RecordStep(step.stretch.id, side, step.repetition, round(context.held_seconds, 3), outcome)
    )


def leave_step(context: Context) -> None:
    """The current step is left as it is: keep what was held of it, once."""
    hold = context.hold
    if hold is not None and context.held_seconds > 0 and not context.after_pain:
        record_step(context, "done" if hold.complete(context.now) else "skipped")
    context.hold = None


def suspend_hold(context: Context, complete: bool) -> None:
    """The hold's clock stands still, if it ran, and whoever watches is told."""
    hold = context.hold
    if hold is not None and hold.running:
        hold.suspend(context.now)
        held = round(hold.held_seconds(context.now), 3)
        step = current_course(context).index + 1
        context.script.do(ReportHoldEnded(step, held, complete))


def wait_in_hold(context: Context) -> None:
    """Wait for the next cue of a running hold, but no longer than a standstill may go unnoticed."""
    assert context.hold is not None
    context.deadline = min(context.hold.next_at(), context.now + LOOK_SECONDS)


def _introducing(context: Context) -> None:
    """Name the routine, or tell how it was composed; and what is left out, for one that is known."""
    course, script = current_course(context), context.script
    minutes = script.pack.number(routine_minutes(course.routine))
    if course.routine.id == PLANNED_ID:
        line = Line.PLANNED_WITHOUT if context.left_out else Line.PLANNED
        script.say(line, count=script.pack.number(len(course.routine.stretches)), minutes=minutes)
        return
    script.say(Line.INTRODUCE, routine=course.routine.spoken_name, minutes=minutes)
    for stretch in course.routine.stretches:
        form = form_today(_past(context, stretch)) if stretch.id in context.left_out else Form.USUAL
        if form in LEFT_OUT_LINES:
            script.say(LEFT_OUT_LINES[form], stretch=stretch.spoken_name)


def _instruction_texts(context: Context, step: Step, before: Step | None) -> tuple[str, ...]:
    """What is said to get into a step that follows another, its announcement first."""
    has_sides, render = step.stretch.has_sides, context.script.pack.render
    if before is None or before.stretch is not step.stretch:
        line = Line.STRETCH_SIDE if has_sides else Line.STRETCH
    elif step.side is Side.RIGHT:
        line = Line.OTHER_SIDE
    else:
        line = Line.ONCE_MORE_SIDE if has_sides else Line.ONCE_MORE
    said = render(line, stretch=step.stretch.spoken_name, **side_words(context, step.side))
    return (
        said,
        *stretch_texts(context, (*instruction(step, before), *_changes(context, step, before)), step),
    )


def _past(context: Context, stretch: Stretch) -> StretchPast:
    return (context.settings.pasts or {}).get(stretch.id, NEW)


def _changes(context: Context, step: Step, before: Step | None) -> tuple[str, ...]:
    """What is different about a stretch today, told whenever the way into it is told."""
    render = context.script.pack.render
    is_first = before is None or before.stretch is not step.stretch
    if step.stretch.id in context.easier and (is_first or step.side is Side.RIGHT):
        told = Line.EASIER if step.stretch.id in context.hurt_today else Line.EASIER_TODAY
        return (*((render(told),) if is_first else ()), step.stretch.easier)
    if is_first and context.settings.pasts is not None and grew_today(_past(context, step.stretch)):
        return (render(Line.GROWN),)
    return ()


def _instructing(context: Context) -> None:
    course = current_course(context)
    before = course.before
    if context.hold is None:
        context.hold = Hold(course.hold_seconds())
    else:
        before = None  # asked for again, or come back to: all of it
    for text in _instruction_texts(context, course.step, before):
        context.script.speak(text)


def _settling(context: Context) -> None:
    script = context.script
    if context.held_seconds > 0:
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
    hold, script = context.hold, context.script
    assert hold is not None
    script.earcon(Earcon.HOLD_START)
    hold.start(context.now)
    seconds = round(hold.remaining_seconds(context.now), 3)
    script.do(ReportHoldStarted(current_course(context).index + 1, seconds))
    script.cue(Line.HOLD)
    hold.due(context.now)  # the first breath is in what was just said
    wait_in_hold(context)


def _releasing(context: Context) -> None:
    speak_stretch(context, current_course(context).step.stretch.leave)


def _resting(context: Context) -> None:
    course = current_course(context)
    context.script.say(Line.REST)
    context.wait(context.settings.rest_seconds)
    following = course.steps[course.following()]  # after the last step there is no rest
    context.script.do(Prepare(_instruction_texts(context, following, course.step)))


def _paused(context: Context) -> None:
    context.times_asked = 0
    context.wait(SILENCE_AFTER_STOP_SECONDS)


def _emergency(context: Context) -> None:
    leave_step(context)
    for _ in range(EMERGENCY_TIMES):
        context.script.say(context.advice)


def _closing(context: Context) -> None:
    leave_step(context)
    if context.after_pain:
        context.end_as("pain")  # whatever it was that cut its questions short
    context.is_ending, context.after_pain = True, False
    lines = {
        "": Line.CLOSE_DONE,
        "ended_by_user": Line.CLOSE_EARLY,
        "pain": Line.CLOSE_PAIN,
        "see_physician": Line.SEE_PHYSICIAN,
        "no_answer": Line.CLOSE_UNANSWERED,
    }
    context.script.say(context.closing_line or lines[context.end_reason])


def _finished(context: Context) -> None:
    context.script.do(EndSession(context.end_reason or "completed"))


def _say(line: Line, unless_from: State | None = None) -> Callable[[Context], None]:
    def enter(context: Context) -> None:
        if context.came_from is not unless_from:
            context.script.say(line)

    return enter


ENTERING: dict[State, Callable[[Context], None]] = {
    State.ASLEEP: _say(Line.ASLEEP, unless_from=State.DEAF),  # it never woke
    **dict.fromkeys(ASKING, ask_in_full),
    State.INTRODUCING: _introducing,
    State.INSTRUCTING: _instructing,
    State.SETTLING: _settling,
    State.HOLDING: _holding,
    State.RELEASING: _releasing,
    State.RESTING: _resting,
    State.PAUSED: _paused,
    State.FINISHING: ask_in_full,
    State.EASING: _say(Line.EASE_OUT),
    State.EMERGENCY: _emergency,
    State.DEAF: _say(Line.DEAF, unless_from=State.ASLEEP),  # nobody is being guided
    State.CLOSING: _closing,
    State.FINISHED: _finished,
}
