"""A live session on PipeWire, in short. With LIMBER_TEST_SOUND=pipewire every test here runs on it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from live import LOUD, last_loud, live_limber, silence_after, spoken
from virtual_sound import VirtualSound, sound_spans

ROUTINE = {"LIMBER_SESSION_ROUTINE": "at-the-desk", "LIMBER_SESSION_SOUND_CHECK": "false"}


@pytest.mark.parametrize("virtual_sound", ["pipewire"], indirect=True)
def test_a_session_on_pipewire_hears_stop_and_notices_that_it_is_moved(
    virtual_sound: VirtualSound, tmp_path: Path
) -> None:
    with live_limber(virtual_sound, tmp_path, **ROUTINE) as limber:
        with virtual_sound.recording() as tape:
            limber.wait_for("Before we begin.")
            virtual_sound.play_to_microphone(spoken("stop"))
            limber.wait_for("Say continue")
        said_end = last_loud(tape.microphone())
        assert sound_spans(tape.speaker()[said_end - 1600 : said_end], floor=LOUD), "it was not speaking"
        assert silence_after(tape.speaker(), said_end) < 1.0
        virtual_sound.move_microphone(limber.process.pid, "spk.monitor")
        since = time.monotonic()
        limber.wait_for("I cannot hear the microphone", 5.0)
        assert time.monotonic() - since < 4.0
        limber.wait_for("I can hear you again", 15.0)
