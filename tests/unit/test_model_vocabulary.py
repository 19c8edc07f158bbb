"""Every word that Limber can listen for has an id in the model that comes with it."""

from __future__ import annotations

from pathlib import Path

from assistant.languages.packs import load_language
from assistant.speech.vosk.recognizer import VOSK_UNKNOWN_WORD

MODEL = Path(__file__).parents[2] / "models" / "limber-en"


def test_every_grammar_word_has_an_id() -> None:
    lines = (line.split() for line in (MODEL / "graph/words.txt").read_text("utf-8").splitlines())
    ids = {word: int(number) for word, number in lines}
    vocabulary = load_language().table.vocabulary()
    assert len(vocabulary) > 100
    assert vocabulary | {VOSK_UNKNOWN_WORD} <= ids.keys()
    assert len(set(ids.values())) == len(ids)


def test_the_model_is_small() -> None:
    assert sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file()) <= 5_000_000
