"""What a room without sound hears by: nothing. All that is said there is typed or touched."""

from __future__ import annotations

from assistant.core.actions import Action
from assistant.core.events import Event
from assistant.core.intents import Intent
from assistant.core.liveness import Gauges
from assistant.errors import AssistantError
from assistant.event_queue import EventQueue


class NoSound:
    """Hears nothing, and never fails at it."""

    has_sound = False

    def __init__(self) -> None:
        self._events = EventQueue()
        self.failure: AssistantError | None = None

    def open(self, events: EventQueue) -> None:
        """Know the queue, to tell whether anybody looks at it."""
        self._events = events

    def listen_for(self, intents: frozenset[Intent]) -> None:
        """Nothing is listened for."""

    def watch(self, action: Action) -> None:
        """What the session does changes nothing here."""

    def happened(self) -> tuple[Event, ...]:
        """Nothing."""
        return ()

    def gauges(self) -> Gauges:
        """There is no sound to be counted; from any thread."""
        return Gauges(beats=self._events.get_count, is_guided=self._events.is_attended)

    @property
    def devices(self) -> tuple[str, str]:
        """There are none."""
        return "", ""

    def must_end(self) -> bool:
        """Nothing can be lost here."""
        return False

    def close(self) -> None:
        """There is nothing to close."""
