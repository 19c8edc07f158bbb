"""One channel out of two: which one, and never their sum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from assistant.audio.channels import CHANGE_DB, LouderChannel

BLOCK = 320


def sound(amplitude: float) -> npt.NDArray[np.int16]:
    return np.rint(amplitude * np.sin(np.arange(BLOCK) * 0.3)).astype(np.int16)


def heard(first: npt.NDArray[np.int16], second: npt.NDArray[np.int16], blocks: int = 60) -> list[float]:
    """The loudest sample of each block; what is heard is always one of the two channels."""
    channel = LouderChannel()
    pairs = np.stack([first, second], axis=1).tobytes()
    taken = [np.frombuffer(channel.of(pairs), np.int16) for _ in range(blocks)]
    assert all(np.array_equal(block, first) or np.array_equal(block, second) for block in taken)
    return [float(np.abs(block.astype(float)).max()) for block in taken]


def test_the_channel_that_hears_is_found_within_a_block() -> None:
    assert heard(sound(0), sound(3000))[0] > 2900
    assert heard(sound(3000), sound(0))[0] > 2900


def test_an_inverted_channel_takes_nothing_away() -> None:
    assert min(heard(sound(3000), -sound(3000))) > 2900


@pytest.mark.parametrize(("louder_db", "taken"), [(CHANGE_DB - 1, 1000), (CHANGE_DB + 1, 2239)])
def test_a_channel_has_to_be_clearly_louder_to_be_changed_to(louder_db: float, taken: float) -> None:
    assert heard(sound(1000), sound(1000 * 10 ** (louder_db / 20)))[-1] == pytest.approx(taken, rel=0.02)


def test_one_click_does_not_change_the_channel() -> None:
    channel = LouderChannel()
    calm = np.stack([sound(1000), sound(900)], axis=1).tobytes()
    click = np.stack([sound(1000), sound(2500)], axis=1).tobytes()
    for _ in range(100):
        channel.of(calm)
    for pairs in (click, calm, calm):
        block = np.frombuffer(channel.of(pairs), np.int16)
        assert np.array_equal(block, sound(1000))
