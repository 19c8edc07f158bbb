"""What the session says and plays: collects the actions of one event and numbers the prompts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from assistant.core.actions import Action, Earcon, PlayEarcon, SetSpeechRate, SetVolume, Speak, StopSpeaking
from assistant.core.intents import Words, stand_near
from assistant.core.prompts import LanguagePack, Line

QUIETEST_DB, LOUDEST_DB, VOLUME_STEP_DB = -18.0, 9.0, 3.0
SLOWEST_RATE, FASTEST_RATE, RATE_STEP = 0.7, 1.5, 0.1
SLOW_SPEECH_SECONDS_PER_WORD = 1.0
STUCK_AFTER_SECONDS = 8.0
ECHO_SECONDS = 0.3
"""How long after a prompt its last word may still come back from the room."""
OWN_WORD_SECONDS = 0.6
"""So long after a prompt a word of it may still seem to end. Of 46 own "stop"s that were heard at the end of
one, in 114 plays with two voices, three rooms and six noises, the latest but one seemed to end 0.3 s after it
(the last had a bird's chirp in it); a loudspeaker's own delay comes on top."""
REMEMBERED_SECONDS = 10.0


@dataclass(slots=True)
class _Prompt:
    """A prompt that is still to be heard, and how many of its sentences have been."""

    text: str
    sentences: list[str]
    heard_count: int = 0

    @property
    def sentence(self) -> str:
        """What sounds now of it, or will first."""
        return (*self.sentences[self.heard_count :], "")[0]


@dataclass(frozen=True, slots=True)
class _Over:
    """A sentence that is over, and when it could be heard, on the session's clock."""

    began_at: float
    over_at: float
    text: str


class Script:
    """The actions of the event being handled, and the prompts still to be heard. Owned by the session."""

    def __init__(self, pack: LanguagePack, rate: float = 1.0, gain_db: float = 0.0) -> None:
        self.pack = pack
        self.actions: list[Action] = []
        self._last_id = 0
        self._open: dict[int, _Prompt] = {}
        self._once: set[int] = set()
        self._over: list[_Over] = []
        self._began_at = 0.0  # when the sentence began that sounds now
        self.now = 0.0
        self._rate = rate
        self._gain_db = gain_db

    def take(self) -> tuple[Action, ...]:
        """The actions so far, in order; the list is empty afterwards."""
        actions, self.actions = tuple(self.actions), []
        return actions

    def do(self, action: Action) -> None:
        """Append an action."""
        self.actions.append(action)

    def say(self, line: Line, **values: str) -> None:
        """Speak a sentence of the language pack."""
        self.speak(self.pack.render(line, **values))

    def speak(self, text: str) -> None:
        """Speak a text after what is already being spoken."""
        if not self._open:
            self._began_at = self.now
        self._last_id += 1
        self._open[self._last_id] = _Prompt(text, self.pack.sentences(text))
        self.do(Speak(self._last_id, text))

    def cue(self, line: Line, **values: str) -> None:
        """Speak a sentence that is true only now: not at all when something else is being spoken."""
        if not self._open:
            self.say(line, **values)
            self._once.add(self._last_id)

    def reply(self, line: Line, **values: str) -> None:
        """Speak a sentence at once; what was being spoken comes again after it, cues and replies aside."""
        self.reply_with(self.pack.render(line, **values))

    def reply_with(self, *texts: str) -> None:
        """Speak texts at once, as a reply."""
        interrupted = [prompt.text for prompt_id, prompt in self._open.items() if prompt_id not in self._once]
        self.say_instead()
        for text in texts:
            self.speak(text)
            self._once.add(self._last_id)
        for text in interrupted:
            self.speak(text)

    def say_instead(self, *lines: Line, **values: str) -> None:
        """Speak sentences at once, in place of what was being spoken."""
        if self._open:
            self.cut()
        for line in lines:
            self.say(line, **values)

    def earcon(self, earcon: Earcon) -> None:
        """Play a short sound at once."""
        self.do(PlayEarcon(earcon))

    def cut(self) -> None:
        """Sound out; what was being spoken is over."""
        for sentence in self._sounding():
            self._sentence_over(sentence)
        self._open.clear()
        self._once.clear()
        if self.actions[-1:] != [StopSpeaking()]:
            self.do(StopSpeaking())

    def finished(self, prompt_id: int) -> bool:
        """A prompt ended: whether that was the last one open. False for one that was cut."""
        prompt = self._open.pop(prompt_id, None)
        self._once.discard(prompt_id)
        if prompt is not None:
            self._sentence_over(prompt.sentence)
        return prompt is not None and not self._open

    def is_open(self, prompt_id: int) -> bool:
        """Whether a prompt is still to be heard."""
        return prompt_id in self._open

    def sentence_finished(self, prompt_id: int) -> None:
        """A sentence of a prompt ended, the next one begins; nothing for a prompt that is over."""
        if prompt := self._open.get(prompt_id):
            self._sentence_over(prompt.sentence)
            prompt.heard_count += 1

    def may_have_said(self, words: Words, moment: float) -> bool:
        """Whether the session itself spoke a sentence with these words at that moment: its echo, perhaps.

        One short word between two of them may have been lost.
        """
        self._over = [over for over in self._over if over.over_at > self.now - REMEMBERED_SECONDS]
        said = [
            *(over.text for over in self._over if over.over_at + ECHO_SECONDS > moment),
            *self._sounding(),
        ]
        return stand_near(self.pack.rules.words(" ".join(said)), words)

    def sounded_at(self, moment: float) -> list[str]:
        """The sentences that may be what was heard as a word ended at that moment: it lies within each."""
        over = [o.text for o in self._over if o.text and o.began_at < moment < o.over_at + ECHO_SECONDS]
        return over + (self._sounding() if self._began_at < moment else [])

    def may_have_spoken(self, moment: float) -> bool:
        """Whether a word that ended at that moment may have been the session's own, heard late."""
        return self.speaking or any(over.over_at + OWN_WORD_SECONDS > moment for over in self._over)

    def _sentence_over(self, sentence: str) -> None:
        """The sentence that sounded is over; the next one begins, if there is one."""
        self._over.append(_Over(self._began_at, self.now, sentence))
        self._began_at = self.now

    def _sounding(self) -> list[str]:
        """The sentence that sounds now, if any: the others wait behind it."""
        return [prompt.sentence for prompt in islice(self._open.values(), 1)]

    @property
    def sentence(self) -> str:
        """The sentence that sounds now or will first; "" when nothing is to be heard."""
        return "".join(self._sounding())

    @property
    def prompts(self) -> tuple[tuple[int, str], ...]:
        """Number and text of every prompt that is still to be heard, in order."""
        return tuple((prompt_id, prompt.text) for prompt_id, prompt in self._open.items())

    @property
    def speaking(self) -> bool:
        """Whether a prompt is still to be heard."""
        return bool(self._open)

    def longest_seconds(self) -> float:
        """By when the open prompts must have been heard, even by a slow voice; later they are stuck."""
        words = sum(len(self.pack.rules.words(prompt.text)) for prompt in self._open.values())
        return STUCK_AFTER_SECONDS + words * SLOW_SPEECH_SECONDS_PER_WORD

    def change_volume(self, steps: int) -> bool:
        """Louder or quieter by steps, within bounds; whether it changed."""
        gain_db = min(LOUDEST_DB, max(QUIETEST_DB, self._gain_db + steps * VOLUME_STEP_DB))
        changed, self._gain_db = gain_db != self._gain_db, gain_db
        self.do(SetVolume(gain_db))
        return changed

    def change_rate(self, steps: int) -> bool:
        """Faster or slower by steps, within bounds; whether it changed."""
        rate = round(min(FASTEST_RATE, max(SLOWEST_RATE, self._rate + steps * RATE_STEP)), 2)
        changed, self._rate = rate != self._rate, rate
        self.do(SetSpeechRate(rate))
        return changed
