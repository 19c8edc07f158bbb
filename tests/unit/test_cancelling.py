"""What changes in the hearing path once a canceller has learned the room."""

from __future__ import annotations

import numpy as np
from driver import PACK
from fakes import FakeRecognizer

from assistant.core.events import NotUnderstood, Said
from assistant.core.intents import Intent
from assistant.core.listening.cancelling import Cancelling
from assistant.core.listening.loudness import Loudness
from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS
from assistant.speech.hearing import HearingPath

FAR = b"far " * (BLOCK_SAMPLES // 2)


class Untouched:
    """A filter that leaves blocks as they are."""

    def filter(self, block: bytes) -> bytes:
        return block


class Learned:
    """An echo canceller that takes a share away, and leaves what a person says."""

    def __init__(self) -> None:
        self.left = 1.0

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        return loud(self.left)


def loud(share: float) -> bytes:
    return (np.full(BLOCK_SAMPLES, 8000) * share).astype(np.int16).tobytes()


def test_the_second_recognizer_hears_no_more_once_the_canceller_takes_our_voice_away() -> None:
    canceller, second = Learned(), FakeRecognizer({1: "stop"})
    path = HearingPath(FakeRecognizer({}), PACK.table, canceller=canceller, second=second, cleaning=Untouched)

    def heard(seconds: float) -> int:
        before = len(second.blocks)
        for _ in range(round(seconds / BLOCK_SECONDS)):
            path.accept(loud(1.0), FAR)
        return len(second.blocks) - before

    assert heard(2.0) == 100
    assert second.finished_at == []
    canceller.left = 0.1
    assert 0 < heard(10.0) < 300, "so long it takes to be sure"
    assert second.finished_at == [len(second.blocks)], "what it had is decided"
    assert heard(5.0) == 0
    canceller.left = 1.0
    assert heard(1.0) == 0, "somebody talks over our voice"
    assert heard(10.0) > 200, "the echo has changed"


def test_what_is_not_understood_before_the_canceller_has_learned_may_be_our_own() -> None:
    canceller = Learned()
    main = FakeRecognizer({50: "? ?.", 200: "next."})
    path = HearingPath(main, PACK.table, canceller=canceller, cleaning=Untouched)
    path.listen_for({Intent.NEXT})
    meant = [one for _ in range(250) for one in path.accept(loud(1.0), FAR)]
    assert [type(one) for one in meant] == [Said]
    main.heard = {850: "? ?."}
    canceller.left = 0.1
    for _ in range(500):
        assert path.accept(loud(1.0), FAR) == []
    canceller.left = 0.9
    meant = [one for _ in range(150) for one in path.accept(loud(1.0), FAR)]
    assert [type(one) for one in meant] == [NotUnderstood], "over our voice, but not of it"


def test_silence_tells_nothing_of_a_canceller() -> None:
    cancelling = Cancelling()
    for _ in range(500):
        cancelling.accept(-80.0, -120.0)
    assert not cancelling.works


def is_our_own(before_db: float, now_db: float) -> bool:
    """Of a phrase that was brought down by so much, after what was brought down by so much."""
    loudness = Loudness()
    for block in range(1, 200):
        cancelled_db = before_db if block <= 125 else now_db
        loudness.accept(block * BLOCK_SECONDS, -30.0 - cancelled_db, -30.0, has_words=False)
    return loudness.is_our_own(3.0, 20.0)


def test_a_phrase_is_our_own_where_the_canceller_did_as_well_as_before() -> None:
    assert is_our_own(0.0, 6.5), "it learns in this moment"
    assert is_our_own(12.0, 10.0)
    assert is_our_own(30.0, 21.0), "so much is left of nobody"
    assert not is_our_own(12.0, 4.0), "a person as loud as our echo"
    assert not is_our_own(25.0, 15.0), "a person much softer than our echo"
    assert not is_our_own(0.0, 0.0), "nothing is cancelled"
