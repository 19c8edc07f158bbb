"""A small network that says which phone sounds when: cepstra in, a log-likelihood per unit every 30 ms.

NumPy alone; `scripts/model` trains it and writes its file. Runs on the caller's thread.
"""

from __future__ import annotations

import zipfile
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import HearingError
from assistant.reading import open_regular

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

    @property
    def inputs(self) -> int:
        """How wide each frame is that it looks at."""
        return int(self.weight.shape[1]) // len(self.offsets)


class JudgeNetwork:
    """Made of the file that `scripts/model/judging.py` writes. Raises HearingError in one sentence.

    `units` names what its outputs stand for; silence, the first one, has no name.
    """

    def __init__(self, path: Path) -> None:
        try:
            with open_regular(path) as file, np.load(file) as arrays:
                self.units = tuple(map(str, arrays["units"]))
                self.log_priors = PRIOR_SCALE * np.log(arrays["priors"])
                self.layers = _layers(arrays)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise HearingError(
                "judge_damaged", f"The file {path} is missing or damaged ({error}): install Limber anew."
            ) from error

    def stream(self) -> NetworkStream:
        """What hears one sound."""
        return NetworkStream(self)

    def log_likelihoods(self, samples: Array) -> Array:
        """(samples,) int16 at 16 kHz → (frames, units); no frames for less than 25 ms."""
        return self.stream().as_if_it_went_on(samples)


class NetworkStream:
    """The network's opinion of sound that goes on: each frame as soon as all is there that it looks at.

    Owned by one thread. What is kept are the layers' inputs that later frames look at.
    """

    def __init__(self, network: JudgeNetwork) -> None:
        self._layers = network.layers
        self._log_priors = network.log_priors
        self._dither = np.random.default_rng(0)
        self._samples = np.zeros(0, np.float32)
        self._inputs = [np.zeros((0, layer.inputs), np.float32) for layer in self._layers[:-1]]
        self._last: Array | None = None

    def accept(self, samples: Array) -> Array:
        """(samples,) int16 at 16 kHz, any number → (frames, units), those that are new."""
        noise = _DITHER * self._dither.standard_normal(len(samples), np.float32)
        wave = np.concatenate([self._samples, samples.astype(np.float32) + noise])
        if len(wave) < _WINDOW_SAMPLES:
            self._samples = wave
            return self._frames(np.zeros((0, _MEL_BINS), np.float32))
        heard = cepstra(wave)
        self._samples = wave[len(heard) * _HOP_SAMPLES :]
        if self._last is None:
            before = -sum(min(layer.offsets) for layer in self._layers)
            heard = np.concatenate([heard[:1].repeat(before, axis=0), heard])
        self._last = heard[-1:]
        return self._frames(heard)

    def as_if_it_went_on(self, samples: Array) -> Array:
        """The frames of more samples, and those that still wait for what comes after them, as if the last
        moment went on. Nothing of that is kept.
        """
        copied = copy(self)
        copied._inputs = list(self._inputs)
        frames = copied.accept(samples)
        if copied._last is None:
            return frames
        after = sum(max(layer.offsets) for layer in self._layers)
        return np.concatenate([frames, copied._frames(copied._last.repeat(after, axis=0))])

    def _frames(self, hidden: Array) -> Array:
        for number, layer in enumerate(self._layers[:-1]):
            seen = np.concatenate([self._inputs[number], hidden])
            hidden, used = _affine(seen, layer, number)
            self._inputs[number] = seen[used:]
        last = self._layers[-1]
        outputs = hidden @ last.weight.T + last.bias
        outputs -= outputs.max(1, keepdims=True)
        outputs -= np.log(np.exp(outputs).sum(1, keepdims=True))
        return np.asarray(outputs - self._log_priors)


def cepstra(wave: Array) -> Array:
    """(samples,) of 25 ms at least → (frames, 40) cepstra, a hundred a second, as Kaldi has them."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
    frames = frames - frames.mean(1, keepdims=True)
    emphasized = frames - _PREEMPHASIS * np.concatenate([frames[:, :1], frames[:, :-1]], 1)
    power = np.abs(np.fft.rfft(emphasized * _povey_window(), _FFT_SAMPLES)) ** 2
    energies = np.maximum(power.astype(np.float32) @ _mel_banks().T, np.finfo(np.float32).eps)
    return np.asarray(np.log(energies) @ _liftered_dct().T)


def _affine(seen: Array, layer: _Layer, number: int) -> tuple[Array, int]:
    """The layer's outputs, and how many of its inputs no later output looks at.

    The first two layers see every frame, and the second leaves two of three out. From `_RESIDUAL_FROM` on a
    layer's input is added.
    """
    step = 1 if number < _RESIDUAL_FROM else _SUBSAMPLING
    stride = _SUBSAMPLING if number == 1 else 1
    starts = [(offset - min(layer.offsets)) // step for offset in layer.offsets]
    length = max(0, (len(seen) - max(starts) - 1) // stride + 1)
    blocks = [seen[at : at + length * stride : stride] for at in starts]
    result = np.maximum(np.concatenate(blocks, 1) @ layer.weight.T + layer.bias, 0.0)
    if number >= _RESIDUAL_FROM:
        own = -min(layer.offsets) // step
        result += seen[own : own + length]
    return result, length * stride


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
