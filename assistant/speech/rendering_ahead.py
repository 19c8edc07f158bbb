"""Renders what will be said while nobody is guided, so that nobody waits for a slow voice.

On a thread of its own that steps back for all others: one part of a sentence at a time, and none once it is
to pause. What is kept on the disk is not rendered again, so it goes on where it was. Must not hold up a
voice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.core.speed import FAST_VOICE
from assistant.priority import step_back
from assistant.speech.prompt_cache import PromptCache, prompt_key
from assistant.speech.voices.shared import SharedVoice

NICENESS = 5
"""Besides that of every voice: hearing has ten times its weight on a core that both want."""
SHARE_OF_DISK = 0.9
"""The rest is for what nobody foresees, as sentences with numbers."""
JUDGED_AFTER_SECONDS = 8.0
"""So much speech tells how fast a voice is."""
BUSY_SECONDS = 0.5
"""So long until it looks again whether the voice is free."""

_log = logging.getLogger(__name__)

Wanted = Callable[[], tuple[float, Iterable[str]]]
"""Gives the rate of speech, and the parts that may be said, the most needed first; on this thread."""


class RenderingAhead:
    """Renders while it may. `go_on`, `pause`, `hold` and `close` come from any thread, and return at once.

    `always` does so for a fast voice, too: that one is found out, and needs none of it.
    """

    def __init__(
        self, voice: Callable[[], SharedVoice], cache: Callable[[], PromptCache], *, always: bool = False
    ) -> None:
        self._voice, self._cache, self._always = voice, cache, always
        self._changed = threading.Condition()
        self._wanted: Wanted | None = None
        self._holding: set[int] = set()
        self._is_open = True
        self._thread: threading.Thread | None = None
        self._work_seconds = self._speech_seconds = 0.0

    def go_on(self, wanted: Wanted) -> None:
        """Nobody is guided: render what is wanted, and not kept yet."""
        with self._changed:
            if not self._is_open:
                return
            self._wanted = wanted
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rendering ahead", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def pause(self) -> None:
        """Somebody is guided: begin no other part."""
        with self._changed:
            self._wanted = None
            self._changed.notify_all()

    def hold(self, who: int, is_late: bool) -> None:
        """While anybody's hearing is late, begin no other part either."""
        with self._changed:
            (self._holding.add if is_late else self._holding.discard)(who)
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread after the part in hand, without waiting for it."""
        with self._changed:
            self._is_open, self._wanted = False, None
            self._changed.notify_all()

    @property
    def may_render(self) -> bool:
        """Whether it is to go on."""
        return self._is_open and self._wanted is not None and not self._holding

    def _run(self) -> None:
        step_back(NICENESS)
        try:
            while wanted := self._next():
                if self._render(*wanted()):
                    self._is_over(wanted)
        except Exception:  # noqa: BLE001 - the thread's top: reports and stops; sessions render for themselves
            _log.exception("rendering ahead stopped")

    def _next(self) -> Wanted | None:
        with self._changed:
            self._changed.wait_for(lambda: self.may_render or not self._is_open)
            return self._wanted

    def _is_over(self, wanted: Wanted) -> None:
        """All of it is there; until it is asked for anew."""
        with self._changed:
            if self._wanted is wanted:
                self._wanted = None

    def _render(self, rate: float, parts: Iterable[str]) -> bool:
        """Whether all that is wanted and has room is there."""
        voice, cache = self._voice(), self._cache()
        room_bytes = round(cache.disk_bytes * SHARE_OF_DISK)
        wanted = list(dict.fromkeys(parts)) if room_bytes else []
        missing = []
        for part in wanted:
            if not self.may_render:
                return False
            size = cache.size_of(prompt_key(voice.id, part, rate))
            room_bytes -= size
            missing += [] if size else [part]
        if missing:
            _log.info("%d of %d parts of sentences are still to be rendered", len(missing), len(wanted))
        for part in missing:
            if self._is_fast or room_bytes <= 0:
                break
            made_bytes = self._part(voice, cache, part, rate)
            if made_bytes is None:
                return False
            room_bytes -= made_bytes
        return True

    def _part(self, voice: SharedVoice, cache: PromptCache, part: str, rate: float) -> int | None:
        """Render one; how many bytes it has, None where it may not go on."""
        while self.may_render:
            began = time.monotonic()
            made = voice.ahead(part, rate, lambda: self.may_render)
            if made is None:
                with self._changed:  # somebody speaks, or it is to pause
                    self._changed.wait_for(lambda: not self.may_render, BUSY_SECONDS)
                continue
            size = sum(len(piece.samples) for piece in made.pieces)
            self._work_seconds += time.monotonic() - began if size else 0.0
            self._speech_seconds += size / 2 / SAMPLE_RATE_HZ
            if size:
                cache.put(prompt_key(made.voice_id, part, rate), made.pieces, soon=False)
            return size
        return None

    @property
    def _is_fast(self) -> bool:
        if self._always or self._speech_seconds < JUDGED_AFTER_SECONDS:
            return False
        return self._work_seconds < FAST_VOICE * self._speech_seconds
