"""Planted faults: each breaks one rule of the dialogue. The sessions of chance must find every one of them.

A fault that is not found means that what can happen, or what must hold, is to be bettered; never that the
fault is to be left out. Each is planted through `monkeypatch` and gone after its test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from assistant.core import (
    adapting,
    course,
    effects,
    entering,
    flow,
    hold,
    pain,
    replies,
    screening,
    session,
)
from assistant.core.adapting import Form, ids_in
from assistant.core.context import Context
from assistant.core.effects import EFFECTS
from assistant.core.events import FinalHypothesis
from assistant.core.flow import Row, Signal, State
from assistant.core.guards import GUARDS
from assistant.core.intents import Intent, Match, PhraseTable
from assistant.core.listening import Listener
from assistant.core.script import Script

Patch = pytest.MonkeyPatch
S, I = State, Intent  # noqa: E741 - as in the flow table


@dataclass(frozen=True)
class Mutant:
    """One fault: what is wrong with it, how it is planted, how many sessions may pass before it is found."""

    wrong: str
    plant: Callable[[Patch], None]
    most_sessions: int = 700


def with_table(patch: Patch, change: Callable[[Row], Row | None]) -> None:
    """A flow table with other rows; a row becomes None to be left out."""
    table = tuple(changed for row in flow.TABLE if (changed := change(row)))
    answered = {s: frozenset(row.trigger for row in table if s in row.sources) for s in State}
    patch.setattr(session, "TABLE", table)
    patch.setattr(session, "ANSWERED", answered)
    session._machine.cache_clear()


def without(trigger: object, *states: State, dest: State | None = None) -> Callable[[Patch], None]:
    """The table without what a trigger does in some states (and with one destination, if given)."""

    def change(row: Row) -> Row | None:
        if row.trigger != trigger or (dest is not None and row.dest is not dest):
            return row
        sources = tuple(state for state in row.sources if state not in states)
        return replace(row, sources=sources) if sources else None

    return lambda patch: with_table(patch, change)


def leads(trigger: object, state: State, dest: State) -> Callable[[Patch], None]:
    """The table with a trigger that leads somewhere else from a state, and does nothing on the way."""

    def plant(patch: Patch) -> None:
        first = Row(trigger, (state,), dest)  # type: ignore[arg-type]
        patch.setattr(flow, "TABLE", (first, *flow.TABLE))
        with_table(patch, lambda row: row)

    return plant


def sets(module: object, name: str, value: object) -> Callable[[Patch], None]:
    """Another number, or another function."""
    return lambda patch: patch.setattr(module, name, value)


def guard(name: str, answer: bool) -> Callable[[Patch], None]:
    """A question of the table that always has the same answer."""
    return lambda patch: patch.setitem(GUARDS, name, lambda context: answer)


def before(name: str, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """An effect that does something more, first."""

    def plant(patch: Patch) -> None:
        usual = EFFECTS[name]

        def effect(context: Context) -> None:
            does(context)
            usual(context)

        patch.setitem(EFFECTS, name, effect)

    return plant


def after(name: str, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """An effect that does something more, last."""

    def plant(patch: Patch) -> None:
        usual = EFFECTS[name]

        def effect(context: Context) -> None:
            usual(context)
            does(context)

        patch.setitem(EFFECTS, name, effect)

    return plant


def does_nothing(name: str) -> Callable[[Patch], None]:
    """An effect that was forgotten."""
    return lambda patch: patch.setitem(EFFECTS, name, lambda context: None)


def entering_also(state: State, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """Something more is done after a state was entered."""

    def plant(patch: Patch) -> None:
        usual = entering.ENTERING[state]

        def enter(context: Context) -> None:
            usual(context)
            does(context)

        patch.setitem(entering.ENTERING, state, enter)

    return plant


def entering_first(state: State, does: Callable[[Context], None]) -> Callable[[Patch], None]:
    """Something is done before a state is entered."""

    def plant(patch: Patch) -> None:
        usual = entering.ENTERING[state]

        def enter(context: Context) -> None:
            does(context)
            usual(context)

        patch.setitem(entering.ENTERING, state, enter)

    return plant


def answers(name: str, asks: Callable[[Context], bool]) -> Callable[[Patch], None]:
    """A question of the table that is answered in another way."""
    return lambda patch: patch.setitem(GUARDS, name, asks)


def rows(change: Callable[[Row], Row | None]) -> Callable[[Patch], None]:
    """The table with other rows."""
    return lambda patch: with_table(patch, change)


def _both(*plants: Callable[[Patch], None]) -> Callable[[Patch], None]:
    def plant(patch: Patch) -> None:
        for each in plants:
            each(patch)

    return plant


def _keep(name: str, value: object) -> Callable[[Context], None]:
    return lambda context: setattr(context, name, value)


def _forget_left_out(context: Context) -> None:
    context.left_out_today.clear()
    context.take_in(())


def _bring_all_back(context: Context) -> None:
    context.left_out_today -= ids_in(context.settings.pasts or {}, Form.GONE)


def _last_number(context: Context) -> None:
    context.score = context.highest_score = screening.heard_score(context)


def _around_pain(context: Context) -> None:
    if context.state is S.EASING:
        context.return_to = context.hurt_in


def _held_unbounded(self: hold.Hold, now: float) -> float:
    return self._held_before + (0.0 if self._started_at is None else now - self._started_at)


def _suspend_forgets(self: hold.Hold, now: float) -> None:
    self._held_before, self._started_at = 0.0, None


def _suspend_runs_on(self: hold.Hold, now: float) -> None:
    self._held_before, self._started_at = self.held_seconds(now) + 1.0, None


_foresee, _find_safety, _cut = Listener.foresee, PhraseTable.find_safety, Script.cut


def _foresee_final(self: Listener, hypothesis: object) -> Match | None:
    return _foresee(self, hypothesis) if isinstance(hypothesis, FinalHypothesis) else None


def _find_whole(self: PhraseTable, words: tuple[str, ...], *args: object) -> Match | None:
    found = _find_safety(self, words, *args)
    return found if found and len(found.phrase.split()) == len(words) else None


def _cut_silently(self: Script) -> None:
    actions = list(self.actions)
    _cut(self)
    self.actions[:] = actions


MUTANTS: tuple[Mutant, ...] = (
    # 1. What ended for pain stays ended.
    Mutant("an ended session goes on", guard("is_ending", False)),
    Mutant("an ended session is as good as new", entering_also(S.CLOSING, _keep("is_ending", False))),
    Mutant("the last number counts", after("rate_pain", _last_number)),
    Mutant("a report that is open is no reason to end", entering_first(S.CLOSING, _keep("after_pain", False))),
    # 2. No hold beyond its bound, no guiding on after a standstill.
    Mutant(
        "a stalled hold is held",
        _both(sets(hold.Hold, "held_seconds", _held_unbounded), sets(session, "LATE_SECONDS", 1e9)),
    ),
    Mutant("a standstill is not noticed", sets(session, "LATE_SECONDS", 1e9)),
    Mutant("a standstill is noticed late", sets(session, "LATE_SECONDS", 10.0)),
    Mutant("a standstill is not noticed in one state", without(Signal.STALLED, S.RESTING)),
    Mutant("a hold looks away", sets(entering, "LOOK_SECONDS", 5.0)),
    # 3. Only what was left out on other days comes back.
    Mutant("bring it back brings back what hurt today", before("bring_back", _bring_all_back)),
    # 4. and 5. Only whole and clear answers are answers.
    Mutant("better is a yes", answers("is_unclear", lambda c: c.heard is not None and c.heard.is_half_heard)),
    Mutant(
        "half an answer is one",
        answers(
            "is_unclear", lambda c: c.heard is not None and c.heard.phrase in c.script.pack.answers["unclear"]
        ),
    ),
    Mutant("carry on goes on after pain", guard("says_go_on", True)),
    # 6. Advice is not talked over.
    Mutant(
        "settings talk over advice",
        rows(lambda row: replace(row, effect=row.effect.replace("become_", "speak_"))),
    ),
    # 7. One word does not end it.
    Mutant("end ends a hold", leads(I.END, S.HOLDING, S.CLOSING)),
    Mutant("end ends a question", leads(I.END, S.CHOOSING, S.CLOSING)),
    Mutant("good night sends to sleep", leads(I.SLEEP, S.INSTRUCTING, S.ASLEEP)),
    Mutant("any word for the end finishes", guard("says_finish", True)),
    Mutant("talk is silence", does_nothing("await_silence")),
    Mutant("a short silence finishes", lambda patch: patch.setitem(replies.ANSWER_SECONDS, S.FINISHING, 3.0)),
    Mutant("chatter finishes", leads(Signal.NOT_UNDERSTOOD, S.FINISHING, S.CLOSING)),
    Mutant("a no leads out of a pause", guard("was_waiting", False)),
    # Pain.
    Mutant("seven goes on", sets(pain, "STRONG_SCORE", 8)),
    Mutant("three reports", sets(pain, "MOST_REPORTS", 3)),
    Mutant("five is slight", sets(pain, "MODERATE_SCORE", 6)),
    Mutant("a rise by two is chance", sets(pain, "MEANINGFUL_CHANGE", 4)),
    Mutant("easier at three", sets(pain, "SLIGHT_SCORE", 3)),
    Mutant("easier always", guard("may_try_easier", True)),
    Mutant("pain is not heard while resting", without(I.PAIN, S.RESTING)),
    Mutant("pain is not heard while choosing", without(I.PAIN, S.CHOOSING)),
    Mutant("pain is not heard when deaf", without(I.PAIN, S.DEAF)),
    Mutant("nobody is told to ease out", entering_also(S.EASING, lambda c: c.script.actions.pop() and None)),
    Mutant("what hurt is offered again", after("report_pain", _forget_left_out)),
    Mutant("the region stays", does_nothing("not_spread")),
    Mutant("silence goes on after pain", leads(Signal.TIME_OVER, S.DECIDING, S.INSTRUCTING)),
    Mutant("ready goes on after pain", leads(I.READY, S.DECIDING, S.INSTRUCTING)),
    Mutant("the number can be skipped", leads(I.NEXT, S.SCORING, S.DECIDING)),
    Mutant("spreading can be skipped", leads(I.SKIP_QUESTIONS, S.SPREADING, S.DECIDING)),
    Mutant("spreading is nothing", leads(I.YES, S.SPREADING, S.DECIDING)),
    Mutant("not sure about spreading is a no", leads(I.UNSURE, S.SPREADING, S.DECIDING)),
    Mutant("another routine is a way around pain", guard("after_pain", False)),
    Mutant(
        "sleep is a way around pain",
        _both(after("interrupt_to_rest", _around_pain), after("interrupt", _around_pain)),
    ),
    Mutant("reports are forgotten with the routine", after("choose", _keep("reports", 0))),
    Mutant("a report is forgotten", after("go_on_after_pain", _keep("reports", 0))),
    Mutant("the number before is forgotten", after("score_told", _keep("score_before", None))),
    # Stop, red flags, partial hypotheses.
    Mutant("stop is not heard while settling", without(I.STOP, S.SETTLING)),
    Mutant("stop is not heard when asked to finish", without(I.STOP, S.FINISHING)),
    Mutant("stop is answered", after("interrupt", lambda c: c.script.speak("All right."))),
    Mutant("a red flag is not heard when deaf", without(I.RED_FLAG, S.DEAF)),
    Mutant("a red flag is not heard at the end", without(I.RED_FLAG, S.CLOSING)),
    Mutant("advice is said once", sets(entering, "EMERGENCY_TIMES", 1)),
    Mutant("an emergency passes", leads(Signal.SPOKEN, S.EMERGENCY, S.PAUSED)),
    Mutant("partial hypotheses are not acted on", sets(Listener, "foresee", _foresee_final)),
    Mutant("safety phrases are whole utterances", sets(PhraseTable, "find_safety", _find_whole)),
    Mutant("the sound goes on", sets(Script, "cut", _cut_silently)),
    # Pauses and hearing.
    Mutant("silence leaves a pause", leads(Signal.TIME_OVER, S.PAUSED, S.INSTRUCTING)),
    Mutant("yes leaves a pause", leads(I.YES, S.PAUSED, S.SETTLING)),
    Mutant(
        "a pause leads into the hold",
        rows(lambda row: replace(row, dest=S.HOLDING) if row.guard == "left_holding" else row),
    ),
    Mutant("hearing again goes on", leads(Signal.MICROPHONE_RESTORED, S.DEAF, S.INSTRUCTING)),
    Mutant("deaf goes on", without(Signal.MICROPHONE_LOST, S.HOLDING)),
    Mutant("deaf goes on before the first stretch", without(Signal.MICROPHONE_LOST, S.INTRODUCING)),
    Mutant("mute goes on", without(Signal.SPEAKER_LOST, S.INSTRUCTING)),
    # Holds.
    Mutant(
        "a hold of ninety seconds",
        _both(sets(hold, "LONGEST_HOLD_SECONDS", 90.0), sets(course, "LONGEST_HOLD_SECONDS", 90.0)),
    ),
    Mutant("a pause forgets what was held", sets(hold.Hold, "suspend", _suspend_forgets)),
    Mutant("a pause is held", sets(hold.Hold, "suspend", _suspend_runs_on)),
    Mutant(
        "the second side is as long as planned", sets(course.Course, "completed", lambda self, seconds: None)
    ),
    Mutant("a second side after hardly a first", sets(course, "WORTH_EQUALLING_SECONDS", 1.0)),
    Mutant("more than asked for", sets(effects, "DEFAULT_MORE_SECONDS", 30)),
    Mutant("much longer holds", sets(effects, "HOLD_STEP_SECONDS", 15.0)),
    Mutant(
        "steps again and again",
        after("complete_step", lambda c: setattr(c.course, "index", max(0, c.course.index - 2))),
    ),
    # Other days, and what is asked before.
    Mutant("holds grow with each session", sets(adapting, "SESSIONS_PER_HOLD_STEP", 1)),
    Mutant("it hurts three times until it leaves", sets(adapting, "HURT_SESSIONS_TO_LEAVE", 3)),
    Mutant("it does not pause", sets(adapting, "PAUSED_SESSIONS", 0)),
    Mutant("no doctor is asked about", guard("must_screen", False)),
    Mutant("no history is asked", guard("must_ask_history", False)),
    Mutant("the history is cut short", answers("has_more_history", lambda c: c.history_asked < 2)),
    Mutant("it begins with six", guard("too_sore", False)),
    Mutant("what is new is not asked", guard("must_ask_news", False)),
    Mutant("our own stop passes the sound check", guard("in_the_clear", True)),
    Mutant("no sound check", guard("must_check_sound", False)),
)
