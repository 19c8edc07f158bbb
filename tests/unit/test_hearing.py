"""The hearing path and the loudspeaker that obeys it, with recognizers that hear by the clock."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from driver import MIXED, PACK
from fakes import FakeRecognizer, FakeVoice

from assistant.audio.mixer import FADE_SAMPLES, SILENCE, Mixer
from assistant.conducting import conduct
from assistant.core.actions import Action, ReportState, Speak
from assistant.core.context import Settings
from assistant.core.events import Said, SpeakerRestored
from assistant.core.intents import Intent
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, Speech
from assistant.core.session import Session
from assistant.core.shedding import Shed
from assistant.event_queue import MAX_EVENTS, EventQueue
from assistant.performer import Performer
from assistant.speech.barge_in import BargeIn
from assistant.speech.hearing import HearingPath
from assistant.speech.prompt_cache import PromptCache
from assistant.speech.prompting import Prompter, PromptingThread

NEAR, FAR, CLEAN = b"near" * 160, b"far " * 160, b"cln " * 160
QUIET_BLOCKS = 5  # of silence, until a phrase is believed


class Untouched:
    """A filter that leaves blocks as they are, so that they can be told."""

    def filter(self, block: bytes) -> bytes:
        return block


def hearing_path(*args: object, **options: object) -> HearingPath:
    return HearingPath(*args, cleaning=Untouched, **options)


class Cancelling:
    """An echo canceller that checks what it is given."""

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        assert (near_block, far_block) == (NEAR, FAR)
        return CLEAN


class NoEcho:
    """An echo canceller with nothing to cancel."""

    def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
        return near_block


def test_any_amount_is_cut_into_blocks_and_the_rest_belongs_to_the_end() -> None:
    recognizer = FakeRecognizer({2: "ready", 3: "ready.", -1: "next."})
    path = hearing_path(recognizer, PACK.table)
    path.listen_for(Intent)
    assert path.accept(NEAR * 2 + NEAR[:100]) == []
    (ready,) = path.accept(NEAR[100:])
    assert isinstance(ready, Said)
    assert ready.is_final
    assert path.accept(NEAR[:6]) == []
    assert [h.words for h in path.finish()] == [("next",)]
    assert recognizer.blocks == [NEAR, NEAR, NEAR, NEAR[:6].ljust(BLOCK_BYTES, b"\0")]


def test_a_later_stop_acts_though_others_talk_on() -> None:
    recognizer = FakeRecognizer(
        {2: "stop", 170: "stop", 300: "stop", 310: "stop ?", 320: "stop ?.", 330: "?"}
    )
    path = hearing_path(recognizer, PACK.table)
    acted = []
    for number in range(1, 600):
        acted += [number for meaning in path.accept(NEAR) if isinstance(meaning, Said) and meaning.is_safety]
    first, second, third = acted
    assert first - 2 == second - 170 == third - 300
    assert recognizer.ended_at == [first + round(1.5 / BLOCK_SECONDS), second + round(1.5 / BLOCK_SECONDS)]


def test_what_makes_it_worse_belongs_to_the_same_utterance() -> None:
    recognizer = FakeRecognizer(
        {2: "i have pain", 60: "i have pain in my chest", 120: "i have pain in my chest."}
    )
    path = hearing_path(recognizer, PACK.table)
    meant = [meaning for _ in range(200) for meaning in path.accept(NEAR)]
    assert [said.intent for said in meant if isinstance(said, Said)] == [Intent.PAIN, Intent.RED_FLAG]


def test_it_listens_for_what_is_wanted_and_for_safety_phrases() -> None:
    recognizer = FakeRecognizer({})
    path = hearing_path(recognizer, PACK.table)
    path.listen_for([Intent.READY])
    path.listen_for([Intent.READY])
    (grammar,) = recognizer.grammars
    assert {"ready", "stop", "ouch", "stock"} <= set(grammar)
    assert "next" not in grammar


def test_without_a_canceller_the_second_recognizer_takes_no_part() -> None:
    main, second = FakeRecognizer({}), FakeRecognizer({1: "stop."})
    path = hearing_path(main, PACK.table, second=second)
    assert path.accept(NEAR, FAR) == []
    assert (main.blocks, second.blocks, second.grammars) == ([NEAR], [], [])


def test_the_main_recognizer_hears_what_is_left_and_the_second_the_microphone() -> None:
    main, second = FakeRecognizer({}), FakeRecognizer({})
    path = hearing_path(main, PACK.table, canceller=Cancelling(), second=second)
    path.listen_for([Intent.READY])
    path.accept(NEAR, FAR)
    path.accept(NEAR)
    assert (main.blocks, second.blocks) == ([CLEAN, NEAR], [NEAR, NEAR])
    assert "ready" in main.grammars[0]
    assert second.grammars == main.grammars


def test_commands_may_have_a_recognizer_of_their_own_that_hears_what_the_main_one_hears() -> None:
    main, commands = FakeRecognizer({2: "ready.", 5: "stop"}), FakeRecognizer({3: "ready.", 7: "stop."})
    path = hearing_path(main, PACK.table, canceller=Cancelling(), commands=commands)
    path.listen_for([Intent.READY])
    said = [one for _ in range(60) for one in path.accept(NEAR, FAR) if isinstance(one, Said)]
    assert commands.blocks == main.blocks
    assert commands.grammars == main.grammars
    assert [one.intent for one in said] == [Intent.READY, Intent.STOP]


def test_the_second_recognizer_hears_while_our_voice_may_come_back_and_no_longer() -> None:
    """Then nothing is cancelled, both would hear the same, and what others say would count twice."""
    main, second = FakeRecognizer({}), FakeRecognizer({})
    path = hearing_path(main, PACK.table, canceller=NoEcho(), second=second)
    rounds = [("silence", 40, 0), ("voice", 10, 10), ("silence", 40, 24), ("voice", 5, 5)]
    for sound, block_count, heard_count in rounds:
        before = len(second.blocks)
        for _ in range(block_count):
            path.accept(NEAR, FAR if sound == "voice" else bytes(BLOCK_BYTES))
        assert len(second.blocks) - before == heard_count
    assert len(main.blocks) == 95


def test_what_the_second_says_is_on_the_microphone_s_clock_and_its_utterance_ends_with_our_voice() -> None:
    second = FakeRecognizer({3: "stop", 20: "?", -1: "? stop."})
    path = hearing_path(FakeRecognizer({}), PACK.table, canceller=NoEcho(), second=second)
    found = []
    for number in range(200):
        far = FAR if 100 <= number < 110 else bytes(BLOCK_BYTES)
        found += path.accept(NEAR, far)
    (stop,) = found
    assert stop.at_seconds == pytest.approx((100 + 3 + QUIET_BLOCKS) * BLOCK_SECONDS)
    assert stop.word_end_seconds == pytest.approx((100 + 3) * BLOCK_SECONDS)
    second.heard = {-1: "? stop."}
    for number in range(200):
        found += path.accept(NEAR, FAR if number < 10 else bytes(BLOCK_BYTES))
    assert found[1].words == ("?", "stop")
    assert found[1].at_seconds == pytest.approx((200 + 10 + 25 - 1) * BLOCK_SECONDS, abs=0.021)


def test_with_a_fresh_canceller_nothing_of_the_last_one_is_kept() -> None:
    class Loud(NoEcho):
        """Has learned the room: it takes all of it."""

        def cancel(self, near_block: bytes, far_block: bytes) -> bytes:
            return bytes(BLOCK_BYTES)

    main, second = FakeRecognizer({}), FakeRecognizer({})
    path = hearing_path(main, PACK.table, canceller=Loud(), second=second)
    for _ in range(200):
        path.accept(NEAR, FAR)
    heard = len(second.blocks)
    path.accept(NEAR, FAR)
    assert len(second.blocks) == heard, "what is cancelled needs no second recognizer"
    path.hear_anew(NoEcho())
    path.accept(NEAR, FAR)
    assert main.blocks[-2:] == [bytes(BLOCK_BYTES), NEAR]
    assert len(second.blocks) == heard + 1, "whether this one works has to be seen"


def test_a_path_without_a_canceller_gets_none() -> None:
    main = FakeRecognizer({})
    path = hearing_path(main, PACK.table)
    path.hear_anew(Cancelling())
    path.accept(NEAR, bytes(BLOCK_BYTES))
    assert main.blocks == [NEAR]


def test_late_hearing_does_without_the_second_recognizer_first() -> None:
    main, second = FakeRecognizer({}), FakeRecognizer({})
    path = hearing_path(main, PACK.table, canceller=Cancelling(), second=second)
    for shed, heard in ((Shed.NOTHING, 3), (Shed.SECOND_HEARING, 3), (Shed.NOTHING, 6)):
        path.leave_out(shed)
        for _ in range(3):
            path.accept(NEAR, FAR)
        assert len(second.blocks) == heard
    assert second.finished_at == [3]
    assert len(main.blocks) == 9


def test_then_without_second_opinions_of_commands_but_never_of_safety_phrases() -> None:
    class Doubting(FakeRecognizer):
        def plausibility(self, phrase: str, seconds: float) -> float:
            self.asked = [*getattr(self, "asked", []), phrase]
            return -9.0

    for shed, understood in ((Shed.SECOND_HEARING, 0), (Shed.SECOND_OPINIONS, 1)):
        recognizer = Doubting({3: "continue", 4: "continue.", 20: "ouch", 60: "ouch."})
        path = hearing_path(recognizer, PACK.table)
        path.listen_for(Intent)
        path.leave_out(shed)
        meant = [meaning for _ in range(100) for meaning in path.accept(NEAR)]
        assert [m.intent for m in meant if isinstance(m, Said)] == [Intent.RESUME] * understood
        assert "ouch" in recognizer.asked


def test_what_either_confirms_comes_once() -> None:
    for heard in ({2: "stop"}, {}), ({}, {2: "stop"}), ({2: "stop"}, {3: "stop"}):
        main, second = map(FakeRecognizer, heard)
        path = hearing_path(main, PACK.table, canceller=Cancelling(), second=second)
        found = [(number, h) for number in range(1, 40) for h in path.accept(NEAR, FAR)]
        ((number, stop),) = found
        assert number == 2 + QUIET_BLOCKS
        assert isinstance(stop, Said)
        assert not stop.is_final
        assert stop.at_seconds == pytest.approx(number * BLOCK_SECONDS)
        assert path.take_reflex()
        assert not path.take_reflex()


def test_the_end_of_the_audio_ends_both_utterances() -> None:
    main, second = FakeRecognizer({-1: "ready."}), FakeRecognizer({2: "stop", -1: "stop."})
    path = hearing_path(main, PACK.table, canceller=Cancelling(), second=second)
    path.listen_for({Intent.READY})
    path.accept(NEAR, FAR)
    path.accept(NEAR, FAR)
    assert path.suspects
    assert [h.words for h in path.finish()] == [("ready",), ("stop",)]
    assert path.take_reflex()
    assert not path.suspects


def test_the_operating_point_is_that_of_both() -> None:
    point = OperatingPoint(alone_quiet_seconds=0.2, alone_stood_seconds=9.0)
    for heard in ({2: "stop"}, {}), ({}, {2: "stop"}):
        main, second = map(FakeRecognizer, heard)
        path = hearing_path(main, PACK.table, canceller=Cancelling(), second=second, point=point)
        assert [number for number in range(1, 40) if path.accept(NEAR, FAR)] == [12]


class Rig:
    """A loudspeaker in the midst of a long prompt, and ears that hear by the clock."""

    def __init__(self, heard: dict[int, str], point: OperatingPoint | None = None) -> None:
        self.mixer = Mixer()
        path = hearing_path(FakeRecognizer(heard), PACK.table, point=point)
        self.barge_in = BargeIn(path, self.mixer)
        self.mixer.begin(1)
        self.mixer.feed(1, Speech(np.full(160_000, 10_000, np.int16).tobytes()))

    def levels(self, block_count: int) -> list[int]:
        """The last sample of each block played; what was heard before it has been reacted to."""
        levels = []
        for _ in range(block_count):
            self.barge_in.accept(NEAR, FAR)
            levels.append(int(np.frombuffer(self.mixer.next_block(), np.int16)[-1]))
        return levels


def test_a_suspicion_lowers_the_voice_within_its_block_and_is_taken_back_smoothly() -> None:
    levels = Rig({3: "stop", 6: "shop"}).levels(20)
    assert levels[:5] == [10_000, 10_000, 1000, 1000, 1000]
    assert levels[5:15] == [2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 10_000]


def test_a_suspicion_that_nothing_confirms_ends_after_its_time() -> None:
    words = {number: f"stop{' ?' * (1 + number % 2)}" for number in range(3, 60)}
    levels = Rig(words, OperatingPoint(among_stood_seconds=9.0)).levels(60)
    assert levels[2] == 1000
    assert [n for n, level in enumerate(levels, 1) if level == 1000] == list(range(3, 3 + 30))


def test_a_safety_phrase_cuts_within_the_block_in_which_it_is_believed() -> None:
    rig = Rig({3: "stop"})
    levels = rig.levels(20)
    assert levels[2 + QUIET_BLOCKS - 1] == 1000
    assert levels[2 + QUIET_BLOCKS :] == [0] * (20 - 2 - QUIET_BLOCKS)


def test_the_end_of_the_audio_acts_too() -> None:
    rig = Rig({-1: "stop."})
    reaction = rig.barge_in.finish()
    assert (reaction.hush_number, [h.words for h in reaction.meanings]) == (1, [("stop",)])
    rig.mixer.next_block()
    assert rig.mixer.next_block() == SILENCE


class Held:
    """Watches a session's actions, and holds its thread at the first prompt until it is let go."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.arrived, self.go_on = threading.Event(), threading.Event()

    def watch(self, action: Action) -> None:
        self.actions.append(action)
        if isinstance(action, Speak) and not self.arrived.is_set():
            self.arrived.set()
            assert self.go_on.wait(60)


def test_a_stop_silences_while_the_session_hangs_and_its_queue_is_full() -> None:
    """So is what was being synthesized, and what is begun before the session learns of the stop."""
    held, mixer, events = Held(), Mixer(), EventQueue()
    gate = threading.Semaphore(0)
    voice = FakeVoice(gate=gate)
    cache = PromptCache(None, on_trouble=pytest.fail)
    speaking = PromptingThread(
        Prompter(voice, cache, mixer, sentences=PACK.sentences, on_trouble=pytest.fail),
        on_trouble=pytest.fail,
    )
    session = Session(PACK, (MIXED,), Settings(routine_id=MIXED.id, sound_check=False))
    performer = Performer(speaking, mixer, lambda intents: None, [held.watch])
    ended = threading.Event()
    thread = threading.Thread(
        target=lambda: conduct(
            session,
            performer,
            events,
            mixer.ended,
            must_end=lambda: "terminated" if ended.is_set() else "",
            acknowledge=mixer.acknowledge,
        )
    )
    thread.start()
    try:
        assert held.arrived.wait(60)
        gate.release()  # the first sentence is there
        while len(voice.spoken) < 1 or not any(mixer.next_block()):
            pass
        for _ in range(MAX_EVENTS):
            events.put(SpeakerRestored())
        barge_in = BargeIn(hearing_path(FakeRecognizer({3: "stop."}), PACK.table), mixer)
        for _ in range(3):
            reaction = barge_in.accept(NEAR, FAR)
            played = np.frombuffer(mixer.next_block(), np.int16)
        assert not played[FADE_SAMPLES:].any(), "it was not silent within the block"
        gate.release()  # the next sentence comes all the same
        mixer.begin(99)  # and another prompt is begun
        mixer.feed(99, Speech(np.full(16_000, 9000, np.int16).tobytes()))
        for _ in range(5):
            assert mixer.next_block() == SILENCE
        events.put_reflex(reaction.meanings, reaction.hush_number)
        held.go_on.set()
        while not any(isinstance(a, ReportState) and a.state == "paused" for a in held.actions):
            assert mixer.next_block() == SILENCE
        gate.release(100)
        while not any(mixer.next_block()):  # it offers to go on: heard again
            pass
        assert events.overflow_count == 0
    finally:
        held.go_on.set()
        ended.set()
        gate.release(100)
        thread.join(30)
        speaking.close()
    assert not thread.is_alive()


def test_all_that_a_search_needs_is_there_before_the_first_word() -> None:
    table = replace(PACK.table)
    hearing_path(FakeRecognizer({}), table)
    assert {"_alarms", "_denials", "_asides"} <= set(vars(table.heard))
