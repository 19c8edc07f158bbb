"""The virtual room: level by distance, walls, the echo's delay, gain, bending and drift."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.echo_measuring import EchoMeasured, measure, sweep
from assistant.core.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from assistant.simulate.acoustics import Box, Sound, clipped_softly, convolved, of_energy
from assistant.simulate.room import PERSON_RMS, Loudspeaker, Room, at_snr, leveled

SWEEPS, EVERY_SECONDS = 5, 2.0


def heard_of_sweeps(loudspeaker: Loudspeaker, gain: float = 1.0) -> EchoMeasured:
    """What the echo check would find in this room."""
    played = np.zeros(round((SWEEPS * EVERY_SECONDS + 2) * SAMPLE_RATE_HZ), np.int16)
    starts = [round((1 + number * EVERY_SECONDS) * SAMPLE_RATE_HZ) for number in range(SWEEPS)]
    for start in starts:
        played[start : start + len(sweep())] = np.rint(sweep() * gain)
    room = Room(3, loudspeaker=loudspeaker)
    heard = np.frombuffer(
        b"".join(room.next_block(block.tobytes()) for block in played.reshape(-1, BLOCK_SAMPLES)), np.int16
    )
    return measure(heard, starts, heard[: starts[0]])


@pytest.mark.parametrize("drift_ppm", [0.0, 50.0, -80.0])
def test_the_echo_has_the_delay_the_gain_and_the_drift_that_it_should_have(drift_ppm: float) -> None:
    found = heard_of_sweeps(Loudspeaker(gain_db=-6.0, delay_seconds=0.06, drift_ppm=drift_ppm))
    assert found.delay_seconds == pytest.approx(0.06, abs=0.001)
    assert found.echo_db == pytest.approx(-6.0, abs=0.3)
    assert found.drift_ppm == pytest.approx(drift_ppm, abs=2.0)


def test_walls_do_not_change_the_echos_energy() -> None:
    walls = Box().response(0.3)
    of_noise = np.random.default_rng(1).normal(0, 2000, SAMPLE_RATE_HZ * 4).astype(np.int16)
    room = Room(3, loudspeaker=Loudspeaker(-10.0, 0.02, walls))
    blocks = of_noise.reshape(-1, BLOCK_SAMPLES)
    heard = np.concatenate([np.frombuffer(room.next_block(b.tobytes()), np.int16) for b in blocks])
    late = heard[SAMPLE_RATE_HZ:].astype(float)
    assert 20 * np.log10(late.std() / of_noise.std()) == pytest.approx(-10.0, abs=1.0)


def test_a_loud_echo_is_bent_and_a_soft_one_is_not() -> None:
    knee = 32767 * 10 ** (-12 / 20)
    soft = heard_of_sweeps(Loudspeaker(0.0, 0.03, knee=knee), gain=0.05).echo_db
    loud = heard_of_sweeps(Loudspeaker(0.0, 0.03, knee=knee)).echo_db
    assert soft is not None
    assert loud is not None
    assert soft == pytest.approx(20 * np.log10(0.05), abs=0.3)
    assert loud < -1.5
    assert np.abs(clipped_softly(np.float32([-30_000, 0, 30_000]), 8000.0)).max() <= 8000


def test_the_direct_sound_falls_by_six_decibels_when_the_distance_doubles() -> None:
    direct = [float(Box().response(meters)[0]) for meters in (0.5, 1.0, 2.0, 4.0)]
    assert direct == pytest.approx([2.0, 1.0, 0.5, 0.25], rel=0.02)


def test_far_away_the_walls_are_louder_than_the_person() -> None:
    def direct_over_walls_db(meters: float) -> float:
        energy = np.square(Box().response(meters).astype(float))
        return float(10 * np.log10(energy[:32].sum() / energy[32:].sum()))

    near, far = direct_over_walls_db(0.5), direct_over_walls_db(4.0)
    assert near > 0
    assert far < -6


def test_the_room_rings_on_for_as_long_as_it_says() -> None:
    """The straight part of Schroeder's curve, from -5 to -25 dB, made longer to 60."""
    left = np.cumsum(np.square(Box().response(2.0).astype(float))[::-1])[::-1]
    left_db = 10 * np.log10(left / left[0] + 1e-12)
    seconds = 3 * (np.argmax(left_db < -25) - np.argmax(left_db < -5)) / SAMPLE_RATE_HZ
    assert seconds == pytest.approx(0.4, abs=0.06)


def test_nobody_speaks_from_outside_of_the_room() -> None:
    with pytest.raises(ValueError, match="outside"):
        Box().response(6.0)


def test_the_same_seed_gives_the_same_walls_and_another_one_others() -> None:
    assert np.array_equal(Box().response(2.0, 1), Box().response(2.0, 1))
    assert not np.array_equal(Box().response(2.0, 1), Box().response(2.0, 2))


def test_a_person_far_away_is_softer_than_one_who_is_near() -> None:
    said = np.random.default_rng(5).normal(0, 1000, SAMPLE_RATE_HZ).astype(np.int16)

    def level(walls: Sound | None) -> float:
        room = Room(1, walls=walls)
        room.say(leveled(said))
        blocks = [room.next_block(bytes(BLOCK_SAMPLES * 2)) for _ in range(50)]
        return float(np.frombuffer(b"".join(blocks), np.int16).astype(float).std())

    assert level(None) == pytest.approx(PERSON_RMS, rel=0.1)
    near, far = level(Box().response(0.5)), level(Box().response(4.0))
    assert 20 * np.log10(near / far) > 4


def test_everything_that_sounds_all_the_time_is_heard_and_begins_anew() -> None:
    tick = np.zeros(BLOCK_SAMPLES * 2, np.float32)
    tick[10] = 9000
    hum = np.full(BLOCK_SAMPLES * 3, 500, np.float32)
    room = Room(1, [tick, hum, np.zeros(0, np.float32)])
    heard = np.frombuffer(b"".join(room.next_block(bytes(640)) for _ in range(4)), np.int16)
    assert np.median(heard) == pytest.approx(500, abs=5)
    assert list(np.flatnonzero(heard > 5000)) == [10, 650]


def test_noise_is_as_far_below_the_person_as_asked() -> None:
    noise = at_snr(np.random.default_rng(2).normal(0, 77, 50_000).astype(np.int16), 10.0)
    assert 20 * np.log10(PERSON_RMS / noise.std()) == pytest.approx(10.0, abs=0.1)


def test_silence_has_no_energy_to_be_given() -> None:
    assert not of_energy(np.zeros(5, np.float32), 3.0).any()
    assert convolved(np.float32([1, 2]), np.float32([1, 1])) == pytest.approx([1, 3, 2], abs=1e-5)
