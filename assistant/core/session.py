"""The session: events in, actions out. The only thing that changes what a session knows.

`Session.handle(event, now)` answers every event in every state; `next_deadline` says when it wants a
DeadlineReached. It reads no clock, starts no thread and never waits. One thread owns a session.
"""

from __future__ import annotations

from assistant.core.actions import (
    Action,
    ReportHeard,
    Speak,
)
from assistant.core.adapting import Form, ids_in
from assistant.core.context import Context, Settings
from assistant.core.events import (
    DeadlineReached,
    Event,
    FinalHypothesis,
    Hypothesis,
    MicrophoneLost,
    MicrophoneRestored,
    PartialHypothesis,
    PromptFinished,
    SentenceFinished,
    SoundMeasured,
    SpeakerLost,
    SpeakerRestored,
    Started,
)
from assistant.core.intents import SAFETY_INTENTS, Intent, Match
from assistant.core.listening import Listener, NotUnderstood
from assistant.core.machine import Flow, listened_for
from assistant.core.prompts import LanguagePack
from assistant.core.routine import Routine, Stretch
from assistant.core.script import Script
from assistant.core.states import TIMED, UNDER_WAY, Signal, State

LATE_SECONDS = 1.5
"""A deadline that is noticed so late was slept through. In a hold one comes every half second, so that a
standstill of two seconds is always noticed."""

SIGNALS: dict[type, Signal] = {
    Started: Signal.STARTED,
    MicrophoneLost: Signal.MICROPHONE_LOST,
    MicrophoneRestored: Signal.MICROPHONE_RESTORED,
    SpeakerLost: Signal.SPEAKER_LOST,
    SpeakerRestored: Signal.SPEAKER_RESTORED,
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
            physician_check_due=settings.physician_check_due,
            history_due=settings.physician_check_due,
            score_due=settings.asks_how_it_is,
            news_due=settings.asks_how_it_is and not settings.physician_check_due,
            sound_check_due=settings.sound_check,
        )
        self._listener = Listener(pack.table)
        self._flow = Flow(self._context)

    @property
    def state(self) -> State:
        """Where the session is."""
        return self._context.state

    @property
    def step(self) -> int:
        """The number of the current step, from 1; 0 while there is none."""
        return self._context.step

    @property
    def next_deadline(self) -> float | None:
        """When DeadlineReached is due, on the clock of `now`; None for never."""
        return self._context.deadline

    def handle(self, event: Event, now: float) -> tuple[Action, ...]:
        """Take in what happened at `now` (seconds, never going back); return what to do, in order."""
        context = self._context
        if context.state is State.FINISHED:
            return ()
        self._catch_up(now)
        context.heard = None
        if isinstance(event, PartialHypothesis | FinalHypothesis):
            self._hear(event)
        elif isinstance(event, SentenceFinished):
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
        else:
            self._flow.trigger(SIGNALS[type(event)])
        actions = context.script.take()
        if context.state not in TIMED and any(isinstance(action, Speak) for action in actions):
            context.wait(context.script.longest_seconds())
        return actions

    def _catch_up(self, now: float) -> None:
        """Come to `now`. After a standstill nobody knows what was done meanwhile: nothing of it was held."""
        context = self._context
        is_late = context.deadline is not None and now > context.deadline + LATE_SECONDS
        if is_late and context.state in UNDER_WAY:
            context.suspend_hold()
        context.now = context.script.now = now
        if is_late:
            self._flow.trigger(Signal.STALLED)

    def _time_over(self) -> None:
        context = self._context
        if context.script.speaking and context.state not in TIMED:
            context.script.cut()  # its end never came: a prompt that failed is over all the same
            self._flow.trigger(Signal.SPOKEN)
        else:
            self._flow.trigger(Signal.TIME_OVER)

    def _hear(self, hypothesis: Hypothesis) -> None:
        meaning = self._listener.interpret(hypothesis, listened_for(self.state))
        if meaning is None and hypothesis.words:
            self._flow.trigger(Signal.TALK)
        elif isinstance(meaning, NotUnderstood):
            self._flow.trigger(Signal.NOT_UNDERSTOOD)
        elif isinstance(meaning, Match):
            if self._is_own_voice(meaning, hypothesis):
                return
            source = "final" if isinstance(hypothesis, FinalHypothesis) else "partial"
            times = hypothesis.word_end_seconds, hypothesis.at_seconds
            report = ReportHeard(meaning.intent, meaning.phrase, meaning.slots, source, *times)
            self._context.script.do(report)
            self._context.heard = meaning
            self._context.heard_over_itself = self._is_over_own_voice(hypothesis)
            self._flow.trigger(meaning.intent)

    def _is_own_voice(self, meaning: Match, hypothesis: Hypothesis) -> bool:
        """Whether a command may be what the session itself was just saying. Never so for safety phrases."""
        if meaning.intent in SAFETY_INTENTS or not self._context.settings.hears_itself:
            return False
        if meaning.is_half_heard and meaning.intent is Intent.NUMBER:  # what is left of our own "zero to ten"
            return self._is_over_own_voice(hypothesis)
        words = tuple(meaning.phrase.split())
        return self._context.script.may_have_said(words, self._word_ended_at(hypothesis))

    def _is_over_own_voice(self, hypothesis: Hypothesis) -> bool:
        """Whether the session itself may have been speaking while the word was said, whatever it said."""
        if not self._context.settings.hears_itself:
            return False
        return self._context.script.may_have_spoken(self._word_ended_at(hypothesis))

    def _word_ended_at(self, hypothesis: Hypothesis) -> float:
        return self._context.now - (hypothesis.at_seconds - hypothesis.word_end_seconds)
