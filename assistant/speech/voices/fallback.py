"""Speaks with the first voice that opens, and with the next one when it fails or is late, in mid-session too.

A FallbackVoice belongs to one thread; its `id` may be read from others. A voice speaks on a thread of its
own, so that one that hangs is not waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from contextlib import suppress

from assistant.core.liveness import VOICE_SPARE
from assistant.core.ports import Speech, Voice
from assistant.deadline import begun
from assistant.errors import VoiceError
from assistant.priority import step_back

HANG_SECONDS = 10.0
"""A voice that takes so long for a sentence has failed."""
NICENESS = 5
"""Hearing has three times the weight of a voice on a core that both want: who says "stop" comes first."""
_MOST_KEPT = 32

Sentence = tuple[str, float]


class FallbackVoice:
    """Speaks with the first voice that opens; when it fails, moves on to the next for good.

    The failed sentence is said by the next voice, and nothing twice. The last voice is kept even when it
    fails, for it may have been a bad moment: then `synthesize` raises VoiceError. `install` are the commands
    that are told where none opens.

    A sentence may be begun ahead, for which nobody waits. Whoever then wants another one waits for it as for
    his own.

    One that is `late_seconds` late, and not the last, is stood in for by the next: it speaks again when it
    has finished, and what it made meanwhile is kept for the next time.
    """

    def __init__(
        self,
        openers: Sequence[Callable[[], Voice]],
        *,
        on_fallback: Callable[[str], None],
        first_was_asked_for: bool = False,
        install: Sequence[str] = (),
        late_seconds: float = VOICE_SPARE.limit,
        hang_seconds: float = HANG_SECONDS,
    ) -> None:
        self._openers = list(openers)
        self._on_fallback = on_fallback
        self._late_seconds, self._hang_seconds = late_seconds, hang_seconds
        self._spare: Voice | None = None
        self._busy: Call | None = None
        self._made_late: dict[Sentence, list[Speech]] = {}
        trouble: list[VoiceError] = []
        voice = self._open_next(trouble)
        if voice is None:
            reasons = [error.message for error in trouble if _is_worth_telling(error)]
            advice = " or ".join(f'"{command}"' for command in install)
            message = " ".join(["There is no voice to speak with.", *reasons, f"Install one with {advice}."])
            raise VoiceError("no_voice", message)
        for place, error in enumerate(trouble):
            if _is_worth_telling(error) or (place == 0 and first_was_asked_for):
                on_fallback(f"{error.message} Speaking with {voice.id} instead.")
        self._voice = voice

    @property
    def id(self) -> str:
        """Name the voice that speaks now."""
        busy, spare = self._busy, self._spare
        is_spoken_for = busy is not None and not busy.is_ahead
        return spare.id if is_spoken_for and spare is not None else self._voice.id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the pieces of a sentence. Raises VoiceError when the last voice fails."""
        yield from self._pieces(text, rate)

    def begin_ahead(self, text: str, rate: float) -> Call | None:
        """Begin a sentence that nobody waits for; None while the voice makes another, or no voice is well.

        What makes it has the priority of the thread that calls.
        """
        if self._busy is not None and self._busy.is_done:
            with suppress(VoiceError):  # whoever waited for it has been told by another voice
                self._keep(self._busy)
        if self._busy is not None:
            return None
        self._busy = Call(self._voice, (text, rate), is_ahead=True)
        return self._busy

    def take_ahead(self, call: Call) -> list[Speech] | None:
        """What was made ahead; None where it is not done, or failed: then whoever wants it will be told."""
        if self._busy is not call:
            return self._made_late.pop(call.sentence, None)
        if not call.is_done:
            return None
        self._busy = None
        return None if call.has_failed else call.result()

    def _wait_for_ahead(self, call: Call) -> None:
        """Somebody waits now: as long as for a sentence of his own, and from now on."""
        call.count_from_now()
        if call.wait(self._late_seconds) and call.has_failed:
            self._busy = None

    def _pieces(self, text: str, rate: float) -> list[Speech]:
        while True:
            try:
                return self._in_time((text, rate))
            except VoiceError as error:
                voice, self._spare = self._spare or self._open_next([]), None
                if voice is None:
                    raise
                self._voice, self._busy = voice, None
                self._made_late.clear()
                self._on_fallback(f"{error.message} Speaking with {voice.id} from now on.")

    def _in_time(self, wanted: Sentence) -> list[Speech]:
        """The sentence by the voice, or by the spare one while it is late. Raises VoiceError."""
        if self._busy is not None and self._busy.is_ahead:
            self._wait_for_ahead(self._busy)
        if self._busy is not None and self._busy.is_done:
            self._keep(self._busy)
        if (made := self._made_late.pop(wanted, None)) is not None:
            return made
        if self._busy is None:
            self._busy = Call(self._voice, wanted)
            if self._busy.wait(self._late_seconds):
                call, self._busy = self._busy, None
                return call.result()
        if self._busy.seconds() > self._hang_seconds:
            raise self._busy.hangs()
        spare = self._spare = self._spare or self._open_next([])
        if spare is not None:
            call = Call(spare, wanted)
            if call.wait(self._hang_seconds):
                with suppress(VoiceError):
                    return call.result()
            self._spare = None
            return self._in_time(wanted)
        if not self._busy.wait(self._hang_seconds - self._busy.seconds()):
            raise self._busy.hangs()
        return self._in_time(wanted)

    def _keep(self, late: Call) -> None:
        """The voice has finished after all: it speaks again. Raises VoiceError when it failed."""
        self._busy = None
        self._made_late[late.sentence] = late.result()
        if len(self._made_late) > _MOST_KEPT:
            del self._made_late[next(iter(self._made_late))]

    def _open_next(self, trouble: list[VoiceError]) -> Voice | None:
        while self._openers:
            try:
                return self._openers.pop(0)()
            except VoiceError as error:
                trouble.append(error)
        return None


class Call:
    """One sentence that a voice makes, on a thread of its own; `is_ahead` while nobody waits for it."""

    def __init__(self, voice: Voice, sentence: Sentence, *, is_ahead: bool = False) -> None:
        self.sentence, self.is_ahead = sentence, is_ahead
        self._voice = voice
        self._began_at = time.monotonic()
        self._made = begun(self._make, "voice")

    def _make(self) -> list[Speech]:
        """On its own thread. Raises VoiceError."""
        step_back(NICENESS)
        return list(self._voice.synthesize(*self.sentence))

    @property
    def is_done(self) -> bool:
        """Whether it is over, one way or the other."""
        return self._made.done()

    @property
    def has_failed(self) -> bool:
        """Whether it is done, and there is nothing."""
        return self.is_done and self._made.exception() is not None

    def count_from_now(self) -> None:
        """Somebody begins to wait for it."""
        self.is_ahead, self._began_at = False, time.monotonic()

    def seconds(self) -> float:
        """How long somebody has waited for it by now."""
        return time.monotonic() - self._began_at

    def wait(self, seconds: float) -> bool:
        """Wait for it; whether it is done, one way or the other."""
        wait([self._made], max(0.0, seconds))
        return self.is_done

    def result(self) -> list[Speech]:
        """What was made. Raises VoiceError."""
        return self._made.result()

    def hangs(self) -> VoiceError:
        """What it is if it never ends."""
        return VoiceError("voice_hangs", f"The voice {self._voice.id} does not answer.")


def _is_worth_telling(error: VoiceError) -> bool:
    """Tell a broken voice from one that nobody installed."""
    return error.code != "voice_missing"
