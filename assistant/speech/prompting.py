"""Turns Speak and Prepare into sound: sentence by sentence, from the cache or the voice, into the speaker.

`Prompter` does the work in whatever thread calls it; the simulated shell uses it as it is. `PromptingThread`
gives it a thread of its own for live sessions, so that the session never waits for a voice. What is in memory
already is fed from the calling thread at once, overtaking whatever is being rendered.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.core.events import PromptFailed
from assistant.core.ports import Speaker, Speech, Voice
from assistant.errors import VoiceError
from assistant.speech.parts import Part, parts_of
from assistant.speech.prompt_cache import PromptCache, prompt_key

MIN_RATE, MAX_RATE = 0.5, 2.0
MAX_REQUESTS = 64
MAX_AHEAD = 1024
FIRST_TEXTS = 3
SOON_PARTS = 64
"""So much of what is rendered ahead is kept in memory, some three minutes; the rest waits on the disk."""
CLOSING_SECONDS = 0.5
"""The whole program has two seconds to end, and a voice that hangs has nothing more to say."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """What is still to be rendered of a prompt, and since which cut it has been wanted."""

    prompt_id: int
    parts: tuple[Part, ...]
    rate: float
    cuts: int


class Prompter:
    """Speaks prompts through a voice, a cache and a speaker; `sentences` cuts a text of their language.

    `accept`, `cut` and `set_rate` belong to one thread (the session's), `fulfill`, `render` and `have` to one
    (the same, or the prompting thread). `on_trouble` gets a line when the voice fails; the prompt ends then,
    and is among the `failed` before it has ended.
    """

    def __init__(
        self,
        voice: Voice,
        cache: PromptCache,
        speaker: Speaker,
        *,
        sentences: Callable[[str], Sequence[str]],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._sentences = sentences
        self._voice = voice
        self._cache = cache
        self._speaker = speaker
        self._on_trouble = on_trouble
        self._told = ""
        self._ahead_bytes = 0
        self.cuts = 0
        self.rate = 1.0
        self.failed: deque[PromptFailed] = deque(maxlen=MAX_REQUESTS)

    def speak(self, prompt_id: int, text: str) -> None:
        """Say the text after what is already queued. Returns when all of it is rendered."""
        if request := self.accept(prompt_id, text):
            self.fulfill(request)

    def prepare(self, texts: Sequence[str]) -> None:
        """Nothing is rendered ahead where whoever speaks waits for it: time stands still meanwhile."""

    def parts(self, text: str) -> list[Part]:
        """What is rendered of a text, one after the other."""
        return [part for sentence in self._sentences(text) for part in parts_of(sentence)]

    def set_rate(self, rate: float) -> None:
        """Set the rate of what is spoken from now on, held to 0.5…2."""
        self.rate = min(max(rate, MIN_RATE), MAX_RATE)

    def cut(self) -> None:
        """Silence within one block; what has been asked for is neither rendered on nor fed."""
        self.cuts += 1
        self._speaker.cut()

    def accept(self, prompt_id: int, text: str) -> PromptRequest | None:
        """Queue the prompt in the speaker, with the sentences at hand; return what must be rendered."""
        self._speaker.begin(prompt_id)
        wanted = deque(self.parts(text))
        while wanted:
            pieces = self._cache.recall(prompt_key(self._voice.id, wanted[0].text, self.rate))
            if pieces is None:
                return PromptRequest(prompt_id, tuple(wanted), self.rate, self.cuts)
            self._feed(prompt_id, pieces, wanted.popleft())
        self._speaker.end(prompt_id)
        return None

    def fulfill(self, request: PromptRequest) -> None:
        """Render a prompt and feed it, until it is cut; it ends in any case."""
        for part in request.parts:
            if request.cuts != self.cuts:
                return
            try:
                pieces = self.render(part.text, request.rate)
            except BaseException:
                self.give_up(request)
                raise
            if pieces is None:
                self.give_up(request)
                return
            if request.cuts != self.cuts:
                return
            self._feed(request.prompt_id, pieces, part)
        self._speaker.end(request.prompt_id)

    def give_up(self, request: PromptRequest) -> None:
        """Let the prompt end with what it has, so that nobody waits for it; whoever asks is told first."""
        self.failed.append(PromptFailed(request.prompt_id))
        self._speaker.end(request.prompt_id)

    def have(self, text: str, *, soon: bool) -> None:
        """Render a text that will be wanted, unless it is there; in memory what is wanted soon.

        What is wanted later is left out once it would drive what was rendered before from the disk.
        """
        key = prompt_key(self._voice.id, text, self.rate)
        if soon:
            self.render(text, self.rate)
        elif self._ahead_bytes < self._cache.disk_bytes // 2 and not self._cache.holds(key):
            self._ahead_bytes += sum(len(piece.samples) for piece in self.render(text, self.rate) or ())

    def render(self, text: str, rate: float) -> tuple[Speech, ...] | None:
        """Give a part's speech from the cache or the voice; None, after a line, when the voice fails."""
        pieces = self._cache.get(prompt_key(self._voice.id, text, rate))
        if pieces is not None:
            return pieces
        try:
            pieces = tuple(self._voice.synthesize(text, rate))
        except VoiceError as error:
            if error.message != self._told:
                self._told = error.message
                self._on_trouble(error.message)
            return None
        self._cache.put(prompt_key(self._voice.id, text, rate), pieces)
        return pieces

    def _feed(self, prompt_id: int, pieces: Sequence[Speech], part: Part) -> None:
        for piece in pieces:
            ends = part.ends_sentence and piece is pieces[-1]
            self._speaker.feed(prompt_id, piece, ends_sentence=ends)


class PromptingThread:
    """A thread that renders: prompts to be spoken first, and those to be prepared when it has time.

    All methods return at once. Make one per Prompter, which must not be used otherwise; call `close` at the
    end. When too much waits, further prompts end unspoken, and what would be wanted last is not prepared.
    What is to be `at_hand` at any time comes after the first few texts of all that is prepared.
    """

    def __init__(
        self, prompter: Prompter, *, on_trouble: Callable[[str], None], at_hand: Sequence[str] = ()
    ) -> None:
        self._prompter = prompter
        self._on_trouble = on_trouble
        self._changed = threading.Condition()
        self._requests: deque[PromptRequest] = deque()
        self._at_hand = tuple(at_hand)
        self._wanted: tuple[tuple[str, bool], ...] = ()
        self._ahead: deque[tuple[str, bool]] = deque()
        self._may_prepare = True
        self._in_hand: PromptRequest | None = None
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="prompting", daemon=True)
        self.prepare(())
        self._thread.start()

    def speak(self, prompt_id: int, text: str) -> None:
        """Say the text after what is already queued; it ends at once when it cannot be rendered."""
        request = self._prompter.accept(prompt_id, text)
        if request is None:
            return
        with self._changed:
            if self._is_open and len(self._requests) < MAX_REQUESTS:
                self._requests.append(request)
                self._changed.notify()
                return
        self._prompter.give_up(request)

    def prepare(self, texts: Sequence[str]) -> None:
        """Render these in their order when nothing waits to be spoken, in place of those before."""
        first, later = texts[:FIRST_TEXTS], texts[FIRST_TEXTS:]
        ordered = (*first, *self._at_hand, *later)
        parts = dict.fromkeys(part.text for text in ordered for part in self._prompter.parts(text))
        with self._changed:
            self._wanted = tuple((text, at < SOON_PARTS) for at, text in enumerate(parts))[:MAX_AHEAD]
            self._ahead = deque(self._wanted)
            self._changed.notify()

    def rest(self, is_resting: bool) -> None:
        """Prepare nothing while this is so: others need the processor. What is to be spoken is rendered."""
        with self._changed:
            self._may_prepare = not is_resting
            self._changed.notify()

    @property
    def is_ready(self) -> bool:
        """Whether nothing waits to be rendered."""
        with self._changed:
            return not (self._requests or self._ahead or self._in_hand)

    def owed(self) -> int | None:
        """The first prompt that is still to be rendered; None where all is, or was cut."""
        in_hand = self._in_hand
        if in_hand is not None and in_hand.cuts == self._prompter.cuts:
            return in_hand.prompt_id
        with self._changed:
            return self._requests[0].prompt_id if self._requests else None

    def failed(self) -> list[PromptFailed]:
        """The prompts that could not be said, since this was last asked."""
        return [self._prompter.failed.popleft() for _ in range(len(self._prompter.failed))]

    def set_rate(self, rate: float) -> None:
        """Set the rate of what is spoken from now on; what is prepared is rendered anew."""
        before = self._prompter.rate
        self._prompter.set_rate(rate)
        if self._prompter.rate != before:
            with self._changed:
                self._ahead = deque(self._wanted)
                self._changed.notify()

    def cut(self) -> None:
        """Silence within one block, and nothing more of what was asked for."""
        self._prompter.cut()
        with self._changed:
            self._requests.clear()

    def close(self, limit_seconds: float = CLOSING_SECONDS) -> None:
        """End the thread after the sentence in hand, waiting for it up to the limit."""
        self._shut()
        self._thread.join(limit_seconds)

    def _run(self) -> None:
        try:
            while job := self._next_job():
                if isinstance(job, PromptRequest):
                    self._prompter.fulfill(job)
                    self._in_hand = None
                else:
                    text, is_soon = job
                    self._prompter.have(text, soon=is_soon)
        except Exception as error:  # noqa: BLE001 - the thread's top: reports and stops
            _log.exception("the prompting thread stopped")
            self._on_trouble(f"Speaking failed and goes on without sound: {error}.")
        finally:
            self._shut()

    def _next_job(self) -> PromptRequest | tuple[str, bool] | None:
        with self._changed:
            self._changed.wait_for(
                lambda: self._requests or (self._ahead and self._may_prepare) or not self._is_open
            )
            if not self._is_open:
                return None
            if self._requests:
                self._in_hand = self._requests.popleft()
                return self._in_hand
            return self._ahead.popleft()

    def _shut(self) -> None:
        """Take no more requests, and end those that waited."""
        with self._changed:
            self._is_open = False
            waiting = list(self._requests)
            self._requests.clear()
            self._changed.notify()
        for request in waiting:
            self._prompter.give_up(request)
