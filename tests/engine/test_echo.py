"""The echo cancellers with their real libraries: our voice goes, the person's stays."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt
import pytest

from assistant.audio import echo_speex
from assistant.audio.delay_line import DelayLine
from assistant.audio.echo import choose_canceller, open_canceller
from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES, EchoCanceller
from assistant.errors import AudioError

RATE_HZ = 16_000
Sound = npt.NDArray[np.float64]


def is_there(name: str) -> bool:
    try:
        open_canceller(name)
    except AudioError:
        return False
    return True


@pytest.fixture(params=["speex", "webrtc"])
def canceller(request: pytest.FixtureRequest) -> EchoCanceller:
    if not is_there(request.param):
        pytest.skip(f"{request.param} is not installed: apt-get install libspeexdsp1, pip install livekit")
    return open_canceller(request.param)


def syllables(seconds: float, seed: int) -> Sound:
    """Noise in the rhythm of speech: a syllable every fifth of a second, and pauses."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    loudness = np.repeat(random.random(count // 3200 + 1) * (random.random(count // 3200 + 1) > 0.3), 3200)
    return np.asarray(random.normal(0, 3000, count) * loudness[:count])


def echo_of(far: Sound) -> Sound:
    """60 ms late, at -6 dB, and ringing on for some 50 ms."""
    response = np.random.default_rng(9).normal(0, 1, 800) * np.exp(-np.arange(800) / 150)
    response *= 0.5 / np.sqrt(np.sum(response**2))
    return np.asarray(np.convolve(np.concatenate([np.zeros(960), far]), response)[: len(far)])


def cancelled(canceller: EchoCanceller, near: Sound, far: Sound) -> Sound:
    near_bytes = np.clip(near, -32768, 32767).astype(np.int16).tobytes()
    far_bytes = far.astype(np.int16).tobytes()
    cleaned = [
        canceller.cancel(near_bytes[at : at + BLOCK_BYTES], far_bytes[at : at + BLOCK_BYTES])
        for at in range(0, len(near_bytes), BLOCK_BYTES)
    ]
    assert {len(block) for block in cleaned} == {BLOCK_BYTES}
    return np.frombuffer(b"".join(cleaned), np.int16).astype(np.float64)


def level_db(sound: Sound) -> float:
    return float(10 * np.log10(np.mean(sound**2) + 1e-9))


def test_our_voice_alone_all_but_goes(canceller: EchoCanceller) -> None:
    far = syllables(12, 1)
    near = echo_of(far) + np.random.default_rng(2).normal(0, 3, len(far))
    left = cancelled(canceller, near, far)
    late = slice(8 * RATE_HZ, None)
    assert level_db(near[late]) - level_db(left[late]) > 20


def test_a_person_alone_stays_as_they_are(canceller: EchoCanceller) -> None:
    near = syllables(6, 3)
    left = cancelled(canceller, near, np.zeros(len(near)))
    assert abs(level_db(near[RATE_HZ:]) - level_db(left[RATE_HZ:])) < 1.0


def test_speex_leaves_a_person_who_speaks_over_our_voice() -> None:
    if not is_there("speex"):
        pytest.skip("needs: sudo apt-get install libspeexdsp1")
    far, person = syllables(20, 4), syllables(20, 5)
    person[: 12 * RATE_HZ] = 0
    left = cancelled(open_canceller("speex"), echo_of(far) + person, far)
    both = slice(12 * RATE_HZ, None)
    assert np.corrcoef(left[both], person[both])[0, 1] > 0.9


@pytest.mark.parametrize("wanted", ["speex", "auto"])
def test_a_missing_library_is_told_in_a_line_and_done_without(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(echo_speex, "_LIBRARY", "libspeexdsp-that-nobody-has.so.1")
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    told: list[str] = []
    assert choose_canceller(wanted, told.append) is None
    (line,) = told
    assert "sudo apt-get install libspeexdsp1" in line
    assert choose_canceller("none", told.append) is None
    assert len(told) == 1


def test_webrtc_without_its_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    told: list[str] = []
    assert choose_canceller("webrtc", told.append) is None
    assert 'pip install "limber[webrtc]"' in told[0]


def test_automatic_takes_speex_and_webrtc_only_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_there("speex") or not is_there("webrtc"):
        pytest.skip("needs: sudo apt-get install libspeexdsp1, pip install livekit")
    told: list[str] = []
    assert type(choose_canceller("auto", told.append)).__name__ == "DriftFollower"
    monkeypatch.setattr(echo_speex, "_LIBRARY", "libspeexdsp-that-nobody-has.so.1")
    assert type(choose_canceller("auto", told.append)).__name__ == "WebrtcEchoCanceller"
    assert told == []


@pytest.mark.parametrize("drift_ppm", [50.0, -50.0])
def test_speex_cancels_an_echo_that_drifts(drift_ppm: float) -> None:
    if not is_there("speex"):
        pytest.skip("needs: sudo apt-get install libspeexdsp1")
    far = syllables(30, 1)
    way, drift = DelayLine(960.0), drift_ppm * 1e-6 * BLOCK_SAMPLES
    blocks = far.astype(np.float32).reshape(-1, BLOCK_SAMPLES)
    late = np.concatenate([way.next_block(block, way.delay_samples + drift) for block in blocks])
    near = 0.5 * late.astype(np.float64) + np.random.default_rng(2).normal(0, 3, len(far))
    settled = slice(20 * RATE_HZ, None)
    following, alone = (
        level_db(near[settled]) - level_db(cancelled(canceller, near, far)[settled])
        for canceller in (open_canceller("speex"), echo_speex.SpeexEchoCanceller())
    )
    assert following > 22
    assert following > alone + 6
