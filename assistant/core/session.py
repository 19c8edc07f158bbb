"""The session: events in, actions out. The only thing that changes what a session knows.

`Session.handle(event, now)` answers every event in every state; `next_deadline` says when it wants a
DeadlineReached. It reads no clock, starts no thread and never waits. One thread owns a session.
"""

from __future__ import annotations

from assistant.core.actions import (
    Action,
    Earcon,
    Prepare,
    ReportHeard,
    Speak,
)
from assistant.core.adapting import Form, ids_in
from assistant.core.context import Context, Settings
from assistant.core.dialogue.preparing import texts_ahead
from assistant.core.dialogue.screening import with_answer_to_number
from assistant.core.events import (
    CameBack,
    CutShort,
    DeadlineReached,
    Event,
    HearingCaughtUp,
    HearingFellBehind,
    KeepingChanged,
    MicrophoneLost,
    MicrophoneRestored,
    NotUnderstood,
    PromptFailed,
    PromptFinished,
    Said,
    SentenceFinished,
    SoundMeasured,
    Source,
    SpeakerLost,
    SpeakerRestored,
    Started,
    TalkHeard,
    WorkLeftOut,
    WorkResumed,
)
from assistant.core.from_afar import as_it_counts, is_paused_from_afar
from assistant.core.machine import Flow
from assistant.core.own_voice import is_own_voice
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.core.script import Script
from assistant.core.states import TIMED, UNDER_WAY, Signal, State
from assistant.core.view import View, Viewer

LATE_SECONDS = 1.5
"""A deadline that is noticed so late was slept through. In a hold one comes every half second, so that a
standstill of two seconds is always noticed."""

GOES_ON_AFTER = ("terminated", "hung_up", "cannot_hear")
"""Endings that the user did not want."""

SIGNALS: dict[type, Signal] = {
    CutShort: Signal.CUT_SHORT,
    CameBack: Signal.CAME_BACK,
    TalkHeard: Signal.TALK,
    NotUnderstood: Signal.NOT_UNDERSTOOD,
    Started: Signal.STARTED,
    MicrophoneLost: Signal.MICROPHONE_LOST,
    MicrophoneRestored: Signal.MICROPHONE_RESTORED,
    SpeakerLost: Signal.SPEAKER_LOST,
    SpeakerRestored: Signal.SPEAKER_RESTORED,
    PromptFailed: Signal.VOICE_LOST,
    HearingFellBehind: Signal.HEARING_LATE,
}


class Session:
    """One guided session.

    `catalogue` holds the routines that can be chosen, the first being the one for somebody who does not
    choose; it must not be empty. From `library` sessions are composed for whoever asks for a part of the
    body or a position.
    """

    def __init__(
        self,
        pack: LanguagePack,
        catalogue: tuple[Routine, ...],
        settings: Settings | None = None,
        library: tuple[Stretch, ...] = (),
    ) -> None:
        settings = settings or Settings()
        pasts = settings.pasts or {}
        self._context = Context(
            settings=settings,
            catalogue=catalogue,
            script=Script(pack, settings.rate, settings.gain_db),
            library=library,
            left_out_before=set(ids_in(pasts, Form.GONE, Form.PAUSED)),
            easier=set(ids_in(pasts, Form.EASIER)),
            conditions=set(settings.conditions),
            physician_check_due=settings.physician_check_due,
            conditions_due=settings.conditions_due,
            history_due=settings.physician_check_due,
            score_due=settings.asks_how_it_is,
            news_due=settings.asks_how_it_is and not settings.physician_check_due,
            sound_check_due=settings.sound_check,
        )
        self._viewer = Viewer(pack)
        self._flow = Flow(self._context)
        self._prepared_for: tuple[object, ...] = ()

    @property
    def state(self) -> State:
        """Where the session is."""
        return self._context.state

    @property
    def was_cut_short(self) -> bool:
        """Whether it did not come to an end of its own, so that CameBack means something to it."""
        context = self._context
        return context.state is not State.FINISHED or context.cut_short_by in GOES_ON_AFTER

    @property
    def step(self) -> int:
        """The number of the current step, from 1; 0 while there is none."""
        return self._context.step

    @property
    def view(self) -> View:
        """All that may be shown of the session, as the last event left it."""
        return self._viewer.view(self._context)

    @property
    def next_deadline(self) -> float | None:
        """When DeadlineReached is due, on the clock of `now`; None for never."""
        return self._context.deadline

    def handle(self, event: Event, now: float) -> tuple[Action, ...]:
        """Take in what happened at `now` (seconds, never going back); return what to do, in order."""
        context = self._context
        if context.state is State.FINISHED and not (self.was_cut_short and isinstance(event, CameBack)):
            return ()
        was_away = self._catch_up(now)
        context.heard = None
        if isinstance(event, Said):
            if event.is_safety or not was_away:  # a command was meant for what went on before
                self._take(event)
        elif isinstance(event, SentenceFinished):
            context.faults.note(event)
            context.script.sentence_finished(event.prompt_id)
        elif isinstance(event, PromptFinished):
            if context.script.finished(event.prompt_id):
                self._flow.trigger(Signal.SPOKEN)
        elif isinstance(event, DeadlineReached):
            if context.deadline is not None and now + 1e-6 >= context.deadline:
                context.deadline = None
                self._time_over()
        elif isinstance(event, SoundMeasured):
            context.sound = event
        elif isinstance(event, HearingCaughtUp | WorkLeftOut | WorkResumed | KeepingChanged):
            context.faults.note(event)
        elif isinstance(event, PromptFailed):
            self._prompt_failed(event)
        else:
            context.faults.note(event)
            if isinstance(event, NotUnderstood):
                context.note_heard(None)
            elif isinstance(event, CutShort):
                context.cut_short_by = event.reason
            elif isinstance(event, CameBack):
                context.away_seconds = event.away_seconds
            self._flow.trigger(SIGNALS[type(event)])
        self._prepare()
        actions = context.script.take()
        if context.state not in TIMED and any(isinstance(action, Speak) for action in actions):
            context.wait(context.script.longest_seconds())
        return actions

    def _prepare(self) -> None:
        """Whenever another step comes, or others: have what is said from there on rendered ahead."""
        context, course = self._context, self._context.course
        steps = () if course is None else (course.index, course.steps_ahead())
        now_for = (context.begun, *steps, frozenset(context.easier))
        if context.begun and now_for != self._prepared_for and context.state is not State.FINISHED:
            self._prepared_for = now_for
            context.script.do(Prepare(texts_ahead(context)))

    def _catch_up(self, now: float) -> bool:
        """Come to `now`; whether that interrupts a stretch, for the process stood still.

        Nobody knows what was done meanwhile: nothing of it was held.
        """
        context = self._context
        is_late = context.deadline is not None and now > context.deadline + LATE_SECONDS
        was_away = is_late and context.state in UNDER_WAY
        if was_away:
            context.suspend_hold()
        context.now = context.script.now = now
        if was_away:
            self._flow.trigger(Signal.STALLED)
        return was_away

    def _prompt_failed(self, failed: PromptFailed) -> None:
        """What was to be said was not: nothing goes on unsaid, and a sound tells so wherever that is news."""
        context = self._context
        if not context.script.is_open(failed.prompt_id):
            return
        before, is_news = context.state, context.faults.voice is None
        context.faults.note(failed)
        self._flow.trigger(Signal.VOICE_LOST)
        if is_news or context.state is not before:
            context.script.earcon(Earcon.TROUBLE)

    def _time_over(self) -> None:
        context = self._context
        if context.script.speaking and context.state not in TIMED:
            context.script.cut()  # its end never came: a prompt that failed is over all the same
            self._flow.trigger(Signal.SPOKEN)
        else:
            self._flow.trigger(Signal.TIME_OVER)

    def _take(self, said: Said) -> None:
        """Do what somebody means, unless it may be what the session itself was just saying."""
        counting = as_it_counts(said, self._context)
        if counting is None or self._is_own_voice(said):
            return
        said, before = counting, self._context.state
        source = "final" if said.is_final else "partial"
        times = said.word_end_seconds, said.at_seconds
        self._context.script.do(ReportHeard(said.intent, said.phrase, said.slots, source, *times))
        self._context.note_heard(said)
        said = with_answer_to_number(said, self._context)
        self._context.heard = said
        self._context.heard_over_itself = self._is_over_own_voice(said)
        self._flow.trigger(said.intent)
        self._context.paused_from_afar = is_paused_from_afar(said, before, self._context)

    def _is_own_voice(self, said: Said) -> bool:
        """Whether a command may be the session's own voice that came back. Never so for safety phrases."""
        return self._may_be_own_voice(said) and is_own_voice(
            said, self._word_ended_at(said), self._context.script
        )

    def _is_over_own_voice(self, said: Said) -> bool:
        """Whether the session itself may have been speaking while the word was said, whatever it said."""
        script = self._context.script
        return self._may_be_own_voice(said) and script.may_have_spoken(self._word_ended_at(said))

    def _may_be_own_voice(self, said: Said) -> bool:
        """Nothing that was typed, touched or sent is an echo."""
        return said.source is Source.VOICE and self._context.settings.hears_itself

    def _word_ended_at(self, said: Said) -> float:
        return self._context.now - (said.at_seconds - said.word_end_seconds)
