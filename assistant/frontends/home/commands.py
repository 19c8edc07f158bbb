"""What comes from a home, as what it asks for; how much of it is taken, and how fast.

Pure. Must not let through what nobody can press: a message is one of a few words, or it is nothing. One that
the broker kept is nothing either: whoever pressed that meant another moment, perhaps another day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.core.intents import Intent
from assistant.frontends.home.discovery import ASKS, BUTTONS, ONLINE, Topics

LONGEST_PAYLOAD = 200
STOP_SECONDS = 0.2
"""A "stop" so soon after another one is the same one."""
COMMANDS_PER_SECOND, MOST_AT_ONCE = 1.0, 4


class Asked(StrEnum):
    """What can be asked for besides a button."""

    CHOICE = "choice"
    BIRTH = "birth"  # Home Assistant has begun, and knows of nothing


@dataclass(frozen=True, slots=True)
class Command:
    """A button that was pressed, or a routine that was chosen, "" for none of them; or a birth."""

    asked: Intent | Asked
    routine: str = ""


def read(
    topic: str, payload: bytes, *, is_kept: bool, topics: Topics, titles: Mapping[str, str]
) -> Command | None:
    """What a message asks for; None for nothing. `titles` has the routines by id."""
    if len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    if (topic, text) == (topics.birth, ONLINE):
        return Command(Asked.BIRTH)
    if is_kept:
        return None
    if topic == topics.command and text in BUTTONS:
        return Command(Intent(text))
    if topic == topics.choice:
        named = {ASKS: "", **{title: id_ for id_, title in titles.items()}}
        return Command(Asked.CHOICE, named[text]) if text in named else None
    return None


class Turnstile:
    """Lets "stop" pass always, and the rest of the commands no faster than anybody presses."""

    def __init__(self) -> None:
        self._last_stop = float("-inf")
        self._allowance = float(MOST_AT_ONCE)
        self._looked_at = 0.0
        self.refused_count = 0
        """Commands that came too fast."""

    def lets_pass(self, command: Command, now: float) -> bool:
        """Whether a command that comes `now`, in seconds, is acted on."""
        if command.asked is Intent.STOP:
            is_another = now - self._last_stop >= STOP_SECONDS
            self._last_stop = now if is_another else self._last_stop
            return is_another
        passed = max(0.0, now - self._looked_at)
        self._looked_at = now
        self._allowance = min(float(MOST_AT_ONCE), self._allowance + passed * COMMANDS_PER_SECOND)
        if self._allowance < 1.0:
            self.refused_count += 1
            return False
        self._allowance -= 1.0
        return True
