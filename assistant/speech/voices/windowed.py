"""Runs a Piper voice's network with little memory: its last part, which makes the sound, a window at a time.

Belongs to one thread. A whole sentence's sound takes 18 MB for each second while it is made; a window of it
takes some 10 MB. Each frame of sound is made only of the frames near it, so that windows that overlap give
the same sound. Must not import onnxruntime before a voice is opened.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from assistant.speech.voices.onnx_file import Network, read_network

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

WINDOW_FRAMES = 32
"""0.37 s of a medium voice. With 64 it takes 10 MB more, and a seventh less work."""
NEAR_FRAMES = 14
"""On each side. A medium voice's sound is the same from 11 on; by its kernels, a high one reaches 14."""
_FIRST_WEIGHT = "dec.conv_pre.weight"
"""Of the last part, in every voice that Piper's training writes."""


class WindowedSession:
    """Stands for an InferenceSession of the whole network; it gives only the sound."""

    def __init__(self, file: BinaryIO) -> None:
        """Open the network in a file. Raises ValueError, LookupError or what onnxruntime has for another."""
        import onnxruntime

        network = read_network(file)
        output, *_ = network.outputs
        self._said = next((node.inputs[0] for node in network.nodes if _FIRST_WEIGHT in node.inputs), "")
        if not self._said:
            raise ValueError("it has no part that makes the sound")
        self._giving_back = onnxruntime.RunOptions()
        self._giving_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._first = _opened(network, self._said)
        self._last = _opened(network, output, given=[self._said])
        self._last_takes = {taken.name for taken in self._last.get_inputs()} - {self._said}
        if self._last_takes & {"input", "input_lengths"}:
            raise ValueError("its parts cannot be told apart")

    def get_inputs(self) -> list[Any]:
        """What the whole network takes."""
        return [*self._first.get_inputs()]

    def run(self, _outputs: None, given: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Make the sound; its last dimension is the samples. Raises ValueError and onnxruntime's own."""
        (said,) = self._first.run(None, given, self._giving_back)
        others = {name: given[name] for name in self._last_takes}
        count = said.shape[-1]
        size = ceil(count / max(1, ceil(count / WINDOW_FRAMES)))
        pieces = []
        for begins in range(0, count, size):
            ends = min(begins + size, count)
            first, last = max(0, begins - NEAR_FRAMES), min(count, ends + NEAR_FRAMES)
            near = np.ascontiguousarray(said[..., first:last])
            (sound,) = self._last.run(None, {self._said: near, **others}, self._giving_back)
            hop = sound.shape[-1] // (last - first)
            pieces.append(sound[..., (begins - first) * hop : (ends - first) * hop])
        return [np.concatenate(pieces, axis=-1)]


def _opened(network: Network, output: str, given: Collection[str] = ()) -> InferenceSession:
    """A part of it, by way of a file that is nowhere on the disk, and gone before anybody speaks."""
    import onnxruntime

    options = session_options()
    # With an arena it works a quarter less; after each window it is given back, and weights are not in it.
    options.enable_cpu_mem_arena = True
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    # As it is written: a half is widened just before it is used, and not all of them at the beginning.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.execution_order = onnxruntime.ExecutionOrder.PRIORITY_BASED
    with os.fdopen(os.memfd_create("part of a voice"), "w+b") as part:
        network.write_part(part, output, given)
        part.flush()
        path = f"/proc/self/fd/{part.fileno()}"
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def session_options() -> SessionOptions:
    """Little memory, and one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the recognizer needs the others
    # An arena keeps what the longest sentence ever needed: 323 MB after one of 11 s, 101 MB without it.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 4  # what goes wrong is raised; onnxruntime need not print it too
    return options
