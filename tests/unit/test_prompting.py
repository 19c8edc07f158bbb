"""From Speak and Prepare to the mixer: order, cuts, failures, and the thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from driver import PACK
from fakes import FakeVoice, fake_samples

from assistant.audio.mixer import SILENCE, Mixer
from assistant.core.events import PromptFailed, PromptFinished, SentenceFinished
from assistant.core.ports import Speech
from assistant.speech.parts import LONGEST_PART, Part, parts_of
from assistant.speech.prompt_cache import PromptCache
from assistant.speech.prompting import MAX_REQUESTS, SOON_PARTS, Prompter, PromptingThread


class Rig:
    """A prompter with all that belongs to it."""

    def __init__(
        self, voice: FakeVoice | None = None, folder: Path | None = None, max_bytes: int = 1 << 20
    ) -> None:
        self.voice = voice or FakeVoice()
        self.mixer = Mixer()
        self.troubles: list[str] = []
        self.cache = PromptCache(folder, on_trouble=self.troubles.append, max_bytes=max_bytes)
        self.prompter = Prompter(
            self.voice, self.cache, self.mixer, sentences=PACK.sentences, on_trouble=self.troubles.append
        )

    def play(self, block_count: int = 300) -> tuple[bytes, list[int]]:
        """What is heard until all is played, and which prompts have finished."""
        played = b"".join(self.mixer.next_block() for _ in range(block_count))
        finished = [over.prompt_id for over in self.mixer.ended() if isinstance(over, PromptFinished)]
        return played.rstrip(b"\0") + b"\0", finished


def heard(*spoken: str) -> bytes:
    return b"".join(fake_samples(sentence) for sentence in spoken)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Ease out. Slowly!  Is it  better?", ["Ease out.", "Slowly!", "Is it better?"]),
        ("Hold for 2.5 seconds", ["Hold for 2.5 seconds"]),
        ("", []),
        (" . … ! ", []),
        ("Breathe in…\nand\tout\x00", ["Breathe in…", "and out"]),
    ],
)
def test_sentences(text: str, pieces: list[str]) -> None:
    assert PACK.sentences(text) == pieces


def test_prompts_are_spoken_in_order_and_finish() -> None:
    rig = Rig()
    rig.prompter.speak(1, "Lie down. Breathe.")
    rig.prompter.speak(2, "Good.")
    rig.prompter.speak(3, "…")
    assert rig.play() == (heard("Lie down.", "Breathe.", "Good."), [1, 2, 3])


def test_each_sentence_is_told_before_its_prompt_has_finished() -> None:
    rig = Rig()
    rig.prompter.speak(1, "Lie down. Breathe.")
    rig.prompter.speak(2, "…")
    for _ in range(300):
        rig.mixer.next_block()
    assert rig.mixer.ended() == [*2 * [SentenceFinished(1)], PromptFinished(1), PromptFinished(2)]


def test_what_was_prepared_is_not_synthesized_again() -> None:
    rig = Rig()
    for text in ("Lie down.", "Breathe.", "Good."):
        rig.prompter.have(text, soon=True)
    prepared = list(rig.voice.spoken)
    rig.prompter.speak(1, "Good. Breathe.")
    assert rig.voice.spoken == prepared == ["Lie down.", "Breathe.", "Good."]
    assert rig.play() == (heard("Good.", "Breathe."), [1])


def test_the_rate_counts_from_the_next_prompt_and_is_held_to_its_limits() -> None:
    rig = Rig()
    rig.prompter.speak(1, "Slow.")
    rig.prompter.set_rate(9.0)
    rig.prompter.speak(2, "Slow.")
    assert rig.play() == (fake_samples("Slow.") + fake_samples("Slow.", 2.0), [1, 2])


def test_a_failing_voice_ends_the_prompt_and_is_told_once() -> None:
    rig = Rig(FakeVoice(fails_on="bad"))
    rig.prompter.speak(1, "Good. All bad. More.")
    rig.prompter.speak(2, "Too bad.")
    rig.prompter.speak(3, "Fine.")
    assert list(rig.prompter.failed) == [PromptFailed(1), PromptFailed(2)]
    assert rig.play() == (heard("Good.", "Fine."), [1, 2, 3])
    assert rig.troubles == ["The voice fake failed."]


def test_a_cut_prompt_is_not_rendered_on() -> None:
    class CuttingVoice(FakeVoice):
        def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
            if text == "Two.":
                rig.prompter.cut()
            yield from super().synthesize(text, rate)

    rig = Rig(CuttingVoice())
    rig.prompter.speak(1, "One. Two. Three.")
    assert rig.voice.spoken == ["One.", "Two."]
    rig.prompter.speak(2, "Four.")
    faded = rig.mixer.next_block()
    assert not np.frombuffer(faded, np.int16)[80:].any()
    assert rig.play() == (heard("Four."), [2])


@contextmanager
def prompting(rig: Rig, at_hand: Sequence[str] = ()) -> Iterator[PromptingThread]:
    thread = PromptingThread(rig.prompter, on_trouble=rig.troubles.append, at_hand=at_hand)
    try:
        yield thread
    finally:
        thread.close()


class Gate:
    """Holds the voice before each sentence, and tells when it has come there."""

    def __init__(self) -> None:
        self._arrived = threading.Semaphore(0)
        self._allowed = threading.Semaphore(0)

    def acquire(self) -> None:
        self._arrived.release()
        assert self._allowed.acquire(timeout=10)

    def wait(self) -> None:
        assert self._arrived.acquire(timeout=10)

    def open(self, sentence_count: int = 1) -> None:
        self._allowed.release(sentence_count)


def test_the_thread_speaks_before_it_prepares() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig) as thread:
        thread.prepare(["First ahead. Second ahead."])
        gate.wait()
        thread.speak(1, "Now. At once.")
        gate.open(4)
        for _ in range(3):
            gate.wait()
    assert rig.voice.spoken == ["First ahead.", "Now.", "At once.", "Second ahead."]
    assert rig.play() == (heard("Now.", "At once."), [1])


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_is_to_be_prepared_takes_the_place_of_what_was_and_what_is_at_hand_stays_first() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig, ["Pause."]) as thread:
        gate.wait()
        thread.prepare(["Old. Older."])
        thread.prepare(["New. Newer. New."])
        gate.open(9)
        until(lambda: thread.is_ready)
        thread.prepare(["Newer.", "Newest."])
        until(lambda: thread.is_ready)
    assert rig.voice.spoken == ["Pause.", "New.", "Newer.", "Newest."]


def test_it_prepares_nothing_while_it_rests_but_speaks() -> None:
    rig = Rig()
    with prompting(rig) as thread:
        thread.rest(True)
        thread.prepare(["Ahead."])
        thread.speak(1, "Now.")
        until(lambda: rig.voice.spoken == ["Now."])
        time.sleep(0.05)
        assert not thread.is_ready
        thread.rest(False)
        until(lambda: thread.is_ready)
    assert rig.voice.spoken == ["Now.", "Ahead."]


def test_at_another_rate_what_is_prepared_is_rendered_anew() -> None:
    rig = Rig()
    with prompting(rig) as thread:
        thread.prepare(["Ahead."])
        until(lambda: thread.is_ready)
        thread.set_rate(1.0)
        assert thread.is_ready
        thread.set_rate(1.5)
        until(lambda: thread.is_ready)
        thread.speak(1, "Ahead.")
        assert thread.owed() is None
    assert rig.voice.spoken == ["Ahead.", "Ahead."]
    assert rig.play() == (fake_samples("Ahead.", 1.5), [1])


def test_memory_is_for_what_comes_soon_and_the_disk_for_the_rest(tmp_path: Path) -> None:
    texts = [f"Number {at}." for at in range(SOON_PARTS + 10)]
    rig = Rig(folder=tmp_path)
    with prompting(rig) as thread:
        thread.prepare(texts)
        until(lambda: thread.is_ready)
        assert rig.voice.spoken == texts
    again = Rig(folder=tmp_path)
    with prompting(again) as thread:
        thread.prepare(texts)
        until(lambda: thread.is_ready)
        thread.speak(1, texts[SOON_PARTS - 1])
        assert thread.owed() is None, "it is in memory"
    assert again.voice.spoken == []


@pytest.mark.parametrize("is_small", [False, True])
def test_without_room_on_the_disk_only_what_comes_soon_is_rendered(tmp_path: Path, is_small: bool) -> None:
    texts = [f"Number {at}." for at in range(SOON_PARTS + 10)]
    rig = Rig(folder=tmp_path, max_bytes=1) if is_small else Rig()
    with prompting(rig) as thread:
        for _ in range(3):
            thread.prepare(texts)
            until(lambda: thread.is_ready)
    assert rig.voice.spoken == texts[:SOON_PARTS]


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("Breathe in, and out.", ["Breathe in, and out."]),
        ("A" * 100 + ".", ["A" * 100 + "."]),
        (f"{'a' * 50}, {'b' * 20}, c.", [f"{'a' * 50},", f"{'b' * 20}, c."]),
        (f"{'a' * 10}, {'b' * 20}, {'c' * 60}.", [f"{'a' * 10}, {'b' * 20},", f"{'c' * 60}."]),
    ],
)
def test_a_long_sentence_is_rendered_from_comma_to_comma(sentence: str, parts: list[str]) -> None:
    found = parts_of(sentence)
    assert [part.text for part in found] == parts
    assert [part.ends_sentence for part in found] == [*(False for _ in parts[1:]), True]


def test_a_sentence_in_parts_is_told_once_and_a_cut_ends_it_between_two() -> None:
    long = f"{'a' * LONGEST_PART}, {'b' * LONGEST_PART}."
    rig = Rig()
    rig.prompter.speak(1, f"{long} Good.")
    for _ in range(900):
        rig.mixer.next_block()
    assert rig.mixer.ended() == [SentenceFinished(1), SentenceFinished(1), PromptFinished(1)]
    assert parts_of("Good.") == [Part("Good.")]


def test_what_is_at_hand_overtakes_what_is_being_rendered() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig) as thread:
        gate.open()
        thread.prepare(["Ease out slowly."])
        gate.wait()
        thread.speak(1, "A long one.")
        gate.wait()
        thread.cut()
        thread.speak(2, "Ease out slowly.")
        assert rig.mixer.next_block() == SILENCE
        assert rig.play() == (heard("Ease out slowly."), [2])
        gate.open()
    assert rig.play() == (b"\0", [])


def test_what_is_owed_is_known_until_it_is_rendered_or_cut() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig) as thread:
        assert thread.owed() is None
        thread.prepare(["Ahead."])
        gate.wait()
        thread.speak(1, "One.")
        thread.speak(2, "Two.")
        assert thread.owed() == 1
        gate.open()
        gate.wait()
        assert thread.owed() == 1
        gate.open()
        gate.wait()
        assert thread.owed() == 2
        thread.cut()
        assert thread.owed() is None
        gate.open()
    assert thread.failed() == []


def test_a_cut_empties_the_queue() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig) as thread:
        thread.speak(1, "One.")
        gate.wait()
        thread.speak(2, "Two.")
        thread.cut()
        thread.set_rate(1.0)
        thread.speak(3, "Three.")
        gate.open(2)
        gate.wait()
    assert rig.voice.spoken == ["One.", "Three."]
    rig.mixer.next_block()
    assert rig.play() == (heard("Three."), [3])


def test_the_queue_is_bounded_and_what_is_too_much_finishes_unspoken() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig) as thread:
        thread.speak(0, "0.")
        gate.wait()
        for prompt_id in range(1, MAX_REQUESTS + 2):
            thread.speak(prompt_id, f"{prompt_id}.")
        gate.open(MAX_REQUESTS + 2)
        for _ in range(MAX_REQUESTS):
            gate.wait()
        assert thread.failed() == [PromptFailed(MAX_REQUESTS + 1)]
        assert thread.failed() == []
    spoken = [f"{prompt_id}." for prompt_id in range(MAX_REQUESTS + 1)]
    assert rig.voice.spoken == spoken
    assert rig.play() == (heard(*spoken), list(range(MAX_REQUESTS + 2)))


def test_closing_ends_what_waits() -> None:
    gate = Gate()
    rig = Rig(FakeVoice(gate=gate))
    with prompting(rig) as thread:
        thread.speak(1, "One.")
        gate.wait()
        thread.speak(2, "Two.")
        thread.close(limit_seconds=0)
        gate.open()
    thread.speak(3, "Three.")
    assert rig.play() == (heard("One."), [1, 2, 3])


def test_an_unforeseen_failure_is_told_and_every_prompt_finishes() -> None:
    class BrokenVoice(FakeVoice):
        def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
            raise ZeroDivisionError("broken")

    rig = Rig(BrokenVoice())
    told = threading.Event()
    thread = PromptingThread(rig.prompter, on_trouble=lambda line: (rig.troubles.append(line), told.set()))
    thread.speak(1, "One.")
    assert told.wait(10)
    thread.speak(2, "Two.")
    thread.close()
    assert thread.failed() == [PromptFailed(1), PromptFailed(2)]
    assert rig.play() == (b"\0", [1, 2])
    assert rig.troubles == ["Speaking failed and goes on without sound: broken."]
