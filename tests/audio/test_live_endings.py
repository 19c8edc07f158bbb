"""A live session that is ended from outside: sound off, what was held kept, within two seconds."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from live import live_limber, spoken
from virtual_sound import VirtualSound

from assistant.core.actions import RecordConditionsAsked, RecordPhysicianChecked
from assistant.store.history import History
from assistant.store.history_reader import read_sessions

SETTINGS = {
    "LIMBER_SESSION_ROUTINE": "at-the-desk",
    "LIMBER_SESSION_SOUND_CHECK": "false",
    "LIMBER_SESSION_SETTLE_SECONDS": "3",
}


@pytest.mark.parametrize("server", ["running", "frozen"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_in_order_and_comes_back(
    virtual_sound: VirtualSound, tmp_path: Path, server: str, number: signal.Signals
) -> None:
    history = tmp_path / "data" / "limber" / "history.sqlite"
    with closing(History(history, pytest.fail, lambda: datetime.now().astimezone())) as kept:
        kept.record(RecordPhysicianChecked())
        kept.record(RecordConditionsAsked())
    with live_limber(virtual_sound, tmp_path, **SETTINGS) as limber:
        limber.wait_for("How sore are you now", 90)
        for answer, then in (
            ("two", "anything new"),
            ("no", "This is"),
            ("ready", "We stretch"),
            ("ready", "(hold for"),
        ):
            for _ in range(4):
                virtual_sound.play_to_microphone(spoken(answer))
                try:
                    limber.wait_for(then, 6)
                    break
                except TimeoutError:
                    continue
        limber.wait_for("(hold for", 60)
        time.sleep(2.0)
        if server == "frozen":
            virtual_sound.freeze_server(True)
            time.sleep(0.2)
        began = time.monotonic()
        limber.process.send_signal(number)
        code = limber.process.wait(10)
        seconds = time.monotonic() - began
        if server == "frozen":
            virtual_sound.freeze_server(False)
    assert seconds < 2.5
    assert code == (143 if number is signal.SIGTERM else -signal.SIGKILL)
    (session,) = read_sessions(history)
    assert session.end_reason == ("terminated" if number is signal.SIGTERM else "interrupted")
    assert number is signal.SIGKILL or session.held_seconds > 1.0
    with live_limber(virtual_sound, tmp_path, **SETTINGS) as limber:
        limber.wait_for("Shall we go on?", 90)
