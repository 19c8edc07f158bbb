"""What is suggested to be said: only what is answered, and in words that mean it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driver import PACK

from assistant.core.intents import ABOUT_THE_BODY, Intent
from assistant.core.machine import listened_for
from assistant.core.sayable import MOST_USEFUL, NOT_SUGGESTED, examples, sayable
from assistant.core.states import State

EXAMPLES = examples(PACK.table)


@pytest.mark.parametrize("state", State)
def test_what_is_suggested_is_answered_there(state: State) -> None:
    useful = MOST_USEFUL[state]
    assert set(useful) <= listened_for(state)
    assert len(useful) <= 6
    assert len(set(useful)) == len(useful)
    assert len(useful) >= 3 or state is State.FINISHED


@pytest.mark.parametrize("state", State)
def test_all_that_is_answered_can_be_read_the_most_useful_first(state: State) -> None:
    intents = tuple(one.intent for one in sayable(state, EXAMPLES))
    assert intents[: len(MOST_USEFUL[state])] == MOST_USEFUL[state]
    assert set(intents) == listened_for(state) - NOT_SUGGESTED
    assert len(set(intents)) == len(intents)


@pytest.mark.parametrize("intent", [i for i in Intent if i not in ABOUT_THE_BODY])
def test_an_example_means_its_intent_with_its_slots(intent: Intent) -> None:
    example = EXAMPLES[intent]
    match = PACK.table.match(tuple(example.phrase.split()), {*Intent} - {*ABOUT_THE_BODY})
    assert match is not None
    assert (match.intent, match.slots) == (intent, example.slots)


def test_an_example_is_read_as_people_write_it() -> None:
    assert EXAMPLES[Intent.UNSURE].phrase == "i don't know"
    assert PACK.table.shown("i don't no") == "i don't know"
    assert PACK.table.shown("no") == "no"
    assert PACK.table.shown("nobody says this") == "nobody says this"


def test_an_example_of_a_routine_is_one_that_is_there() -> None:
    assert EXAMPLES[Intent.CHOOSE].phrase == "mixed one"
    assert EXAMPLES[Intent.CHOOSE].slots.routine == "mixed"


def test_without_routines_there_is_no_example_of_one() -> None:
    table = replace(PACK.table, slots={**PACK.table.slots, "routine": {}})
    assert Intent.CHOOSE not in examples(table)
    assert Intent.CHOOSE not in [one.intent for one in sayable(State.CHOOSING, examples(table))]
