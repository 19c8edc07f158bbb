"""A voice's network in two parts and by windows, against onnxruntime with the whole of it."""

from __future__ import annotations

import io

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from assistant.speech.voices import windowed
from assistant.speech.voices.onnx_file import LARGE_BYTES, read_network
from assistant.speech.voices.windowed import NEAR_FRAMES, WINDOW_FRAMES, WindowedSession

CHANNELS, HOP = 64, 8
LENGTHS = (1, WINDOW_FRAMES - 1, WINDOW_FRAMES, WINDOW_FRAMES + 1, 5 * WINDOW_FRAMES + 3)

Sound = NDArray[np.float32]


def small_voice(loudest: float = 1.0, *, inside: bool = False) -> bytes:
    """A network as Piper's is: phonemes and a speaker become frames, and these become sound."""
    random = np.random.default_rng(1)
    shapes = {
        "phonemes": (256, CHANNELS),
        "speakers": (4, CHANNELS),
        "dec.conv_pre.weight": (CHANNELS, CHANNELS, 7),
        "dec.up.weight": (CHANNELS, 8, 2 * HOP),
        "dec.conv_post.weight": (1, 8, 7),
    }
    weights = {name: random.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}
    weights["phonemes"][3] *= loudest / np.abs(weights["phonemes"][3]).max()
    nodes = [
        helper.make_node("Gather", ["phonemes", "input"], ["found"]),
        helper.make_node("Transpose", ["found"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("Gather", ["speakers", "sid"], ["speaker"]),
        helper.make_node("Unsqueeze", ["speaker", "last"], ["voice"]),
        helper.make_node("Add", ["turned", "voice"], ["said"]),
        helper.make_node("Conv", ["said", "dec.conv_pre.weight"], ["pre"], pads=[3, 3]),
        helper.make_node("Add", ["pre", "voice"], ["colored"]),
        helper.make_node("ConvTranspose", ["colored", "dec.up.weight"], ["up"], strides=[HOP], pads=[4, 4]),
        helper.make_node("Conv", ["up", "dec.conv_post.weight"], ["post"], pads=[3, 3]),
        helper.make_node("Tanh", ["post"], ["output"]),
    ]
    if inside:
        given = helper.make_node("Identity", ["input"], ["same"])
        out = helper.make_tensor_value_info("same", TensorProto.INT64, None)
        branch = helper.make_graph([given], "branch", [], [out])
        nodes.insert(0, helper.make_node("If", ["yes"], ["x"], then_branch=branch, else_branch=branch))
    inputs: dict[str, list[str | int | None]] = {"input": [1, "phonemes"], "input_lengths": [1], "sid": [1]}
    last = numpy_helper.from_array(np.array([2], np.int64), "last")
    graph = helper.make_graph(
        nodes,
        "small_voice",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples"])],
        [*(numpy_helper.from_array(value, name) for name, value in weights.items()), last],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return model.SerializeToString()


def asked(count: int) -> dict[str, NDArray[np.int64]]:
    ids = np.random.default_rng(count).integers(0, 256, (1, count))
    return {"input": ids, "input_lengths": np.array([count]), "sid": np.array([2])}


def whole(voice: bytes, count: int) -> Sound:
    session = onnxruntime.InferenceSession(voice, providers=["CPUExecutionProvider"])
    takes = {taken.name for taken in session.get_inputs()}
    (sound,) = session.run(None, {name: value for name, value in asked(count).items() if name in takes})
    return np.asarray(sound)


def by_windows(voice: bytes, count: int) -> Sound:
    session = WindowedSession(io.BytesIO(voice))
    takes = {taken.name for taken in session.get_inputs()}
    (sound,) = session.run(None, {name: value for name, value in asked(count).items() if name in takes})
    return sound


@pytest.mark.parametrize("count", LENGTHS)
def test_it_sounds_as_the_whole_does(count: int) -> None:
    voice = small_voice()
    expected, sound = whole(voice, count), by_windows(voice, count)
    assert sound.shape == expected.shape == (1, 1, count * HOP)
    noise = np.square(sound - expected).mean() / np.square(expected).mean()
    assert 0 < noise < 1e-5  # what half the bits of its weights leave


@pytest.mark.parametrize("count", LENGTHS)
def test_windows_change_nothing(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = small_voice()
    sound = by_windows(voice, count)
    monkeypatch.setattr(windowed, "WINDOW_FRAMES", 10_000)
    np.testing.assert_allclose(sound, by_windows(voice, count), atol=1e-6)


def test_too_few_frames_near_would_be_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = small_voice()
    count = LENGTHS[-1]
    expected = by_windows(voice, count)
    monkeypatch.setattr(windowed, "NEAR_FRAMES", 0)
    assert NEAR_FRAMES > 0
    assert np.abs(by_windows(voice, count) - expected).max() > 1e-3


def test_a_weight_that_half_its_bits_cannot_hold_keeps_them_all() -> None:
    voice = small_voice(loudest=1e6)
    written = io.BytesIO()
    read_network(io.BytesIO(voice)).write_part(written, "said")
    part = onnx.load_from_string(written.getvalue())
    assert [weight.data_type for weight in part.graph.initializer if weight.name == "phonemes"] == [
        TensorProto.FLOAT
    ]
    assert np.isfinite(by_windows(voice, 9)).all()


def test_large_weights_are_half_as_large() -> None:
    voice = small_voice()
    written = io.BytesIO()
    read_network(io.BytesIO(voice)).write_part(written, "output", given=["said"])
    part = onnx.load_from_string(written.getvalue())
    whole_bytes = {w.name: len(w.raw_data) for w in onnx.load_from_string(voice).graph.initializer}
    for weight in part.graph.initializer:
        before = whole_bytes[weight.name.removesuffix("/half")]
        assert len(weight.raw_data) == (before // 2 if before >= LARGE_BYTES else before)


def test_another_network_is_refused() -> None:
    other = small_voice().replace(b"dec.conv_pre.weight", b"dec.conv_new.weight")
    with pytest.raises(ValueError, match="no part that makes the sound"):
        WindowedSession(io.BytesIO(other))
    with pytest.raises(ValueError, match="networks within"):
        WindowedSession(io.BytesIO(small_voice(inside=True)))


def test_whatever_a_file_lacks_it_is_told_as_a_wrong_file() -> None:
    voice = small_voice()
    for length in (*range(0, 64), *range(64, len(voice), 997)):
        with pytest.raises((ValueError, LookupError)):
            WindowedSession(io.BytesIO(voice[:length]))
    with pytest.raises((ValueError, LookupError)):
        read_network(io.BytesIO(b"\xff" * 4096))
