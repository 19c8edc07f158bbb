"""What must never be said: the lint that routines and prompts share."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.prompts import LanguagePack
from assistant.languages.en.rules import words as spoken_words
from assistant.languages.en.wording import lint_spoken as lint_english
from assistant.languages.packs import load_language
from assistant.store.wording import lint_spoken


@pytest.fixture(scope="module")
def pack() -> LanguagePack:
    return load_language()


@pytest.mark.parametrize(
    "text",
    [
        "Ease out slowly, only as far as is comfortable.",
        "You feel a mild pull, never more.",
        "Reinforce your seat.",  # "force" is only a part of the word
        "Go a bit further, only as far as is comfortable.",
        "Deeper, but only if it stays comfortable.",
        "Let your {side} ear sink.",
        "It's a well-known café\u2019s chair: sit; breathe!",
        "",
    ],
)
def test_gentle_words_pass(text: str, pack: LanguagePack) -> None:
    assert lint_spoken(text, pack) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Don't BOUNCE.", "bounce"),
        ("No bouncing now.", "bouncing"),
        ("Pulse a little.", "pulse"),
        ("Jerky steps.", "jerky"),
        ("Your arms swung.", "swung"),
        ("Pushing helps.", "pushing"),
        ("Never force it.", "force"),
        ("Forcefully.", "forcefully"),
        ("It is damaged.", "damaged"),
        ("Wear-and-tear.", "wear and tear"),
        ("Remember: no pain, no gain!", "no pain no gain"),
        ("Hurt isn\u2019t harm.", "hurt isn't harm"),
        ("Sink deeper.", "deeper"),
        ("A bit further, if you dare.", "further"),
        ("Further. Be comfortable.", "further"),
        ("Hold 20 seconds.", "2"),
        ("Bend 90° now.", "°"),
        ("Left/right.", "/"),
        ("Do it, etc.", "etc."),
        ("Ask the NHS.", "NHS"),
        ("Open { side }.", "{"),
    ],
)
def test_what_is_never_to_be_said_is_named(text: str, named: str) -> None:
    assert any(f'"{named}"' in problem for problem in lint_english(text)), lint_english(text)


def test_a_sentence_may_have_twenty_words_and_no_more() -> None:
    twenty = " ".join(["slowly"] * 20)
    assert lint_english(f"{twenty}. {twenty}.") == []
    assert lint_english(f"{twenty} now.") == ["has a sentence of 21 words, and 20 are the most"]


@pytest.mark.parametrize(
    ("text", "phrase", "intent"),
    [
        ("Now, stop!", "stop", "stop"),
        ("Hold, on your mat.", "hold on", "stop"),
        ("It hurts?", "it hurts", "pain"),
    ],
)
def test_what_the_recognizer_acts_on_is_named(
    text: str, phrase: str, intent: str, pack: LanguagePack
) -> None:
    problems = lint_spoken(text, pack)
    assert problems == [f'says "{phrase}", which the recognizer takes for "{intent}"']
    assert lint_english(text) == []


@settings(max_examples=50)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_words_are_those_of_a_recognizer(text: str) -> None:
    words = spoken_words(text)
    assert all(word and "\u2019" not in word and not word.isspace() for word in words)
    assert spoken_words(" ".join(words)) == words


@settings(max_examples=50)
@given(st.text(max_size=30), st.sampled_from(["bouncing", "push", "forced"]), st.text(max_size=30))
def test_a_banned_word_is_found_wherever_it_stands(before: str, banned: str, after: str) -> None:
    assert any(f'"{banned}"' in problem for problem in lint_english(f"{before} {banned} {after}"))
