"""One event of a session, and what its words may mean: the vocabulary in which the invariants are written."""

from __future__ import annotations

from dataclasses import dataclass

from driver import PACK

from assistant.core.actions import Action, ReportHeard, ReportState, SetSpeechRate, SetVolume, Speak
from assistant.core.events import Event, NotUnderstood, Said
from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent
from assistant.core.states import ASKED_FIRST, UNDER_WAY, State
from assistant.core.understanding import find_safety

S, I = State, Intent  # noqa: E741 - as in the flow table
ADVICE = {PACK.lines[line] for line in PACK.advice.values()}
ENDING = (S.EMERGENCY, S.CLOSING, S.FINISHED)
WAITING = (S.PAUSED, S.ASLEEP, S.DEAF, S.FINISHED)
IN_PAIN = (S.EASING, S.SCORING, S.SPREADING, S.DECIDING)
AFTER_THE_END = (*ENDING, *IN_PAIN[:3], S.HELPING, S.PAUSED, S.DEAF)
"""What has come to its end may ask about pain, wait, advise and record. It never goes on."""
BUSY = (S.GOING_ON, *ASKED_FIRST, *UNDER_WAY)
ASKED_TO_END = (*BUSY, S.PAUSED, S.ASLEEP, S.HELPING)
ALWAYS = {S.PAUSED, S.DEAF}
WITHOUT_A_WORD = {
    S.ASLEEP: {S.DEAF},
    **{state: {S.ASLEEP, *ALWAYS} for state in ASKED_FIRST},
    S.GOING_ON: {S.ASLEEP, *ALWAYS},
    S.INTRODUCING: {S.TRANSFERRING, S.INSTRUCTING, *ALWAYS},
    S.TRANSFERRING: {S.SCORE_AFTER, S.CLOSING, *ALWAYS},
    S.INSTRUCTING: {S.SETTLING, *ALWAYS},
    S.SETTLING: {S.HOLDING, *ALWAYS},
    S.HOLDING: {S.RELEASING, *ALWAYS},
    S.RELEASING: {S.RESTING, S.TRANSFERRING, S.SCORE_AFTER, S.CLOSING, *ALWAYS},
    S.RESTING: {S.TRANSFERRING, S.INSTRUCTING, *ALWAYS},
    S.PAUSED: {S.CLOSING, S.DEAF},
    S.EASING: {S.SCORING, S.DECIDING, S.CLOSING, *ALWAYS},
    **{state: {S.CLOSING, *ALWAYS} for state in (*IN_PAIN[1:], S.SCORE_AFTER)},
    S.FINISHING: {S.CLOSING, S.ASLEEP, *ALWAYS},
    S.HELPING: {S.ASLEEP, *ALWAYS},
    S.DEAF: {S.PAUSED, S.ASLEEP},
    S.EMERGENCY: {S.FINISHED},
    S.CLOSING: {S.FINISHED},
    S.FINISHED: set(),
}
"""Where time, prompts and devices alone may lead from each state, besides staying there."""
UNDER_WAY_BY = {
    *(
        I.RESUME,
        I.READY,
        I.NEXT,
        I.BACK,
        I.CHOOSE,
        I.OTHER_ROUTINE,
        I.NO,
        I.NOT_YET,
        I.NUMBER,
        I.START,
        I.REPEAT,
        I.TELL_HEALTH,  # to a question
    )
}
"""What is clear enough to lead out of a pause or a sleep. A lone "yes" is not, nor is silence."""
YES_WORDS, NO_WORDS = (
    {"yes", "yeah", "sure", "course"},
    {"no", "nope", "not", "nothing", "none"} | {"don't", "doesn't"},
)
FINISH_WORDS, VAGUE_WORDS = {"finish", "finished", "done"}, {"okay", "better", "fine"}
DOUBTED_IN = {
    S.GOING_ON: {S.ASLEEP},
    S.SPREADING: {S.CLOSING},
    S.DECIDING: {S.CLOSING},
    S.SCREENING: {S.ASLEEP, S.CLOSING},
    S.HISTORY: {S.ASLEEP, S.CLOSING},
    S.CONDITIONS: {S.ASLEEP},
    S.NEWS: {S.ASLEEP, S.CLOSING},
    S.FINISHING: {S.PAUSED},
    S.HELPING: {S.PAUSED},
}
"""Where half an answer is none, and where it may lead when it was asked often enough."""
SETTINGS = {I.SLOWER: SetSpeechRate, I.FASTER: SetSpeechRate, I.LOUDER: SetVolume, I.QUIETER: SetVolume}
FINISH_AFTER_SECONDS = 8.0


def is_clear(words: tuple[str, ...], wanted: set[str], other: set[str]) -> bool:
    """Whether an answer says one thing and not the other, with nothing lost."""
    return bool(wanted & set(words)) and not {UNKNOWN_WORD, *VAGUE_WORDS, *other} & set(words)


def goes_on(words: tuple[str, ...]) -> bool:
    """Whether somebody says clearly that they want to go on after pain."""
    said = " ".join(words)
    is_whole = words[:1] != (UNKNOWN_WORD,)  # a "not" may be lost before it
    asks_on = any(phrase in said for phrase in ("go on", "continue")) and is_whole
    return is_clear(words, YES_WORDS, NO_WORDS) or asks_on


SAFETY_PHRASES = tuple((i, tuple(f" {phrase} " for phrase in PACK.table.phrases[i])) for i in SAFETY_INTENTS)
DENYING = {"no", "not", "nothing", "don't", "isn't", "doesn't"}
HIDING = tuple(f" {decoy} " for decoy in PACK.table.decoys if " " in decoy)


def safety_in(words: tuple[str, ...]) -> Intent | None:
    """What a safety phrase anywhere in some words means."""
    if DENYING & set(words):
        found = find_safety(words, PACK.table)
        return found.intent if found else None
    said = f" {' '.join(words)} "
    for decoy in HIDING:
        said = said.replace(decoy, " - ")
    return next((i for i, phrases in SAFETY_PHRASES if any(phrase in said for phrase in phrases)), None)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, and what came of it."""

    event: Event
    before: State
    after: State
    actions: tuple[Action, ...]
    heard: ReportHeard | None
    was_speaking: bool
    intent: Intent | None
    words: tuple[str, ...]

    @property
    def is_final(self) -> bool:
        """Whether something was said, and all of it."""
        return isinstance(self.event, NotUnderstood) or (isinstance(self.event, Said) and self.event.is_final)

    @property
    def is_others(self) -> bool:
        """Whether it may be others' talk, and is asked about: not more pain after pain, nor at the end."""
        is_among_talk = isinstance(self.event, Said) and self.event.is_among_talk
        not_asked = (*ENDING, S.DEAF) if self.intent is Intent.RED_FLAG else (*IN_PAIN, *ENDING, S.DEAF)
        return is_among_talk and self.before not in not_asked

    @property
    def spoken(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Speak)]

    def moved_to(self, *states: State) -> bool:
        return self.after in states and any(isinstance(action, ReportState) for action in self.actions)
