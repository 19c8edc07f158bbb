"""Makes a tiny voice with Piper's signature, so that tests run the real piper-tts.

By hand: `python tests/tiny_voice.py FOLDER`. It says every phoneme as a short tone, at a pitch of its own;
`length_scale` stretches it, and a second output gives the phonemes' lengths as Piper's aligned models do.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SAMPLE_RATE_HZ = 22_050
HOP_SAMPLES = 256
HOPS_PER_ID = 5.0


def make_tiny_voice(folder: Path, name: str = "en_US-tiny") -> Path:
    """Write NAME.onnx and NAME.onnx.json into the folder; return the path of the former."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    onnx.save(_model(), str(path))
    config = {
        "audio": {"sample_rate": SAMPLE_RATE_HZ},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": 1,
        "speaker_id_map": {},
        "hop_length": HOP_SAMPLES,
        "inference": {"noise_scale": 0.0, "length_scale": 1.0, "noise_w": 0.0},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    Path(f"{path}.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def _model() -> onnx.ModelProto:
    constants = {
        "one": np.array(1, np.int64),
        "hops": np.array(HOPS_PER_ID, np.float32),
        "hop": np.array(HOP_SAMPLES, np.float32),
        "zero_sample": np.array(0, np.float32),
        "one_sample": np.array(1, np.float32),
        "base_hz": np.array(150.0, np.float32),
        "step_hz": np.array(4.0, np.float32),
        "radians": np.array(2 * np.pi / SAMPLE_RATE_HZ, np.float32),
        "loudness": np.array(0.5, np.float32),
        "audio_shape": np.array([1, 1, -1], np.int64),
    }
    nodes = [
        # How long: every id lasts round-number hops times length_scale.
        helper.make_node("Gather", ["scales", "one"], ["length_scale"]),
        helper.make_node("Mul", ["hops", "length_scale"], ["stretched"]),
        helper.make_node("Ceil", ["stretched"], ["hops_per_id"]),
        helper.make_node("Mul", ["hops_per_id", "hop"], ["samples_per_id"]),
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["ids", "zero_sample"], ["zeros"]),
        helper.make_node("Add", ["zeros", "hops_per_id"], ["w_ceil"]),
        helper.make_node("Cast", ["input_lengths"], ["count"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["count", "samples_per_id"], ["total"]),
        helper.make_node("Squeeze", ["total"], ["length"]),
        # What: a sine whose pitch follows the ids.
        helper.make_node("Range", ["zero_sample", "length", "one_sample"], ["times"]),
        helper.make_node("Div", ["times", "samples_per_id"], ["place"]),
        helper.make_node("Cast", ["place"], ["place_index"], to=TensorProto.INT64),
        helper.make_node("Squeeze", ["ids"], ["flat_ids"]),
        helper.make_node("Gather", ["flat_ids", "place_index"], ["id_now"]),
        helper.make_node("Mul", ["id_now", "step_hz"], ["above_base"]),
        helper.make_node("Add", ["above_base", "base_hz"], ["pitch"]),
        helper.make_node("Mul", ["pitch", "times"], ["cycles"]),
        helper.make_node("Mul", ["cycles", "radians"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["tone"]),
        helper.make_node("Mul", ["tone", "loudness"], ["sound"]),
        helper.make_node("Reshape", ["sound", "audio_shape"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny_voice",
        [
            helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ],
        [
            helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, "samples"]),
            helper.make_tensor_value_info("w_ceil", TensorProto.FLOAT, [1, "phonemes"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    sys.stdout.write(f"{make_tiny_voice(Path(sys.argv[1]))}\n")
