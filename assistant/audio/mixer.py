"""Mixes what the loudspeaker plays, block by block: prompts in order, earcons on top, volume and ducking.

`next_block` belongs to one thread, the audio callback or the simulated shell's loop; it takes no lock, waits
for nothing and logs nothing. The Speaker's methods are called from any other thread (or from the same one):
they leave a command that the next block carries out. Must not open devices or read a clock.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from assistant.audio.earcons import earcon_samples
from assistant.audio.queued_prompt import Piece, QueuedPrompt, Samples
from assistant.core.actions import Earcon
from assistant.core.decibels import gain
from assistant.core.events import PromptFinished, SentenceFinished
from assistant.core.ports import BLOCK_SAMPLES, BLOCK_SECONDS, SAMPLE_RATE_HZ, Speech

SILENCE = bytes(BLOCK_SAMPLES * 2)
FADE_SAMPLES = SAMPLE_RATE_HZ * 4 // 1000  # a cut fades over 4 ms: no click, and out well within its block
STARVED_BLOCKS = round(10 / BLOCK_SECONDS)
"""A prompt whose speech fails to come for so long ends when others wait behind it."""
MAX_COMMANDS = 1024
MAX_PROMPTS = 256
MAX_EARCONS = 8
MIN_GAIN_DB, MAX_GAIN_DB = -60.0, 20.0
DUCKING_RISE = 0.1  # of full gain in a block: what was ducked is back within 200 ms

_KNEE = 0.8 * 32767  # below it the limiter changes nothing
_HEADROOM = 32767 - _KNEE
_RAMP = np.arange(1, BLOCK_SAMPLES + 1, dtype=np.float32) / BLOCK_SAMPLES
_FADE = np.arange(FADE_SAMPLES, 0, -1, dtype=np.float32) / (FADE_SAMPLES + 1)


class _Command(Enum):
    BEGIN = "begin"
    FEED = "feed"
    END = "end"
    EARCON = "earcon"
    CUT = "cut"


class Mixer:
    """The Speaker of both shells, and the source of every block that is played.

    What has ended is asked for with `ended()`, by one thread, after each block or as often as it likes:
    a callback from inside the audio callback would have to wake a waiting thread, which takes a lock.

    `blocks_played` counts the blocks handed out since the beginning. The bytes that `next_block` returned
    are what is played to the last bit, gains and limiter included: the reference for echo cancellation.
    `overflows` counts what was turned away because a bound was reached.
    """

    def __init__(self) -> None:
        self.blocks_played = 0
        self.overflows = 0
        self._commands: deque[tuple[_Command, int, Piece | None, int]] = deque()
        self._ended: deque[SentenceFinished | PromptFinished] = deque(maxlen=MAX_COMMANDS)
        self._volume = 1.0
        self._ducking_target = 1.0
        self._hushes = 0  # written by who hushes
        self._acknowledged = 0  # written by who begins prompts
        self._sounding_prompt_id: int | None = None
        # From here on touched by next_block only.
        self._prompts: dict[int, QueuedPrompt] = {}
        self._earcons: list[tuple[Samples, int]] = []
        self._ducking = 1.0
        self._gain = 1.0
        self._starved_blocks = 0
        self._mix = np.zeros(BLOCK_SAMPLES, dtype=np.float32)

    # The Speaker port: any thread.

    def begin(self, prompt_id: int) -> None:
        """Queue a prompt; its speech follows in pieces."""
        self._command(_Command.BEGIN, prompt_id)

    def feed(self, prompt_id: int, speech: Speech, *, ends_sentence: bool = False) -> None:
        """Append speech, with which a sentence may end; ignored when the prompt was cut or has ended."""
        samples = np.frombuffer(speech.samples, dtype=np.int16)
        self._command(_Command.FEED, prompt_id, Piece(samples, ends_sentence))

    def end(self, prompt_id: int) -> None:
        """No more speech follows: when all is played, the prompt has finished."""
        self._command(_Command.END, prompt_id)

    def cut(self) -> None:
        """Silence within one block: forget every prompt and earcon. Volume and ducking stay as they are."""
        self._commands.clear()  # so that a cut is never turned away
        self._commands.append((_Command.CUT, 0, None, 0))

    def hush(self) -> int:
        """Cut, and turn away what is begun until this is acknowledged; return the hush's number, from 1.

        So a prompt that is begun in ignorance of it, a moment later or by a slow thread, makes no sound; its
        end is not told.
        """
        self._hushes += 1
        self.cut()
        return self._hushes

    def acknowledge(self, hush_number: int) -> None:
        """What is begun from now on is begun in knowledge of that hush, and those before it."""
        self._acknowledged = max(self._acknowledged, hush_number)

    def earcon(self, earcon: Earcon) -> None:
        """Mix a short sound in, from the next block's first sample."""
        self._command(_Command.EARCON, 0, Piece(earcon_samples(earcon)))

    def duck(self, gain_db: float) -> None:
        """Lower all that is played, gliding over one block; 0 brings it back over 200 ms."""
        self._ducking_target = _linear(min(gain_db, 0.0))

    def set_volume(self, gain_db: float) -> None:
        """Set the gain of all that is played, held to -60…20 dB; loud peaks are rounded, never clipped."""
        self._volume = _linear(gain_db)

    def sounding_prompt_id(self) -> int | None:
        """Tell the prompt that sounds in the last block handed out, the later one of two."""
        return self._sounding_prompt_id

    def ended(self) -> list[SentenceFinished | PromptFinished]:
        """Drain the sentences and prompts whose last sample has been handed out, in order; never cut ones."""
        drained = []
        while self._ended:
            drained.append(self._ended.popleft())
        return drained

    def _command(self, command: _Command, prompt_id: int, piece: Piece | None = None) -> None:
        if len(self._commands) >= MAX_COMMANDS:
            self.overflows += 1
        else:
            self._commands.append((command, prompt_id, piece, self._acknowledged))

    # The pull side: one thread.

    def next_block(self) -> bytes:
        """Give the next block to play: BLOCK_BYTES of mono int16 at 16 kHz, exact zeros when idle."""
        self.blocks_played += 1
        faded = self._obey()
        if faded is not None:
            return faded
        ducking = self._ducking_target
        if not self._prompts and not self._earcons:
            self._ducking, self._gain = ducking, self._volume * ducking
            self._sounding_prompt_id = None
            return SILENCE
        self._ducking = min(ducking, self._ducking + DUCKING_RISE)
        target_gain = self._volume * self._ducking
        mix = self._mix
        mix.fill(0.0)
        self._mix_prompts(mix)
        self._mix_earcons(mix)
        if target_gain == self._gain:
            mix *= target_gain
        else:
            mix *= self._gain + (target_gain - self._gain) * _RAMP
            self._gain = target_gain
        return _to_int16(mix)

    def _obey(self) -> bytes | None:
        """Carry out the commands; return the fading block when one of them was a cut."""
        faded = None
        for _ in range(len(self._commands)):
            try:
                command, prompt_id, piece, acknowledged = self._commands.popleft()
            except IndexError:  # another thread has just cut; its command stays for the next block
                break
            if command is _Command.CUT:
                fading = self._cut()
                faded = faded or fading
            elif command is _Command.EARCON and piece is not None:
                if acknowledged >= self._hushes:
                    self._add_earcon(piece)
            elif command is _Command.BEGIN:
                if acknowledged >= self._hushes:
                    self._add_prompt(prompt_id)
            elif prompt := self._prompts.get(prompt_id):
                if command is _Command.END:
                    prompt.ended = True
                elif piece is not None and not prompt.ended:
                    prompt.pieces.append(piece)
        return faded

    def _cut(self) -> bytes:
        """Fade out what sounds and forget everything; what is begun afterwards sounds in the next block."""
        mix = self._mix
        mix.fill(0.0)
        head = mix[:FADE_SAMPLES]
        if prompt := next(iter(self._prompts.values()), None):
            prompt.take(head)
        self._mix_earcons(head)
        head *= _FADE * self._gain
        self._prompts.clear()
        self._earcons.clear()
        self._sounding_prompt_id = None
        self._starved_blocks = 0
        return _to_int16(mix)

    def _add_prompt(self, prompt_id: int) -> None:
        if len(self._prompts) >= MAX_PROMPTS:
            self.overflows += 1
        else:
            self._prompts.setdefault(prompt_id, QueuedPrompt(prompt_id))

    def _add_earcon(self, piece: Piece) -> None:
        if len(self._earcons) >= MAX_EARCONS:
            self.overflows += 1
        else:
            self._earcons.append((piece.samples, 0))

    def _mix_prompts(self, out: NDArray[np.float32]) -> None:
        """Play the prompts one after the other; each that is over makes room for the next at once."""
        written = 0
        speaking: int | None = None
        while self._prompts:
            prompt = next(iter(self._prompts.values()))
            count = prompt.take(out[written:])
            while prompt.sentences_over:
                prompt.sentences_over -= 1
                self._ended.append(SentenceFinished(prompt.prompt_id))
            if count:
                written += count
                speaking = prompt.prompt_id
                self._starved_blocks = 0
            if prompt.pieces or not (prompt.ended or self._starved_out(count)):
                break
            del self._prompts[prompt.prompt_id]
            self._ended.append(PromptFinished(prompt.prompt_id))
        self._sounding_prompt_id = speaking

    def _starved_out(self, count: int) -> bool:
        """Tell whether the first prompt, still open, has kept others waiting in silence for too long."""
        if count or len(self._prompts) == 1:
            self._starved_blocks = 0
            return False
        self._starved_blocks += 1
        if self._starved_blocks < STARVED_BLOCKS:
            return False
        self._starved_blocks = 0
        return True

    def _mix_earcons(self, out: NDArray[np.float32]) -> None:
        still_sounding = []
        for samples, position in self._earcons:
            part = samples[position : position + len(out)]
            out[: len(part)] += part
            if position + len(part) < len(samples):
                still_sounding.append((samples, position + len(part)))
        self._earcons = still_sounding


def _linear(gain_db: float) -> float:
    return gain(min(max(gain_db, MIN_GAIN_DB), MAX_GAIN_DB))


def _to_int16(mix: NDArray[np.float32]) -> bytes:
    """Round to int16; what would be louder than full scale bends softly towards it and never reaches it."""
    size = np.abs(mix)
    if size.max() > _KNEE:
        bent = _KNEE + _HEADROOM * np.tanh((size - _KNEE) / _HEADROOM)
        mix = np.where(size > _KNEE, np.copysign(bent, mix), mix)
    return np.rint(mix).astype(np.int16).tobytes()
