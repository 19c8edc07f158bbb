"""What is rendered while nobody is guided: in the order of need, part by part, and nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeVoice, fake_samples

from assistant.core.ports import Speech
from assistant.speech.prompt_cache import PromptCache, prompt_key
from assistant.speech.rendering_ahead import JUDGED_AFTER_SECONDS, RenderingAhead
from assistant.speech.voices.fallback import FallbackVoice
from assistant.speech.voices.shared import SharedVoice

PARTS = ("Hello.", "Stop here.", "Sit tall.", "Turn left.", "Rest.")


class Rig:
    """Rendering ahead, with all that belongs to it."""

    def __init__(
        self, folder: Path | None, voice: FakeVoice | None = None, most: int = 1 << 20, always: bool = True
    ) -> None:
        self.voice = voice or FakeVoice()
        self.spare = FakeVoice("spare")
        fallback = FallbackVoice(
            [lambda: self.voice, lambda: self.spare], on_fallback=pytest.fail, late_seconds=0.05
        )
        self.shared = SharedVoice(fallback)
        self.cache = PromptCache(folder, on_trouble=pytest.fail, max_bytes=most)
        self.ahead = RenderingAhead(lambda: self.shared, lambda: self.cache, always=always)

    def go_on(self, *parts: str) -> None:
        self.ahead.go_on(lambda: (1.0, parts or PARTS))

    def until_done(self) -> None:
        until(lambda: self.ahead._wanted is None)

    def kept(self, part: str, voice: str = "fake") -> bool:
        return self.cache.holds(prompt_key(voice, part, 1.0))


@pytest.fixture
def gate() -> Iterator[threading.Semaphore]:
    opened = threading.Semaphore(0)
    yield opened
    opened.release(1000)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_all_is_rendered_in_its_order_once_and_kept_on_the_disk_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.go_on(*PARTS, *PARTS)
    rig.until_done()
    assert rig.voice.spoken == list(PARTS)
    assert all(rig.kept(part) for part in PARTS)
    assert rig.cache.recall(prompt_key("fake", PARTS[0], 1.0)) is None
    rig.go_on()
    rig.until_done()
    again = Rig(tmp_path)
    again.go_on(*PARTS, "New.")
    again.until_done()
    assert (rig.voice.spoken, again.voice.spoken) == (list(PARTS), ["New."])
    again.ahead.close()
    again.go_on()
    assert again.ahead._wanted is None


def test_it_begins_no_other_part_once_it_is_to_pause_and_goes_on_where_it_was(
    tmp_path: Path, gate: threading.Semaphore
) -> None:
    rig = Rig(tmp_path, FakeVoice(gate=gate))
    gate.release(2)
    rig.go_on()
    until(lambda: len(rig.voice.begun) == 3)
    rig.ahead.pause()
    gate.release(10)
    until(lambda: len(rig.voice.spoken) == 3)
    time.sleep(0.3)
    assert rig.voice.spoken == list(PARTS[:3]), "the part in hand, and no other"
    rig.go_on()
    rig.until_done()
    assert all(rig.kept(part) for part in PARTS)


def test_while_anybodys_hearing_is_late_it_waits(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for who in (1, 2):
        rig.ahead.hold(who, is_late=True)
    rig.go_on()
    rig.ahead.hold(1, is_late=False)
    time.sleep(0.1)
    assert rig.voice.spoken == []
    rig.ahead.hold(2, is_late=False)
    rig.until_done()
    assert rig.voice.spoken == list(PARTS)


def test_it_stops_before_what_is_needed_most_would_be_driven_from_the_disk(tmp_path: Path) -> None:
    sizes = [len(fake_samples(part)) for part in PARTS]
    rig = Rig(tmp_path, most=round(sum(sizes[:3]) / 0.9))
    for old in range(3):
        rig.cache.put(prompt_key("another voice", str(old), 1.0), (Speech(bytes(2000)),))
    rig.go_on()
    rig.until_done()
    assert rig.voice.spoken == list(PARTS[:3])
    assert all(rig.kept(part) for part in PARTS[:3])


def test_a_cache_that_keeps_nothing_wants_nothing() -> None:
    rig = Rig(None)
    rig.go_on()
    rig.until_done()
    assert rig.voice.spoken == []


def test_a_fast_voice_needs_none_of_it(tmp_path: Path) -> None:
    rig = Rig(tmp_path, always=False)
    parts = [f"{'long ' * 40}{number}." for number in range(40)]
    rig.go_on(*parts)
    rig.until_done()
    said = sum(len(fake_samples(part)) for part in rig.voice.spoken) / 2 / 16_000
    assert JUDGED_AFTER_SECONDS <= said < JUDGED_AFTER_SECONDS + 5


def test_what_fails_is_left_to_whoever_wants_it_and_the_others_are_rendered(tmp_path: Path) -> None:
    rig = Rig(tmp_path, FakeVoice(fails_on="tall"))
    rig.go_on()
    rig.until_done()
    assert [part for part in PARTS if not rig.kept(part)] == ["Sit tall."]


def test_whoever_speaks_waits_no_longer_than_for_a_sentence_of_his_own(
    tmp_path: Path, gate: threading.Semaphore
) -> None:
    rig = Rig(tmp_path, FakeVoice(gate=gate))
    rig.go_on()
    until(lambda: rig.shared._voice._busy is not None)  # type: ignore[attr-defined]
    began = time.monotonic()
    assert list(rig.shared.synthesize("Wake up.", 1.0)) == [Speech(fake_samples("Wake up."))]
    assert time.monotonic() - began < 1.0
    assert rig.spare.spoken == ["Wake up."]
    assert rig.shared.id == "spare"
    gate.release(100)
    rig.until_done()
    assert all(rig.kept(part) for part in PARTS), "none of it is kept as another voice's"
    assert list(rig.shared.synthesize("Wake up.", 1.0))
    assert rig.shared.id == "fake"


def test_a_voice_that_fails_ahead_speaks_on_and_is_given_up_only_by_who_waits(told: list[str]) -> None:
    gate = threading.Semaphore(2)
    first, second = FakeVoice("first", fails_on="bad", gate=gate), FakeVoice("second")
    voice = FallbackVoice([lambda: first, lambda: second], on_fallback=told.append)
    call = voice.begin_ahead("All bad.", 1.0)
    assert call is not None
    assert call.wait(5)
    assert list(voice.synthesize("Good.", 1.0))
    assert (first.spoken, told) == (["Good."], [])
    assert voice.begin_ahead("One.", 1.0) is not None
    assert voice.begin_ahead("Two.", 1.0) is None, "one at a time"
    gate.release()


@pytest.fixture
def told() -> list[str]:
    return []
