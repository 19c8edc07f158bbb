"""The queue into a session and the thread that writes the history."""

from __future__ import annotations

from pathlib import Path

from assistant.conducting import MAX_EVENTS, EventQueue, Recorder
from assistant.core.actions import EndSession, RecordSession, RecordStep
from assistant.core.events import SpeakerLost, SpeakerRestored
from assistant.language.packs import load_language
from assistant.store.history_reader import read_sessions
from assistant.typed import typed_words


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


def test_the_recorder_has_written_everything_when_it_is_closed(tmp_path: Path) -> None:
    troubles: list[str] = []
    recorder = Recorder(tmp_path / "history.sqlite", troubles.append)
    recorder.record(RecordSession("whole-spine"))
    recorder.record(RecordStep("neck-nod", "", 1, 20.0, "done"))
    recorder.record(EndSession("completed"))
    recorder.close()
    (session,) = read_sessions(tmp_path / "history.sqlite")
    assert (session.routine_id, session.end_reason, troubles) == ("whole-spine", "completed", [])


def test_typed_lines_become_words_as_they_would_be_heard() -> None:
    pack = load_language("en")
    assert typed_words("10 more seconds!\n", pack) == ("ten", "more", "seconds")
    assert typed_words("  That HURTS... ", pack) == ("that", "hurts")
    assert typed_words("I\N{RIGHT SINGLE QUOTATION MARK}m ready", pack) == ("i'm", "ready")
    assert typed_words("\n", pack) == ()
