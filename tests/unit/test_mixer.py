"""The mixer against a plain model of it, and its promises one by one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.audio.earcons import earcon_samples
from assistant.audio.mixer import (
    FADE_SAMPLES,
    MAX_COMMANDS,
    MAX_EARCONS,
    MAX_PROMPTS,
    SILENCE,
    STARVED_BLOCKS,
    Mixer,
)
from assistant.core.actions import Earcon
from assistant.core.events import PromptFinished, SentenceFinished
from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES, Speech


def speech(samples: object) -> Speech:
    return Speech(np.asarray(samples, dtype=np.int16).tobytes())


def constant(value: int, count: int) -> Speech:
    return speech(np.full(count, value))


def block(mixer: Mixer) -> NDArray[np.int16]:
    given_block = mixer.next_block()
    assert len(given_block) == BLOCK_BYTES
    return np.frombuffer(given_block, dtype=np.int16)


def blocks(mixer: Mixer, count: int) -> NDArray[np.int16]:
    return np.concatenate([block(mixer) for _ in range(count)])


@dataclass
class ModelPrompt:
    prompt_id: int
    samples: list[int] = field(default_factory=list)
    ended: bool = False


class Model:
    """What a mixer with prompts alone must do, sample by sample."""

    def __init__(self) -> None:
        self.queue: list[ModelPrompt] = []

    def find(self, prompt_id: int) -> ModelPrompt | None:
        return next((prompt for prompt in self.queue if prompt.prompt_id == prompt_id), None)

    def next_block(self) -> tuple[list[int], list[int]]:
        out: list[int] = []
        finished = []
        while self.queue:
            head = self.queue[0]
            while head.samples and len(out) < BLOCK_SAMPLES:
                out.append(head.samples.pop(0))
            if head.samples or not head.ended:
                break
            finished.append(self.queue.pop(0).prompt_id)
        return out + [0] * (BLOCK_SAMPLES - len(out)), finished


prompt_ids = st.integers(0, 4)
commands = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), prompt_ids),
        st.tuples(st.just("feed"), prompt_ids, st.integers(0, 900)),
        st.tuples(st.just("end"), prompt_ids),
        st.tuples(st.just("cut")),
        st.tuples(st.just("block")),
    ),
    max_size=60,
)


@given(commands)
def test_any_interleaving_plays_what_the_model_plays(script: list[tuple[object, ...]]) -> None:
    mixer, model = Mixer(), Model()
    was_cut = False
    value = 0
    for name, *arguments in [*script, ("block",), ("block",)]:
        match name, arguments:
            case "begin", [int(prompt_id)]:
                mixer.begin(prompt_id)
                if model.find(prompt_id) is None:
                    model.queue.append(ModelPrompt(prompt_id))
            case "feed", [int(prompt_id), int(count)]:
                value += 1
                samples = [value + index for index in range(count)]
                mixer.feed(prompt_id, speech(samples))
                if (prompt := model.find(prompt_id)) and not prompt.ended:
                    prompt.samples += samples
            case "end", [int(prompt_id)]:
                mixer.end(prompt_id)
                if prompt := model.find(prompt_id):
                    prompt.ended = True
            case "cut", []:
                mixer.cut()
                model.queue.clear()
                was_cut = True
            case _:
                played = block(mixer)
                if was_cut:  # this block only fades; what was begun since then comes in the next
                    assert not played[FADE_SAMPLES:].any()
                    assert mixer.ended() == []
                    was_cut = False
                else:
                    expected, finished = model.next_block()
                    assert played.tolist() == expected
                    assert mixer.ended() == [PromptFinished(prompt_id) for prompt_id in finished]


anything = st.lists(
    st.one_of(
        st.tuples(st.just("prompt"), st.integers(0, 32767), st.integers(1, 2000)),
        st.tuples(st.just("duck"), st.floats(-90, 30)),
        st.tuples(st.just("volume"), st.floats(-90, 90)),
        st.tuples(st.just("cut")),
        st.tuples(st.just("block")),
    ),
    max_size=40,
)


@given(anything)
def test_gains_never_wrap_and_are_always_restored(script: list[tuple[object, ...]]) -> None:
    mixer = Mixer()
    for prompt_id, (name, *arguments) in enumerate([*script, ("block",)]):
        match name, arguments:
            case "prompt", [int(value), int(count)]:
                mixer.begin(prompt_id)
                mixer.feed(prompt_id, constant(value, count))
                mixer.end(prompt_id)
            case "duck", [float(gain_db)]:
                mixer.duck(gain_db)
            case "volume", [float(gain_db)]:
                mixer.set_volume(gain_db)
            case "cut", []:
                mixer.cut()
            case _:
                assert block(mixer).min() >= 0  # what is positive stays so: a wrap would make it negative
    mixer.duck(0.0)
    mixer.set_volume(0.0)
    mixer.cut()
    mixer.begin(-1)
    mixer.feed(-1, constant(1000, 12 * BLOCK_SAMPLES))
    blocks(mixer, 11)
    assert block(mixer).tolist() == [1000] * BLOCK_SAMPLES


def test_idle_is_exact_zeros() -> None:
    mixer = Mixer()
    mixer.set_volume(-6.0)
    assert [mixer.next_block() for _ in range(3)] == [SILENCE] * 3
    assert mixer.blocks_played == 3


def test_cut_fades_within_its_block_and_then_is_exactly_silent() -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.feed(1, constant(8000, 16_000))
    mixer.end(1)
    mixer.earcon(Earcon.BREATHE_IN)
    blocks(mixer, 10)
    mixer.cut()
    faded = block(mixer).astype(int)
    assert 0 < FADE_SAMPLES <= 80
    assert abs(np.diff(faded[: FADE_SAMPLES + 1])).max() < 500
    assert not faded[FADE_SAMPLES:].any()
    assert [mixer.next_block() for _ in range(100)] == [SILENCE] * 100
    assert mixer.ended() == []
    assert mixer.sounding_prompt_id() is None


def test_late_speech_of_a_cut_prompt_is_ignored() -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.cut()
    mixer.feed(1, constant(8000, 320))
    mixer.end(1)
    assert [mixer.next_block() for _ in range(3)] == [SILENCE] * 3
    assert mixer.ended() == []


def test_what_is_begun_right_after_a_cut_sounds_in_the_next_block() -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.feed(1, constant(8000, 16_000))
    block(mixer)
    mixer.cut()
    mixer.begin(2)
    mixer.feed(2, constant(500, 320))
    mixer.end(2)
    mixer.earcon(Earcon.HEARD)
    block(mixer)
    expected = np.full(320, 500) + earcon_samples(Earcon.HEARD)[:320]
    assert block(mixer).tolist() == expected.tolist()
    assert mixer.ended() == [PromptFinished(2)]


@pytest.mark.parametrize("count", [319, 320, 321])
def test_a_prompt_has_finished_with_the_block_of_its_last_sample(count: int) -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.feed(1, constant(100, count))
    mixer.end(1)
    for start in range(0, count, 320):
        assert mixer.ended() == []
        assert block(mixer).any(), start
    assert mixer.ended() == [PromptFinished(1)]
    assert mixer.next_block() == SILENCE


def test_a_sentence_has_finished_with_the_block_of_its_last_sample() -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.feed(1, constant(100, 400))
    mixer.feed(1, constant(100, 100), ends_sentence=True)
    mixer.feed(1, constant(100, 0), ends_sentence=True)
    mixer.feed(1, constant(100, 600), ends_sentence=True)
    mixer.end(1)
    ended = []
    for _ in range(4):
        block(mixer)
        ended.append(mixer.ended())
    assert ended == [[], 2 * [SentenceFinished(1)], [], [SentenceFinished(1), PromptFinished(1)]]


def test_an_empty_prompt_finishes_at_once_and_keeps_its_place() -> None:
    mixer = Mixer()
    for prompt_id in (1, 2, 3):
        mixer.begin(prompt_id)
    mixer.feed(3, constant(100, 1))
    for prompt_id in (3, 2, 1):
        mixer.end(prompt_id)
    block(mixer)
    assert mixer.ended() == [PromptFinished(1), PromptFinished(2), PromptFinished(3)]


def test_a_starved_prompt_makes_way_only_for_others() -> None:
    mixer = Mixer()
    mixer.begin(1)
    blocks(mixer, 2 * STARVED_BLOCKS)
    assert mixer.ended() == []
    mixer.begin(2)
    mixer.feed(2, constant(100, 10))
    mixer.end(2)
    blocks(mixer, STARVED_BLOCKS - 1)
    assert mixer.ended() == []
    assert block(mixer).any()
    assert mixer.ended() == [PromptFinished(1), PromptFinished(2)]


def test_ducking_glides_and_comes_back() -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.feed(1, constant(10_000, 16_000))
    block(mixer)
    mixer.duck(-20.0)
    gliding = block(mixer).astype(int)
    assert np.diff(gliding, prepend=10_000).min() > -50
    assert gliding[-1] == 1000
    assert set(block(mixer)) == {1000}
    mixer.duck(0.0)
    coming_back = blocks(mixer, 10).astype(int)
    assert np.abs(np.diff(coming_back, prepend=1000)).max() <= 4, "a click"
    assert coming_back[5 * BLOCK_SAMPLES - 1] == 6000
    assert coming_back[-1] == 10_000
    assert set(block(mixer)) == {10_000}


def test_ducking_falls_at_once_while_it_is_coming_back_and_is_over_in_a_pause() -> None:
    mixer = Mixer()
    mixer.duck(-20.0)
    mixer.begin(1)
    mixer.feed(1, constant(10_000, 5 * BLOCK_SAMPLES))
    block(mixer)
    mixer.duck(0.0)
    assert block(mixer)[-1] == 2000
    mixer.duck(-20.0)
    assert block(mixer)[-1] == 1000
    mixer.duck(0.0)
    mixer.cut()
    blocks(mixer, 2)
    mixer.begin(2)
    mixer.feed(2, constant(10_000, 320))
    assert set(block(mixer)) == {10_000}


def test_ducking_never_amplifies() -> None:
    mixer = Mixer()
    mixer.duck(12.0)
    mixer.begin(1)
    mixer.feed(1, constant(100, 320))
    assert set(block(mixer)) == {100}


def test_too_loud_is_rounded_off_and_keeps_its_order() -> None:
    mixer = Mixer()
    mixer.set_volume(20.0)
    block(mixer)
    mixer.begin(1)
    mixer.feed(1, speech(np.arange(-32000, 32000, 200)))
    played = block(mixer).astype(int)
    assert np.diff(played).min() >= 0
    assert np.abs(played).max() <= 32767


def test_earcons_sound_at_once_over_a_prompt() -> None:
    mixer = Mixer()
    mixer.begin(1)
    mixer.feed(1, constant(1000, 16_000))
    block(mixer)
    mixer.earcon(Earcon.HOLD_START)
    bell = earcon_samples(Earcon.HOLD_START)
    played = blocks(mixer, 20)
    assert np.array_equal(played, bell[: len(played)] + np.int16(1000))


def test_what_sounds_follows_the_prompts() -> None:
    mixer = Mixer()
    mixer.begin(7)
    mixer.feed(7, constant(50, 1600))
    mixer.begin(8)
    mixer.feed(8, constant(50, 320))
    seen = []
    for _ in range(7):
        block(mixer)
        seen.append(mixer.sounding_prompt_id())
        mixer.end(7)
    assert seen == [7, 7, 7, 7, 7, 8, None]


def test_bounds_turn_away_and_count_but_never_a_cut() -> None:
    mixer = Mixer()
    for _ in range(MAX_EARCONS + 2):
        mixer.earcon(Earcon.HEARD)
    for prompt_id in range(MAX_PROMPTS + 3):
        mixer.begin(prompt_id)
    block(mixer)
    assert mixer.overflows == 5
    for _ in range(MAX_COMMANDS + 1):
        mixer.feed(0, constant(100, 320))
    assert mixer.overflows == 6
    mixer.cut()
    block(mixer)
    assert mixer.next_block() == SILENCE


def begin_and_feed(mixer: Mixer, prompt_id: int, value: int = 8000) -> None:
    mixer.begin(prompt_id)
    mixer.feed(prompt_id, constant(value, 16_000))
    mixer.end(prompt_id)


def test_a_hush_cuts_and_what_is_begun_without_knowing_of_it_stays_silent() -> None:
    mixer = Mixer()
    begin_and_feed(mixer, 1)
    mixer.begin(2)
    blocks(mixer, 5)
    assert mixer.hush() == 1
    assert not block(mixer)[FADE_SAMPLES:].any()
    mixer.feed(2, constant(8000, 320))  # it was being synthesized
    begin_and_feed(mixer, 3)  # the next one: its thread knows nothing yet
    mixer.earcon(Earcon.BREATHE_IN)
    assert [mixer.next_block() for _ in range(50)] == [SILENCE] * 50
    assert mixer.ended() == []
    mixer.acknowledge(1)
    mixer.feed(3, constant(8000, 320))
    assert mixer.next_block() == SILENCE, "what was turned away stays away"
    begin_and_feed(mixer, 4, 500)
    assert set(block(mixer)) == {500}


def test_a_prompt_that_waits_in_the_queue_from_before_a_hush_is_forgotten_in_any_order() -> None:
    for order in ("begin, hush", "hush, begin", "hush, cut, begin", "hush, begin, cut"):
        mixer = Mixer()
        begin_and_feed(mixer, 1)
        block(mixer)
        for step in order.split(", "):
            if step == "begin":
                begin_and_feed(mixer, 2)
            elif step == "hush":
                mixer.hush()
            else:
                mixer.cut()
        block(mixer)
        assert mixer.next_block() == SILENCE, order


def test_every_hush_has_to_be_acknowledged_and_an_old_one_changes_nothing() -> None:
    mixer = Mixer()
    assert (mixer.hush(), mixer.hush()) == (1, 2)
    mixer.acknowledge(1)
    begin_and_feed(mixer, 1)
    block(mixer)
    assert mixer.next_block() == SILENCE
    mixer.acknowledge(2)
    mixer.acknowledge(1)
    begin_and_feed(mixer, 2)
    assert block(mixer).any()
