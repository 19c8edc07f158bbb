"""The whole of Limber on virtual devices: spoken to through PortAudio, and what it plays recorded."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from live import LiveLimber, last_loud, live_limber, silence_after, spoken
from virtual_sound import VirtualSound

ROUTINE = {"LIMBER_SESSION_ROUTINE": "at-the-desk", "LIMBER_SESSION_SOUND_CHECK": "false"}


def test_a_stop_over_its_own_voice_ends_all_sound(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    with live_limber(virtual_sound, tmp_path, **ROUTINE) as limber, virtual_sound.recording() as tape:
        limber.wait_for("Before we begin.")
        virtual_sound.play_to_microphone(spoken("stop"))
        limber.wait_for("You  stop")
        limber.wait_for("Say continue")
    said_end = last_loud(tape.microphone())
    assert np.abs(tape.speaker()[said_end - 1600 : said_end]).max() > 300, "it was not speaking"
    assert silence_after(tape.speaker(), said_end) < 1.0


def test_its_own_voice_answers_none_of_its_questions(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    with virtual_sound.echo(gain_db=-6.0), live_limber(virtual_sound, tmp_path, **ROUTINE) as limber:
        limber.wait_for("I hear no answer.", limit_seconds=90)
    said = [line.removeprefix("Limber  ") for line in limber.text().splitlines() if line.startswith("Limber")]
    assert [line.split()[0] for line in said] == ["Before", "Did", "I", "Did"]
    assert "You " not in limber.text()


def test_a_microphone_that_falls_silent_is_noticed_said_and_its_return_too(
    virtual_sound: VirtualSound, tmp_path: Path
) -> None:
    with live_limber(virtual_sound, tmp_path, **ROUTINE) as limber:
        limber.wait_for("Before we begin.")
        virtual_sound.mute_microphone(True)
        limber.wait_for("I cannot hear", limit_seconds=15)
        virtual_sound.mute_microphone(False)
        limber.wait_for("I can hear you again", limit_seconds=15)


def test_a_sound_server_that_hangs_ends_the_session_with_one_sentence(
    virtual_sound: VirtualSound, tmp_path: Path
) -> None:
    with live_limber(virtual_sound, tmp_path, **ROUTINE) as limber:
        limber.wait_for("Before we begin.")
        virtual_sound.freeze_server(True)
        assert limber.process.wait(40) == 1
        virtual_sound.freeze_server(False)
    assert "I cannot hear" in limber.text()
    assert "the sound system does not answer" in limber.text()
    assert "Traceback" not in limber.text()


def test_a_session_by_voice_alone_to_its_end(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    with live_limber(virtual_sound, tmp_path, LIMBER_SESSION_SOUND_CHECK="false") as limber:
        limber.wait_for("What would you like")
        for said, answer in (
            ("start please", "Before we begin"),
            ("yes", "Four short questions"),
            ("finish", "We finish"),
        ):
            _say_until(virtual_sound, limber, said, answer)
        assert limber.process.wait(30) == 0


def test_the_sound_check_is_passed_by_saying_the_word(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    with live_limber(virtual_sound, tmp_path, LIMBER_SESSION_ROUTINE="at-the-desk") as limber:
        limber.wait_for("Please say stop")
        for said, answer in (
            ("stop", "Good, I can hear you."),
            ("yes", "Four short questions"),
            ("no", "brittle bones"),
            ("no", "an operation lately"),
            ("no", "wake you at night"),
            ("no", "leave out for"),
            ("no", "How sore are you"),
            ("two", "This is at the desk."),
            ("stop", "Say continue"),
            ("finish", "We finish"),
        ):
            _say_until(virtual_sound, limber, said, answer)
        assert limber.process.wait(30) == 0


def test_a_room_at_rest_is_woken_and_turned_off_by_voice(virtual_sound: VirtualSound, tmp_path: Path) -> None:
    with live_limber(virtual_sound, tmp_path, how="--rest", **ROUTINE) as limber:
        limber.wait_for("Limber rests.")
        virtual_sound.play_to_microphone(spoken("next please"))
        for said, answer in (
            ("wake up", "Before we begin."),
            ("finish", "We finish"),
            ("same time tomorrow", "Then I remind you tomorrow, at this time."),
            ("goodbye", "Then I cannot remind you."),
        ):
            _say_until(virtual_sound, limber, said, answer)
        for _ in range(4):  # it may be asking still
            virtual_sound.play_to_microphone(spoken("yes"))
            with suppress(subprocess.TimeoutExpired):
                limber.process.wait(6)
        assert limber.process.poll() == 0
    assert "You  next" not in limber.text()


def _say_until(sound: VirtualSound, limber: LiveLimber, said: str, answer: str) -> None:
    """Say it, again if need be: a person would, too."""
    for _ in range(4):
        sound.play_to_microphone(spoken(said))
        try:
            limber.wait_for(answer, limit_seconds=6)
        except TimeoutError:
            continue
        return
    pytest.fail(f"{said!r} did not lead to {answer!r}: {limber.text()}")
