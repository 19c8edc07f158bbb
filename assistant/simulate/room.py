"""The virtual room: what reaches the microphone, block by block.

The person's speech, the room's noise, and what Limber plays come together here as they would in the air.
Belongs to the one thread of a rehearsal or a benchmark; every chance comes from its seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.audio.delay_line import DelayLine
from assistant.audio.files import read_audio
from assistant.core.decibels import gain
from assistant.core.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from assistant.simulate.acoustics import Sound, clipped_softly, convolved, of_energy
from assistant.simulate.scene import Scene

PERSON_RMS = 32768 * gain(-26.0)
"""A person's usual level at the microphone; noise is measured against it."""
FLOOR_RMS = 3.0  # no microphone is ever exactly silent
DIRECT_SECONDS = 0.01  # the way from the loudspeaker when no impulse response is given


def leveled(samples: NDArray[np.int16], gain_db: float = 0.0) -> Sound:
    """A person's speech at its usual level, the gain on top. The loudest half of its blocks count."""
    sound = samples.astype(np.float32)
    blocks = np.pad(sound, (0, -len(sound) % BLOCK_SAMPLES)).reshape(-1, BLOCK_SAMPLES)
    powers = np.sort(np.mean(blocks**2, axis=1))
    power = float(powers[len(powers) // 2 :].mean()) if len(powers) else 0.0
    to_usual = PERSON_RMS / np.sqrt(power) if power > 0 else 0.0
    return sound * np.float32(gain(gain_db) * to_usual)


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """How what is played comes back to the microphone.

    `walls` is an impulse response of any energy, `gain_db` the level of the echo over what is played. Louder
    sound is bent so that it never gets beyond `knee`, in int16 steps. The loudspeaker's clock is slower than
    the microphone's by `drift_ppm`, so that the delay grows.
    """

    gain_db: float = 0.0
    delay_seconds: float = DIRECT_SECONDS
    walls: Sound | None = None
    knee: float | None = None
    drift_ppm: float = 0.0


class Room:
    """Mixes a block at a time: the person, as `walls` let them sound, what sounds all the time, our echo."""

    def __init__(
        self,
        seed: int,
        sounds: Sequence[Sound] = (),
        loudspeaker: Loudspeaker | None = None,
        walls: Sound | None = None,
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._people: list[tuple[int, Sound]] = []
        self._sounds = [sound for sound in sounds if len(sound)]
        self._sounds_at = 0
        self._walls = walls
        self._loudspeaker = loudspeaker
        if loudspeaker is not None:
            response = np.ones(1, np.float32) if loudspeaker.walls is None else loudspeaker.walls
            self._response = of_energy(response, loudspeaker.gain_db)
            self._way = DelayLine(loudspeaker.delay_seconds * SAMPLE_RATE_HZ)
            self._drift = loudspeaker.drift_ppm * 1e-6 * BLOCK_SAMPLES
        self._echo_tail = np.zeros(0, np.float32)

    def say(self, sound: Sound) -> None:
        """The person begins to say this with the next block."""
        self._people.append((0, sound if self._walls is None else convolved(sound, self._walls)))

    def next_block(self, played: bytes) -> bytes:
        """What the microphone hears while this block is played. Never exactly silent."""
        heard = self._random.normal(0, FLOOR_RMS, BLOCK_SAMPLES).astype(np.float32) + self._speech()
        for sound in self._sounds:
            heard += sound[(self._sounds_at + np.arange(BLOCK_SAMPLES)) % len(sound)]
        self._sounds_at += BLOCK_SAMPLES
        if self._loudspeaker is not None:
            heard += self._echo(np.frombuffer(played, np.int16).astype(np.float32), self._loudspeaker)
        block: bytes = np.clip(np.rint(heard), -32768, 32767).astype(np.int16).tobytes()
        return block

    def _speech(self) -> Sound:
        block = np.zeros(BLOCK_SAMPLES, np.float32)
        going_on = []
        for position, sound in self._people:
            part = sound[position : position + BLOCK_SAMPLES]
            block[: len(part)] += part
            if position + BLOCK_SAMPLES < len(sound):
                going_on.append((position + BLOCK_SAMPLES, sound))
        self._people = going_on
        return block

    def _echo(self, played: Sound, loudspeaker: Loudspeaker) -> Sound:
        """Bent by the loudspeaker, late, and ringing on: each block's ringing is added to the tail."""
        if loudspeaker.knee is not None:
            played = clipped_softly(played, loudspeaker.knee)
        arrived = self._way.next_block(played, self._way.delay_samples + self._drift)
        tail = self._echo_tail
        if arrived.any():
            ringing = convolved(arrived, self._response)
            tail = np.pad(tail, (0, max(0, len(ringing) - len(tail))))
            tail[: len(ringing)] += ringing
        tail = np.pad(tail, (0, max(0, BLOCK_SAMPLES - len(tail))))
        self._echo_tail = tail[BLOCK_SAMPLES:]
        return tail[:BLOCK_SAMPLES]


def room_of(scene: Scene) -> Room:
    """The room of a rehearsal's scene. Raises AudioError where its recordings cannot be read."""
    wanted = scene.room
    sounds = [] if wanted.noise is None else [at_snr(read_audio(wanted.noise), wanted.snr_db)]
    if not wanted.has_echo:
        return Room(scene.seed, sounds)
    gain_db = wanted.echo_gain_db or 0.0
    if wanted.echo is None:
        return Room(scene.seed, sounds, Loudspeaker(gain_db))
    walls = read_audio(wanted.echo).astype(np.float32)
    return Room(scene.seed, sounds, Loudspeaker(gain_db, delay_seconds=0.0, walls=walls))


def at_snr(samples: NDArray[np.int16], snr_db: float) -> Sound:
    """Noise so far below the person's usual level."""
    sound = samples.astype(np.float32)
    rms = float(np.sqrt(np.mean(sound**2))) or 1.0
    return sound * np.float32(PERSON_RMS * gain(-snr_db) / rms)
