"""What was played stays beside what is heard: through unevenness, gaps, and clocks that run apart."""

from __future__ import annotations

from assistant.audio.far_end import MAX_BLOCKS, MOST_SPARE_BLOCKS, RESERVE_BLOCKS, WATCH_BLOCKS, FarEnd
from assistant.core.ports import BLOCK_BYTES

SILENCE = bytes(BLOCK_BYTES)


def block(number: int) -> bytes:
    return number.to_bytes(2, "little") * (BLOCK_BYTES // 2)


def number(played: bytes) -> int:
    return int.from_bytes(played[:2], "little")


def played(far_end: FarEnd, numbers: range) -> None:
    for each in numbers:
        far_end.played(block(each))


def test_blocks_come_in_order_one_for_each_that_is_heard() -> None:
    far_end = FarEnd()
    played(far_end, range(1, 3))
    heard = []
    for each in range(3, 103):
        heard.append(number(far_end.beside(0)))
        far_end.played(block(each))
    assert heard == list(range(1, 101))
    assert (far_end.dropped_count, far_end.missing_count) == (0, 0)


def test_what_was_played_before_the_first_block_was_heard_is_left_out() -> None:
    far_end = FarEnd()
    played(far_end, range(1, 41))
    assert number(far_end.beside(0)) == 40 - RESERVE_BLOCKS


def test_blocks_that_wait_to_be_heard_keep_theirs() -> None:
    """A reader that is 2 s behind gets what was played 2 s ago."""
    far_end = FarEnd()
    played(far_end, range(1, 3))
    assert number(far_end.beside(0)) == 1
    played(far_end, range(3, 103))
    assert [number(far_end.beside(waiting)) for waiting in range(99, -1, -1)] == list(range(2, 102))
    assert far_end.dropped_count == 0


def test_an_uneven_callback_changes_nothing() -> None:
    far_end = FarEnd()
    played(far_end, range(1, 3))
    heard = []
    for first in range(3, 601, 3):  # three at a time, while blocks are heard one by one
        heard += [number(far_end.beside(0)) for _ in range(2)]
        played(far_end, range(first, first + 3))
        heard.append(number(far_end.beside(0)))
    assert heard[10:] == list(range(heard[10], heard[10] + len(heard) - 10))
    assert far_end.dropped_count == 0


def test_a_block_that_is_not_there_is_silence_and_counted() -> None:
    far_end = FarEnd()
    far_end.played(block(1))
    assert [far_end.beside(0), far_end.beside(0)] == [block(1), SILENCE]
    assert far_end.missing_count == 1


def test_a_speaker_whose_clock_is_fast_is_caught_up_with() -> None:
    far_end = FarEnd()
    played(far_end, range(1, 3))
    each, lags = 3, []
    for heard in range(50 * WATCH_BLOCKS):
        lags.append(each - 1 - number(far_end.beside(0)))
        for _ in range(2 if heard % 100 == 0 else 1):
            far_end.played(block(each))
            each += 1
    assert far_end.dropped_count >= 20
    assert max(lags) <= MOST_SPARE_BLOCKS + 2
    assert far_end.missing_count == 0


def test_a_new_stream_lines_up_anew() -> None:
    far_end = FarEnd()
    played(far_end, range(1, 3))
    far_end.beside(0)
    played(far_end, range(3, 103))
    far_end.restart()
    assert number(far_end.beside(0)) == 102 - RESERVE_BLOCKS


def test_after_blocks_that_were_never_heard_it_lines_up_with_those_that_are() -> None:
    """Hearing hung for 20 s: the microphone kept its last second, and so does what was played beside it."""
    far_end = FarEnd()
    played(far_end, range(1, 3))
    far_end.beside(0)
    played(far_end, range(3, 1003))
    far_end.restart()
    waiting = 49
    heard = [number(far_end.beside(left)) for left in range(waiting, -1, -1)]
    assert heard == list(range(1002 - waiting - RESERVE_BLOCKS, 1003 - RESERVE_BLOCKS))


def test_without_a_reader_it_stays_bounded_and_keeps_the_newest() -> None:
    far_end = FarEnd()
    played(far_end, range(1, 2 * MAX_BLOCKS))
    assert number(far_end.beside(MAX_BLOCKS - 2)) == MAX_BLOCKS
    assert sum(far_end.beside(0) != SILENCE for _ in range(2 * MAX_BLOCKS)) < MAX_BLOCKS
