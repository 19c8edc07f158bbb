"""The benchmark's arithmetic: intervals, alarms, and the sound it makes of a clip."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from assistant.core.intents import Intent, PhraseTable
from assistant.errors import HearingError
from scripts.measure.benchmark import Rate, Share
from scripts.measure.clips import CONDITIONS, active_rms, read_recordings, word_end_seconds
from scripts.measure.ear import Heard, Hypothesis

TABLE = PhraseTable({Intent.STOP: ("stop", "hold on"), Intent.NUMBER: ("{number}",)}, {"number": {"one": 1}})


def test_wilsons_interval_of_a_known_example() -> None:
    low, high = Share(10, 100).interval()
    assert (low, high) == pytest.approx((0.0552, 0.1744), abs=1e-3)
    assert Share(0, 20).interval()[0] == 0.0
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_poissons_interval_of_a_known_example() -> None:
    assert Rate(10, 1.0).interval() == pytest.approx((4.80, 18.39), abs=0.05)
    assert Rate(0, 0.5).interval() == pytest.approx((0.0, 7.38), abs=0.1)


def test_a_suspicion_counts_again_when_it_had_vanished_and_a_belief_has_its_time() -> None:
    heard = Heard(
        (
            Hypothesis(1.0, "stop", False),
            Hypothesis(1.1, "[unk]", False),
            Hypothesis(2.0, "[unk] stop", False),
            Hypothesis(2.3, "[unk] stop [unk]", False),
            Hypothesis(3.0, "[unk] stop [unk]", True),
            Hypothesis(4.0, "stop", True),
        ),
        ((Intent.STOP, 2.5), (Intent.STOP, 4.0)),
    )
    assert heard.finals == ("stop", "stop")
    assert heard.suspected(TABLE) == [Intent.STOP] * 3
    assert heard.believed_at(Intent.STOP) == 2.5
    assert heard.believed_at(Intent.PAIN) is None


def recordings(folder: Path) -> Path:
    rng = np.random.default_rng(1)
    burst = np.concatenate([np.zeros(8000), 8000 * rng.standard_normal(1600).clip(-3, 3), np.zeros(6400)])
    long = 2000 * rng.standard_normal(16_000 * 12)
    impulse = np.eye(1, 800)[0] * 20_000
    files = {
        "commands/stop/a.wav": burst,
        "noise/ambient/tap.wav": long,
        "negatives/librispeech/b.wav": long,
        "noise/rir/r.wav": impulse,
    }
    with (folder / "manifest.csv").open("w", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(["path", "text", "speaker", "note"])
        for name, samples in files.items():
            (folder / name).parent.mkdir(parents=True)
            sf.write(folder / name, samples.astype(np.int16), 16_000)
            out.writerow([name, "stop", "x", "single word; not confirmed by independent spotter"])
    return folder


def test_noise_has_the_level_it_should_have(tmp_path: Path) -> None:
    found = read_recordings(recordings(tmp_path))
    (clip,) = found.commands("stop")
    assert not clip.confirmed
    assert word_end_seconds(clip.samples()) == pytest.approx(0.6)
    for condition in CONDITIONS:
        heard = found.heard(clip, condition, 3).astype(float)
        lead = np.sqrt(np.mean(heard[:7000] ** 2))
        if condition.noise == "kitchen":
            ratio_db = 20 * np.log10(active_rms(clip.samples().astype(float)) / lead)
            assert ratio_db == pytest.approx(condition.snr_db, abs=1.5)
        elif not condition.noise:
            assert lead < 5


def test_a_folder_without_recordings_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HearingError, match="no list of recordings"):
        read_recordings(tmp_path)
