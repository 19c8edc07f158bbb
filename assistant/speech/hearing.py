"""The hearing path, one and the same for the live shell, the simulated one and `limber hear`.

Owned by the hearing thread. It feeds recognizers and core/listening with blocks, and decides nothing itself.
What cannot wait for the session, it tells: a suspicion, and a safety phrase.

A command is interpreted here, with the intents that the session wanted listened for when its words were
believed. By the time it arrives the session may have moved on: then it does with the command what its new
state does, but never reads another meaning into words that were said to the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from assistant.core.events import Meaning, Said
from assistant.core.intents import Intent
from assistant.core.listening.cancelling import Cancelling
from assistant.core.listening.hypotheses import Believed, FinalHypothesis, Hypotheses, PartialHypothesis
from assistant.core.listening.joining import JoinedStream, Stream
from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.listening.reflex import Reflex
from assistant.core.listening.room_sound import RoomSound
from assistant.core.listening.spotting import phrases_to_spot
from assistant.core.phrases import PhraseTable
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS, EchoCanceller, Recognizer
from assistant.core.shedding import Shed
from assistant.speech.cleaning import Cleaning, SoundFilter
from assistant.speech.endpointing import level_dbfs

# With all 1,138 phrases, on 267 recordings of "stop", 79 of "yes", 78 of "no" and 32 minutes of other speech:
# weighed alike, 241, 72 and 56 were found, and 15 safety phrases where there were none; with this weight, and
# 10 for [unk], 244, 73 and 57, and 10.
_USUAL_PHRASE_WEIGHT = 20
# The second recognizer has the same grammar, though only the safety phrases count there. With those and the
# decoys alone it took 2 of our prompts in one voice and 5 in another for one, "a number" for "numb"; with all
# phrases it missed 4 of 5 "stop"s over the first sentence at an echo of -6 dB, with the same none of 5.

ECHO_SECONDS = 0.5
"""How long after something was played its echo may come: then both recognizers hear the same."""
_ECHO_BLOCKS = round(ECHO_SECONDS / BLOCK_SECONDS)
_ACTED_BLOCKS = round(1.5 / BLOCK_SECONDS)
"""So long after a safety phrase was believed its utterance ends: then a later "stop" is a new one, though
others talk on. The rest of the sentence, which may make it worse, is over by then."""


def session_grammar(table: PhraseTable, intents: Iterable[Intent]) -> list[str]:
    """The phrases, the first of each intent as often as it is likelier than the others to be said."""
    phrases = table.grammar(intents)
    usual = {ways[0] for ways in table.phrases.values()}
    return [*phrases, *(p for p in phrases if p in usual for _ in range(_USUAL_PHRASE_WEIGHT - 1))]


class HearingPath:
    """From what the microphone heard, and what was played meanwhile, to what somebody means.

    Without a `canceller` one recognizer hears the microphone. With one, it hears what the canceller leaves,
    and the `second`, if given, the microphone itself, while something is played and `ECHO_SECONDS` longer, as
    long as the canceller has not learned the room: what either confirms of safety phrases counts. With
    `commands` that one hears commands and answers, and the main one is for safety phrases alone. All sound is
    filtered by `cleaning` first. `point` says how much is asked of them, and `spots` whether safety phrases
    are also looked for by sound alone. `suspects` tells whether, after the last block, a safety phrase is
    suspected: then what is played should be lowered.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        table: PhraseTable,
        *,
        canceller: EchoCanceller | None = None,
        second: Recognizer | None = None,
        commands: Recognizer | None = None,
        point: OperatingPoint | None = None,
        cleaning: Callable[[], SoundFilter] = Cleaning,
        spots: bool = True,
    ) -> None:
        table.heard.prepare()
        self._table = table
        self._canceller = canceller
        self._near_cleaning, self._far_cleaning = cleaning(), cleaning()
        self._recognizers = {Stream.MAIN: recognizer}
        if canceller is not None and second is not None:
            self._recognizers[Stream.SECOND] = second
        if commands is not None:
            self._recognizers[Stream.COMMANDS] = commands
        self._room = RoomSound()
        self._reflexes = {
            stream: Reflex(
                table,
                recognizer.plausibility,
                point,
                room=self._room,
                safety_only=stream is Stream.SECOND,
            )
            for stream, recognizer in self._recognizers.items()
        }
        self._to_spot, self._spots = phrases_to_spot(table) if spots else (), False
        self._joined = JoinedStream(table, commands_apart=commands is not None)
        self._intents: frozenset[Intent] | None = None
        self._rest = b""
        self._block_count = 0
        self._silent_blocks = _ECHO_BLOCKS  # since something was last played
        self._cancelling = Cancelling()
        self._second_hears = False
        self._skipped_blocks = dict.fromkeys(self._recognizers, 0)
        self._acted_at_block: dict[Stream, int | None] = dict.fromkeys(self._recognizers)
        self._left_out = Shed.NOTHING
        self.suspects = False
        self._do_without()

    def leave_out(self, shed: Shed) -> None:
        """Do without this from the next block on, for hearing is late; from any thread."""
        self._left_out = shed

    def hear_anew(self, canceller: EchoCanceller | None) -> None:
        """Cancel the echo with a fresh canceller: what the last one learned is of other devices."""
        if self._canceller is not None and canceller is not None:
            self._canceller = canceller
            self._cancelling = Cancelling()

    def listen_for(self, intents: Iterable[Intent]) -> None:
        """Listen for these intents, and for the safety intents always.

        Recognizers do so from the next utterance on; what is believed means one of these at once.
        """
        wanted = frozenset(intents)
        if wanted != self._intents:
            self._intents = wanted
            for recognizer in self._recognizers.values():
                recognizer.set_grammar(session_grammar(self._table, wanted))
            for reflex in self._reflexes.values():
                reflex.listen_for(wanted)

    @property
    def intents(self) -> frozenset[Intent]:
        """What it listens for, safety phrases aside."""
        return self._intents or frozenset()

    def accept(self, near: bytes, far: bytes | None = None) -> list[Meaning]:
        """Take what the microphone heard, mono int16 at 16 kHz; return what is meant, as far as is believed.

        With `far`, which is what was played meanwhile, each is one block, and the echo is cancelled. Without
        it, it is any amount, with its echo; what does not fill a block waits for more.
        """
        if far is not None:
            return self._block(near, far)
        audio = self._rest + near
        whole = len(audio) - len(audio) % BLOCK_BYTES
        self._rest = audio[whole:]
        meant: list[Meaning] = []
        for start in range(0, whole, BLOCK_BYTES):
            meant += self._block(audio[start : start + BLOCK_BYTES], None)
        return meant

    def take_reflex(self) -> bool:
        """Whether a safety phrase was confirmed since this was last asked: then all sound has to end."""
        return self._joined.take_reflex()

    def finish(self) -> list[Meaning]:
        """The audio is over: end the open utterance."""
        meant = self._block(self._rest.ljust(BLOCK_BYTES, b"\0"), None) if self._rest else []
        self._rest = b""
        for stream, recognizer in self._recognizers.items():
            meant += self._finish(stream, recognizer)
        self._look()
        return meant

    def _block(self, near: bytes, far: bytes | None) -> list[Meaning]:
        self._block_count += 1
        self._do_without()
        near = self._near_cleaning.filter(near)
        heard, microphone_dbfs = near, level_dbfs(near)
        heard_dbfs = microphone_dbfs
        if self._canceller is not None and far is not None:
            heard = self._canceller.cancel(near, self._far_cleaning.filter(far))
            heard_dbfs = level_dbfs(heard)
        self._silent_blocks = 0 if far is not None and any(far) else self._silent_blocks + 1
        if self._silent_blocks >= _ECHO_BLOCKS:
            self._room.accept(self._now_seconds, heard_dbfs)
        meant = self._hear(Stream.MAIN, heard, heard_dbfs, microphone_dbfs)
        if Stream.COMMANDS in self._recognizers:
            meant += self._hear(Stream.COMMANDS, heard, heard_dbfs, microphone_dbfs)
        if self._silent_blocks < _ECHO_BLOCKS:
            self._cancelling.accept(microphone_dbfs, heard_dbfs)
        if second := self._recognizers.get(Stream.SECOND):
            meant += self._second_opinion(second, near, microphone_dbfs)
        self._look()
        return meant

    def _do_without(self) -> None:
        """What is left out now, or not any more; a second recognizer is asked by `_second_opinion`."""
        left_out = self._left_out
        for reflex in self._reflexes.values():
            reflex.asks_twice = left_out < Shed.SECOND_OPINIONS
        spots = left_out < Shed.SPOTTING
        if spots is not self._spots:
            self._spots = spots
            for recognizer in self._recognizers.values():
                recognizer.spot(self._to_spot if spots else ())

    def _second_opinion(self, second: Recognizer, near: bytes, near_dbfs: float) -> list[Meaning]:
        """Only while it is needed: who hears our own voice hears words in it that nobody said."""
        did_hear = self._second_hears
        self._second_hears = (
            self._silent_blocks < _ECHO_BLOCKS
            and not self._cancelling.works
            and self._left_out < Shed.SECOND_HEARING
        )
        if self._second_hears:
            return self._hear(Stream.SECOND, near, near_dbfs, near_dbfs)
        self._skipped_blocks[Stream.SECOND] += 1
        return self._finish(Stream.SECOND, second) if did_hear else []

    def _hear(self, stream: Stream, block: bytes, *levels_dbfs: float) -> list[Meaning]:
        """`levels_dbfs` are the block's as this recognizer hears it, and before a canceller."""
        recognizer, acted_at_block = self._recognizers[stream], self._acted_at_block[stream]
        meant = self._judge(stream, recognizer.accept(block), *levels_dbfs)
        if acted_at_block is not None and self._block_count - acted_at_block >= _ACTED_BLOCKS:
            self._acted_at_block[stream] = None
            meant += self._judge(stream, recognizer.end_utterance(), *levels_dbfs)
        return meant

    def _judge(self, stream: Stream, hypotheses: Hypotheses, *levels_dbfs: float) -> list[Meaning]:
        since_speech = self._recognizers[stream].seconds_since_speech
        skipped_seconds = self._skipped_blocks[stream] * BLOCK_SECONDS
        on_our_clock = [_later(hypothesis, skipped_seconds) for hypothesis in hypotheses]
        reflex = self._reflexes[stream]
        we_speak = self._silent_blocks < _ECHO_BLOCKS
        we_are_heard = we_speak and self._canceller is not None and not self._cancelling.works
        believed = reflex.accept(
            on_our_clock,
            self._now_seconds,
            since_speech,
            *levels_dbfs,
            we_speak=we_speak,
            we_are_heard=we_are_heard,
        )
        return self._join(stream, believed)

    def _finish(self, stream: Stream, recognizer: Recognizer) -> list[Meaning]:
        """Nothing follows for this recognizer."""
        silence_dbfs = level_dbfs(b"")
        meant = self._judge(stream, recognizer.finish(), silence_dbfs, silence_dbfs)
        return meant + self._join(stream, self._reflexes[stream].finish())

    def _join(self, stream: Stream, believed: list[Believed]) -> list[Meaning]:
        meant: list[Meaning] = []
        for one in believed:
            if isinstance(one.hypothesis, FinalHypothesis):
                self._acted_at_block[stream] = None
            elif isinstance(one.meaning, Said):
                self._acted_at_block[stream] = self._block_count
            meant += self._joined.join(stream, one, self._now_seconds)
        return meant

    @property
    def _now_seconds(self) -> float:
        return self._block_count * BLOCK_SECONDS

    def _look(self) -> None:
        self.suspects = any(reflex.suspects for reflex in self._reflexes.values())


def _later(
    hypothesis: PartialHypothesis | FinalHypothesis, seconds: float
) -> PartialHypothesis | FinalHypothesis:
    """The hypothesis of a recognizer that did not hear so much of the time, on the microphone's clock."""
    word_end_seconds, at_seconds = hypothesis.word_end_seconds + seconds, hypothesis.at_seconds + seconds
    later = replace(hypothesis, word_end_seconds=word_end_seconds, at_seconds=at_seconds)
    if isinstance(later, FinalHypothesis):
        return replace(later, spans=tuple((begin + seconds, end + seconds) for begin, end in later.spans))
    return later
