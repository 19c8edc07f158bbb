"""Live sessions on virtual devices that are killed with -9 while somebody talks to them."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random

from killing import ROUTINE, prompts_in
from live import LiveLimber, live_limber, spoken
from virtual_sound import Samples, VirtualSound

from assistant.core.actions import RecordConditionsAsked, RecordPhysicianChecked
from assistant.store.history import History

SETTINGS = {
    "LIMBER_SESSION_ROUTINE": ROUTINE,
    "LIMBER_SESSION_SOUND_CHECK": "false",
    "LIMBER_SESSION_SETTLE_SECONDS": "3",
    "LIMBER_SESSION_REST_SECONDS": "2",
}
TO_BEGIN = (("two", "anything new"), ("no", "This is"), ("ready", "We stretch"), ("ready", "(hold for"))
WITHIN = ("ready", "next", "that hurts", "two", "no", "stop", "continue", "go back")
BY_COMMAND = "limber stop"


def killed_live(random: Random, data: Path) -> list[str]:
    """Kill a session at a random moment, on its way or before; give the prompts that it had shown.

    Its data are in `data` when it is dead.
    """
    with closing(History(data / "limber" / "history.sqlite", _fail, _now)) as history:
        history.record(RecordPhysicianChecked())
        history.record(RecordConditionsAsked())
    settings = {**SETTINGS, "XDG_DATA_HOME": str(data), "XDG_CACHE_HOME": str(data / "cache")}
    with VirtualSound.started() as sound, live_limber(sound, data, **settings) as limber:
        _drive(random, sound, limber)
        assert limber.process.poll() is None, limber.text()
        limber.process.kill()
        limber.process.wait()
    return prompts_in(limber.text())


def _drive(random: Random, sound: VirtualSound, limber: LiveLimber) -> None:
    """Go on to a random moment, in a hold or before."""
    limber.wait_for("How sore are you now", 90.0)
    answered = len(TO_BEGIN) if random.random() < 0.7 else random.randint(0, len(TO_BEGIN))
    for answer, then in TO_BEGIN[:answered]:
        _say_until(sound, limber, answer, then)
    for _ in range(random.randint(0, 5)):
        phrase = random.choice((*WITHIN, BY_COMMAND))
        if phrase == BY_COMMAND:
            stop = [sys.executable, "-m", "assistant", "stop"]
            subprocess.run(stop, env=sound.env, capture_output=True, check=True)
        else:
            sound.play_to_microphone(_said(phrase))
        time.sleep(random.uniform(0.0, 2.0))
    time.sleep(random.uniform(0.0, 3.0))


def _say_until(sound: VirtualSound, limber: LiveLimber, said: str, then: str) -> None:
    """Say it, again if need be: a person would, too. What does not come in time was not on the way."""
    for _ in range(3):
        sound.play_to_microphone(_said(said))
        with suppress(TimeoutError):
            limber.wait_for(then, 6.0)
            return


@cache
def _said(phrase: str) -> Samples:
    return spoken(phrase)


def _fail(message: str) -> None:
    raise AssertionError(message)


def _now() -> datetime:
    return datetime.now().astimezone()
