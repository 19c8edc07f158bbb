"""Carries out a session's actions, the same way in the live shell and in the simulated one.

Owned by the thread that owns the session. Must not wait: whatever takes time has a thread of its own behind
these ports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from assistant.core.actions import (
    Action,
    Earcon,
    Listen,
    PlayEarcon,
    Prepare,
    SetSpeechRate,
    SetVolume,
    Speak,
    StopSpeaking,
)
from assistant.core.intents import Intent


class Speaking(Protocol):
    """Says prompts: a Prompter, its thread, or a SilentPrompter."""

    def speak(self, prompt_id: int, text: str) -> None:
        """Say the text after what is already queued."""

    def prepare(self, texts: Sequence[str]) -> None:
        """Have the texts ready."""

    def set_rate(self, rate: float) -> None:
        """Speak at this rate from now on."""

    def cut(self) -> None:
        """Silence, and forget what is queued."""


class Sounding(Protocol):
    """Plays everything: the mixer, or a SilentPrompter."""

    def earcon(self, earcon: Earcon) -> None:
        """Play a short sound now."""

    def set_volume(self, gain_db: float) -> None:
        """Gain of everything played."""


class Performer:
    """Gives each action to the port that it is for, and every action to those who watch."""

    def __init__(
        self,
        speaking: Speaking,
        sounding: Sounding,
        listen_for: Callable[[frozenset[Intent]], None],
        watchers: Iterable[Callable[[Action], None]] = (),
    ) -> None:
        self._speaking = speaking
        self._sounding = sounding
        self._listen_for = listen_for
        self._watchers = tuple(watchers)

    def carry_out(self, actions: Iterable[Action]) -> None:
        """Carry out actions in their order."""
        for action in actions:
            self._carry_out(action)
            for watch in self._watchers:
                watch(action)

    def _carry_out(self, action: Action) -> None:
        match action:
            case StopSpeaking():
                self._speaking.cut()
            case Speak(prompt_id, text):
                self._speaking.speak(prompt_id, text)
            case Prepare(texts):
                self._speaking.prepare(texts)
            case PlayEarcon(earcon):
                self._sounding.earcon(earcon)
            case SetVolume(gain_db):
                self._sounding.set_volume(gain_db)
            case SetSpeechRate(rate):
                self._speaking.set_rate(rate)
            case Listen(intents):
                self._listen_for(intents)
            case _:
                pass
