"""A small network that says which phone sounds when: cepstra in, a log-likelihood per unit every 30 ms.

NumPy alone; `scripts/model` trains it and writes its file. Runs on the caller's thread and keeps nothing
between calls. Must not be asked for every block: a call takes milliseconds.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import HearingError

FRAME_SECONDS = 0.03
_WINDOW_SAMPLES, _HOP_SAMPLES, _FFT_SAMPLES = 400, 160, 512
_MEL_BINS = 40
_LOW_HZ, _HIGH_HZ = 20.0, 7600.0
_PREEMPHASIS, _LIFTER = 0.97, 22.0
_DITHER = 1.0
_SUBSAMPLING = 3
_RESIDUAL_FROM = 2
PRIOR_SCALE = 0.5

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class _Layer:
    """`weight` is (outputs, inputs) with a block of columns for each offset in frames."""

    weight: Array
    bias: Array
    offsets: tuple[int, ...] = (0,)


class JudgeNetwork:
    """Made of the file that `scripts/model/judging.py` writes. Raises HearingError in one sentence.

    `units` names what its outputs stand for; silence, the first one, has no name.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path) as arrays:
                self.units = tuple(map(str, arrays["units"]))
                self._log_priors = PRIOR_SCALE * np.log(arrays["priors"])
                self._layers = _layers(arrays)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise HearingError(
                "judge_damaged", f"The file {path} is missing or damaged ({error}): install Limber anew."
            ) from error

    def log_likelihoods(self, samples: Array) -> Array:
        """(samples,) int16 at 16 kHz → (frames, units); no frames for less than 25 ms."""
        if len(samples) < _WINDOW_SAMPLES:
            return np.zeros((0, len(self._log_priors)), np.float32)
        hidden = cepstra(samples)
        before = -sum(min(layer.offsets) for layer in self._layers)
        after = sum(max(layer.offsets) for layer in self._layers)
        hidden = np.pad(hidden, ((before, after), (0, 0)), mode="edge")
        for i, layer in enumerate(self._layers[:-1]):
            result = np.maximum(_affine(hidden, layer, i), 0.0)
            if i >= _RESIDUAL_FROM:
                own = -min(layer.offsets) // _SUBSAMPLING
                result += hidden[own : own + len(result)]
            hidden = result
        outputs = hidden @ self._layers[-1].weight.T + self._layers[-1].bias
        outputs -= outputs.max(1, keepdims=True)
        outputs -= np.log(np.exp(outputs).sum(1, keepdims=True))
        return np.asarray(outputs - self._log_priors)


def cepstra(samples: Array) -> Array:
    """(samples,) int16 → (frames, 40) cepstra a hundred times a second, as Kaldi computes them."""
    wave = samples.astype(np.float32)
    wave += _DITHER * np.random.default_rng(0).standard_normal(len(wave), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
    frames = frames - frames.mean(1, keepdims=True)
    emphasized = frames - _PREEMPHASIS * np.concatenate([frames[:, :1], frames[:, :-1]], 1)
    power = np.abs(np.fft.rfft(emphasized * _povey_window(), _FFT_SAMPLES)) ** 2
    energies = np.maximum(power.astype(np.float32) @ _mel_banks().T, np.finfo(np.float32).eps)
    return np.asarray(np.log(energies) @ _liftered_dct().T)


def _affine(hidden: Array, layer: _Layer, number: int) -> Array:
    """The layer's outputs; the first two see every frame, and the second leaves two of three out."""
    step = 1 if number < _RESIDUAL_FROM else _SUBSAMPLING
    stride = _SUBSAMPLING if number == 1 else 1
    starts = [(offset - min(layer.offsets)) // step for offset in layer.offsets]
    length = (len(hidden) - max(starts) - 1) // stride + 1
    seen = [hidden[at : at + (length - 1) * stride + 1 : stride] for at in starts]
    return np.asarray(np.concatenate(seen, 1) @ layer.weight.T + layer.bias)


def _layers(arrays: np.lib.npyio.NpzFile) -> list[_Layer]:
    count = sum(name.startswith("weight") for name in arrays.files)
    layers = []
    for i in range(count):
        weight = arrays[f"low{i}"] + arrays[f"weight{i}"].astype(np.float32) * (arrays[f"span{i}"] / 255)
        offsets = tuple(map(int, arrays[f"offsets{i}"])) if i < count - 1 else (0,)
        layers.append(_Layer(weight, arrays[f"bias{i}"], offsets))
    return layers


@cache
def _povey_window() -> Array:
    return np.asarray(np.hanning(_WINDOW_SAMPLES) ** 0.85, np.float32)


@cache
def _mel_banks() -> Array:
    def mel(hertz: Array | float) -> Array:
        return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))

    step = (mel(_HIGH_HZ) - mel(_LOW_HZ)) / (_MEL_BINS + 1)
    bins = mel(np.arange(_FFT_SAMPLES // 2) * SAMPLE_RATE_HZ / _FFT_SAMPLES)
    centers = mel(_LOW_HZ) + step * np.arange(1, _MEL_BINS + 1)[:, None]
    triangles = np.maximum(1 - np.abs(bins - centers) / step, 0)
    return np.asarray(np.pad(triangles, ((0, 0), (0, 1))), np.float32)  # the Nyquist bin is not used


@cache
def _liftered_dct() -> Array:
    k = np.arange(_MEL_BINS)[:, None]
    dct = np.cos(np.pi / _MEL_BINS * (k.T + 0.5) * k) * np.sqrt(2.0 / _MEL_BINS)
    dct[0] = np.sqrt(1.0 / _MEL_BINS)
    return np.asarray(dct * (1.0 + 0.5 * _LIFTER * np.sin(np.pi * k / _LIFTER)), np.float32)
