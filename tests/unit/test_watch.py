"""The watching thread, and hearing beside it: a hearing thread that hangs is told by who does not need it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from driver import PACK
from fakes import FakeRecognizer

from assistant.audio.mixer import Mixer
from assistant.core.events import (
    Event,
    HearingCaughtUp,
    HearingFellBehind,
    MicrophoneLost,
    MicrophoneRestored,
    Said,
    SpeakerLost,
    SpeakerRestored,
    WorkLeftOut,
    WorkResumed,
)
from assistant.core.intents import Intent
from assistant.core.liveness import BLOCKS_PER_SECOND, SESSION, STALE, Gauges
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, SoundBlock, SoundCounts
from assistant.core.shedding import Shed
from assistant.event_queue import EventQueue
from assistant.hearing_thread import HearingThread
from assistant.speech.barge_in import Reaction
from assistant.speech.hearing import HearingPath
from assistant.watch import LOOK_SECONDS, Watch


class Told:
    """A watch, and all that it told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.sheds: list[Shed] = []
        self.alarms = 0
        self.watch = Watch(Gauges, self.events.append, self.sheds.append, self._alarm)
        self.now, self.gauges = 0.0, {"openings": 1, "delivered": 0, "waiting": 0, "heard": 0, "beats": 0}

    def _alarm(self) -> None:
        self.alarms += 1

    def runs(self, seconds: float, waiting: int = 0, guided: bool = True, beats: bool = True) -> None:
        for _ in range(round(seconds / LOOK_SECONDS)):
            self.now += LOOK_SECONDS
            self.gauges["delivered"] = round(self.now * BLOCKS_PER_SECOND)
            self.gauges["heard"] += 1
            self.gauges["beats"] += beats
            self.gauges["waiting"] = waiting
            self.watch.look(self.now, Gauges(is_guided=guided, **self.gauges))


def test_what_changes_is_told_once() -> None:
    told = Told()
    told.runs(3)
    assert told.events == told.sheds == []
    told.runs(2, waiting=30)
    assert told.sheds == [Shed.SECOND_HEARING, Shed.SECOND_OPINIONS]
    assert told.events == [WorkLeftOut(), HearingFellBehind()]
    told.runs(1, waiting=55)
    told.runs(170)
    assert told.events[2:] == [
        *(MicrophoneLost("behind"), MicrophoneRestored(), HearingCaughtUp(), WorkResumed())
    ]
    assert told.sheds[2:] == [Shed.SPOTTING, *(Shed(left) for left in range(4, -1, -1))]


def test_the_streams_owner_and_the_watch_tell_one_thing() -> None:
    told = Told()
    told.watch.report(MicrophoneLost("lost"))
    told.runs(0.1)
    told.runs(0.1, waiting=55)
    told.watch.report(MicrophoneRestored())
    told.watch.report(SpeakerLost())
    told.runs(1.2)
    assert told.events == [
        MicrophoneLost("lost"),
        WorkLeftOut(),
        MicrophoneLost("behind"),
        SpeakerLost(),
        MicrophoneRestored(),
    ]


def test_a_session_that_hangs_is_told_by_a_sound() -> None:
    told = Told()
    told.runs(2)
    told.runs(3, beats=False)
    assert told.alarms == 1
    told.runs(1)
    told.runs(3, beats=False)
    assert told.alarms == 2


class Sound:
    """Brings a block whenever its time has come, and keeps a second of them for a reader that hangs."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._read = 0
        self.closing = threading.Event()

    def open(self) -> None:
        self._began = time.monotonic()

    @property
    def counts(self) -> SoundCounts:
        delivered = self._delivered()
        return SoundCounts(1, delivered, min(delivered - self._read, 60))

    def _delivered(self) -> int:
        return int((time.monotonic() - self._began) / BLOCK_SECONDS)

    def blocks(self) -> Iterator[SoundBlock]:
        while not self.closing.wait(BLOCK_SECONDS / 4):
            self._read = max(self._read, self._delivered() - 50)
            while self._read < self._delivered():
                self._read += 1
                yield SoundBlock(bytes(BLOCK_BYTES), bytes(BLOCK_BYTES), time.monotonic())

    def close(self) -> None:
        self.closing.set()


class Hanging(FakeRecognizer):
    """Hangs, or takes its time, as long as it is told to."""

    def __init__(self) -> None:
        super().__init__({})
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.seconds = 0.0

    def accept(self, block: bytes) -> list:  # type: ignore[type-arg]
        assert self.goes_on.wait(30)
        if self.seconds:
            time.sleep(self.seconds)
        return super().accept(block)


@pytest.fixture
def room() -> Iterator[tuple[Hanging, EventQueue, Mixer]]:
    recognizer, mixer, events = Hanging(), Mixer(), EventQueue()
    path = HearingPath(recognizer, PACK.table)
    hearing = HearingThread(lambda report: Sound(), path, mixer)
    hearing.open(events)
    yield recognizer, events, mixer
    recognizer.goes_on.set()
    recognizer.seconds = 0.0
    hearing.close()


def seconds_until(events: EventQueue, wanted: Callable[[Event], bool], limit_seconds: float = 10.0) -> float:
    start = time.monotonic()
    while time.monotonic() - start < limit_seconds:
        event = events.get(0.02)
        if event is not None and wanted(event):
            return time.monotonic() - start
    raise TimeoutError


def test_a_hearing_thread_that_hangs_is_told_within_a_second_and_comes_back_by_itself(
    room: tuple[Hanging, EventQueue, Mixer],
) -> None:
    recognizer, events, _ = room
    time.sleep(0.5)  # it hears for a while before it hangs
    recognizer.goes_on.clear()
    assert seconds_until(events, lambda event: event == MicrophoneLost("stuck")) < 1.0
    recognizer.goes_on.set()
    seconds_until(events, lambda event: event == MicrophoneRestored())


def test_hearing_that_is_too_slow_is_told_and_comes_back_by_itself(
    room: tuple[Hanging, EventQueue, Mixer],
) -> None:
    recognizer, events, _ = room
    recognizer.seconds = 0.2
    seconds_until(events, lambda event: isinstance(event, MicrophoneLost))
    recognizer.seconds = 0.0
    seconds_until(events, lambda event: event == MicrophoneRestored())


def test_a_session_thread_that_hangs_sounds(room: tuple[Hanging, EventQueue, Mixer]) -> None:
    _, events, mixer = room
    events.get(0.0)
    assert mixer.next_block() == bytes(BLOCK_BYTES)
    until = time.monotonic() + SESSION.limit + 10.0
    while not any(mixer.next_block()):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_comes_back_is_heard_with_a_fresh_canceller() -> None:
    reports: list[Callable[[Event], None]] = []

    class Path(HearingPath):
        anew: list[object] = []  # noqa: RUF012

        def hear_anew(self, canceller: object) -> None:
            self.anew.append(canceller)

    def open_sound(report: Callable[[Event], None]) -> Sound:
        reports.append(report)
        return Sound()

    fresh = iter(("first", "second"))
    path = Path(FakeRecognizer({}), PACK.table)
    HearingThread(open_sound, path, Mixer(), new_canceller=lambda: next(fresh))  # type: ignore[arg-type, return-value]
    (report,) = reports
    report(MicrophoneLost("lost"))
    assert Path.anew == []
    report(MicrophoneRestored())
    report(SpeakerLost())
    report(SpeakerRestored())
    assert Path.anew == ["first", "second"]


@pytest.mark.parametrize(("waiting", "comes"), [(0, True), (int(STALE.limit / BLOCK_SECONDS) + 1, False)])
def test_a_command_that_was_heard_too_late_is_none_and_a_safety_phrase_never_is(
    waiting: int, comes: bool
) -> None:
    class Behind(Sound):
        counts = SoundCounts(1, 100, waiting)  # type: ignore[assignment]

    events = EventQueue()
    hearing = HearingThread(lambda report: Behind(), HearingPath(FakeRecognizer({}), PACK.table), Mixer())
    hearing._events = events
    hearing._put_all(Reaction([Said(Intent.END, "end"), Said(Intent.PAIN, "ouch")]))
    got = [events.get(0.0) for _ in range(2)]
    assert got == [Said(Intent.END, "end") if comes else None, Said(Intent.PAIN, "ouch")]
