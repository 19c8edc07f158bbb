"""From hypotheses to meanings: safety at once, the rest when it is certain, each utterance once."""

from __future__ import annotations

from driver import PACK

from assistant.core.events import NotUnderstood, Said
from assistant.core.intents import Intent, Slots
from assistant.core.listening.hypotheses import FinalHypothesis, PartialHypothesis
from assistant.core.listening.listener import Listener

ALL = tuple(Intent)


def partial(utterance: int, text: str) -> PartialHypothesis:
    return PartialHypothesis(utterance, tuple(text.split()), 1.0, 1.1)


def final(utterance: int, text: str) -> FinalHypothesis:
    return FinalHypothesis(utterance, tuple(text.split()), 1.0, 1.1)


def meanings(*hypotheses: PartialHypothesis | FinalHypothesis) -> list[Intent | str | None]:
    listener = Listener(PACK.table)
    found = [listener.interpret(hypothesis, ALL) for hypothesis in hypotheses]
    return [f.intent if isinstance(f, Said) else "?" if isinstance(f, NotUnderstood) else None for f in found]


def test_a_safety_phrase_acts_on_a_partial_hypothesis_and_once_per_utterance() -> None:
    assert meanings(partial(1, "stop"), partial(1, "stop stop"), final(1, "stop stop")) == [
        Intent.STOP,
        None,
        None,
    ]
    assert meanings(partial(1, "stop"), partial(2, "stop")) == [Intent.STOP, Intent.STOP]


def test_a_more_serious_phrase_in_the_same_utterance_acts_too() -> None:
    told = meanings(
        partial(1, "stop"), partial(1, "stop that hurts"), final(1, "stop that hurts i can't breathe")
    )
    assert told == [Intent.STOP, Intent.PAIN, Intent.RED_FLAG]


def test_a_red_flag_only_pauses_until_the_utterance_is_over() -> None:
    assert meanings(partial(1, "i can't breathe"), final(1, "i can't breathe")) == [
        Intent.PAUSE,
        Intent.RED_FLAG,
    ]
    assert meanings(partial(1, "chest pain"), final(1, "chest pain")) == [Intent.PAIN, Intent.RED_FLAG]
    assert meanings(partial(1, "i can't breathe"), final(1, "i can't")) == [Intent.PAUSE, None]


def test_a_less_serious_phrase_in_the_same_utterance_adds_nothing() -> None:
    assert meanings(partial(1, "that hurts"), final(1, "that hurts stop")) == [Intent.PAIN, None]


def test_a_safety_phrase_that_only_the_final_hypothesis_has_acts() -> None:
    assert meanings(partial(1, "?"), final(1, "? stop")) == [None, Intent.STOP]


def test_what_was_acted_on_stays_acted_on_when_the_final_hypothesis_differs() -> None:
    assert meanings(partial(1, "stop"), final(1, "start")) == [Intent.STOP, None]


def test_other_phrases_wait_for_the_whole_utterance() -> None:
    assert meanings(partial(1, "ready"), final(1, "ready")) == [None, Intent.READY]
    assert meanings(final(1, "ready steady")) == ["?"]
    assert meanings(final(1, "?"), final(2, "")) == ["?", None]


def test_only_what_makes_sense_now_is_understood_but_safety_always_is() -> None:
    listener = Listener(PACK.table)
    times = {"word_end_seconds": 1.0, "at_seconds": 1.1}
    assert listener.interpret(final(1, "yes"), [Intent.NO]) == NotUnderstood(("yes",))
    assert listener.interpret(final(2, "ouch"), []) == Said(Intent.PAIN, "ouch", words=("ouch",), **times)
    assert listener.interpret(final(3, "ten"), [Intent.NUMBER]) == Said(
        Intent.NUMBER, "ten", Slots(number=10), words=("ten",), **times
    )
