"""The queue into a session and the thread that writes the history."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from assistant import event_queue
from assistant.core.actions import EndSession, RecordPain, RecordSession, RecordStep
from assistant.core.events import (
    DeadlineReached,
    KeepingChanged,
    NotUnderstood,
    Said,
    Source,
    SpeakerLost,
    SpeakerRestored,
    TalkHeard,
)
from assistant.core.intents import Intent
from assistant.core.liveness import STALE, UNWRITTEN
from assistant.event_queue import MAX_EVENTS, MAX_REFLEXES, EventQueue
from assistant.languages.packs import load_language
from assistant.store import recorder as recorder_module
from assistant.store.history import History
from assistant.store.history_reader import read_sessions
from assistant.store.journal import read_run
from assistant.store.recorder import Recorder


def test_events_come_out_in_order_and_nothing_comes_out_of_nothing() -> None:
    events = EventQueue()
    events.put(SpeakerLost())
    events.put(SpeakerRestored())
    assert [events.get(0), events.get(0), events.get(0)] == [SpeakerLost(), SpeakerRestored(), None]


def test_what_does_not_fit_is_counted() -> None:
    events = EventQueue()
    for _ in range(MAX_EVENTS + 3):
        events.put(SpeakerLost())
    assert events.overflow_count == 3


def stop(number: int) -> Said:
    return Said(Intent.STOP, "stop", is_final=False, word_end_seconds=number)


def command(number: int) -> Said:
    return Said(Intent.NEXT, "next", word_end_seconds=number)


def test_a_safety_phrase_comes_first_and_finds_room_in_a_full_queue() -> None:
    events = EventQueue()
    for _ in range(MAX_EVENTS):
        events.put(SpeakerLost())
    events.put_reflex([stop(1)], 1)
    events.put_reflex([stop(2)], 2)
    assert events.overflow_count == 0
    assert (events.get(0), events.hush_number) == (stop(1), 1)
    assert (events.get(0), events.hush_number) == (stop(2), 2)
    assert [events.get(0) for _ in range(MAX_EVENTS + 1)] == [SpeakerLost()] * MAX_EVENTS + [None]


def test_of_what_comes_with_a_safety_phrase_the_last_gives_the_reason_of_the_hush() -> None:
    events = EventQueue()
    events.put_reflex([command(1), stop(2)], 1)
    assert (events.get(0), events.hush_number) == (command(1), 0)
    assert (events.get(0), events.hush_number) == (stop(2), 1)


def test_a_command_that_was_said_before_a_stop_never_acts_after_it() -> None:
    events = EventQueue()
    events.put(command(1))
    events.put(SpeakerLost())
    events.put_reflex([stop(2)], 1)
    events.put(command(3))
    assert [events.get(0) for _ in range(5)] == [stop(2), None, SpeakerLost(), command(3), None]
    assert events.stale_count == 1


def test_a_command_that_waited_for_a_session_that_hung_is_dropped_and_a_safety_phrase_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events, now = EventQueue(), 100.0
    monkeypatch.setattr(event_queue.time, "monotonic", lambda: now)
    touched = Said(Intent.PAIN, "ouch", source=Source.TOUCH)
    for event in (command(1), SpeakerLost(), touched):
        events.put(event)
    now += STALE.limit + 0.01
    events.put(command(2))
    assert [events.get(0) for _ in range(4)] == [None, SpeakerLost(), touched, command(2)]
    assert events.stale_count == 1


@pytest.mark.parametrize("source", Source)
def test_from_wherever_it_comes_a_command_grows_stale_and_a_safety_phrase_never(source: Source) -> None:
    events = EventQueue()
    touched = Said(Intent.PAIN, "ouch", source=source)
    for event in (Said(Intent.RESUME, "continue", source=source), TalkHeard(("so",)), NotUnderstood(("so",))):
        events.put(event)
    events.put(touched)
    events.put_reflex([stop(1)], 1)
    assert [events.get(0) for _ in range(6)] == [stop(1), None, None, None, touched, None]
    assert events.stale_count == 3


def test_the_lane_of_safety_phrases_is_bounded_and_keeps_the_newest() -> None:
    events = EventQueue()
    for number in range(1, MAX_REFLEXES + 3):
        events.put_reflex([stop(number)], number)
    assert events.overflow_count == 2
    assert events.get(0) == stop(3)


def test_whoever_waits_is_woken_by_either_lane() -> None:
    for put in (lambda e: e.put(SpeakerLost()), lambda e: e.put_reflex([stop(1)], 1)):
        events = EventQueue()
        got: list[object] = []
        waiting = threading.Thread(target=lambda e=events, g=got: g.append(e.get(60.0)))
        waiting.start()
        put(events)
        waiting.join(30.0)
        assert len(got) == 1
        assert got[0] is not None


def test_the_recorder_has_written_everything_when_it_is_closed(tmp_path: Path) -> None:
    troubles: list[str] = []
    recorder = Recorder(tmp_path / "history.sqlite", troubles.append)
    recorder.begin({"room": "here"})
    for action in (
        RecordSession("whole-spine"),
        RecordStep("neck-nod", "", 1, 20.0, "done"),
        EndSession("completed"),
    ):
        recorder.keep(1.0, DeadlineReached(), (action,))
    recorder.close()
    (session,) = read_sessions(tmp_path / "history.sqlite")
    assert (session.routine_id, session.end_reason, troubles) == ("whole-spine", "completed", [])


def test_a_disk_that_hangs_costs_the_journal_and_nothing_of_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, gate = tmp_path / "history.sqlite", threading.Event()
    monkeypatch.setattr(recorder_module, "MOST_WAITING", 10)
    monkeypatch.setattr(recorder_module, "History", lambda *args: (gate.wait(30), History(*args))[1])
    recorder = Recorder(path, pytest.fail)
    recorder.begin({"room": "here"})
    recorder.keep(0.0, DeadlineReached(), (RecordSession("whole-spine"),))
    for number in range(50):
        recorder.keep(float(number), DeadlineReached(), ())
    recorder.keep(60.0, DeadlineReached(), (RecordPain("calf", "that hurts"),))
    gate.set()
    recorder.close()
    assert recorder.lost_count == 42
    (session,) = read_sessions(path)
    assert [hurt.stretch_id for hurt in session.hurts] == ["calf"]
    run = read_run(path)
    assert run is not None
    assert not run.is_whole


def test_a_disk_that_never_answers_is_told_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, said = threading.Event(), list[str]()
    monkeypatch.setattr(recorder_module, "CLOSING_SECONDS", 0.05)
    monkeypatch.setattr(recorder_module, "OPENING_SECONDS", 0.05)
    monkeypatch.setattr(recorder_module, "History", lambda *args: (gate.wait(30), History(*args))[1])
    recorder = Recorder(tmp_path / "history.sqlite", said.append)
    recorder.wait_until_open()
    recorder.close()
    gate.set()
    assert said == ["The disk does not answer: the end of this session may be missing from the history."]


def test_what_waits_to_be_written_is_told_once_and_again_when_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "LOOK_SECONDS", 0.02)
    path, said = tmp_path / "data" / "history.sqlite", list[str]()
    recorder = Recorder(path, said.append)
    recorder.begin({"room": "here"})
    assert changes(recorder, 0.3) == []
    recorder.keep(0.0, DeadlineReached(), (RecordSession("whole-spine"),))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        recorder.keep(1.0, DeadlineReached(), (RecordPain("calf", "that hurts"),))
        began = time.monotonic()
        assert changes(recorder, 4.0, count=1) == [KeepingChanged(is_written=False)]
        assert UNWRITTEN.limit <= time.monotonic() - began < UNWRITTEN.limit + 0.5
        other.execute("COMMIT")
    assert changes(recorder, 4.0, count=1) == [KeepingChanged()]
    recorder.close()
    assert [line.partition(":")[0] for line in said] == [
        f"The history cannot be written to {path}",
        "The history is written again",
    ]


def test_a_disk_that_hangs_is_told_by_who_still_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, said = threading.Event(), list[str]()
    monkeypatch.setattr(recorder_module, "History", lambda *args: (gate.wait(30), History(*args))[1])
    recorder = Recorder(tmp_path / "history.sqlite", said.append)
    recorder.begin({"room": "here"})
    assert changes(recorder, 4.0, count=1) == [KeepingChanged(is_written=False)]
    gate.set()
    assert changes(recorder, 4.0, count=1) == [KeepingChanged()]
    assert said == [
        "The disk does not answer just now: what happens is held until it does.",
        "The disk answers again: nothing of the history is lost.",
    ]
    recorder.close()


def test_a_disk_that_is_nearly_full_is_told_before_anything_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [49.0]
    monkeypatch.setattr(recorder_module, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(recorder_module, "_free_megabytes", lambda folder: free[0])
    recorder = Recorder(tmp_path / "history.sqlite", pytest.fail)
    recorder.wait_until_open()
    recorder.begin({"room": "here"})
    assert changes(recorder, 2.0, count=1) == [KeepingChanged(has_room=False)]
    free[0] = 55.0
    assert changes(recorder, 0.2) == []
    recorder.resume(1, None, {})
    assert changes(recorder, 0.2) == [], "to a session that has begun since, it is not nearly full"
    free[0] = 49.0
    assert changes(recorder, 2.0, count=1) == [KeepingChanged(has_room=False)]
    free[0] = 61.0
    assert changes(recorder, 2.0, count=1) == [KeepingChanged()]
    recorder.close()


def test_what_is_free_is_that_of_the_folders_disk_and_unknown_without_one(tmp_path: Path) -> None:
    free = recorder_module._free_megabytes(tmp_path)
    assert free == pytest.approx(shutil.disk_usage(tmp_path).free / 1e6, rel=0.2)
    assert recorder_module._free_megabytes(tmp_path / "nothing") is None


def changes(recorder: Recorder, seconds: float, count: int = 0) -> list[KeepingChanged]:
    """What it tells until that many changes have come, or for so long."""
    found: list[KeepingChanged] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (count and len(found) >= count):
        found.extend(recorder.happened())
        threading.Event().wait(0.01)
    return found


def test_typed_lines_become_words_as_they_would_be_heard() -> None:
    pack = load_language("en")
    assert pack.typed("10 more seconds!\n") == ("ten", "more", "seconds")
    assert pack.typed("  That HURTS... ") == ("that", "hurts")
    assert pack.typed("I\N{RIGHT SINGLE QUOTATION MARK}m ready") == ("i'm", "ready")
    assert pack.typed("\n") == ()
