"""Writes judge/network.npz: the network that gives a second opinion on what was believed to be heard.

Limber runs it without libvosk, so it is stored as NumPy arrays: bytes, linear between the smallest and the
largest weight of an output. Pure but for the file written.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from network import Network
from phones import JUDGED_PDF_COUNT, JUDGED_UNITS

FILE = "judge/network.npz"


def write(folder: Path, network: Network, priors: np.ndarray) -> None:
    """Write the file into a model folder. `assistant/speech/vosk/judge_network.py` reads it."""
    arrays: dict[str, np.ndarray] = {
        "units": np.array(["", *JUDGED_UNITS]),
        "priors": priors[:JUDGED_PDF_COUNT].astype(np.float32),
    }
    for i, (weight, bias) in enumerate(network.folded()):
        values = weight.detach().numpy()
        low, span = values.min(1, keepdims=True), np.ptp(values, axis=1, keepdims=True)
        arrays[f"weight{i}"] = np.round((values - low) / span * 255).astype(np.uint8)
        arrays[f"low{i}"], arrays[f"span{i}"] = low, span
        arrays[f"bias{i}"] = bias.detach().numpy()
    for i, offsets in enumerate(network.shape.offsets):
        arrays[f"offsets{i}"] = np.array(offsets, np.int16)
    (folder / FILE).parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / FILE, **arrays)
