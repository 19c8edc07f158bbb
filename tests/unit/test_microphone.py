"""The microphone's queue: a reader that hangs finds the last second, and what it missed is counted."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.audio import microphone as module
from assistant.audio.block_queue import FRESH_BLOCKS, QUEUE_BLOCKS
from assistant.audio.microphone import Microphone
from assistant.core.ports import BLOCK_BYTES, BLOCK_SECONDS

FINE = SimpleNamespace(input_overflow=False)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> tuple[Microphone, Callable[[int], None]]:
    """A microphone, and what brings blocks to it by their numbers."""
    callbacks: list[Any] = []

    def open_stream(kind: str, index: int, rate_hz: int, callback: Any, channels: int) -> tuple[Any, int]:
        callbacks.append(callback)
        return SimpleNamespace(start=lambda: None, active=True), rate_hz

    device = SimpleNamespace(name="one", input_channels=1, index=0, rate_hz=16_000)
    monkeypatch.setattr(module, "find_device", lambda kind, name: device)
    monkeypatch.setattr(module, "open_stream", open_stream)
    monkeypatch.setattr(module, "call", lambda action, function: function())
    microphone = Microphone("one")
    microphone.open()

    def bring(number: int) -> None:
        callbacks[-1](number.to_bytes(2, "little") * (BLOCK_BYTES // 2), 320, None, FINE)

    return microphone, bring


def read_all(microphone: Microphone) -> list[int]:
    read = iter(lambda: microphone.read(0.0), None)
    return [int.from_bytes(block[:2], "little") for block in read]


def test_blocks_come_in_order(opened: tuple[Microphone, Callable[[int], None]]) -> None:
    microphone, bring = opened
    for number in range(FRESH_BLOCKS):
        bring(number)
    assert read_all(microphone) == list(range(FRESH_BLOCKS))
    assert (microphone.block_count, microphone.dropped_count) == (FRESH_BLOCKS, 0)


def test_a_reader_that_hung_finds_the_last_second_and_nothing_older(
    opened: tuple[Microphone, Callable[[int], None]],
) -> None:
    microphone, bring = opened
    for number in range(1000):
        bring(number)
    assert microphone.waiting_count == QUEUE_BLOCKS
    assert read_all(microphone) == list(range(1000 - FRESH_BLOCKS, 1000))
    assert pytest.approx(1.0) == FRESH_BLOCKS * BLOCK_SECONDS
    assert (microphone.block_count, microphone.dropped_count) == (1000, 1000 - FRESH_BLOCKS)


def test_what_a_closed_stream_left_behind_is_never_read(
    opened: tuple[Microphone, Callable[[int], None]],
) -> None:
    microphone, bring = opened
    bring(1)
    microphone.open()
    assert read_all(microphone) == []
    assert microphone.open_count == 2
