"""What a room with sound speaks with: a voice, and the mixer that it speaks through. Any thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from assistant.audio.mixer import Mixer
from assistant.core.events import Event, PromptFailed
from assistant.core.liveness import Silence
from assistant.speech.prompting import Prompter, PromptingThread

Tell = Callable[[str], None]


class SpokenVoice(PromptingThread):
    """A prompting thread with the mixer that it speaks through: what a room with sound speaks with."""

    def __init__(
        self, prompter: Prompter, mixer: Mixer, *, on_trouble: Tell, at_hand: Sequence[str] = ()
    ) -> None:
        super().__init__(prompter, on_trouble=on_trouble, at_hand=at_hand)
        self.earcon = mixer.earcon
        self.set_volume = mixer.set_volume
        self._mixer = mixer
        self._silence = Silence()
        self.hush = mixer.hush
        self.acknowledge = mixer.acknowledge

    def ended(self) -> list[Event]:
        """The sentences and prompts that have ended, and before them those that failed or are late."""
        over = self._mixer.ended()
        owed = None if self._mixer.sounding_prompt_id() is not None else self.owed()
        late = self._silence.look(time.monotonic(), owed)
        return [*self.failed(), *([] if late is None else [PromptFailed(late)]), *over]
