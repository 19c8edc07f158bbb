"""What can be pressed: all that can be said in a state, answered and chosen, and each as its own phrase."""

from __future__ import annotations

import pytest
from driver import CATALOGUE, PACK, in_state

from assistant.core.events import Source
from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.phrases import PhraseTable
from assistant.core.states import State
from assistant.core.view import as_json
from assistant.frontends.pressing import NotPressableError, is_urgent, said

TABLE: PhraseTable = PACK.table


@pytest.mark.parametrize("state", State)
def test_what_a_view_offers_can_be_sent_as_it_stands_there(state: State) -> None:
    shown = as_json(in_state(state).views[-1])
    offered = [*shown["can_say"], *(shown["question"] or {}).get("answers", ())]
    for one in offered:
        slots = {name: value for name, value in one["slots"].items() if value is not None}
        meaning = said({"intent": one["intent"], "phrase": one["phrase"], **slots}, PACK)
        assert meaning.intent == one["intent"]
        assert meaning.slots.filled() == slots


@pytest.mark.parametrize("routine", [routine.id for routine in CATALOGUE])
def test_a_card_chooses_its_routine(routine: str) -> None:
    meaning = said({"intent": "choose", "routine": routine}, PACK)
    assert meaning.slots.filled() == {"routine": routine}
    assert TABLE.match(meaning.words, (Intent.CHOOSE,)) is not None


@pytest.mark.parametrize("number", range(11))
def test_each_number_of_the_scale_can_be_pressed(number: int) -> None:
    assert said({"intent": "number", "number": number}, PACK).slots.number == number


@pytest.mark.parametrize(
    "more", [{"region": "neck"}, {"region": "neck", "number": 10}, {"number": 10}, {"position": "seated"}]
)
def test_a_part_of_the_body_and_minutes_can_be_chosen(more: dict[str, object]) -> None:
    assert said({"intent": "choose", **more}, PACK).slots.filled() == more


def test_every_intent_that_needs_no_more_can_be_pressed_alone() -> None:
    alone = set()
    for intent in Intent:
        try:
            meaning = said({"intent": intent}, PACK)
        except NotPressableError:
            continue
        assert (meaning.intent, meaning.source, meaning.is_final) == (intent, Source.TOUCH, True)
        alone.add(intent)
    needs_more = set(Intent) - alone
    assert Intent.NUMBER in needs_more
    assert set(SAFETY_INTENTS) <= alone
    assert not needs_more & {
        Intent.YES,
        Intent.NO,
        Intent.NEXT,
        Intent.READY,
        Intent.RESUME,
        Intent.MORE_TIME,
    }


def test_only_safety_is_urgent() -> None:
    assert {intent for intent in Intent if is_urgent({"intent": intent})} == set(SAFETY_INTENTS)
    assert not is_urgent({})
    assert not is_urgent({"intent": ["stop"]})
