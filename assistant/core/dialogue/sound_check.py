"""The sound check, before all questions: the person says one word, and that proves all of the sound.

audio/sound_measuring.py measures; here it is decided which word passes, and what is said about what was
measured. The person answers a question that is only spoken, so an answer proves the loudspeaker as well as
the microphone, whether or not our own voice comes back.
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.actions import ReportSound
from assistant.core.context import Context
from assistant.core.dialogue.asking import Question, greet, lines, may_ask_again
from assistant.core.dialogue.pausing import interrupt
from assistant.core.dialogue.table import Behavior, Guard, Row
from assistant.core.dialogue.ways import begin
from assistant.core.events import SoundMeasured, Source
from assistant.core.intents import Intent
from assistant.core.phrases import PhraseTable
from assistant.core.prompts import Line
from assistant.core.states import Signal, State, Trigger

SAYS_STOP = Line.SOUND_CHECK
"""The one sentence that may hold a safety phrase: to say "stop" is what it asks for. Its echo only cuts it
short; what was heard over our own voice never passes the check."""

CLEAR_DB = 10.0
"""A voice that rises less over the room is at the edge of what is understood."""
LOUD_DBFS = -45.0
"""A room as loud as that is what makes a voice rise too little; in a softer one the voice is faint."""
FAINT_DBFS = -45.0
"""A voice softer than that is 10 dB from what the endpointer still takes for speech."""
STRONG_ECHO_DB = 10.0
"""An echo so far over the room comes back as clearly as a voice that is understood."""

_SOUND_CHECK = (State.SOUND_CHECK,)
_ALMOST_IT = (Intent.READY, Intent.YES, Intent.START)


def is_asked_for(phrase: str, table: PhraseTable) -> bool:
    """Whether a stop phrase is the word of the sound check, with one other at most: "please stop".

    Longer ones, such as "i want to stop", and those without the word mean what they say.
    """
    asked_for = table.phrases[Intent.STOP][0]
    words = phrase.split()
    others = [word for word in words if word != asked_for]
    return len(others) < len(words) and len(others) <= 1


def heard_line(measured: SoundMeasured | None) -> Line:
    """What to say to somebody who was heard: that it is well, or what would make it better."""
    over_db = measured.speech_over_noise_db if measured else None
    if measured is None or over_db is None:
        return Line.SOUND_CHECKED
    if over_db < CLEAR_DB and measured.noise_dbfs > LOUD_DBFS:
        return Line.SOUND_CHECKED_NOISY
    if over_db < CLEAR_DB or measured.noise_dbfs + over_db < FAINT_DBFS:
        return Line.SOUND_CHECKED_FAINT
    return Line.SOUND_CHECKED


def unheard_line(measured: SoundMeasured | None) -> Line:
    """What to say to somebody who was not heard."""
    is_loud = measured is not None and measured.noise_dbfs > LOUD_DBFS
    return Line.SOUND_CHECK_NOISY if is_loud else Line.SOUND_CHECK_AGAIN


def has_strong_echo(measured: SoundMeasured) -> bool:
    """Whether our own voice comes back so clearly that it should be cancelled."""
    return measured.echo_dbfs is not None and measured.echo_dbfs - measured.noise_dbfs >= STRONG_ECHO_DB


CAN_YOU_BE_HEARD = Question(
    lines(SAYS_STOP),
    lambda context: (unheard_line(context.sound),),
    ignores_chatter=True,  # it waits in silence for its one word
    unheard=Line.SOUND_CHECK_UNHEARD,
    opening=greet,
)


def is_spoken(context: Context) -> bool:
    """Whether it was heard: what is typed or touched proves no microphone."""
    assert context.heard is not None
    return context.heard.source is Source.VOICE


def says_the_word(context: Context) -> bool:
    """Whether it was the word that was asked for."""
    assert context.heard is not None
    return is_spoken(context) and is_asked_for(context.heard.phrase, context.script.pack.table)


def nothing_chosen(context: Context) -> bool:
    """Whether it is not known yet what to stretch."""
    return context.course is None


def in_the_clear(context: Context) -> bool:
    """Whether it cannot have been our own voice."""
    return not context.heard_over_itself


def sound_checked(context: Context) -> None:
    """What was said is the proof; whatever was being spoken ends at once, as after any stop."""
    context.script.cut()
    context.sound_check_due = False
    if context.sound is not None:
        context.script.do(ReportSound(context.sound))
    context.script.say(heard_line(context.sound))


def ask_when_quiet(context: Context) -> None:
    """The word came while our own voice sounded: once more, in the silence."""
    context.times_asked += 1
    context.script.cut()
    context.script.say(Line.SOUND_CHECK_QUIET)


def ask_for_word(context: Context) -> None:
    """Something was heard, but not yet the word that matters."""
    context.times_asked += 1
    context.script.say_instead(Line.SOUND_CHECK_WORD)


def _when_heard(trigger: Trigger, *when: Guard) -> Iterator[Row]:
    """On to what to stretch, or where that is known to what has to be asked first."""
    yield Row(trigger, _SOUND_CHECK, State.CHOOSING, (*when, nothing_chosen), sound_checked)
    yield from begin(trigger, _SOUND_CHECK, *when, do=sound_checked, after=State.SOUND_CHECK)


SOUND_CHECK = Behavior(
    safety=(
        # The word that was asked for is the answer; over our own voice it might be our own.
        *_when_heard(Intent.STOP, says_the_word, in_the_clear),
        Row(Intent.STOP, _SOUND_CHECK, None, (says_the_word, may_ask_again), ask_when_quiet),
    ),
    rows=(
        *CAN_YOU_BE_HEARD.rows(State.SOUND_CHECK),
        Row(Signal.TIME_OVER, _SOUND_CHECK, State.ASLEEP, do=interrupt),
        *(Row(trigger, _SOUND_CHECK, None, (may_ask_again,), ask_for_word) for trigger in _ALMOST_IT),
        *(row for trigger in _ALMOST_IT for row in _when_heard(trigger, is_spoken)),
        *(
            Row(trigger, _SOUND_CHECK, None, (may_ask_again,), ask_for_word)
            for trigger in (Intent.CHOOSE, Intent.COMPLAIN)
        ),
    ),
    entering={State.SOUND_CHECK: CAN_YOU_BE_HEARD.begin},
    unanswered={
        State.SOUND_CHECK: (
            "resume not_yet next other_side skip_side back how_long whats_next more_time longer shorter "
            "easier no number unsure skip_questions bring_back other_routine spread denial "
            "needs suits tell_health condition has_condition condition_over started stalled talk "
            "not_understood microphone_restored speaker_restored hearing_late"
        ),
    },
)
