"""What all questions share: asked in full, again, shortly; waited for; asked anew after half an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.core.context import Context
from assistant.core.dialogue.table import Guard, Row, named
from assistant.core.events import Said
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.prompts import Line
from assistant.core.states import ASKED_FIRST, ASKING_SCORE, ASKING_YES, Signal, State

ANSWER_SECONDS = {
    State.EASING: 4.0,
    State.SOUND_CHECK: 10.0,
    State.PAUSED: 120.0,
    State.TRANSFERRING: 60.0,
    State.FINISHING: 8.0,
    State.HELPING: 12.0,
}
OTHER_ANSWER_SECONDS = 15.0
MOST_TIMES_ASKED = 2
_OF_NO_BODY = (State.GOING_ON, State.SCREENING, State.DECIDING, State.FINISHING)
LATER_ANSWER_SECONDS = {2: 30.0, 3: 60.0}
"""Before a routine nothing hurries: after a question was asked for the second and the third time."""

Lines = Callable[[Context], tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a state asks: `full` at first and on request, `again` shortly when nobody answered.

    `opening` says what comes before it in full. Whoever does not understand it is told what it `means`. With
    `silence_answers` it is not asked again in silence; before a routine it is asked a third time after
    `unheard`, and with `ignores_chatter` what is not understood gets
    no "sorry?".
    """

    full: Lines
    again: Lines
    silence_answers: bool = False
    ignores_chatter: bool = False
    means: Line | None = None
    unheard: Line = Line.UNHEARD
    opening: Callable[[Context], None] | None = None

    def begin(self, context: Context) -> None:
        """Ask for the first time, after what was said on the way here."""
        context.times_asked, context.asked_shortly, context.said_back = 1, False, None
        if self.opening is not None:
            self.opening(context)
        for line in self.full(context):
            context.script.say(line)

    def ask_in_full(self, context: Context) -> None:
        """Ask as if for the first time, in place of what is being said."""
        if context.script.speaking:
            context.script.cut()
        self.begin(context)

    def ask(self, context: Context) -> None:
        """Ask again, shortly."""
        context.times_asked += 1
        context.script.say_instead(*self.again(context))

    def ask_patiently(self, context: Context) -> None:
        """Nobody answered twice: say what may be wrong, ask once more, and wait for long."""
        context.times_asked += 1
        context.script.say_instead(self.unheard, *self.again(context))

    def explain(self, context: Context) -> None:
        """Say what it means, and wait for the answer."""
        assert self.means
        context.script.say_instead(self.means)

    def rows(self, state: State) -> Iterator[Row]:
        """What is answered alike in every state that asks. These rows come before the answers."""
        if state in ASKING_YES:
            for answer in (Intent.YES, Intent.NO):
                yield Row(answer, (state,), None, (is_unclear, may_ask_again), self.ask)
                yield Row(answer, (state,), None, (is_unclear,), await_silence)
        if self.means:
            yield Row(Intent.REPEAT, (state,), None, (says("what_it_means"),), self.explain)
        yield Row(Intent.REPEAT, (state,), None, do=self.ask_in_full)
        yield Row(Signal.SPOKEN, (state,), None, do=await_answer)
        if not self.silence_answers:
            yield Row(Signal.TIME_OVER, (state,), None, (may_ask_again,), self.ask)
            if state in ASKED_FIRST:
                yield Row(Signal.TIME_OVER, (state,), None, (may_wait_longer,), self.ask_patiently)
        if not self.ignores_chatter:
            yield Row(Signal.NOT_UNDERSTOOD, (state,), None, (may_ask_shortly,), ask_shortly)


def lines(*said: Line) -> Lines:
    """These lines, whatever the session knows."""
    return lambda context: said


def may_ask_again(context: Context) -> bool:
    """Whether the question was not asked as often as it may be."""
    return context.times_asked < MOST_TIMES_ASKED


def may_wait_longer(context: Context) -> bool:
    """Whether the question was not asked for the last time before it sleeps."""
    return context.times_asked == MOST_TIMES_ASKED


def greet(context: Context) -> None:
    """Once, at the first question; shortly whoever was here before."""
    if not context.greeted:
        context.greeted = True
        context.script.say(Line.HELLO_AGAIN if context.settings.last_routine_id else Line.HELLO)


def may_ask_shortly(context: Context) -> bool:
    """Whether chatter gets a "sorry?": once, and not while the question is being asked."""
    return not context.asked_shortly and not context.script.speaking


def is_unclear(context: Context) -> bool:
    """Whether what was heard may mean something else as an answer."""
    heard = context.heard
    return heard is not None and (
        heard.is_half_heard or counts_as(context, "unclear") or _is_no_answer_here(context, heard)
    )


def _is_no_answer_here(context: Context, heard: Said) -> bool:
    """Whether a yes tells something of the body to a question that is not about it."""
    is_yes = context.state in _OF_NO_BODY and heard.intent is Intent.YES
    return is_yes and context.script.pack.is_fact(heard.phrase)


def is_whole(context: Context) -> bool:
    """Whether nothing was lost beside what was said."""
    return context.heard is not None and UNKNOWN_WORD not in context.heard.words


def counts_as(context: Context, answer: str) -> bool:
    """Whether the phrase is one of those that the language pack counts as this answer."""
    heard = context.heard
    return heard is not None and context.script.pack.counts_as(heard.phrase, answer)


def says(answer: str) -> Guard:
    """Whether it was said clearly."""
    return named(f"says_{answer}", lambda context: not is_unclear(context) and counts_as(context, answer))


def ask_shortly(context: Context) -> None:
    """Something was said that is no answer."""
    context.asked_shortly = True
    context.script.say(Line.SCORE_UNHEARD if context.state in ASKING_SCORE else Line.SHORTLY)


def await_silence(context: Context) -> None:
    """Somebody talks: that is no silence yet, unless we are still speaking ourselves."""
    if not context.script.speaking:
        await_answer(context)


def await_answer(context: Context) -> None:
    """All has been said: wait for an answer."""
    seconds = ANSWER_SECONDS.get(context.state, OTHER_ANSWER_SECONDS)
    if context.state in ASKED_FIRST:
        seconds = LATER_ANSWER_SECONDS.get(context.times_asked, seconds)
    context.wait(seconds)
