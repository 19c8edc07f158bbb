"""Live sound as a session has it: a thread that owns it, listens, and cuts what is played."""

from __future__ import annotations

import threading
import time
from itertools import takewhile

import numpy as np
import numpy.typing as npt
from virtual_sound import MICROPHONE, SPEAKER, tone, wait_until

from assistant.audio.live import LiveSound
from assistant.audio.microphone import Microphone
from assistant.audio.speaker_stream import SpeakerStream
from assistant.core.events import Event
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS


class ToneSource:
    """Plays a tone while `playing`."""

    def __init__(self) -> None:
        self.playing = False
        self._samples = tone(1.0).tobytes()
        self._position = 0

    def next_block(self) -> bytes:
        if not self.playing:
            return bytes(BLOCK_BYTES)
        self._position = (self._position + BLOCK_BYTES) % len(self._samples)
        return self._samples[self._position :][:BLOCK_BYTES]


class Listener:
    """The thread that owns the live sound, and what it was told."""

    def __init__(self, microphone: str = MICROPHONE) -> None:
        self.source = ToneSource()
        self.microphone = Microphone(microphone)
        self.speaker = SpeakerStream(self.source, SPEAKER)
        self.events: list[Event] = []
        self.blocks: list[bytes] = []
        self.block_count_at: dict[Event, int] = {}
        self.cut_when_loud = False
        self._live = LiveSound(self.microphone, self.speaker, self._note)
        self._thread = threading.Thread(target=self._listen)

    def start(self) -> None:
        self._live.open()
        self._thread.start()
        wait_until(lambda: len(self.blocks) > 0)

    def finish(self) -> None:
        """End it, where it was started."""
        self._live.close()
        if self._thread.ident:
            self._thread.join()

    def heard(self) -> npt.NDArray[np.int16]:
        return np.frombuffer(b"".join(self.blocks), np.int16)

    def zeros_seconds_before(self, event: Event) -> float:
        """How long the microphone had given nothing but zeros when the event came."""
        heard = self.blocks[: self.block_count_at[event]]
        return sum(1 for _ in takewhile(lambda block: not any(block), reversed(heard))) * BLOCK_SECONDS

    def seconds_until(self, event: Event) -> float:
        """Wait for an event; give the seconds it took."""
        start = time.monotonic()
        wait_until(lambda: event in self.events, 12)
        return time.monotonic() - start

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self.block_count_at[event] = len(self.blocks)

    def _listen(self) -> None:
        for block, _, _ in self._live.blocks():
            self.blocks.append(block)
            if self.cut_when_loud and np.abs(np.frombuffer(block, np.int16)).max() > 3000:
                self.source.playing = False
