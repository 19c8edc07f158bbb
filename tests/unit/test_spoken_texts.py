"""What is given to a voice is words: nothing that one voice says as a number and another as a sign."""

from __future__ import annotations

import re

import pytest
from driver import PACK

from assistant.config import Config
from assistant.opening import load_content
from assistant.store.library import load_library

SIGN = re.compile(r"[0-9/%°½&+=@#*_~^<>\[\]|\\$€²³]")


def spoken_texts() -> set[str]:
    pack, routines = load_content(Config(), pytest.fail)
    texts = set(pack.lines.values())
    for transfer in pack.transfers.values():
        texts |= {transfer.words, transfer.easier, transfer.who_should_not}
    for stretch in (*load_library(pack.code).values(), *(s for r in routines for s in r.stretches)):
        texts |= {stretch.spoken_name, *stretch.enter, stretch.feel, stretch.leave, stretch.easier}
    return {re.sub(r"\{[^}]*\}", "", text) for text in texts if text} | {
        routine.spoken_name for routine in routines
    }


def test_no_text_of_ours_has_a_sign_or_a_digit() -> None:
    texts = spoken_texts()
    assert len(texts) > 400
    assert {text for text in texts if SIGN.search(text)} == set()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (10, "ten"),
        (57, "fifty seven"),
        (120, "one hundred twenty"),
        (999, "nine hundred ninety nine"),
    ],
)
def test_numbers_are_given_in_words(number: int, words: str) -> None:
    assert f"{PACK.number(number)}" == words
