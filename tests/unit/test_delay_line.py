"""Delays between samples."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.delay_line import SHORTEST_DELAY_SAMPLES, DelayLine
from assistant.core.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ


def tone(times: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * 2000 / SAMPLE_RATE_HZ * times).astype(np.float32)


def test_a_delay_between_samples_is_exact() -> None:
    line, times = DelayLine(160.4816), np.arange(32_000)
    got = np.concatenate([line.next_block(block) for block in tone(times).reshape(-1, BLOCK_SAMPLES)])
    assert np.abs(got - tone(times - 160.4816))[1000:].max() < 1e-3


@pytest.mark.parametrize("a_block", [0.016, -0.016])
def test_a_delay_glides_within_each_block(a_block: float) -> None:
    line, times = DelayLine(200.0), np.arange(32_000)
    blocks = tone(times).reshape(-1, BLOCK_SAMPLES)
    got = np.concatenate([line.next_block(block, 200 + a_block * (n + 1)) for n, block in enumerate(blocks)])
    wanted = tone(times - 200 - a_block / BLOCK_SAMPLES * times)
    assert np.abs(got - wanted)[1000:].max() < 2e-3


def test_a_delay_never_shrinks_into_the_future() -> None:
    line = DelayLine(32.0)
    ones = np.ones(BLOCK_SAMPLES, np.float32)
    blocks = [line.next_block(ones, line.delay_samples - 128) for _ in range(5)]
    assert line.delay_samples == SHORTEST_DELAY_SAMPLES
    assert blocks[-1] == pytest.approx(ones, abs=1e-3)
