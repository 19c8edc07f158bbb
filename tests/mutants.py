"""Planted faults: each breaks one rule of the dialogue. The sessions of chance must find every one of them.

A fault that is not found means that what can happen, or what must hold, is to be bettered; never that the
fault is to be left out. Each is planted through `monkeypatch` and gone after its test. Rows, guards and
effects go by name; a name that is gone is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pytest
from happenings import FIXED_SEED

from assistant.core import adapting, course, hold, machine, pain_rules, session, understanding
from assistant.core.adapting import Form, ids_in
from assistant.core.context import Context
from assistant.core.dialogue import answering, asking, emergency, holding, stretching
from assistant.core.dialogue.table import Effect, Guard, Row
from assistant.core.events import Meaning
from assistant.core.intents import Intent, Match
from assistant.core.listening import listener
from assistant.core.listening.hypotheses import FinalHypothesis, Hypothesis
from assistant.core.listening.listener import Listener
from assistant.core.phrases import PhraseTable
from assistant.core.routine import Kind
from assistant.core.script import Script
from assistant.core.states import ADVISING, Signal, State, Trigger

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]
S, I = State, Intent  # noqa: E741 - the list is read by its columns


@dataclass(frozen=True)
class Mutant:
    """One fault: what is wrong with it, how it is planted, and from which seed on it is looked for first.

    What chance seldom comes upon has a seed whose sessions come upon it early.
    """

    wrong: str
    plant: Plant
    seed: int = FIXED_SEED


def _put(patch: Patch, table: tuple[Row, ...]) -> None:
    assert table != machine.TABLE, "nothing is changed"
    answered = {s: frozenset(row.trigger for row in table if s in row.sources) for s in State}
    patch.setattr(machine, "TABLE", table)
    patch.setattr(machine, "ANSWERED", answered)
    machine._machine.cache_clear()


def rows(change: Callable[[Row], Row | None]) -> Plant:
    """The table with other rows; one that becomes None is gone."""
    return lambda patch: _put(
        patch, tuple(changed for row in machine.TABLE if (changed := change(row)) is not None)
    )


def without(trigger: Trigger, state: State) -> Plant:
    """A trigger that does nothing in a state."""

    def change(row: Row) -> Row | None:
        sources = tuple(source for source in row.sources if source is not state)
        return row if row.trigger is not trigger else replace(row, sources=sources) if sources else None

    return rows(change)


def leads(trigger: Trigger, state: State, dest: State) -> Plant:
    """A trigger that leads somewhere else from a state, and does nothing on the way."""
    return lambda patch: _put(patch, (Row(trigger, (state,), dest), *machine.TABLE))


def answers(name: str, asks: Guard) -> Plant:
    """A question of the table that is answered in another way."""

    def change(row: Row) -> Row:
        return replace(row, when=tuple(asks if guard.__name__ == name else guard for guard in row.when))

    return rows(change)


def guard(name: str, answer: bool) -> Plant:
    """A question of the table that always has the same answer."""
    return answers(name, lambda context: answer)


def does(name: str, change: Callable[[Effect], Effect]) -> Plant:
    """An effect that does something else."""

    def changed(row: Row) -> Row:
        return replace(row, do=change(row.do)) if row.do and row.do.__name__ == name else row

    return rows(changed)


def _then(first: Effect, second: Effect) -> Effect:
    def both(context: Context) -> None:
        first(context)
        second(context)

    return both


def before(name: str, more: Effect) -> Plant:
    """An effect that does something more, first."""
    return does(name, lambda usual: _then(more, usual))


def after(name: str, more: Effect) -> Plant:
    """An effect that does something more, last."""
    return does(name, lambda usual: _then(usual, more))


def does_nothing(name: str) -> Plant:
    """An effect that was forgotten."""
    return does(name, lambda usual: lambda context: None)


def enters(state: State, change: Callable[[Effect], Effect]) -> Plant:
    """A state that begins in another way."""
    return lambda patch: patch.setitem(machine.ENTERING, state, change(machine.ENTERING[state]))


def enters_after(state: State, first: Effect) -> Plant:
    """A state before which something is done."""
    return enters(state, lambda usual: _then(first, usual))


def enters_before(state: State, more: Effect) -> Plant:
    """A state after whose beginning something is done."""
    return enters(state, lambda usual: _then(usual, more))


def sets(module: object, name: str, value: object) -> Plant:
    """Another number, or another function."""
    return lambda patch: patch.setattr(module, name, value)


def both(*plants: Plant) -> Plant:
    """Two faults that only together are one."""

    def plant(patch: Patch) -> None:
        for each in plants:
            each(patch)

    return plant


# What the faults do


def _keep(name: str, value: object) -> Effect:
    return lambda context: setattr(context, name, value)


def _forget_left_out(context: Context) -> None:
    context.left_out_today.clear()
    context.take_in(())


def _bring_all_back(context: Context) -> None:
    context.left_out_today -= ids_in(context.settings.pasts or {}, Form.GONE)


def _last_number(context: Context) -> None:
    context.score = context.highest_score = context.heard_number


def _around_pain(context: Context) -> None:
    if context.state is S.EASING:
        context.return_to = context.hurt_in


def _say_nothing(context: Context) -> None:
    context.script.actions.pop()


def _steps_back(context: Context) -> None:
    context.current_course.index = max(0, context.current_course.index - 2)


def _spoken_settings(row: Row) -> Row:
    name = row.do.__name__ if row.do else ""
    if row.sources != ADVISING or not name.startswith("become_"):
        return row
    return replace(row, do=getattr(answering, name.replace("become_", "speak_")))


def _into_the_hold(row: Row) -> Row:
    return replace(row, dest=S.HOLDING) if any(g.__name__ == "left_holding" for g in row.when) else row


def _half_heard(context: Context) -> bool:
    return context.heard is not None and context.heard.is_half_heard


def _vague(context: Context) -> bool:
    return asking.counts_as(context, "unclear")


def _held_unbounded(self: hold.Hold, now: float) -> float:
    return self._held_before + (0.0 if self._started_at is None else now - self._started_at)


def _suspend_forgets(self: hold.Hold, now: float) -> None:
    self._held_before, self._started_at = 0.0, None


def _suspend_runs_on(self: hold.Hold, now: float) -> None:
    self._held_before, self._started_at = self.held_seconds(now) + 1.0, None


_interpret, _find_safety, _cut = Listener.interpret, understanding.find_safety, Script.cut


def _interpret_final(self: Listener, hypothesis: Hypothesis, intents: Iterable[Intent]) -> Meaning | None:
    return _interpret(self, hypothesis, intents) if isinstance(hypothesis, FinalHypothesis) else None


def _find_whole(words: tuple[str, ...], table: PhraseTable, *args: object, **options: bool) -> Match | None:
    found = _find_safety(words, table, *args, **options)  # type: ignore[arg-type]
    return found if found and len(found.phrase.split()) == len(words) else None


def _cut_silently(self: Script) -> None:
    actions = list(self.actions)
    _cut(self)
    self.actions[:] = actions


MUTANTS: tuple[Mutant, ...] = (
    # 1. What ended for pain stays ended.
    Mutant("an ended session goes on", guard("is_ending", False)),
    Mutant("an ended session is as good as new", enters_before(S.CLOSING, _keep("is_ending", False))),
    Mutant("the last number counts", after("rate_pain", _last_number)),
    Mutant("a report that is open is no reason to end", enters_after(S.CLOSING, _keep("after_pain", False))),
    # 2. No hold beyond its bound, no guiding on after a standstill.
    Mutant(
        "a stalled hold is held",
        both(sets(hold.Hold, "held_seconds", _held_unbounded), sets(session, "LATE_SECONDS", 1e9)),
    ),
    Mutant("a standstill is not noticed", sets(session, "LATE_SECONDS", 1e9)),
    Mutant("a standstill is noticed late", sets(session, "LATE_SECONDS", 10.0)),
    Mutant("a standstill is not noticed in one state", without(Signal.STALLED, S.RESTING)),
    Mutant("a hold looks away", sets(holding, "LOOK_SECONDS", 5.0)),
    # 3. Only what was left out on other days comes back.
    Mutant("bring it back brings back what hurt today", before("bring_back", _bring_all_back)),
    # 4. and 5. Only whole and clear answers are answers.
    Mutant("better is a yes", answers("is_unclear", _half_heard)),
    Mutant("half an answer is one", answers("is_unclear", _vague)),
    Mutant("carry on goes on after pain", guard("says_go_on", True)),
    # 6. Advice is not talked over.
    Mutant("settings talk over advice", rows(_spoken_settings)),
    # 7. One word does not end it.
    Mutant("end ends a hold", leads(I.END, S.HOLDING, S.CLOSING)),
    Mutant("end ends a question", leads(I.END, S.CHOOSING, S.CLOSING)),
    Mutant("good night sends to sleep", leads(I.SLEEP, S.INSTRUCTING, S.ASLEEP)),
    Mutant("any word for the end finishes", guard("says_finish", True)),
    Mutant("talk is silence", does_nothing("await_silence")),
    Mutant("a short silence finishes", lambda patch: patch.setitem(asking.ANSWER_SECONDS, S.FINISHING, 3.0)),
    Mutant("chatter finishes", leads(Signal.NOT_UNDERSTOOD, S.FINISHING, S.CLOSING)),
    Mutant("a no leads out of a pause", guard("was_waiting", False)),
    # Pain.
    Mutant("seven goes on", sets(pain_rules, "STRONG_SCORE", 8)),
    Mutant("three reports", sets(pain_rules, "MOST_REPORTS", 3)),
    Mutant("five is slight", sets(pain_rules, "MODERATE_SCORE", 6)),
    Mutant("a rise by two is chance", sets(pain_rules, "MEANINGFUL_CHANGE", 4)),
    Mutant("easier at three", sets(pain_rules, "SLIGHT_SCORE", 3)),
    Mutant("easier always", guard("may_try_easier", True)),
    Mutant("pain is not heard while resting", without(I.PAIN, S.RESTING)),
    Mutant("pain is not heard while choosing", without(I.PAIN, S.CHOOSING)),
    Mutant("pain is not heard when deaf", without(I.PAIN, S.DEAF)),
    Mutant("nobody is told to ease out", enters_before(S.EASING, _say_nothing)),
    Mutant("what hurt is offered again", after("report_pain", _forget_left_out)),
    Mutant("the region stays", does_nothing("not_spread")),
    Mutant("silence goes on after pain", leads(Signal.TIME_OVER, S.DECIDING, S.INSTRUCTING)),
    Mutant("ready goes on after pain", leads(I.READY, S.DECIDING, S.INSTRUCTING)),
    Mutant("the number can be skipped", leads(I.NEXT, S.SCORING, S.DECIDING)),
    Mutant("spreading can be skipped", leads(I.SKIP_QUESTIONS, S.SPREADING, S.DECIDING)),
    Mutant("spreading is nothing", leads(I.YES, S.SPREADING, S.DECIDING)),
    Mutant("not sure about spreading is a no", leads(I.UNSURE, S.SPREADING, S.DECIDING), seed=4),
    Mutant("another routine is a way around pain", guard("after_pain", False)),
    Mutant(
        "sleep is a way around pain",
        both(after("interrupt_to_rest", _around_pain), after("interrupt", _around_pain)),
    ),
    Mutant("reports are forgotten with the routine", after("choose", _keep("reports", 0))),
    Mutant("a report is forgotten", after("go_on_after_pain", _keep("reports", 0))),
    Mutant("the number before is forgotten", after("score_told", _keep("score_before", None)), seed=7),
    # Stop, red flags, partial hypotheses.
    Mutant("stop is not heard while settling", without(I.STOP, S.SETTLING)),
    Mutant("stop is not heard when asked to finish", without(I.STOP, S.FINISHING)),
    Mutant("trouble is not heard in a pause", without(I.DISTRESS, S.PAUSED), seed=13),
    Mutant("somebody is thought to be there", leads(Signal.TIME_OVER, S.TRANSFERRING, S.INSTRUCTING)),
    Mutant("trouble passes", leads(Signal.TIME_OVER, S.HELPING, S.SETTLING)),
    Mutant("a no leads on out of trouble", guard("wonders", True)),
    Mutant("pain is others' talk", guard("is_among_talk", True)),
    Mutant("others' talk is pain", guard("is_among_talk", False)),
    Mutant("stop is answered", after("interrupt", lambda c: c.script.speak("All right."))),
    Mutant("a red flag is not heard when deaf", without(I.RED_FLAG, S.DEAF)),
    Mutant("a red flag is not heard at the end", without(I.RED_FLAG, S.CLOSING)),
    Mutant("advice is said once", sets(emergency, "TIMES_ADVISED", 1)),
    Mutant("an emergency passes", leads(Signal.SPOKEN, S.EMERGENCY, S.PAUSED)),
    Mutant("partial hypotheses are not acted on", sets(Listener, "interpret", _interpret_final)),
    Mutant(
        "safety phrases are whole utterances",
        both(sets(understanding, "find_safety", _find_whole), sets(listener, "find_safety", _find_whole)),
    ),
    Mutant("the sound goes on", sets(Script, "cut", _cut_silently)),
    # Pauses and hearing.
    Mutant("silence leaves a pause", leads(Signal.TIME_OVER, S.PAUSED, S.INSTRUCTING)),
    Mutant("yes leaves a pause", leads(I.YES, S.PAUSED, S.SETTLING)),
    Mutant("a pause leads into the hold", rows(_into_the_hold)),
    Mutant("hearing again goes on", leads(Signal.MICROPHONE_RESTORED, S.DEAF, S.INSTRUCTING)),
    Mutant("deaf goes on", without(Signal.MICROPHONE_LOST, S.HOLDING)),
    Mutant("deaf goes on before the first stretch", without(Signal.MICROPHONE_LOST, S.INTRODUCING)),
    Mutant("what could not be said is done", without(Signal.VOICE_LOST, S.INSTRUCTING)),
    Mutant("mute goes on", without(Signal.SPEAKER_LOST, S.INSTRUCTING)),
    # Holds.
    Mutant(
        "a hold of ninety seconds",
        sets(hold, "BOUNDS_SECONDS", {**hold.BOUNDS_SECONDS, Kind.HOLD: (10.0, 90.0)}),
        seed=6,
    ),
    Mutant("a pause forgets what was held", sets(hold.Hold, "suspend", _suspend_forgets)),
    Mutant("a pause is held", sets(hold.Hold, "suspend", _suspend_runs_on)),
    Mutant(
        "the second side is as long as planned",
        sets(course.Course, "completed", lambda self, seconds: None),
        seed=6,
    ),
    Mutant("a second side after hardly a first", sets(course, "WORTH_EQUALLING_SECONDS", 1.0), seed=9),
    Mutant("more than asked for", sets(stretching, "DEFAULT_MORE_SECONDS", 30)),
    Mutant("much longer holds", sets(holding, "HOLD_STEP_SECONDS", 15.0)),
    Mutant("steps again and again", after("complete_step", _steps_back)),
    # Other days, and what is asked before.
    Mutant("holds grow with each session", sets(adapting, "SESSIONS_PER_HOLD_STEP", 1)),
    Mutant("it hurts three times until it leaves", sets(adapting, "HURT_SESSIONS_TO_LEAVE", 3)),
    Mutant("it does not pause", sets(adapting, "PAUSED_SESSIONS", 0)),
    Mutant("no doctor is asked about", guard("must_screen", False)),
    Mutant("no history is asked", guard("must_ask_history", False)),
    Mutant("the history is cut short", answers("has_more_history", lambda c: c.history_asked < 2)),
    Mutant("it begins with six", guard("too_sore", False)),
    Mutant("what is new is not asked", guard("must_ask_news", False)),
    Mutant("our own stop passes the sound check", guard("in_the_clear", True), seed=13),
    Mutant("no sound check", guard("must_check_sound", False)),
)
