"""Writes am/final.mdl and conf/: the transition model and the network in Kaldi's binary format.

The format was read off Kaldi's sources; no Kaldi tool is used. Weights are stored as bytes, linear between a
matrix's smallest and largest. Pure but for the files written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from features import MEL_BINS, MFCC_CONF
from graph import UNITS_FILE
from network import RESIDUAL_FROM, SUBSAMPLING, Network, Offsets
from phones import PDF, PLAIN_PDF, SAFETY_WORD, SILENCE_PDF, UNITS, WORD_UNITS
from transducer import PHONE_IDS, PHONE_LOOP, SILENCE_LOOP, SILENCE_PHONE

FINAL_STATE = -1
STATISTICS = (
    "ValueAvg", "DerivAvg", "Count", "OderivRms", "OderivCount", "NumDimsSelfRepaired", "NumDimsProcessed"
)  # fmt: skip
COMPRESS_FROM = 4096  # elements; smaller matrices stay exact
MODEL_CONF = """--min-active=100
--max-active={max_active}
--beam={beam}
--lattice-beam=2.0
--acoustic-scale={acoustic_scale}
--frame-subsampling-factor={subsampling}
--frames-per-chunk={frames_per_chunk}
--endpoint.silence-phones={silence}
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


@dataclass(frozen=True, slots=True)
class Options:
    """The decoder's options.

    `prior_scale` is the power of the priors that are divided out. A word's own units have the priors of their
    phones as a whole, times `word_prior`, and the safety word's times `own_prior`: training hears it far more
    often than life does. Silence's is taken times `silence_prior`: in noise, silence would swallow words.
    """

    acoustic_scale: float = 0.5
    prior_scale: float = 0.7
    own_prior: float = 1.4
    word_prior: float = 0.5
    silence_prior: float = 2.5
    beam: float = 9.0
    max_active: int = 800
    frames_per_chunk: int = 12
    dither: float = 1.0


class KaldiFile:
    """The few primitives of Kaldi's binary files: tokens, sized scalars, vectors, matrices."""

    def __init__(self, file: BinaryIO, compressed: bool) -> None:
        self._file = file
        self._compressed = compressed
        self.raw(b"\0B")

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._file.write(data)

    def tokens(self, *names: str) -> None:
        """Names, each followed by a space."""
        self.raw("".join(f"{name} " for name in names).encode())

    def integers(self, *values: int) -> None:
        """Each after a byte that tells its size."""
        for value in values:
            self.raw(b"\4" + struct.pack("<i", value))

    def real(self, value: float) -> None:
        """A float32 after a byte that tells its size."""
        self.raw(b"\4" + struct.pack("<f", value))

    def integer_vector(self, values: Sequence[int]) -> None:
        """The count is plain, without a size byte."""
        self.raw(b"\4" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes())

    def vector(self, values: Iterable[float]) -> None:
        """float32, never compressed."""
        array = np.asarray(list(values), "<f4")
        self.tokens("FV")
        self.integers(len(array))
        self.raw(array.tobytes())

    def matrix(self, values: np.ndarray) -> None:
        """float32, or bytes if it is large and compression is on."""
        if not self._compressed or values.size < COMPRESS_FROM:
            self.tokens("FM")
            self.integers(*values.shape)
            self.raw(np.ascontiguousarray(values, "<f4").tobytes())
            return
        low, span = float(values.min()), float(np.ptp(values))
        self.tokens("CM3")  # the header's integers are plain, without size bytes
        self.raw(struct.pack("<ffii", low, span, *values.shape))
        self.raw(np.round((values - low) / span * 255).astype(np.uint8).tobytes())


def _transition_model(out: KaldiFile) -> None:
    """One state per phone: a self-loop and a way out; the four places of a phone share its pdf."""
    phones = sorted(PHONE_IDS.values())
    triples = [(SILENCE_PHONE, SILENCE_PDF), *sorted((i, PDF[phone]) for (phone, _), i in PHONE_IDS.items())]
    out.tokens("<TransitionModel>", "<Topology>")
    out.integer_vector([SILENCE_PHONE, *phones])
    out.integer_vector([-1, 0] + [1] * len(phones))
    out.integers(2)
    for stay in (SILENCE_LOOP, PHONE_LOOP):
        out.integers(2, 0, 2)
        for target, probability in ((0, stay), (1, 1 - stay)):
            out.integers(target)
            out.real(probability)
        out.integers(FINAL_STATE, 0)
    out.tokens("</Topology>", "<Triples>")
    out.integers(len(triples))
    log_probabilities = [0.0]
    for phone, pdf in triples:
        out.integers(phone, 0, pdf)
        stay = SILENCE_LOOP if phone == SILENCE_PHONE else PHONE_LOOP
        log_probabilities += [float(np.log(stay)), float(np.log(1 - stay))]
    out.tokens("</Triples>", "<LogProbs>")
    out.vector(log_probabilities)
    out.tokens("</LogProbs>", "</TransitionModel>")


def _network_config(layers: Offsets) -> list[str]:
    lines, source = [f"input-node name=input dim={MEL_BINS}"], "input"
    for i, offsets in enumerate(layers):
        seen = ", ".join(f"Offset({source}, {offset})" if offset else source for offset in offsets)
        lines += [
            f"component-node name=l{i}.affine component=l{i}.affine input=Append({seen})",
            f"component-node name=l{i}.relu component=l{i}.relu input=l{i}.affine",
        ]
        if i >= RESIDUAL_FROM:
            lines.append(f"component-node name=l{i}.sum component=l{i}.sum input=Sum(l{i}.relu, {source})")
        source = f"l{i}.sum" if i >= RESIDUAL_FROM else f"l{i}.relu"
    return [
        *lines,
        f"component-node name=output.affine component=output.affine input={source}",
        "component-node name=output.softmax component=output.softmax input=output.affine",
        "output-node name=output input=output.softmax objective=linear",
    ]


def _nonlinear(out: KaldiFile, kind: str, size: int) -> None:
    """A component without parameters, with the empty statistics that Kaldi expects."""
    out.tokens(f"<{kind}>", "<Dim>")
    out.integers(size)
    for name in STATISTICS:
        out.tokens(f"<{name}>")
        if name in ("ValueAvg", "DerivAvg", "OderivRms"):
            out.vector([])
        else:
            out.real(0.0)
    out.tokens(f"</{kind}>")


def _affine(out: KaldiFile, weight: np.ndarray, bias: np.ndarray) -> None:
    out.tokens("<FixedAffineComponent>", "<LinearParams>")
    out.matrix(weight)
    out.tokens("<BiasParams>")
    out.vector(bias)
    out.tokens("</FixedAffineComponent>")


def _network(out: KaldiFile, network: Network) -> None:
    layers = [(weight.detach().numpy(), bias.detach().numpy()) for weight, bias in network.folded()]
    out.tokens("<Nnet3>")
    offsets = network.shape.offsets
    out.raw(
        ("\n" + "\n".join(_network_config(offsets)) + "\n\n").encode()
    )  # text even here, ended by an empty line
    out.tokens("<NumComponents>")
    out.integers(2 * len(offsets) + len(offsets) - RESIDUAL_FROM + 2)
    for i, (weight, bias) in enumerate(layers):
        name, size = (f"l{i}", len(bias)) if i < len(offsets) else ("output", len(bias))
        out.tokens("<ComponentName>", f"{name}.affine")
        _affine(out, weight, bias)
        last = i == len(offsets)
        out.tokens("<ComponentName>", f"{name}.{'softmax' if last else 'relu'}")
        _nonlinear(out, "LogSoftmaxComponent" if last else "RectifiedLinearComponent", size)
        if RESIDUAL_FROM <= i < len(offsets):
            out.tokens("<ComponentName>", f"{name}.sum", "<NoOpComponent>", "<Dim>")
            out.integers(size)
            out.tokens("<BackpropScale>")
            out.real(1.0)
            out.tokens("</NoOpComponent>")
    out.tokens("</Nnet3>", "<LeftContext>")
    out.integers(network.shape.left_context)
    out.tokens("<RightContext>")
    out.integers(network.shape.right_context)


def _divisors(priors: np.ndarray, options: Options) -> np.ndarray:
    """What each output is divided by."""
    plain = np.array(PLAIN_PDF)
    both = np.bincount(plain, priors)[plain]
    own = np.arange(len(priors)) != plain
    factors = np.where(own, options.word_prior, 1.0)
    factors[[PDF[unit] for unit in WORD_UNITS[SAFETY_WORD]]] = options.own_prior
    factors[SILENCE_PDF] = options.silence_prior
    return np.asarray((both * factors) ** options.prior_scale)


def write(
    folder: Path, network: Network, priors: np.ndarray, options: Options, compressed: bool = True
) -> None:
    """Write am/final.mdl and conf/ of a model folder."""
    for name in ("am", "conf", "graph/phones"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with (folder / "am/final.mdl").open("wb") as file:
        out = KaldiFile(file, compressed)
        _transition_model(out)
        _network(out, network)
        out.tokens("<Priors>")
        out.vector(_divisors(priors, options))
    (folder / UNITS_FILE).write_text("\n".join(UNITS) + "\n")
    (folder / "conf/mfcc.conf").write_text(MFCC_CONF.format(dither=options.dither))
    settings = MODEL_CONF.format(
        beam=options.beam,
        max_active=options.max_active,
        acoustic_scale=options.acoustic_scale,
        frames_per_chunk=options.frames_per_chunk,
        subsampling=SUBSAMPLING,
        silence=SILENCE_PHONE,
    )
    (folder / "conf/model.conf").write_text(settings)
