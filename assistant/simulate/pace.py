"""How long a routine takes when it is played: the same session, with a clock that jumps from event to event.

Pure, on any thread: it reads no clock and makes no sound. The person does what is said and says "ready" only
where it is waited for, so that every settling has its full time.
"""

from __future__ import annotations

from assistant.core.actions import Action, EndSession, Speak, StopSpeaking
from assistant.core.context import Settings
from assistant.core.events import DeadlineReached, Event, PromptFinished, Said, Source, Started
from assistant.core.intents import Intent, Slots
from assistant.core.prompts import LanguagePack
from assistant.core.routine import WORDS_PER_SECOND, Routine
from assistant.core.session import Session
from assistant.core.states import State

MOVING_SECONDS = 12.0
"""What a transfer takes after its words, for somebody who is in no hurry."""


def played_seconds(routine: Routine, pack: LanguagePack) -> float:
    """How long a routine takes from its first word to its end."""
    played = _Played(routine, pack)
    while not played.is_over:
        played.go_on()
    return played.now


class _Played:
    """A session under way."""

    def __init__(self, routine: Routine, pack: LanguagePack) -> None:
        self.now = 0.0
        self.is_over = False
        self._waiting: list[Speak] = []
        self._spoken_at = 0.0
        settings = Settings(routine_id=routine.id, sound_check=False)
        self._session = Session(pack, (routine,), settings)
        self._tell(Started())

    def go_on(self) -> None:
        """To whatever happens next: words end, somebody has moved, or a deadline comes."""
        if self._waiting:
            spoken = self._waiting[0]
            ends_at = self._spoken_at + len(spoken.text.split()) / WORDS_PER_SECOND
            if not self._comes_before(ends_at):
                self.now = self._spoken_at = ends_at
                del self._waiting[0]
                self._tell(PromptFinished(spoken.prompt_id))
                return
        elif self._session.state is State.TRANSFERRING:
            self.now += MOVING_SECONDS
            self._tell(Said(Intent.READY, "ready", Slots(), source=Source.KEYBOARD))
            return
        assert self._session.next_deadline is not None
        self.now = max(self.now, self._session.next_deadline)
        self._tell(DeadlineReached())

    def _comes_before(self, moment: float) -> bool:
        deadline = self._session.next_deadline
        return deadline is not None and deadline < moment

    def _tell(self, event: Event) -> None:
        for action in self._session.handle(event, self.now):
            self._take(action)

    def _take(self, action: Action) -> None:
        if isinstance(action, StopSpeaking):
            self._waiting.clear()
        elif isinstance(action, EndSession):
            self.is_over = True
        elif isinstance(action, Speak):
            self._spoken_at = self._spoken_at if self._waiting else self.now
            self._waiting.append(action)
