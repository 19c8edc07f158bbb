"""Limber with a fault that can be switched on and off: the file that LIMBER_FAULT names says which.

"hang" lets the hearing thread hang, "slow" makes it ten times too slow, "mute" makes every voice fail, and
"hang voice" lets every voice hang.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from assistant.__main__ import main
from assistant.core.events import Meaning
from assistant.core.ports import Speech
from assistant.errors import VoiceError
from assistant.speech.hearing import HearingPath
from assistant.speech.voices import espeak, flite
from assistant.speech.voices.command import speak_by_command

FILE = Path(os.environ["LIMBER_FAULT"])
accept = HearingPath.accept


def fault() -> str:
    return FILE.read_text() if FILE.exists() else ""


def accept_with_fault(path: HearingPath, near: bytes, far: bytes | None = None) -> list[Meaning]:
    while fault() == "hang":
        time.sleep(0.05)
    if fault() == "slow":
        time.sleep(0.2)
    return accept(path, near, far)


def speak_with_fault(*arguments: Any, **options: Any) -> Speech:
    while fault() == "hang voice":
        time.sleep(0.05)
    if fault() == "mute":
        raise VoiceError("voice_failed", "The voice is broken.")
    return speak_by_command(*arguments, **options)


HearingPath.accept = accept_with_fault  # type: ignore[method-assign]
espeak.speak_by_command = flite.speak_by_command = speak_with_fault
main()
