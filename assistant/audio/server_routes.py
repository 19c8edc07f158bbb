"""Which devices our streams are really on, by the word of the sound server, where it can be asked.

PulseAudio and PipeWire move a stream whose device goes, even to the speaker's own monitor, and tell nobody.
They are asked with `pactl`, on a thread of its own: a frozen server does not answer. On ALSA there is nothing
to ask, for a stream stays where it was opened.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ASK_SECONDS = 1.0
"""The two questions take a laptop 12 ms together."""
_LIMIT_SECONDS = 2.0
_NOWHERE = 0xFFFFFFFF  # of a stream that is on its way

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said when it was asked at `asked_at`: whether a stream of ours was moved.

    None where it did not say: a stream is on its way, or a busy server takes its time.
    """

    asked_at: float
    microphone_moved: bool | None = None
    speaker_moved: bool | None = None


class Placement:
    """Remembers where each stream was first seen, by its number: one that is opened anew has another number.

    A monitor is no microphone, unless it was asked for by name.
    """

    def __init__(self, *, accepts_monitor: bool = True) -> None:
        self._accepts_monitor = accepts_monitor
        self._first: dict[int, str] = {}

    def is_moved(self, streams: dict[int, str]) -> bool | None:
        """Take the names of the devices that our streams are on; tell whether one is not where it was.

        None without any stream.
        """
        if not streams:
            return None
        self._first = {stream: self._first.get(stream, name) for stream, name in streams.items()}
        return any(
            name != self._first[stream] or (name.endswith(".monitor") and not self._accepts_monitor)
            for stream, name in streams.items()
        )


class ServerRoutes:
    """Asks the server now and then, until it is closed. `latest` may be read from any thread."""

    def __init__(self, wanted: Callable[[], bool], *, accepts_monitor: bool) -> None:
        """Ask while it is `wanted`: not while the streams are gone."""
        self.latest: Answer | None = None
        self._wanted = wanted
        self._microphone = Placement(accepts_monitor=accepts_monitor)
        self._speaker = Placement()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound server", daemon=True)

    def open(self) -> None:
        """Begin to ask, where there is somebody to be asked."""
        if shutil.which("pactl"):
            self._thread.start()

    def close(self) -> None:
        """Ask no more; an answer that does not come is not waited for."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._wanted():
                self._ask(time.monotonic())
            self._closing.wait(ASK_SECONDS)

    def _ask(self, now: float) -> None:
        try:
            sources, sinks = _ours("source-outputs", "source"), _ours("sink-inputs", "sink")
        except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
            _log.debug("the sound server does not tell where our streams are: %s", error)
            self.latest = Answer(now)
            return
        self.latest = Answer(now, self._microphone.is_moved(sources), self._speaker.is_moved(sinks))


def _ours(streams: str, device: str) -> dict[int, str]:
    """The streams of this process by number, and the name of the device that each is on."""
    pid = str(os.getpid())
    ours = {
        stream["index"]: stream[device]
        for stream in _listed(streams)
        if stream["properties"].get("application.process.id") == pid and stream[device] != _NOWHERE
    }
    if not ours:
        return {}
    names = {one["index"]: str(one["name"]) for one in _listed(f"{device}s")}
    return {stream: names[index] for stream, index in ours.items() if index in names}


def _listed(what: str) -> Any:
    done = subprocess.run(
        ["pactl", "-f", "json", "list", what],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LIMIT_SECONDS,
        check=True,
    )
    return json.loads(done.stdout)
