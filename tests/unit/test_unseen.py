"""Sentences of people who had not seen the phrases, and sentences that are meant for nobody here.

Unlike those of `test_understanding.py` not all are understood. What is not must lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from driver import PACK
from happenings import untraced

from assistant.core.events import Said, Source
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.listening.listener import meaning_of
from assistant.core.machine import listened_for
from assistant.core.states import ASKING_SCORE, State

DANGER = {"pain", "red_flag", "distress"}
"""Each of them stops everything, and asks."""
HALTS = {*DANGER, "stop", "pause", "end", "sleep"}
LEADS_ON = (Intent.RESUME, Intent.READY, Intent.START, Intent.NEXT, Intent.LONGER, Intent.MORE_TIME)
UNDERSTOOD = 0.88
EVERYDAY_MEANT = 0.005


def rows() -> Iterator[tuple[State, str, frozenset[str]]]:
    """State, sentence, and the meanings that are right, of `unseen.tsv`."""
    for line in Path(__file__).with_name("unseen.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            state, sentence, meanings = line.split("\t")
            yield State(state), sentence, frozenset(meanings.split("|"))


def meaning(sentence: str, state: State) -> Said | None:
    found = meaning_of(PACK.typed(sentence), PACK.table, listened_for(state), Source.KEYBOARD)
    return found if isinstance(found, Said) else None


def is_right(said: Said | None, meanings: frozenset[str]) -> bool:
    got = "-" if said is None else str(said.intent)
    names = {one.partition("=")[0] for one in meanings}
    number = "" if said is None or said.slots.number is None else str(said.slots.number)
    return (
        (got in names and (f"{got}={number}" in meanings or got in meanings))
        or (got in DANGER and bool(names & DANGER))
        or (got in ("-", "no") and "denial" in names)
    )


ROWS = list(rows())


def meanings() -> list[tuple[State, str, frozenset[str], Said | None]]:
    """Of each row what it was taken for."""
    with untraced():
        return [(state, sentence, right, meaning(sentence, state)) for state, sentence, right in ROWS]


def test_most_sentences_are_understood_though_nobody_wrote_a_phrase_for_them() -> None:
    missed = [(state, sentence) for state, sentence, right, said in meanings() if not is_right(said, right)]
    assert len(ROWS) >= 1000
    assert len(missed) <= (1 - UNDERSTOOD) * len(ROWS), missed


def test_who_wants_a_halt_is_never_led_on() -> None:
    led = [
        (state, sentence, said.intent)
        for state, sentence, right, said in meanings()
        if right <= HALTS and said and said.intent in LEADS_ON
    ]
    assert led == []


@pytest.mark.parametrize("state", [State.HOLDING, State.CHOOSING, State.SCORE_NOW])
def test_everyday_talk_means_next_to_nothing(state: State) -> None:
    """A yes where a number is asked for gets what is not understood gets: the question again."""
    asked_again = Intent.YES if state in ASKING_SCORE else None
    sentences = Path(__file__).with_name("everyday.txt").read_text("utf-8").splitlines()
    with untraced():
        meant = [(text, said.intent) for text in sentences if (said := meaning(text, state))]
    meant = [pair for pair in meant if pair[1] is not asked_again]
    assert len(sentences) >= 1000
    assert len(meant) <= EVERYDAY_MEANT * len(sentences), meant
    assert [pair for pair in meant if pair[1] in SAFETY_INTENTS] == []
