"""Audio files of any rate, width and channel count become mono int16 at 16 kHz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.files import read_audio, stream_audio, write_wav
from assistant.audio.resampling import BlockResampler
from assistant.errors import AudioError


def _sine(rate_hz: int, seconds: float = 1.0, hertz: float = 500.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate_hz * seconds)) / rate_hz)


def _error(samples: np.ndarray) -> float:
    """RMS distance from the sine at 16 kHz, in parts of full scale, without the edges."""
    wanted = _sine(16_000)[400:-400]
    return float(np.sqrt(np.mean((samples[400:-400] / 32768 - wanted) ** 2)))


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize(("suffix", "subtype"), [(".wav", "PCM_24"), (".flac", "PCM_16"), (".wav", "FLOAT")])
def test_any_rate_and_width_is_read(tmp_path: Path, rate_hz: int, suffix: str, subtype: str) -> None:
    path = tmp_path / f"sine{suffix}"
    soundfile.write(path, _sine(rate_hz), rate_hz, subtype=subtype)
    samples = read_audio(path)
    assert samples.dtype == np.int16
    assert len(samples) == 16_000
    assert _error(samples) < 0.001


def test_sixteen_kilohertz_int16_comes_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(0).integers(-32768, 32768, 5_000, dtype=np.int16)
    write_wav(path, noise)
    assert np.array_equal(read_audio(path), noise)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    write_wav(path, np.array([[1000, 3000], [-2000, 0]], np.int16))
    assert read_audio(path).tolist() == [2000, -1000]


def test_what_is_too_loud_is_clipped_and_what_is_no_number_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "wild.wav"
    soundfile.write(path, np.array([2.0, -2.0, np.nan]), 16_000, subtype="FLOAT")
    assert read_audio(path).tolist() == [32767, -32768, 0]


def test_a_long_file_comes_in_pieces_that_make_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, _sine(44_100, 25), 44_100)
    pieces = list(stream_audio(path))
    assert len(pieces) >= 3
    assert len(np.concatenate(pieces)) == 25 * 16_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        (b"this is no sound at all", "is not an audio file"),
        (b"", "is not an audio file"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "some.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match=f"some.wav {said}"):
        read_audio(path)


def test_a_file_without_samples_and_a_folder_are_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "empty.wav", np.zeros(0, np.int16))
    with pytest.raises(AudioError, match="contains no sound"):
        read_audio(tmp_path / "empty.wav")
    with pytest.raises(AudioError, match="not a regular file"):
        read_audio(tmp_path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="Cannot write"):
        write_wav(tmp_path / "nowhere" / "a.wav", np.zeros(1, np.int16))


@pytest.mark.parametrize("device_rate_hz", [8_000, 44_100, 48_000])
def test_blocks_go_to_the_device_s_rate_and_back(device_rate_hz: int) -> None:
    """The tone survives both ways, 20 ms of delay each, in whole blocks."""
    out = BlockResampler(16_000, device_rate_hz, device_rate_hz // 50)
    back = BlockResampler(device_rate_hz, 16_000, 320)
    played = np.rint(_sine(16_000) * 32767).astype(np.int16)
    blocks: list[bytes] = []
    for start in range(0, len(played), 320):
        out.push(played[start : start + 320].tobytes())
        for device_block in iter(out.pop, None):
            assert len(device_block) == device_rate_hz // 50 * 2
            back.push(device_block)
            blocks += iter(back.pop, None)
    assert {len(block) for block in blocks} == {640}
    heard = np.frombuffer(b"".join(blocks), np.int16)
    assert 0 < len(played) - len(heard) <= 6 * 320
    spectrum = np.abs(np.fft.rfft(heard[1_000:9_000]))
    assert np.argmax(spectrum) * 2 == 500
    assert np.sqrt(np.mean(heard[1_000:9_000].astype(float) ** 2)) == pytest.approx(
        0.5 / 2**0.5 * 32767, rel=0.01
    )
