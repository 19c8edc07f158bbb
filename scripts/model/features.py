"""Features as libvosk computes them: 40 log-mel energies and from them 40 cepstra, 100 frames a second.

Equal to Kaldi's MFCC with the options in MFCC_CONF. Samples are in int16's range; a window of 25 ms every
10 ms, none at an edge. Works on batches of torch tensors; pure.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

SAMPLE_RATE_HZ = 16_000
WINDOW_SAMPLES = 400
HOP_SAMPLES = 160
FFT_SAMPLES = 512
MEL_BINS = 40
LOW_HZ, HIGH_HZ = 20.0, 7600.0
PREEMPHASIS = 0.97
LIFTER = 22.0
FLOOR = 1.1920929e-7

MFCC_CONF = f"""--sample-frequency={SAMPLE_RATE_HZ}
--use-energy=false
--num-mel-bins={MEL_BINS}
--num-ceps={MEL_BINS}
--low-freq={LOW_HZ:.0f}
--high-freq={HIGH_HZ:.0f}
--dither={{dither}}
"""


def mel(hertz: float) -> float:
    """A frequency on the mel scale."""
    return 1127.0 * math.log(1.0 + hertz / 700.0)


def _mel_banks() -> Tensor:
    low = mel(LOW_HZ)
    step = (mel(HIGH_HZ) - low) / (MEL_BINS + 1)
    bins = torch.tensor([mel(k * SAMPLE_RATE_HZ / FFT_SAMPLES) for k in range(FFT_SAMPLES // 2)])
    centers = low + step * torch.arange(1, MEL_BINS + 1)[:, None]
    triangles = (1 - (bins - centers).abs() / step).clamp_min(0)
    return torch.nn.functional.pad(triangles, (0, 1))  # the Nyquist bin is not used


def _povey_window() -> Tensor:
    n = torch.arange(WINDOW_SAMPLES, dtype=torch.float64)
    return (0.5 - 0.5 * torch.cos(2 * math.pi * n / (WINDOW_SAMPLES - 1))).pow(0.85).float()


def _liftered_dct() -> Tensor:
    k = torch.arange(MEL_BINS, dtype=torch.float64)[:, None]
    dct = torch.cos(math.pi / MEL_BINS * (k.T + 0.5) * k) * math.sqrt(2.0 / MEL_BINS)
    dct[0] = math.sqrt(1.0 / MEL_BINS)
    return (dct * (1.0 + 0.5 * LIFTER * torch.sin(math.pi * k / LIFTER))).float()


WINDOW = _povey_window()
BANKS = _mel_banks()
DCT = _liftered_dct()
DITHER_ENERGY = float((BANKS.sum(1) * (WINDOW.square().sum() * (1 + PREEMPHASIS**2))).mean())
"""About the mel energy that rounding to int16 and dithering add."""


def mel_energies(samples: Tensor) -> Tensor:
    """(…, samples) in int16's range → (…, frames, MEL_BINS) energies, not yet logarithms."""
    frames = samples.unfold(-1, WINDOW_SAMPLES, HOP_SAMPLES)
    frames = frames - frames.mean(-1, keepdim=True)
    first = frames[..., :1] * (1 - PREEMPHASIS)
    frames = torch.cat([first, frames[..., 1:] - PREEMPHASIS * frames[..., :-1]], -1) * WINDOW
    spectrum = torch.view_as_real(torch.fft.rfft(frames, FFT_SAMPLES)).square().sum(-1)
    return spectrum @ BANKS.T


def cepstra(energies: Tensor) -> Tensor:
    """(…, MEL_BINS) energies → (…, MEL_BINS) cepstra."""
    return energies.clamp_min(FLOOR).log() @ DCT.T


def mfcc(samples: Tensor) -> Tensor:
    """(samples,) in int16's range → (frames, MEL_BINS), without dither."""
    return cepstra(mel_energies(samples))
