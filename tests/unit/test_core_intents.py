"""The phrase table, and the phrases of the English pack: each means what it says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from driver import CATALOGUE, PACK, built_in_routines
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.clauses import match_half
from assistant.core.dialogue.ending import GOES_ON
from assistant.core.intents import ABOUT_THE_BODY, SAFETY_INTENTS, UNKNOWN_WORD, Intent, Match, Slots
from assistant.core.machine import listened_for
from assistant.core.pain_rules import SCALE
from assistant.core.phrases import PhraseTable
from assistant.core.routine import Region
from assistant.core.states import State
from assistant.core.understanding import find_safety
from assistant.languages.packs import load_language

TABLE = PACK.table
CARRY_NOTHING = ("condition", "healed")
"""Slots of which an utterance may hold several values: they are looked for in its words."""
OTHER_INTENTS = [intent for intent in Intent if intent not in SAFETY_INTENTS]
PATTERNS = [(intent, pattern) for intent, patterns in TABLE.phrases.items() for pattern in patterns]


def filled(pattern: str) -> list[tuple[str, Slots]]:
    """Ways to say a pattern, each slot in turn with all of its values, and what its slots then carry."""
    names = [token.strip("{}") for token in pattern.split() if token.startswith("{")]
    values = {name: list(TABLE.slots[name].items()) for name in names}
    choices = [{name: each[0] for name, each in values.items()}]
    choices += [choices[0] | {name: value} for name in names for value in values[name][1:]]
    said = []
    for choice in choices:
        phrase = " ".join(choice[t.strip("{}")][0] if t.startswith("{") else t for t in pattern.split())
        numbers = ("span", "score", "odd_span", "minute_of_day")
        carried = {
            "number" if name in numbers else name: value
            for name, (_, value) in choice.items()
            if name not in CARRY_NOTHING
        }
        spelled = " ".join(TABLE.spelling.get(word, word) for word in phrase.split())
        said.append((spelled, Slots(**carried)))
    return said


@pytest.mark.parametrize(("intent", "pattern"), PATTERNS)
def test_every_phrase_means_its_intent_and_its_slots(intent: Intent, pattern: str) -> None:
    for phrase, slots in filled(pattern):
        words = tuple(phrase.split())
        if intent in SAFETY_INTENTS:
            found = find_safety(words, TABLE)
            assert found is not None
            assert SAFETY_INTENTS.index(found.intent) <= SAFETY_INTENTS.index(intent)
        assert TABLE.match(words, {intent}) == Match(intent, phrase, slots)


@pytest.mark.parametrize("state", State)
def test_a_phrase_means_one_thing_wherever_it_is_listened_for(state: State) -> None:
    """Where two intents of a state share a phrase, the one that the pack names first is meant."""
    heard = listened_for(state)
    shared = {
        (phrase, intent, other.intent)
        for intent, pattern in PATTERNS
        if intent in heard
        for phrase, _ in filled(pattern)
        if (other := TABLE.match(tuple(phrase.split()), heard)) and other.intent is not intent
    }
    allowed = {(said, Intent.CHOOSE, Intent.BACK) for said in ("back", "back please")}  # also a region
    allowed |= {(said, Intent.NUMBER, Intent.NO) for said in TABLE.slots["score"]}  # where both are answers
    if state is State.FINISHING:  # there all of these go on
        shared = {pair for pair in shared if not {*pair[1:]} <= {*GOES_ON}}
    shared = {pair for pair in shared if pair[1] not in ABOUT_THE_BODY}
    assert shared <= allowed


@pytest.mark.parametrize("intent", [i for i in OTHER_INTENTS if i not in ABOUT_THE_BODY])
def test_no_other_phrase_holds_a_safety_phrase(intent: Intent) -> None:
    for pattern in TABLE.phrases[intent]:
        for phrase, _ in filled(pattern):
            assert find_safety(tuple(phrase.split()), TABLE) is None, phrase


def test_safety_phrases_are_many_and_have_no_slots() -> None:
    for intent in SAFETY_INTENTS:
        assert len(TABLE.phrases[intent]) >= 10
        assert not any("{" in pattern for pattern in TABLE.phrases[intent])


def test_every_command_has_phrases_and_no_phrase_stands_twice() -> None:
    assert set(TABLE.phrases) == set(Intent)
    assert all(TABLE.phrases.values())
    patterns = [pattern for intent, pattern in PATTERNS if intent not in ABOUT_THE_BODY]
    assert {p for p in patterns if patterns.count(p) > 1} == set()


def test_phrases_are_plain_words() -> None:
    for word in TABLE.vocabulary():
        assert word.replace("'", "").isalpha(), word
        assert word == word.lower()


@pytest.mark.parametrize(
    ("phrase", "intent"),
    [
        ("hang on a second", Intent.STOP),
        ("please stop", Intent.STOP),
        ("that hurts", Intent.PAIN),
        ("i feel dizzy", Intent.PAIN),
        ("my legs are numb", Intent.RED_FLAG),
        ("wait a second", Intent.PAUSE),
        ("carry on", Intent.RESUME),
        ("i'm ready", Intent.READY),
        ("not yet", Intent.NOT_YET),
        ("say that again", Intent.REPEAT),
        ("skip this one", Intent.NEXT),
        ("go back", Intent.BACK),
        ("how much longer", Intent.HOW_LONG),
        ("what's next", Intent.WHATS_NEXT),
        ("ten more seconds", Intent.MORE_TIME),
        ("a bit longer", Intent.LONGER),
        ("a bit shorter", Intent.SHORTER),
        ("this is too hard", Intent.EASIER),
        ("slow down", Intent.SLOWER),
        ("too slow", Intent.FASTER),
        ("speak up", Intent.LOUDER),
        ("not so loud", Intent.QUIETER),
        ("what can i say", Intent.HELP),
        ("yes please", Intent.YES),
        ("no thanks", Intent.NO),
        ("it's a four", Intent.NUMBER),
        ("let's begin", Intent.START),
        ("ten minutes for my lower back", Intent.CHOOSE),
        ("i'm done", Intent.END),
        ("go to sleep", Intent.SLEEP),
    ],
)
def test_what_people_say(phrase: str, intent: Intent) -> None:
    words = tuple(phrase.split())
    match = find_safety(words, TABLE) or TABLE.match(words)
    assert match is not None
    assert match.intent is intent


@pytest.mark.parametrize(
    ("phrase", "slots"),
    [
        ("ten more seconds", Slots(number=10)),
        ("give me ten more seconds please", Slots(number=10)),
        ("one more second", Slots(number=1)),
        ("another twenty five seconds", Slots(number=25)),
        ("another minute", Slots(number=60)),
        ("one more minute", Slots(number=60)),
        ("half a minute more", Slots(number=30)),
        ("another half minute", Slots(number=30)),
        ("give me half a minute", Slots(number=30)),
        ("a minute and a half please", Slots(number=90)),
        ("one and a half minutes longer", Slots(number=90)),
        ("another minute and a half", Slots(number=90)),
        ("i need a minute thirty", Slots(number=90)),
        ("two minutes more", Slots(number=120)),
        ("i need twenty more seconds", Slots(number=20)),
        ("fifteen seconds please", Slots(number=15)),
        ("seven", Slots(number=7)),
        ("seven out of ten", Slots(number=7)),
        ("it's a seven out of ten", Slots(number=7)),
        ("six of ten", Slots(number=6)),
        ("seven and a half", Slots(number=8)),
        ("four or five", Slots(number=5)),
        ("about five or six", Slots(number=6)),
        ("zero", Slots(number=0)),
        ("ten minutes for my lower back", Slots(number=10, region="lower_back")),
        ("something for my neck", Slots(region="neck")),
        ("mixed one please", Slots(routine="mixed")),
        ("start short one", Slots(routine="short")),
        ("another routine", Slots()),
    ],
)
def test_slots(phrase: str, slots: Slots) -> None:
    match = TABLE.match(tuple(phrase.split()))
    assert match is not None
    assert match.slots == slots


EVERYWHERE = (Intent.MORE_TIME, Intent.NUMBER)


@pytest.mark.parametrize(
    ("heard", "intent"),
    [
        ("? more seconds", Intent.MORE_TIME),
        ("more seconds", Intent.MORE_TIME),
        ("ten ? more seconds", Intent.MORE_TIME),
        ("twenty ? seconds", Intent.MORE_TIME),
        ("another ? seconds", Intent.MORE_TIME),
        ("twenty five thirty more seconds", Intent.MORE_TIME),
        ("? seconds", Intent.MORE_TIME),
        ("one ? a minute and", Intent.MORE_TIME),
        ("seven out of ?", Intent.NUMBER),
        ("? out of ten", Intent.NUMBER),
        ("out of ten", Intent.NUMBER),
        ("a ? out of ten", Intent.NUMBER),
        ("four ? six", Intent.NUMBER),
        ("four or ?", Intent.NUMBER),
        ("? of ten", Intent.NUMBER),
        ("seven a half", Intent.NUMBER),
        ("one half minutes longer", Intent.MORE_TIME),
        ("three seven", Intent.NUMBER),
    ],
)
def test_a_request_whose_number_was_lost_is_heard_without_it(heard: str, intent: Intent) -> None:
    words = tuple(heard.split())
    assert TABLE.match(words, EVERYWHERE) is None
    said = " ".join(word for word in words if word != UNKNOWN_WORD)
    assert match_half(words, TABLE, EVERYWHERE) == Match(intent, said, is_half_heard=True)
    assert match_half(words, TABLE, set(EVERYWHERE) - {intent}) is None


@pytest.mark.parametrize("heard", ["?", "seven ?", "? of ?", "out of", "yes ten", ""])
def test_other_chatter_is_no_half_heard_request(heard: str) -> None:
    assert match_half(tuple(heard.split()), TABLE, Intent) is None


def test_a_minute_that_may_be_half_a_minute_is_no_minute() -> None:
    for lost in ("a minute more", "minute longer"):
        assert TABLE.match((UNKNOWN_WORD, *lost.split()), EVERYWHERE) == Match(
            Intent.MORE_TIME, lost, is_half_heard=True
        )
    kept = TABLE.match(("another", "minute", UNKNOWN_WORD), EVERYWHERE)
    assert kept == Match(Intent.MORE_TIME, "another minute", Slots(number=60))


def test_a_score_that_may_have_gone_on_is_no_score() -> None:
    for said in ("four", "about a four", "four or five"):
        found = TABLE.match((*said.split(), UNKNOWN_WORD), EVERYWHERE)
        assert found == Match(Intent.NUMBER, said, is_half_heard=True)
        assert TABLE.match((UNKNOWN_WORD, *said.split()), EVERYWHERE) == TABLE.match(tuple(said.split()))
    whole = TABLE.match(("four", "out", "of", "ten", UNKNOWN_WORD), EVERYWHERE)
    assert whole == Match(Intent.NUMBER, "four out of ten", Slots(number=4))


def test_regions_of_the_pack_are_regions_of_the_body() -> None:
    assert set(TABLE.slots["region"].values()) == {str(region) for region in Region}


@given(
    st.lists(st.sampled_from([UNKNOWN_WORD, "yes", "the", "ten", "seconds", "back"]), max_size=4),
    st.sampled_from([(i, p) for i in SAFETY_INTENTS for p in TABLE.phrases[i]]),
    st.lists(st.sampled_from([UNKNOWN_WORD, "please", "now", "ready"]), max_size=4),
)
def test_safety_phrases_are_found_anywhere(
    before: list[str], said: tuple[Intent, str], after: list[str]
) -> None:
    found = find_safety((*before, *said[1].split(), *after), TABLE)
    assert found is not None
    assert SAFETY_INTENTS.index(found.intent) <= SAFETY_INTENTS.index(said[0])


def test_the_most_serious_safety_phrase_counts() -> None:
    found = find_safety(("stop", "that", "hurts", "i", "can't", "breathe"), TABLE)
    assert found == Match(Intent.RED_FLAG, "i can't breathe")


def test_words_that_sound_alike_are_one_word_to_the_recognizer_and_both_may_be_typed() -> None:
    table = PhraseTable({Intent.NO: ("no",), Intent.UNSURE: ("i don't know",)}, {}, spelling={"know": "no"})
    assert "know" not in table.vocabulary()
    for words in ("i don't know", "i don't no"):
        found = table.match(tuple(words.split()))
        assert found is not None
        assert found.intent is Intent.UNSURE


def test_decoys_mean_nothing_even_where_they_hold_a_safety_phrase() -> None:
    table = PhraseTable({Intent.STOP: ("stop",)}, {}, decoys=("bus stop", "step"))
    assert find_safety(("the", "bus", "stop"), table) is None
    assert find_safety(("bus", "stop", "bus", "stop"), table) is None
    assert find_safety(("bus", "stop", "stop"), table) == Match(Intent.STOP, "stop")
    for decoy in TABLE.decoys:
        words = tuple(decoy.split())
        assert find_safety(words, TABLE) is None
        assert TABLE.match(words) is None


def test_unknown_words_count_only_within_a_phrase() -> None:
    assert TABLE.match((UNKNOWN_WORD, "next", UNKNOWN_WORD)) == Match(Intent.NEXT, "next")
    assert TABLE.match(("ready", UNKNOWN_WORD)) == Match(Intent.READY, "ready")
    assert TABLE.match((UNKNOWN_WORD, "ready")) == Match(Intent.READY, "ready", is_half_heard=True)
    for answer in ("yes", "no"):
        for words in ((answer, UNKNOWN_WORD), (UNKNOWN_WORD, answer)):
            match = TABLE.match(words)
            assert match is not None
            assert match.is_half_heard
    assert TABLE.match(("not", UNKNOWN_WORD, "yet")) is None
    assert TABLE.match((UNKNOWN_WORD,)) is None
    assert TABLE.match(()) is None
    assert TABLE.match(("ready", "steady")) is None


def test_only_what_is_listened_for_matches() -> None:
    assert TABLE.match(("yes",), {Intent.NO}) is None
    assert TABLE.match(("back",), {Intent.CHOOSE}) == Match(Intent.CHOOSE, "back", Slots(region="lower_back"))
    assert TABLE.match(("back",)) == Match(Intent.BACK, "back")


@pytest.mark.parametrize("state", State)
def test_the_grammar_holds_every_phrase_that_can_be_said_and_always_those_of_safety(state: State) -> None:
    grammar = TABLE.grammar(listened_for(state))
    assert len(grammar) == len(set(grammar))
    safety = {phrase for intent in SAFETY_INTENTS for phrase in TABLE.phrases[intent]}
    assert safety | set(TABLE.decoys) <= set(grammar)
    heard = listened_for(state) | set(SAFETY_INTENTS)
    neighbors = {pair for phrase in grammar for pair in pairwise(phrase.split())}
    for intent, pattern in PATTERNS:
        if intent in heard:
            for phrase, slots in filled(pattern):
                is_score = slots.number is None or slots.number in SCALE
                if is_score or heard & {Intent.CHOOSE, Intent.MORE_TIME}:
                    assert set(pairwise(phrase.split())) <= neighbors, phrase


def test_a_slot_without_values_is_not_listened_for() -> None:
    table = load_language("en").table
    grammar = table.grammar([Intent.CHOOSE])
    assert "my neck" in grammar
    assert not any("{" in phrase for phrase in grammar)
    assert table.match(("short", "one")) is None
    assert table.vocabulary() < load_language("en", built_in_routines()).table.vocabulary()


def test_routines_are_chosen_by_their_spoken_names() -> None:
    for routine in (*CATALOGUE, *built_in_routines()):
        table = load_language("en", [routine]).table
        match = table.match((*routine.spoken_name.lower().split(), "please"), {Intent.CHOOSE})
        assert match == Match(
            Intent.CHOOSE, f"{routine.spoken_name.lower()} please", Slots(routine=routine.id)
        )


def chosen(table: PhraseTable, phrase: str) -> str | None:
    match = table.match(tuple(phrase.split()), (Intent.CHOOSE,))
    return match.slots.routine if match else None


def test_a_routine_may_be_named_without_its_article() -> None:
    routines = built_in_routines()
    table = load_language("en", routines).table
    assert chosen(table, "after a long drive") == chosen(table, "after long drive") == "after-driving"
    assert chosen(table, "lower back on floor please")
    twins = (replace(routines[0], spoken_name="a rest"), replace(routines[1], spoken_name="rest"))
    assert chosen(load_language("en", twins).table, "rest") == twins[1].id, "a whole name goes first"
    table = load_language("en", [replace(routines[0], spoken_name="the a")]).table
    assert chosen(table, "the a") == routines[0].id
    assert "" not in table.grammar([Intent.CHOOSE])


def test_slots_name_those_that_were_filled_even_with_zero() -> None:
    assert Slots(number=0, side="left").filled() == {"number": 0, "side": "left"}
    assert Slots().filled() == {}


def test_where_only_scores_are_asked_for_no_other_numbers_are_listened_for() -> None:
    scoring, waiting = TABLE.grammar([Intent.NUMBER]), TABLE.grammar([Intent.NUMBER, Intent.MORE_TIME])
    assert {"ten", "about seven", "zero"} <= set(scoring)
    assert not {word for phrase in scoring for word in phrase.split()} & {"twenty", "thirty", "fifteen"}
    assert "about twenty" in waiting
