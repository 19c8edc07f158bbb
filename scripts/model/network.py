"""The acoustic model: a time-delay network, 40 cepstra in, a log-probability per unit every 30 ms.

It looks further back than ahead: every frame ahead delays each decision by 10 ms. The layers are described
by their offsets, from which training, export and parity test alike are made.
"""

from __future__ import annotations

import torch
from features import MEL_BINS
from torch import Tensor, nn

SUBSAMPLING = 3
WIDTH = 192
OFFSETS = (
    (-2, -1, 0, 1, 2),
    (-1, 0, 1),
    (-3, 0, 3),
    (-3, 0, 3),
    (-6, 0, 6),
    (-6, -3, 3),
    (-9, -6, -3, 0),
    (-12, -6, 0),
)
"""Frames that each layer looks at, relative to its own; from the second layer on there is one every 30 ms."""
LEFT_CONTEXT = -sum(min(offsets) for offsets in OFFSETS)
RIGHT_CONTEXT = sum(max(offsets) for offsets in OFFSETS)
RESIDUAL_FROM = 2

Affine = tuple[Tensor, Tensor]


class Network(nn.Module):
    """`mean` and `inverse_deviation` normalize the input and are set before training."""

    mean: Tensor
    inverse_deviation: Tensor

    def __init__(self, output_count: int, width: int = WIDTH) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(MEL_BINS))
        self.register_buffer("inverse_deviation", torch.ones(MEL_BINS))
        inputs = [MEL_BINS] + [width] * (len(OFFSETS) - 1)
        self.affine = nn.ModuleList(
            nn.Linear(n * len(offsets), width, bias=False) for n, offsets in zip(inputs, OFFSETS, strict=True)
        )
        self.norm = nn.ModuleList(nn.BatchNorm1d(width) for _ in OFFSETS)
        self.output = nn.Linear(width, output_count)

    def forward(self, features: Tensor) -> Tensor:
        """(batch, frames, MEL_BINS), padded by `pad` → (batch, frames / 3 rounded up, outputs)."""
        hidden = (features - self.mean) * self.inverse_deviation
        for i, (offsets, affine, norm) in enumerate(zip(OFFSETS, self.affine, self.norm, strict=True)):
            step = 1 if i < 2 else SUBSAMPLING
            stride = SUBSAMPLING if i == 1 else 1
            starts = [(offset - min(offsets)) // step for offset in offsets]
            length = (hidden.shape[1] - starts[-1] - 1) // stride + 1
            seen = [hidden[:, at : at + (length - 1) * stride + 1 : stride] for at in starts]
            result = affine(torch.cat(seen, -1))
            result = torch.relu(norm(result.flatten(0, 1)).view_as(result))
            if i >= RESIDUAL_FROM:
                own = -min(offsets) // step
                result = result + hidden[:, own : own + length]
            hidden = result
        return self.output(hidden).log_softmax(-1)

    @torch.no_grad()
    def folded(self) -> list[Affine]:
        """(weight, bias) of every layer, the normalizations folded in; columns in blocks, one per offset."""
        layers: list[Affine] = []
        for i, (affine, norm) in enumerate(zip(self.affine, self.norm, strict=True)):
            gain = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
            weight = affine.weight.double() * gain[:, None]
            bias = norm.bias.double() - norm.running_mean.double() * gain
            if i == 0:
                blocks = len(OFFSETS[0])
                bias = bias - weight @ (self.mean * self.inverse_deviation).double().repeat(blocks)
                weight = weight * self.inverse_deviation.double().repeat(blocks)
            layers.append((weight.float(), bias.float()))
        return [*layers, (self.output.weight, self.output.bias)]


def pad(features: Tensor) -> Tensor:
    """Repeat the first and the last frame as libvosk does. (…, frames, bins) → longer."""
    first = features[..., :1, :].expand(*features.shape[:-2], LEFT_CONTEXT, -1)
    last = features[..., -1:, :].expand(*features.shape[:-2], RIGHT_CONTEXT, -1)
    return torch.cat([first, features, last], -2)


def load(path: str, output_count: int) -> Network:
    """A trained network, ready to use. Raises OSError where there is none."""
    network = Network(output_count)
    network.load_state_dict(torch.load(path, weights_only=True))
    return network.eval()
