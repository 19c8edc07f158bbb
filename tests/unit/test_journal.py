"""The journal: every event comes back as it was, in bounded space, and is forgotten with its session."""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from assistant.core.actions import EndSession, RecordSession
from assistant.core.events import (
    CameBack,
    CutShort,
    DeadlineReached,
    Event,
    KeepingChanged,
    MicrophoneLost,
    MicrophoneRestored,
    NotUnderstood,
    PromptFinished,
    Said,
    SentenceFinished,
    SoundMeasured,
    Source,
    SpeakerLost,
    SpeakerRestored,
    Started,
    TalkHeard,
    WorkLeftOut,
    WorkResumed,
)
from assistant.core.intents import Intent, Slots
from assistant.core.journal import from_values
from assistant.errors import StoreError
from assistant.store import history_schema
from assistant.store.history import History
from assistant.store.history_erasing import forget_sessions
from assistant.store.journal import read_journal

EVENTS: tuple[Event, ...] = (
    Started(),
    Said(Intent.STOP, "stop", words=("stop",), is_final=False, word_end_seconds=1.25, at_seconds=1.3),
    Said(Intent.CHOOSE, "my neck", Slots(region="neck"), Source.TOUCH),
    Said(Intent.NUMBER, "seven", Slots(number=7), Source.KEYBOARD, is_half_heard=True),
    TalkHeard(()),
    NotUnderstood(()),
    DeadlineReached(),
    SentenceFinished(3),
    PromptFinished(3),
    MicrophoneLost("silent"),
    MicrophoneRestored(),
    SpeakerLost(),
    SpeakerRestored(),
    CutShort("terminated"),
    CameBack(12.5),
    CameBack(None),
    SoundMeasured(-60.0, 12.5, None, None),
    WorkLeftOut(),
    WorkResumed(),
    KeepingChanged(is_written=False, has_room=True),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


def history(path: Path) -> History:
    return History(path, pytest.fail, lambda: datetime(2026, 3, 1, 18, 30).astimezone())


def test_every_event_comes_back_as_it_was(path: Path) -> None:
    kept = history(path)
    told = [(at * 0.5, event) for at, event in enumerate(EVENTS)]
    for now, event in told:
        kept.note(now, event)
    kept.close()
    assert read_journal(path) == told


def test_what_others_said_is_not_kept(path: Path) -> None:
    kept = history(path)
    kept.note(0.0, TalkHeard(("no", "sugar", "please")))
    kept.note(1.0, NotUnderstood(("two", "sugars")))
    kept.close()
    assert read_journal(path) == [(0.0, TalkHeard(())), (1.0, NotUnderstood(()))]
    assert b"sugar" not in path.read_bytes()


def test_each_start_of_the_program_is_a_run_of_its_own(path: Path) -> None:
    for seconds in (1.0, 2.0):
        kept = history(path)
        kept.note(seconds, Started())
        kept.close()
    assert read_journal(path) == [(2.0, Started())]
    assert read_journal(path, run=1) == [(1.0, Started())]


def test_the_oldest_make_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_schema, "MOST_ENTRIES", 100)
    kept = history(path)
    for at in range(1500):
        kept.note(float(at), DeadlineReached())
    kept.close()
    left = read_journal(path)
    assert len(left) <= 100 + 500
    assert left[-1] == (1499.0, DeadlineReached())


def test_what_was_said_is_forgotten_with_its_session(path: Path) -> None:
    for phrase in ("first", "second"):
        kept = history(path)
        kept.note(0.0, Said(Intent.NEXT, f"{phrase} before"))
        kept.record(RecordSession("mixed"))
        kept.note(1.0, Said(Intent.NEXT, f"{phrase} within"))
        kept.record(EndSession("completed"))
        kept.close()
    forget_sessions(path, [1])
    assert read_journal(path, run=1) == []
    assert len(read_journal(path, run=2)) == 2
    assert b"first" not in path.read_bytes()


def test_without_a_history_there_is_no_journal(path: Path) -> None:
    assert read_journal(path) == []


def test_a_damaged_entry_is_told(path: Path) -> None:
    kept = history(path)
    kept.note(0.0, Started())
    kept.close()
    with sqlite3.connect(path) as connection:
        connection.execute("""UPDATE journal SET event = '{"event": "Nothing"}'""")
    with pytest.raises(StoreError, match="journal"):
        read_journal(path)


def test_a_disk_that_fails_is_told_once_and_the_session_goes_on(path: Path) -> None:
    told: list[str] = []
    kept = History(path, told.append)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE journal")
    kept.note(0.0, Started())
    kept.note(1.0, Started())
    assert len(told) == 1
    kept.close()
    kept.note(2.0, Started())


@pytest.mark.parametrize(
    "values", [{}, {"event": "Said"}, {"event": "Said", "intent": "?", "slots": {}, "source": "voice"}]
)
def test_what_is_no_event_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(dict(values)))):
        from_values(values)
