"""Reads a network from an .onnx file, and writes parts of it that are run one after the other.

Any thread. Of the format (onnx.proto) only what that takes is known here. Must not hold the weights in
memory: each goes from file to file. A large one keeps half its bits, and is widened each time it is used.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

import numpy as np

LARGE_BYTES = 16 * 1024

_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_WEIGHT, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_TYPE, _NODE_ATTRIBUTE = 1, 2, 4, 5
_WEIGHT_SHAPE, _WEIGHT_TYPE, _WEIGHT_NAME, _WEIGHT_BYTES = 1, 2, 8, 9
_FLOAT, _HALF, _AN_INT = 1, 10, 2
_WITH_NETWORKS_INSIDE = {"If", "Loop", "Scan"}

Fields = dict[int, list[bytes]]


class Node(NamedTuple):
    """One step of a network: names of what it takes and gives, and itself as it was written."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    written: bytes


@dataclass(frozen=True, slots=True)
class Network:
    """What a file has: the steps in their order, what goes in, what comes out, and where each weight is."""

    file: BinaryIO
    heading: list[bytes] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    inputs: dict[str, bytes] = field(default_factory=dict)
    outputs: dict[str, bytes] = field(default_factory=dict)
    weights: dict[str, tuple[int, int]] = field(default_factory=dict)

    def write_part(self, to: BinaryIO, output: str, given: Collection[str] = ()) -> None:
        """Write what makes this output of the network's inputs, and of what is given besides: floats.

        Raises OSError, and ValueError or LookupError for a file that is not as expected.
        """
        nodes = self._making(output, given)
        used = dict.fromkeys(name for node in nodes for name in node.inputs)
        to.writelines(self.heading)
        # A reader puts together what is written as several graphs, so that no size is to be known before.
        for number, written in (
            (_GRAPH_NAME, b"part"),
            *((_GRAPH_INPUT, written) for name, written in self.inputs.items() if name in used),
            *((_GRAPH_INPUT, _floats(name)) for name in given),
            (_GRAPH_OUTPUT, self.outputs.get(output) or _floats(output)),
        ):
            to.write(_message(_MODEL_GRAPH, _message(number, written)))
        halves = set()
        for name in used.keys() & self.weights:
            weight = _between(self.file, *self.weights[name])
            if (half := _half(weight)) is not None:
                halves.add(name)
            to.write(_message(_MODEL_GRAPH, _message(_GRAPH_WEIGHT, half or weight)))
        for written in _widening(nodes, halves):
            to.write(_message(_MODEL_GRAPH, _message(_GRAPH_NODE, written)))

    def _making(self, output: str, given: Collection[str]) -> list[Node]:
        """The steps that this output needs, in their order."""
        makers = {name: at for at, node in enumerate(self.nodes) for name in node.outputs}
        needed: set[int] = set()
        wanted = [output]
        while wanted:
            name = wanted.pop()
            if name in makers and name not in given and makers[name] not in needed:
                needed.add(makers[name])
                wanted += self.nodes[makers[name]].inputs
        return [self.nodes[at] for at in sorted(needed)]


def read_network(file: BinaryIO) -> Network:
    """Read it from the beginning of a file, which stays open while parts are written.

    Raises OSError, and ValueError or LookupError for a file that is not as expected.
    """
    network = Network(file)
    for number, starts, begins, ends in _fields(file, 0, file.seek(0, io.SEEK_END)):
        if number != _MODEL_GRAPH:
            network.heading.append(_between(file, starts, ends))
            continue
        for inner, _, inner_begins, inner_ends in _fields(file, begins, ends):
            _read(network, inner, inner_begins, inner_ends)
    return network


def _read(network: Network, number: int, begins: int, ends: int) -> None:
    if number not in (_GRAPH_NODE, _GRAPH_WEIGHT, _GRAPH_INPUT, _GRAPH_OUTPUT):
        return
    written = _between(network.file, begins, ends)
    message = _parsed(written)
    if number == _GRAPH_NODE:
        if message[_NODE_TYPE][0].decode() in _WITH_NETWORKS_INSIDE:
            raise ValueError("it has networks within its network")
        takes, gives = (_texts(message, kind) for kind in (_NODE_INPUT, _NODE_OUTPUT))
        network.nodes.append(Node(takes, gives, written))
    elif number == _GRAPH_WEIGHT:
        network.weights[message[_WEIGHT_NAME][0].decode()] = begins, ends
    elif number == _GRAPH_INPUT:
        network.inputs[message[1][0].decode()] = written
    else:
        network.outputs[message[1][0].decode()] = written


def _half(weight: bytes) -> bytes | None:
    """A large weight with half its bits; None for a small one, of another kind, or beyond their range."""
    message = _parsed(weight)
    raw = message.get(_WEIGHT_BYTES, [b""])[0]
    if message[_WEIGHT_TYPE] != [_written(_FLOAT)] or len(raw) < LARGE_BYTES:
        return None
    with np.errstate(over="ignore"):
        half = np.frombuffer(raw, "<f4").astype("<f2")
    if not np.isfinite(half).all():
        return None
    return (
        b"".join(_written(_WEIGHT_SHAPE * 8) + size for size in message.get(_WEIGHT_SHAPE, ()))
        + _whole(_WEIGHT_TYPE, _HALF)
        + _message(_WEIGHT_NAME, _halved(message[_WEIGHT_NAME][0]))
        + _message(_WEIGHT_BYTES, half.tobytes())
    )


def _widening(nodes: Sequence[Node], halves: set[str]) -> Iterator[bytes]:
    """The steps, with one before the first use of each half that makes it a float."""
    to_float = _message(1, b"to") + _whole(3, _FLOAT) + _whole(20, _AN_INT)
    for node in nodes:
        for name in halves.intersection(node.inputs):
            halves.discard(name)
            yield (
                _message(_NODE_INPUT, _halved(name.encode()))
                + _message(_NODE_OUTPUT, name.encode())
                + _message(_NODE_TYPE, b"Cast")
                + _message(_NODE_ATTRIBUTE, to_float)
            )
        yield node.written


def _halved(name: bytes) -> bytes:
    return name + b"/half"


def _floats(name: str) -> bytes:
    """What goes in or comes out: floats of any shape."""
    return _message(1, name.encode()) + _message(2, _message(1, _whole(1, _FLOAT)))


def _texts(message: Fields, number: int) -> tuple[str, ...]:
    return tuple(written.decode() for written in message.get(number, ()))


def _parsed(written: bytes) -> Fields:
    found: Fields = {}
    for number, _, begins, ends in _fields(io.BytesIO(written), 0, len(written)):
        found.setdefault(number, []).append(written[begins:ends])
    return found


def _fields(file: BinaryIO, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Each field of a message: its number, where it starts, and where its value begins and ends."""
    while at < end:
        starts = file.seek(at)
        number, kind = divmod(_varint(file), 8)
        begins = file.tell()
        if kind == 0:
            _varint(file)
            at = file.tell()
        elif kind == 2:
            size = _varint(file)
            begins = file.tell()
            at = begins + size
        else:
            at = begins + {1: 8, 5: 4}[kind]
        if at > end:
            raise ValueError("it ends too early")
        yield number, starts, begins, at


def _between(file: BinaryIO, begins: int, ends: int) -> bytes:
    file.seek(begins)
    return file.read(ends - begins)


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise ValueError("a number is too long")


def _message(number: int, written: bytes) -> bytes:
    return _written(number * 8 + 2) + _written(len(written)) + written


def _whole(number: int, value: int) -> bytes:
    return _written(number * 8) + _written(value)


def _written(value: int) -> bytes:
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
