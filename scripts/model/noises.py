"""Synthetic noise and rooms: what kitchens, streets, music and other people sound like, made from nothing.

Each maker returns float samples at 16 kHz with an RMS of 1. Pure but for the generator passed in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SAMPLE_RATE_HZ = 16_000
Wave = np.ndarray
Rng = np.random.Generator


def level(wave: Wave) -> Wave:
    """The same with an RMS of 1."""
    return (wave / (np.sqrt(np.mean(np.square(wave))) + 1e-9)).astype(np.float32)


def shaped(count: int, low_hz: float, high_hz: float, slope: float, rng: Rng) -> Wave:
    """Noise between two frequencies whose amplitude falls by a power of the frequency."""
    frequency = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    spectrum = rng.standard_normal(len(frequency)) + 1j * rng.standard_normal(len(frequency))
    edges = 1 / (1 + (low_hz / np.maximum(frequency, 1)) ** 4) / (1 + (frequency / high_hz) ** 4)
    return level(np.fft.irfft(spectrum * edges * np.maximum(frequency, 20) ** -slope, count))


def wander(count: int, rate_hz: float, depth_db: float, rng: Rng) -> Wave:
    """A gain that drifts around 1, `rate_hz` turns a second."""
    points = rng.normal(0, depth_db / 20, max(4, int(count / SAMPLE_RATE_HZ * rate_hz) + 2))
    return np.asarray(10 ** np.interp(np.linspace(0, len(points) - 1, count), np.arange(len(points)), points))


def hiss(count: int, rng: Rng) -> Wave:
    """Colored noise that comes and goes."""
    colored = shaped(count, 20, rng.uniform(2000, 8000), rng.uniform(0, 1.2), rng)
    return colored * wander(count, rng.uniform(0.2, 2), rng.uniform(0, 4), rng)


def water(count: int, rng: Rng) -> Wave:
    """A tap or a shower, with drops."""
    stream = shaped(count, rng.uniform(200, 1200), rng.uniform(4000, 8000), rng.uniform(-0.2, 0.6), rng)
    return stream * wander(count, rng.uniform(8, 40), rng.uniform(1, 5), rng) + 0.5 * ring(
        count, 30, 400, 2500, rng
    )


def ring(count: int, per_second: float, low_hz: float, high_hz: float, rng: Rng) -> Wave:
    """Struck things: decaying tones at random moments (dishes, cutlery, drops, thuds)."""
    wave = np.zeros(count)
    for _ in range(rng.poisson(per_second * count / SAMPLE_RATE_HZ) + 1):
        at, length = rng.integers(count), int(rng.uniform(0.02, 0.5) * SAMPLE_RATE_HZ)
        t = np.arange(min(length, count - at)) / SAMPLE_RATE_HZ
        decay = np.exp(-t * rng.uniform(8, 90))
        for _ in range(rng.integers(1, 5)):
            wave[at : at + len(t)] += (
                rng.exponential() * decay * np.sin(2 * np.pi * rng.uniform(low_hz, high_hz) * t)
            )
    return level(wave)


def dishes(count: int, rng: Rng) -> Wave:
    """Clatter and thuds."""
    clatter = ring(count, rng.uniform(1, 6), 900, 7000, rng) + 0.7 * ring(
        count, rng.uniform(0.5, 3), 60, 500, rng
    )
    return clatter + rng.uniform(0.1, 0.8) * hiss(count, rng)


def hum(count: int, rng: Rng) -> Wave:
    """Mains, fans and motors."""
    t = np.arange(count) / SAMPLE_RATE_HZ
    base = rng.choice([50, 60, 100, 120, rng.uniform(80, 400)])
    wave = sum(
        rng.exponential() / k * np.sin(2 * np.pi * (base * k * t + rng.uniform())) for k in range(1, 12)
    )
    return level(np.asarray(wave)) + rng.uniform(0.1, 1) * shaped(count, 30, rng.uniform(300, 3000), 0.7, rng)


def music(count: int, rng: Rng) -> Wave:
    """Notes of a scale, plucked."""
    wave, t = np.zeros(count), np.arange(count) / SAMPLE_RATE_HZ
    beat = rng.uniform(0.15, 0.7)
    for start in np.arange(0, count / SAMPLE_RATE_HZ, beat):
        envelope = np.where(t >= start, np.exp(-(t - start) * rng.uniform(1, 6)), 0)
        for _ in range(rng.integers(1, 4)):
            note = 110 * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 11]) / 12 + rng.integers(0, 4))
            for k in range(1, 6):
                wave += envelope * rng.uniform(0, 1) / k * np.sin(2 * np.pi * note * k * t)
    return level(wave)


def cries(count: int, rng: Rng) -> Wave:
    """Gliding harmonic sounds in bursts, like babies, cats and sirens."""
    pitch = rng.uniform(250, 900) * wander(count, rng.uniform(1, 4), 2.5, rng)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
    wave = sum(np.sin(k * phase) * rng.exponential() / k**0.5 for k in range(1, 9))
    gate = np.clip(wander(count, rng.uniform(0.7, 2), 12, rng) - 0.7, 0, 1.5)
    return level(np.asarray(wave) * gate) + 0.05 * hiss(count, rng)


def breath(count: int, rng: Rng) -> Wave:
    """Breaths, puffs and coughs: bursts of noise in the bands of a vocal tract."""
    bands = [shaped(count, c / 1.3, c * 1.3, 0, rng) * rng.exponential() for c in rng.uniform(300, 6000, 3)]
    gate = np.clip(wander(count, rng.uniform(1, 8), 14, rng) - 0.8, 0, 2)
    return level(sum(bands) * gate) + 0.03 * hiss(count, rng)


def babble(count: int, speech: Sequence[Wave], rng: Rng) -> Wave:
    """Several people at once, out of the given utterances."""
    wave = np.zeros(count)
    for _ in range(rng.integers(2, 9)):
        gain, at = rng.uniform(0.3, 1), -rng.integers(SAMPLE_RATE_HZ)
        while at < count:
            said = level(np.asarray(speech[rng.integers(len(speech))], np.float32)) * gain
            first, last = max(0, at), min(count, at + len(said))
            wave[first:last] += said[first - at : max(first, last) - at]
            at += len(said) + rng.integers(4000)
    return level(wave)


MAKERS = (hiss, hiss, water, dishes, dishes, hum, music, cries, breath)


def noise(count: int, speech: Sequence[Wave], rng: Rng) -> Wave:
    """One random noise, or two at once."""
    parts = rng.integers(1, 3)
    wave = np.zeros(count)
    for _ in range(parts):
        made = (
            babble(count, speech, rng)
            if rng.random() < 0.3
            else MAKERS[rng.integers(len(MAKERS))](count, rng)
        )
        wave += level(made) * rng.uniform(0.2, 1)
    return level(wave)


def room(rng: Rng) -> Wave:
    """An impulse response: the direct sound, some reflections, a dull tail of 0.1 to 0.9 s."""
    reverberation_seconds = rng.uniform(0.1, 0.9)
    count = int(reverberation_seconds * SAMPLE_RATE_HZ)
    t = np.arange(count) / SAMPLE_RATE_HZ
    tail = rng.standard_normal(count) * np.exp(-6.9 * t / reverberation_seconds)
    dull = np.exp(-2 * np.pi * rng.uniform(800, 6000) / SAMPLE_RATE_HZ * np.arange(24))
    tail = np.convolve(tail, dull)[:count]
    tail[: int(rng.uniform(0.001, 0.01) * SAMPLE_RATE_HZ)] = 0
    direct_to_tail_db = rng.uniform(-4, 15)
    tail *= 10 ** (-direct_to_tail_db / 20) / np.sqrt(np.sum(tail**2) + 1e-9)
    for _ in range(rng.integers(0, 6)):
        tail[rng.integers(16, min(count, 800))] += rng.normal(0, 0.25)
    tail[0] = 1.0
    return tail.astype(np.float32)
