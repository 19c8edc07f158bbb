"""How well a phrase fits what the judge's network says of each frame."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.core.listening.operating_point import OperatingPoint
from assistant.core.ports import BLOCK_BYTES, BLOCK_SAMPLES
from assistant.errors import HearingError
from assistant.resources import BUILT_IN_MODEL, resource_path
from assistant.speech.vosk.judge import Judge, Spotted, load_judging
from assistant.speech.vosk.judge_network import FRAME_SECONDS, JudgeNetwork

UNITS = ("", "S", "T", "AA", "P", "B", "P.halt")
WAYS = {"stop": ((1, 2, 3, 4),), "top": ((2, 3, 4), (2, 3, 5)), "halt": ((1, 2, 3, 6),)}
WORSE = -2.0
POINT = OperatingPoint()


class Frames:
    """A network, and its stream, that hears the units it is told to, however much sound there is."""

    units = UNITS

    def __init__(self, *heard: str) -> None:
        self._heard = [UNITS.index(unit) for unit in heard]
        self.asked_samples: list[int] = []

    def stream(self) -> Frames:
        return self

    def accept(self, samples: np.ndarray) -> np.ndarray:
        self.asked_samples.append(len(samples))
        return self._scores(self._heard)

    def as_if_it_went_on(self, samples: np.ndarray) -> np.ndarray:
        return self._scores([] if self.asked_samples else self._heard)

    @staticmethod
    def _scores(heard: list[int]) -> np.ndarray:
        scores = np.full((len(heard), len(UNITS)), WORSE, np.float32)
        scores[np.arange(len(heard)), heard] = 0.0
        return scores


def judge(*heard: str) -> Judge:
    return Judge(Frames(*heard), WAYS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heard", "phrase", "lost"),
    [
        (["S", "T", "AA", "P"], "stop", 0),
        (["B", "", "S", "S", "T", "AA", "AA", "P", "T"], "stop", 0),
        (["S", "T", "AA", "B"], "stop", -WORSE),
        (["S", "B", "T", "AA", "P"], "stop", -WORSE),
        (["B"] * 9, "stop", -4 * WORSE),
        (["S", "T", "AA", "P", "T", "AA", "P"], "stop top", 0),
        (["S", "T", "AA", "P", "", "", "T", "AA", "B"], "stop top", 2 * FRAME_SECONDS),
        (["T", "AA", "P", "S", "T", "AA", "P"], "stop top", -4 * WORSE),
    ],
)
def test_it_is_the_mean_of_what_the_best_way_through_the_phrase_loses(
    heard: list[str], phrase: str, lost: float
) -> None:
    """In nats a phone; a pause between words costs a nat a second."""
    count = sum(len(WAYS[word][0]) for word in phrase.split())
    assert judge(*heard).plausibility(phrase, 1.0) == pytest.approx(-lost / count)


@pytest.mark.parametrize(("end", "frames"), [("PP", 0), ("PPB", 0), ("PB", 1), ("BP", 1), ("BB", 2)])
def test_an_end_of_its_own_lasts_for_two_frames_and_weighs_more(end: str, frames: int) -> None:
    """ "stole" begins as "stop" does, and has no "p"."""
    heard = judge("S", "T", "AA", *(unit.replace("P", "P.halt") for unit in end))
    assert heard.plausibility("halt", 1.0) == WORSE * frames


def test_a_word_that_is_longer_than_the_sound_does_not_fit() -> None:
    assert judge("S", "T").plausibility("stop", 0.0) < -1000
    assert judge().plausibility("stop", 0.0) < -1000


def test_what_cannot_be_judged_is_not_held_against_anybody() -> None:
    assert judge("B", "B", "B", "B").plausibility("stop it", 0.0) == 0.0


def test_only_the_last_seconds_count() -> None:
    before = round(3.0 / FRAME_SECONDS)
    late = judge("S", "T", "AA", "P", *["B"] * before)
    assert late.plausibility("stop", 3.0) == 0.0
    assert late.plausibility("stop", 0.5) == WORSE


def test_it_listens_a_few_blocks_at_a_time_and_remembers_a_few_seconds() -> None:
    frames = Frames("S", "T", "AA", "P")
    remembering = Judge(frames, WAYS)  # type: ignore[arg-type]
    for _ in range(7):
        remembering.accept(bytes(BLOCK_BYTES))
    assert frames.asked_samples == [3 * BLOCK_SAMPLES, 3 * BLOCK_SAMPLES]
    assert remembering.plausibility("stop", 0.0) == 0.0
    frames._heard = [UNITS.index("B")] * 99
    for _ in range(9):
        remembering.accept(bytes(BLOCK_BYTES))
    assert remembering.plausibility("stop", 60.0) == WORSE, "by now it is forgotten"


def test_it_spots_what_it_was_told_to_and_knows_how_to_say() -> None:
    hearing = Judge(Frames("B", "S", "T", "AA", "P"), WAYS)  # type: ignore[arg-type]
    hearing.spot(["stop", "stop it", "top"])
    blocks = [hearing.accept(bytes(BLOCK_BYTES)) for _ in range(3)]
    assert blocks == [[], [], [Spotted("stop", 0.0, 4), Spotted("top", 0.0, 3)]]
    hearing.spot(["stop it"])
    assert [hearing.accept(bytes(BLOCK_BYTES)) for _ in range(3)] == [[], [], []]


def test_a_spotted_phrase_may_begin_in_one_stretch_and_end_in_the_next() -> None:
    frames = Frames("S", "T")
    hearing = Judge(frames, WAYS)  # type: ignore[arg-type]
    hearing.spot(["stop"])
    first = [hearing.accept(bytes(BLOCK_BYTES)) for _ in range(3)][-1]
    frames._heard = [UNITS.index("AA"), UNITS.index("P")]
    second = [hearing.accept(bytes(BLOCK_BYTES)) for _ in range(3)][-1]
    assert first == []
    assert second == [Spotted("stop", 0.0, 4)]


BUILT_IN = resource_path(BUILT_IN_MODEL) / "judge"


@pytest.mark.parametrize(("pause_seconds", "fits"), [(0.3, True), (1.0, True), (10.0, False)])
def test_a_phrase_may_have_a_pause_but_not_go_on_much_later(pause_seconds: float, fits: bool) -> None:
    pause = [""] * round(pause_seconds / FRAME_SECONDS)
    heard = judge("S", "T", "AA", "P", *pause, "T", "AA", "P")
    assert (heard.plausibility("stop top", 12.0) >= 7 * POINT.spotted_phone_plausibility) is fits


def test_every_word_of_a_safety_phrase_can_be_judged() -> None:
    from driver import PACK

    from assistant.core.intents import SAFETY_INTENTS

    _, ways = load_judging(BUILT_IN)
    words = {w for i in SAFETY_INTENTS for phrase in PACK.table.phrases[i] for w in phrase.split()}
    assert words <= ways.keys()


def test_sound_too_short_for_a_frame_has_none() -> None:
    network = JudgeNetwork(BUILT_IN / "network.npz")
    assert network.log_likelihoods(np.zeros(399, np.int16)).shape == (0, len(network.units))
    assert network.log_likelihoods(np.zeros(400, np.int16)).shape == (1, len(network.units))
    assert np.isfinite(network.log_likelihoods(np.full(16_000, 32_767, np.int16))).all()


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "other arrays"])
def test_a_damaged_network_is_told_in_one_sentence(damage: str, tmp_path: Path) -> None:
    file = tmp_path / "network.npz"
    whole = (BUILT_IN / "network.npz").read_bytes()
    if damage == "other arrays":
        np.savez(file, weight0=np.zeros(3))
    elif damage != "missing":
        file.write_bytes({"empty": b"", "text": b"hello", "cut": whole[: len(whole) // 2]}[damage])
    with pytest.raises(HearingError) as caught:
        JudgeNetwork(file)
    assert str(file) in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("line", [None, "stop S.stop NOPE", "\xff"])
def test_a_damaged_word_list_is_told_in_one_sentence(line: str | None, tmp_path: Path) -> None:
    (tmp_path / "network.npz").write_bytes((BUILT_IN / "network.npz").read_bytes())
    if line is not None:
        (tmp_path / "words.txt").write_bytes(line.encode("latin-1"))
    with pytest.raises(HearingError, match=r"words\.txt is missing or damaged"):
        load_judging(tmp_path)


def test_numpy_has_no_second_thread_that_spins() -> None:
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        pytest.skip("threads are counted on Linux only")
    multiply = "import os, assistant.speech.vosk.judge, numpy as np; np.eye(500) @ np.eye(500)"
    program = f"{multiply}; print(os.listdir('{tasks}'))"
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert printed.count(",") == 0, printed
