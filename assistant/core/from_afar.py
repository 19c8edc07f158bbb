"""What counts of what comes over the network: whoever sends it may not be in the room, or be nobody at all.

A home presses buttons by itself. So "stop" acts from there as from everywhere, and a session can be begun,
paused, led on and ended, but nothing is answered there: no question about health, none after pain. What is
asked and told after pain or in trouble only a safety phrase cuts short. A pause that somebody in the room
made is theirs to end. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.core.context import Context
from assistant.core.events import Said, Source
from assistant.core.intents import Intent
from assistant.core.states import AWAKE, IN_PAIN, UNDER_WAY, State

_IN_TROUBLE = frozenset((*IN_PAIN, State.HELPING, State.EMERGENCY))
COUNTS_IN: dict[Intent, frozenset[State]] = {
    Intent.START: frozenset((State.ASLEEP, State.CHOOSING)),
    Intent.CHOOSE: frozenset((State.CHOOSING,)),
    Intent.PAUSE: frozenset((*AWAKE, State.PAUSED)) - _IN_TROUBLE,
    Intent.READY: frozenset(UNDER_WAY),
    # The short check may be skipped by whoever wants to; the questions before the first session may not.
    Intent.NEXT: frozenset((*UNDER_WAY, State.SCORE_NOW, State.NEWS, State.SCORE_AFTER)),
    Intent.END: frozenset(State) - _IN_TROUBLE,
}
"""Where each counts, besides the safety phrases, which count everywhere."""


def as_it_counts(said: Said, context: Context) -> Said | None:
    """What it means to a session; None for what counts only from the room itself.

    "Start" goes on after a pause that was made from afar, and an "end" is a clear one.
    """
    if said.source is not Source.NETWORK or said.is_safety:
        return said
    if said.intent is Intent.START and context.state is State.PAUSED:
        may_go_on = context.paused_from_afar and not context.after_pain
        return _as(said, Intent.RESUME, context) if may_go_on else None
    if context.state not in COUNTS_IN.get(said.intent, ()):
        return None
    return _as(said, Intent.END, context, "finish") if said.intent is Intent.END else said


def _as(said: Said, intent: Intent, context: Context, answer: str = "") -> Said:
    """The same, in the first phrase for this intent, or in one that counts as the answer that is named."""
    pack = context.script.pack
    phrases = pack.table.phrases[intent]
    phrase = next((one for one in phrases if answer and pack.counts_as(one, answer)), phrases[0])
    return replace(said, intent=intent, phrase=phrase, words=())


def counts_at_rest(said: Said) -> bool:
    """Whether it counts between sessions: from afar none but a "start" and what cannot wait."""
    return said.source is not Source.NETWORK or said.is_safety or said.intent is Intent.START


def is_paused_from_afar(said: Said, before: State, context: Context) -> bool:
    """Whether a session that was in `before` is in a pause from afar after this, and in no other one."""
    is_from_afar = said.source is Source.NETWORK and said.intent is Intent.PAUSE
    return is_from_afar and (before is not State.PAUSED or context.paused_from_afar)
