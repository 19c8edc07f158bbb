"""Training: frame cross-entropy with AdamW, averaged weights, and a state on disk from which to go on.

The state is written every SAVE_STEPS steps; the result at the end is the running average of the weights.
Uses the GPU when there is one, and bfloat16 where the processor has it: half the time. A second process draws
the batches.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from batches import Sampler
from network import Network
from phones import SILENCE_PDF
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

SAVE_STEPS = 100
AVERAGE_OVER_STEPS = 400
WARM_UP_STEPS = 50
WEIGHT_DECAY = 1e-3


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to learn: at first evenly, then slower, in a line to nearly nothing."""

    steps: int
    peak_rate: float = 2e-3
    constant_part: float = 0.3

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        done = step / self.steps
        falling = min(1.0, max(0.02, (1 - done) / (1 - self.constant_part)))
        return self.peak_rate * min(1.0, (step + 1) / WARM_UP_STEPS) * falling


@dataclass(frozen=True, slots=True)
class Progress:
    """Running averages since training began: loss in nats a frame, share of speech frames that are right."""

    step: int
    loss: float
    right: float


class _Batches(Dataset[tuple[Tensor, Tensor]]):
    """The batches of a sampler by the number of their step."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        return self._sampler.batch(step)


def _has_bfloat16(device: torch.device) -> bool:
    """Whether the processor computes with bfloat16 itself; where it is emulated it takes longer."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return torch.cpu._is_avx512_bf16_supported()


def train(
    network: Network, sampler: Sampler, schedule: Schedule, result: Path, report: Callable[[Progress], None]
) -> Network:
    """Train a network in place and return the average of its weights, also written to `result`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device).train()
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), schedule.peak_rate, weight_decay=WEIGHT_DECAY)
    state_path = result.with_suffix(".state")
    first, loss_average, right_average = 0, 4.0, 0.0
    if state_path.exists():
        state = torch.load(state_path, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        first, loss_average, right_average = state["step"], state["loss"], state["right"]
    batches = DataLoader(
        _Batches(sampler),
        batch_size=None,
        sampler=range(first, schedule.steps),
        num_workers=1,
        prefetch_factor=4,
    )
    shortened = torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device))
    for step, batch in enumerate(batches, first):
        torch.manual_seed(step)
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(step)
        features, labels = (part.to(device) for part in batch)
        with shortened:
            outputs = network(features)
        loss = nn.functional.nll_loss(outputs.float().flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        _move_average(average, network, step)
        speech = labels > SILENCE_PDF
        right = (outputs.argmax(-1)[speech] == labels[speech]).float().mean()
        share = max(0.01, 1 / (step + 1))
        loss_average += share * (loss.item() - loss_average)
        right_average += share * (right.item() - right_average)
        report(Progress(step + 1, loss_average, right_average))
        if (step + 1) % SAVE_STEPS == 0:
            state = {"network": network.state_dict(), "average": average.state_dict()}
            state |= {"optimizer": optimizer.state_dict(), "step": step + 1}
            torch.save(state | {"loss": loss_average, "right": right_average}, state_path)
    torch.save(average.cpu().state_dict(), result)
    state_path.unlink(missing_ok=True)
    return average.eval()


@torch.no_grad()
def _move_average(average: Network, network: Network, step: int) -> None:
    share = max(1 / AVERAGE_OVER_STEPS, 1 / (step + 1))
    for kept, new in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, share)


@torch.no_grad()
def mean_of(one: Network, other: Network, sampler: Sampler, batches: int = 100) -> Network:
    """Halfway between two networks that have learned on from the same one: it knows others better.

    The normalizations are measured anew, on the sampler's batches.
    """
    mean = copy.deepcopy(one)
    for kept, new in zip(mean.state_dict().values(), other.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 0.5)
    for norm in mean.norm:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of all batches
    mean.train()
    for step in range(batches):
        mean(sampler.batch(step)[0])
    return mean.eval()


def normalize_input(network: Network, sampler: Sampler, batches: int = 10) -> None:
    """Set the input's mean and deviation from the first batches."""
    features = torch.cat([sampler.batch(step)[0].flatten(0, 1) for step in range(batches)])
    network.mean.copy_(features.mean(0))
    network.inverse_deviation.copy_(1 / features.std(0))
