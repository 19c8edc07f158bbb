"""A room's sound by a Wyoming satellite: a small device in another room, with a microphone and a loudspeaker.

A thread of its own connects to it as Home Assistant would, again and again while it is not there. Every 20
ms it passes on what the microphone heard, and sends a block of the mixer. Whatever a satellite does is the
trouble of this room alone: to it a microphone and a speaker are lost and restored. What the hearing thread
calls waits for nothing of the network.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

from wyoming.event import Event as Message
from wyoming.info import Describe
from wyoming.ping import Ping, Pong
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.wake import Detect

from assistant.audio.far_end import FarEnd
from assistant.audio.satellite_link import SatelliteLink, connect
from assistant.audio.satellite_sound import SatelliteMicrophone, SatelliteSpeaker
from assistant.audio.speaker_stream import BlockSource
from assistant.audio.stream_watch import MicrophoneWatch, StreamCondition, StreamWatch
from assistant.audio.wyoming_events import OddSatelliteError
from assistant.core.events import Event, MicrophoneLost, MicrophoneRestored, SpeakerLost, SpeakerRestored
from assistant.core.ports import BLOCK_SECONDS, SoundBlock, SoundCounts
from assistant.errors import AudioError

RETRY_SECONDS, MOST_RETRY_SECONDS = 0.5, 5.0
WELL_SECONDS = 10.0
"""A satellite that was there for so long is asked again soon when it goes."""
SOUNDLESS_SECONDS = 3.0
"""Without a piece of sound for so long a connection is of no use."""
LATE_SECONDS = 0.1
"""After a pause of the whole program no blocks are sent in a rush."""
RESERVE_BLOCKS = 3
"""What is sent is heard through a network and two buffers: it comes later than a speaker's here."""
HOW_IT_HAS_TO_BE = "let it send all that it hears, without a wake word of its own"
_POLL_SECONDS = 0.1
_CLOSE_SECONDS = 0.5
_LONGEST_NAME = 60

_log = logging.getLogger(__name__)


class SatelliteSound:
    """The sound of a satellite at a host and port.

    As with `LiveSound`, faults and returns go to `emit` as events, on the thread that iterates `blocks()`.
    """

    def __init__(self, host: str, port: int, source: BlockSource, emit: Callable[[Event], None]) -> None:
        self._host, self._port = host, port
        self._emit = emit
        self._far_end = FarEnd(RESERVE_BLOCKS)
        self._microphone = SatelliteMicrophone()
        self._speaker = SatelliteSpeaker(source, self._far_end)
        self._name = ""
        self._open_count = 0
        self._has_failed = False
        self._is_there = False
        self._told = ""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"satellite {host}", daemon=True)
        self._microphone_watch = MicrophoneWatch(time.monotonic())
        self._speaker_watch = StreamWatch(time.monotonic())
        self._seen = (0, 0, 0)

    @property
    def counts(self) -> SoundCounts:
        """What the microphone has brought, and the speaker taken so far; from any thread.

        While the satellite is not there nothing is open, and nobody waits for it to deliver.
        """
        openings = self._open_count if self._is_there else 0
        return SoundCounts(
            openings, self._microphone.block_count, self._microphone.waiting_count, self._speaker.block_count
        )

    @property
    def devices(self) -> tuple[str, str]:
        """The name that the satellite gives itself, for both, "" while it is not there; from any thread."""
        name = self._name if self._is_there else ""
        return name, name

    def open(self) -> None:
        """Begin to look for it; one that is not there is waited for."""
        self._microphone_watch.opened(time.monotonic())
        self._speaker_watch.opened(time.monotonic())
        self._thread.start()

    def close(self) -> None:
        """End `blocks()` within 0.1 s, and hang up; from any thread."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(_CLOSE_SECONDS)

    # The hearing thread.

    def blocks(self) -> Iterator[SoundBlock]:
        """Yield each block that is heard, and the one played beside it, until `close()`.

        During a fault it yields nothing.
        """
        while not self._closing.is_set():
            block = self._microphone.read(_POLL_SECONDS)
            self._look(block)
            if block is not None:
                yield SoundBlock(
                    block, self._far_end.beside(self._microphone.waiting_count), time.monotonic()
                )

    def _look(self, block: bytes | None) -> None:
        """Judge both by what has come since the last look, and report what has changed."""
        now = time.monotonic()
        microphone_was, speaker_was = self._microphone_watch.condition, self._speaker_watch.condition
        if block is not None:
            self._microphone_watch.hear(now, not any(block), self._speaker.sounding())
        seen = self._open_count, self._microphone.dropped_count, self._speaker.block_count
        if seen[:2] != self._seen[:2]:
            self._far_end.restart()
        if seen[2] != self._seen[2]:
            self._speaker_watch.block(now)
        self._seen = seen
        is_active = self._is_there or not self._has_failed
        self._microphone_watch.check(now, is_active)
        self._speaker_watch.check(now, is_active)
        well = StreamCondition.WELL
        condition = self._speaker_watch.condition
        if (speaker_was is well) is not (condition is well):
            self._emit(SpeakerRestored() if condition is well else SpeakerLost())
        condition = self._microphone_watch.condition
        if microphone_was is well and condition is not well:
            self._emit(MicrophoneLost(condition.value))
        elif microphone_was is not well and condition is well:
            self._emit(MicrophoneRestored())

    # The satellite's thread.

    def _run(self) -> None:
        retry_seconds = RETRY_SECONDS
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                with connect(self._host, self._port) as link:
                    self._serve(link)
            except AudioError as error:
                self._note(error.message)
            except OddSatelliteError as error:
                self._note(f"{self._host} {error}.")
            except OSError as error:
                self._note(f"{self._host} is gone: {error.strerror or error}.")
            except Exception:  # noqa: BLE001 - whatever it sent: it is asked again, and the log says so
                _log.exception("the satellite at %s", self._host)
            self._has_failed, self._is_there = True, False
            if time.monotonic() - began > WELL_SECONDS:
                retry_seconds = RETRY_SECONDS
            self._closing.wait(retry_seconds)
            retry_seconds = min(2 * retry_seconds, MOST_RETRY_SECONDS)

    def _note(self, reason: str) -> None:
        """Log it once, however often it is tried."""
        if reason != self._told:
            _log.warning("%s", reason)
        self._told = reason

    def _serve(self, link: SatelliteLink) -> None:
        """Hear and play until it goes, or nothing is wanted any more. Raises what it goes by."""
        self._microphone.begin(time.monotonic())
        self._speaker.begin()
        link.send(Describe().event(), RunSatellite().event(), Ping().event())
        due_at = time.monotonic()
        while not self._closing.is_set():
            time.sleep(max(0.0, due_at - time.monotonic()))
            now = time.monotonic()
            due_at = max(due_at + BLOCK_SECONDS, now - LATE_SECONDS)
            self._speaker.play(link)
            for message in link.read():
                self._take(link, message)
            if now - self._microphone.last_at > SOUNDLESS_SECONDS:
                raise OddSatelliteError(f"sends no sound: {HOW_IT_HAS_TO_BE}")
        self._speaker.stop(link)
        link.send(PauseSatellite().event())

    def _take(self, link: SatelliteLink, message: Message) -> None:
        """What the satellite said. What is not known means nothing."""
        match message.type:
            case "audio-chunk":
                self._microphone.hear(message, time.monotonic())
                if not self._is_there and self._microphone.has_heard:
                    self._open_count += 1
                    self._is_there, self._told = True, ""
            case "ping":
                link.send(Pong(_text(message.data.get("text"))).event())
            case "info":
                self._name = self._named(message)
            case "run-pipeline":
                link.send(Detect().event())
            case _:
                pass

    def _named(self, message: Message) -> str:
        satellite = message.data.get("satellite")
        if not isinstance(satellite, dict):
            raise OddSatelliteError("is no satellite")
        return (_text(satellite.get("name")) or self._host)[:_LONGEST_NAME]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
