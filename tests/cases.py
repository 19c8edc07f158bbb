"""Sessions that can be played again: a setup and its moves, all of it plain data.

What a move is called says what happens: something said, time that passes, a device that goes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from driver import CATALOGUE, CHIN, DOWN, KNEES, TURN, built_in_routines, pack_of, stretch
from invariants import Watched

from assistant.core.adapting import StretchPast
from assistant.core.events import (
    DeadlineReached,
    HearingCaughtUp,
    HearingFellBehind,
    KeepingChanged,
    MicrophoneLost,
    MicrophoneRestored,
    PromptFailed,
    PromptFinished,
    Said,
    SentenceFinished,
    SoundMeasured,
    Source,
    SpeakerLost,
    SpeakerRestored,
    Started,
    WorkLeftOut,
    WorkResumed,
)
from assistant.core.intents import UNKNOWN_WORD
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.routine import Routine
from assistant.core.states import UNDER_WAY
from assistant.store.library import load_library

Move = list[Any]
Moves = list[Move]
Setup = dict[str, Any]
LIBRARY = tuple(load_library().values())
NECK = Routine(
    *("neck", "neck one", "Mostly for the neck."),
    (CHIN, stretch("neck turn", has_sides=True), stretch("neck nod"), stretch("ear down"), TURN, KNEES),
)
CATALOGUES: dict[str, tuple[Routine, ...]] = {
    "test": (*CATALOGUE, DOWN, NECK),
    "built in": (*CATALOGUE[:1], *built_in_routines()),
}
PACKS = {name: pack_of(routines) for name, routines in CATALOGUES.items()}
DEVICES = {
    "microphone lost": MicrophoneLost("lost"),
    "microphone restored": MicrophoneRestored(),
    "speaker lost": SpeakerLost(),
    "speaker restored": SpeakerRestored(),
    "started": Started(),
    "deadline": DeadlineReached(),
    "measured": SoundMeasured(-50.0, 20.0),
    "hearing stuck": MicrophoneLost("stuck"),
    "hearing late": HearingFellBehind(),
    "hearing in time": HearingCaughtUp(),
    "work left out": WorkLeftOut(),
    "work resumed": WorkResumed(),
    "history held": KeepingChanged(is_written=False),
    "disk nearly full": KeepingChanged(has_room=False),
}


@dataclass
class Case:
    """A session that can be played again."""

    setup: Setup
    moves: list[Move] = field(default_factory=list)

    def __str__(self) -> str:
        return json.dumps({"setup": self.setup, "moves": self.moves})


def read(text: str) -> Case:
    """A case as it was printed."""
    return Case(**json.loads(text))


def watched(setup: Setup, kind: type[Watched] = Watched) -> Watched:
    """The session of a setup, not yet under way."""
    settings = dict(setup)
    catalogue = settings.pop("catalogue", "test")
    named = settings.pop("routine", "")
    routine = next((r for r in CATALOGUES[catalogue] if r.id == named), None)
    pasts = settings.pop("pasts", None)
    return kind(
        routine=routine,
        catalogue=CATALOGUES[catalogue],
        pack=PACKS[catalogue],
        library=LIBRARY if settings.pop("plans", False) else (),
        pasts=None if pasts is None else {name: StretchPast(*past) for name, past in pasts.items()},
        **settings,
    )


def _type(driver: Watched, phrase: str) -> None:
    words = tuple(phrase.split())
    driver.event(meaning_of(words, driver.pack.table, listened_for(driver.state), Source.KEYBOARD))


def _others(driver: Watched, phrase: str) -> None:
    """A safety phrase that was no louder than others who talk."""
    words = tuple(phrase.split())
    meaning = meaning_of(words, driver.pack.table, listened_for(driver.state), Source.VOICE)
    driver.event(replace(meaning, is_among_talk=True) if isinstance(meaning, Said) else meaning)


def _talk(driver: Watched, words: list[str], seconds: float) -> None:
    """Somebody talks on, in one utterance that never ends."""
    driver.hear(*words, final=False)
    utterance = driver._utterance
    for _ in range(round(seconds / 0.8)):
        driver.advance(0.8)
        words = [*words, UNKNOWN_WORD]
        driver.hear(*words, final=False, utterance=utterance)


def _leave(driver: Watched) -> None:
    """Time until the state is another one."""
    before = driver.state
    for _ in range(200):
        if driver.state is not before or not driver.happen():
            return


def _until(driver: Watched, state: str) -> None:
    """Time until a state of the stretches, as long as nothing is asked."""
    for _ in range(12):
        if driver.state == state or driver.state not in UNDER_WAY:
            return
        _leave(driver)


def _until_silent(driver: Watched) -> None:
    for _ in range(200):
        if not driver.speaking or not driver.happen():
            break
    driver.advance(0.5)


def _answer(driver: Watched, phrase: str, later: float) -> None:
    _until_silent(driver)
    driver.advance(later)
    driver.say(phrase)


def _stand_still(driver: Watched, seconds: float) -> None:
    driver.now += seconds


def _finish(driver: Watched, prompt_id: int) -> None:
    """A prompt fails, or its end is told once more."""
    if driver.speaking and driver._queue[0].prompt_id == prompt_id:
        driver._queue.pop(0)
        driver._sounding_since, driver._sentences_over = driver.now, 0
    if all(prompt.prompt_id != prompt_id for prompt in driver._queue):
        driver.event(PromptFinished(prompt_id))


def _fail(driver: Watched) -> None:
    """What is being said fails; then it ends."""
    if driver.speaking:
        prompt_id = driver._queue[0].prompt_id
        driver.event(PromptFailed(prompt_id))
        _finish(driver, prompt_id)


def _prompts(driver: Watched, finish: bool) -> None:
    driver.prompts_finish = finish


PLAYS: dict[str, Callable[..., object]] = {
    "say": Watched.say,
    "answer": _answer,
    "type": _type,
    "others": _others,
    "hear": lambda driver, words: driver.hear(*words),
    "partial": lambda driver, words: driver.hear(*words, final=False),
    "talk": _talk,
    "pass": Watched.advance,
    "leave": _leave,
    "until": _until,
    "stall": _stand_still,
    "crash": Watched.crash,
    "device": lambda driver, name: driver.event(DEVICES[name]),
    "prompts": _prompts,
    "finished": _finish,
    "voice fails": _fail,
    "sentence": lambda driver, prompt_id: driver.event(SentenceFinished(prompt_id)),
}


def play(driver: Watched, move: Move) -> None:
    """Let one move happen."""
    PLAYS[move[0]](driver, *move[1:])


def played(case: Case, kind: type[Watched] = Watched) -> Watched:
    """Play a case to its end, and on until it has come to rest."""
    driver = watched(case.setup, kind)
    for move in case.moves:
        play(driver, move)
    driver.play_out()
    return driver


def violation(case: Case) -> str:
    """What a case breaks; "" for nothing."""
    try:
        played(case)
    except Exception as error:  # noqa: BLE001 - a core that breaks is found as well
        return says(error)
    return ""


def says(error: Exception) -> str:
    """A failure in one line."""
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def minimal(case: Case) -> Case:
    """The case without moves that its failure does not need."""
    wanted = violation(case)
    moves, size = case.moves, len(case.moves)
    while size:
        at = 0
        while at < len(moves):
            fewer = moves[:at] + moves[at + size :]
            if violation(Case(case.setup, fewer)) == wanted:
                moves = fewer
            else:
                at += size
        size //= 2
    return Case(case.setup, moves)
