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
from assistant.speech.prompt_cache import PromptCache, prompt_key

MIN_RATE, MAX_RATE = 0.5, 2.0
MAX_REQUESTS = 64
MAX_AHEAD = 256
CLOSING_SECONDS = 0.5
"""The whole program has two seconds to end, and a voice that hangs has nothing more to say."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PromptRequest:
    """What is still to be rendered of a prompt, and since which cut it has been wanted."""

    prompt_id: int
    sentences: tuple[str, ...]
    rate: float
    cuts: int


class Prompter:
    """Speaks prompts through a voice, a cache and a speaker; `sentences` cuts a text of their language.

    `accept`, `cut` and `set_rate` belong to one thread (the session's), `fulfill` and `render` to one (the
    same, or the prompting thread). `on_trouble` gets a line when the voice fails; the prompt ends then, and
    is among the `failed` before it has ended.
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
        self.sentences = sentences
        self._voice = voice
        self._cache = cache
        self._speaker = speaker
        self._on_trouble = on_trouble
        self._told = ""
        self.cuts = 0
        self.rate = 1.0
        self.failed: deque[PromptFailed] = deque(maxlen=MAX_REQUESTS)

    def speak(self, prompt_id: int, text: str) -> None:
        """Say the text after what is already queued. Returns when all of it is rendered."""
        if request := self.accept(prompt_id, text):
            self.fulfill(request)

    def prepare(self, texts: Sequence[str]) -> None:
        """Render the texts into the cache. Returns when that is done."""
        for text in texts:
            for sentence in self.sentences(text):
                self.render(sentence, self.rate)

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
        wanted = deque(self.sentences(text))
        while wanted:
            pieces = self._cache.recall(prompt_key(self._voice.id, wanted[0], self.rate))
            if pieces is None:
                return PromptRequest(prompt_id, tuple(wanted), self.rate, self.cuts)
            self._feed(prompt_id, pieces)
            wanted.popleft()
        self._speaker.end(prompt_id)
        return None

    def fulfill(self, request: PromptRequest) -> None:
        """Render a prompt and feed it, until it is cut; it ends in any case."""
        for sentence in request.sentences:
            if request.cuts != self.cuts:
                return
            try:
                pieces = self.render(sentence, request.rate)
            except BaseException:
                self.give_up(request)
                raise
            if pieces is None:
                self.give_up(request)
                return
            if request.cuts != self.cuts:
                return
            self._feed(request.prompt_id, pieces)
        self._speaker.end(request.prompt_id)

    def give_up(self, request: PromptRequest) -> None:
        """Let the prompt end with what it has, so that nobody waits for it; whoever asks is told first."""
        self.failed.append(PromptFailed(request.prompt_id))
        self._speaker.end(request.prompt_id)

    def render(self, sentence: str, rate: float) -> tuple[Speech, ...] | None:
        """Give a sentence's speech from the cache or the voice; None, after a line, when the voice fails."""
        voice_id = self._voice.id
        pieces = self._cache.get(prompt_key(voice_id, sentence, rate))
        if pieces is not None:
            return pieces
        try:
            pieces = tuple(self._voice.synthesize(sentence, rate))
        except VoiceError as error:
            if error.message != self._told:
                self._told = error.message
                self._on_trouble(error.message)
            return None
        self._cache.put(prompt_key(self._voice.id, sentence, rate), pieces)
        return pieces

    def _feed(self, prompt_id: int, pieces: Sequence[Speech]) -> None:
        for piece in pieces:
            self._speaker.feed(prompt_id, piece, ends_sentence=piece is pieces[-1])


class PromptingThread:
    """A thread that renders: prompts to be spoken first, and those to be prepared when it has time.

    All methods return at once. Make one per Prompter, which must not be used otherwise; call `close` at the
    end. When too much waits, further prompts end unspoken and the oldest preparations are dropped.
    """

    def __init__(self, prompter: Prompter, *, on_trouble: Callable[[str], None]) -> None:
        self._prompter = prompter
        self._on_trouble = on_trouble
        self._changed = threading.Condition()
        self._requests: deque[PromptRequest] = deque()
        self._ahead: deque[tuple[str, float]] = deque(maxlen=MAX_AHEAD)
        self._in_hand: PromptRequest | None = None
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="prompting", daemon=True)
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
        """Render the texts when nothing waits to be spoken."""
        with self._changed:
            rate = self._prompter.rate
            for text in texts:
                self._ahead.extend((sentence, rate) for sentence in self._prompter.sentences(text))
            self._changed.notify()

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
        """Set the rate of what is spoken or prepared from now on."""
        self._prompter.set_rate(rate)

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
                    self._prompter.render(*job)
        except Exception as error:  # noqa: BLE001 - the thread's top: reports and stops
            _log.exception("the prompting thread stopped")
            self._on_trouble(f"Speaking failed and goes on without sound: {error}.")
        finally:
            self._shut()

    def _next_job(self) -> PromptRequest | tuple[str, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._requests or self._ahead or not self._is_open)
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
