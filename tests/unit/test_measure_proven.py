"""What was proven of our own voice is not played again, until anything of it is another."""

from __future__ import annotations

from pathlib import Path

import pytest
from driver import PACK
from fakes import FakeVoice

from assistant.core.intents import Intent
from scripts.measure import proven
from scripts.measure.own_sayings import Saying
from scripts.measure.proven import AGAIN, Proven

SAYINGS = [Saying("line", f"Breathe in for {number}.") for number in range(2 * AGAIN)]
SOME_AGAIN = [SAYINGS[0], SAYINGS[AGAIN]]
VOICE, INTENTS = FakeVoice(), (Intent.STOP, Intent.NEXT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept = Proven(PACK, tmp_path / "proof.json")
    assert kept.left(SAYINGS, VOICE, INTENTS) == SAYINGS
    kept.add(SAYINGS, VOICE, INTENTS)
    kept.keep()
    return tmp_path / "proof.json"


def test_of_what_was_proven_only_some_are_played_again(file: Path) -> None:
    assert Proven(PACK, file).left(SAYINGS, VOICE, reversed(INTENTS)) == SOME_AGAIN


def test_another_sentence_is_played(file: Path) -> None:
    changed = [*SAYINGS[:5], Saying("line", "Breathe out."), *SAYINGS[6:]]
    assert Proven(PACK, file).left(changed, VOICE, INTENTS) == [SAYINGS[0], changed[5], SAYINGS[AGAIN]]


def test_another_sound_of_the_same_sentence_is_played(file: Path) -> None:
    class Deeper(FakeVoice):
        def synthesize(self, text, rate):  # type: ignore[no-untyped-def]
            return super().synthesize(text, rate / 2)

    assert Proven(PACK, file).left(SAYINGS, Deeper(), INTENTS) == SAYINGS


def test_other_intents_listened_for_are_another_proof(file: Path) -> None:
    assert Proven(PACK, file).left(SAYINGS, VOICE, (Intent.STOP,)) == SAYINGS


def test_with_other_hearing_nothing_is_proven(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proven, "HEARD_BY", ("assistant/core/own_voice.py",))
    assert Proven(PACK, file).left(SAYINGS, VOICE, INTENTS) == SAYINGS


def test_a_file_that_is_no_more_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(proven, "HEARD_BY", ("assistant/core/gone.py",))
    with pytest.raises(FileNotFoundError, match=r"gone\.py"):
        Proven(PACK, tmp_path / "proof.json")
