"""The networks: time-delay, 40 cepstra in, a log-probability per unit every 30 ms.

One is the acoustic model inside Vosk, the other judges what that one believes to have heard. They look
further back than ahead: every frame ahead delays each decision by 10 ms. The layers are described by their
offsets, from which training, export and parity test alike are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from features import MEL_BINS
from torch import Tensor, nn

SUBSAMPLING = 3
RESIDUAL_FROM = 2

Offsets = tuple[tuple[int, ...], ...]
Affine = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Shape:
    """`offsets` are the frames that each layer looks at, relative to its own; from the second layer on there
    is one every 30 ms. From layer RESIDUAL_FROM on, its input is added to each layer's output.
    """

    width: int
    offsets: Offsets

    @property
    def left_context(self) -> int:
        """How many frames before its own an output depends on."""
        return -sum(min(offsets) for offsets in self.offsets)

    @property
    def right_context(self) -> int:
        """How many frames after its own."""
        return sum(max(offsets) for offsets in self.offsets)


_FIRST_LAYERS: Offsets = ((-2, -1, 0, 1, 2), (-1, 0, 1), (-3, 0, 3), (-3, 0, 3), (-6, 0, 6))
LISTENER = Shape(256, (*_FIRST_LAYERS, (-6, -3, 3), (-9, -6, -3, 0), (-12, -6, 0)))
JUDGE = Shape(256, (*_FIRST_LAYERS, (-6, -3, 0, 3), (-12, -6, 0), (-18, -9, 0), (-27, -18, -9, 0)))
"""It looks further back."""


class Network(nn.Module):
    """`mean` and `inverse_deviation` normalize the input and are set before training."""

    mean: Tensor
    inverse_deviation: Tensor

    def __init__(self, output_count: int, shape: Shape = LISTENER) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.zeros(MEL_BINS))
        self.register_buffer("inverse_deviation", torch.ones(MEL_BINS))
        width, offsets = shape.width, shape.offsets
        inputs = [MEL_BINS] + [width] * (len(offsets) - 1)
        self.affine = nn.ModuleList(
            nn.Linear(n * len(seen), width, bias=False) for n, seen in zip(inputs, offsets, strict=True)
        )
        self.norm = nn.ModuleList(nn.BatchNorm1d(width) for _ in offsets)
        self.output = nn.Linear(width, output_count)

    def forward(self, features: Tensor) -> Tensor:
        """(batch, frames, MEL_BINS) → (batch, frames / 3 rounded up, outputs)."""
        hidden = (self._pad(features) - self.mean) * self.inverse_deviation
        for i, (offsets, affine, norm) in enumerate(
            zip(self.shape.offsets, self.affine, self.norm, strict=True)
        ):
            step = 1 if i < 2 else SUBSAMPLING
            stride = SUBSAMPLING if i == 1 else 1
            starts = [(offset - min(offsets)) // step for offset in offsets]
            length = (hidden.shape[1] - (max(offsets) - min(offsets)) // step - 1) // stride + 1
            seen = [hidden[:, at : at + (length - 1) * stride + 1 : stride] for at in starts]
            result = affine(torch.cat(seen, -1))
            result = torch.relu(norm(result.flatten(0, 1)).view_as(result))
            if i >= RESIDUAL_FROM:
                own = -min(offsets) // step
                result = result + hidden[:, own : own + length]
            hidden = result
        return self.output(hidden).log_softmax(-1)

    def _pad(self, features: Tensor) -> Tensor:
        """Repeat the first and the last frame as libvosk does."""
        first = features[:, :1].expand(-1, self.shape.left_context, -1)
        last = features[:, -1:].expand(-1, self.shape.right_context, -1)
        return torch.cat([first, features, last], 1)

    @torch.no_grad()
    def folded(self) -> list[Affine]:
        """(weight, bias) of every layer, the normalizations folded in; columns in blocks, one per offset."""
        layers: list[Affine] = []
        for i, (affine, norm) in enumerate(zip(self.affine, self.norm, strict=True)):
            gain = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
            weight = affine.weight.double() * gain[:, None]
            bias = norm.bias.double() - norm.running_mean.double() * gain
            if i == 0:
                blocks = len(self.shape.offsets[0])
                bias = bias - weight @ (self.mean * self.inverse_deviation).double().repeat(blocks)
                weight = weight * self.inverse_deviation.double().repeat(blocks)
            layers.append((weight.float(), bias.float()))
        return [*layers, (self.output.weight, self.output.bias)]


def load(path: Path, output_count: int, shape: Shape = LISTENER) -> Network:
    """A trained network, ready to use. Raises OSError where there is none."""
    network = Network(output_count, shape)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval()


def trained(path: Path, output_count: int, shape: Shape = LISTENER) -> tuple[Network, np.ndarray]:
    """A trained network and the priors beside it. Raises OSError where there is none."""
    return load(path, output_count, shape), np.load(priors_path(path))


def priors_path(path: Path) -> Path:
    """Where the priors of a trained network are: how often each of its outputs occurred."""
    return path.with_suffix(".priors.npy")
