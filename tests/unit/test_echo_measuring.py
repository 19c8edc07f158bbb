"""Delay, level and drift are found in sound whose delay, level and drift are known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from assistant.audio import echo
from assistant.audio.echo import NoEchoCancellation, canceller_in_use
from assistant.audio.echo_measuring import EchoMeasured, is_strong, measure, propose, sweep
from assistant.cli.doctor import Verdict, _echo
from assistant.config import AudioConfig, Config
from assistant.errors import AudioError

RATE_HZ = 16_000
STARTS = [RATE_HZ * seconds for seconds in (1, 3, 5, 7, 9, 11)]


def heard(
    delay_samples: int, gain_db: float, ppm: float = 0.0, noise_rms: float = 5.0
) -> npt.NDArray[np.int16]:
    played = np.zeros(14 * RATE_HZ)
    for start in STARTS:
        played[start : start + len(sweep())] = sweep()
    late = np.concatenate([np.zeros(delay_samples), soxr.resample(played, 1e6, 1e6 + ppm, "VHQ")])
    noise = np.random.default_rng(3).normal(0, noise_rms, 14 * RATE_HZ)
    return np.rint(late[: 14 * RATE_HZ][: len(noise)] * 10 ** (gain_db / 20) + noise[: len(late)]).astype(
        np.int16
    )


def measured(sound: npt.NDArray[np.int16]) -> EchoMeasured:
    return measure(sound, STARTS, sound[:RATE_HZ])


@pytest.mark.parametrize(("delay_samples", "gain_db"), [(160, 0.0), (1500, -6.0), (9000, -30.0)])
def test_delay_and_level_are_found(delay_samples: int, gain_db: float) -> None:
    found = measured(heard(delay_samples, gain_db))
    assert found.delay_seconds == pytest.approx(delay_samples / RATE_HZ, abs=0.0005)
    assert found.echo_db == pytest.approx(gain_db, abs=0.5)
    assert found.drift_ppm == pytest.approx(0.0, abs=3.0)


@pytest.mark.parametrize("ppm", [-100.0, -20.0, 20.0, 50.0, 200.0])
def test_drift_is_found(ppm: float) -> None:
    assert measured(heard(1000, -6.0, ppm)).drift_ppm == pytest.approx(ppm, abs=5.0)


def test_the_noise_is_what_is_heard_while_nothing_is_played() -> None:
    found = measured(heard(1000, -6.0, noise_rms=32.768))
    assert found.noise_dbfs == pytest.approx(-60.0, abs=0.5)


@pytest.mark.parametrize("noise_rms", [3.0, 300.0, 3000.0])
def test_where_there_is_no_echo_none_is_found(noise_rms: float) -> None:
    sound = np.random.default_rng(4).normal(0, noise_rms, 14 * RATE_HZ).astype(np.int16)
    assert measured(sound).echo_db is None
    assert measured(np.zeros(14 * RATE_HZ, np.int16)).echo_db is None


def test_a_sweep_that_something_drowned_does_no_harm() -> None:
    sound = heard(1000, -6.0)
    sound[STARTS[2] : STARTS[2] + RATE_HZ] = (
        np.random.default_rng(5).normal(0, 8000, RATE_HZ).astype(np.int16)
    )
    found = measured(sound)
    assert found.delay_seconds == pytest.approx(1000 / RATE_HZ, abs=0.0005)
    assert found.drift_ppm == pytest.approx(0.0, abs=3.0)


@pytest.mark.parametrize(
    ("measured", "setting", "said"),
    [
        (EchoMeasured(0.0, None, None, -70.0), "none", "No echo is heard (the room is at -70 dB)."),
        (EchoMeasured(0.06, -45.0, 0.0, -70.0), "none", "at -45 dB"),
        (EchoMeasured(0.06, -6.0, 2.0, -70.0), "speex", "after 60 ms at -6 dB, the clocks differ by +2 ppm"),
        (EchoMeasured(0.06, -6.0, None, -70.0), "speex", "differ by unknown"),
        (EchoMeasured(0.06, -6.0, -50.0, -70.0), "speex", "-50 ppm"),
        (EchoMeasured(0.3, -6.0, 0.0, -70.0), "webrtc", "after 300 ms"),
    ],
)
def test_the_setting_follows_from_what_was_found(measured: EchoMeasured, setting: str, said: str) -> None:
    proposed, found = propose(measured)
    assert proposed == setting
    assert said in found


@pytest.mark.parametrize(
    ("echo_db", "noise_dbfs", "strong"),
    [(None, -70.0, False), (-6.0, -70.0, True), (-45.0, -70.0, True), (-6.0, -20.0, False)],
)
def test_an_echo_is_strong_where_it_is_clear_over_the_room(
    echo_db: float | None, noise_dbfs: float, strong: bool
) -> None:
    assert is_strong(EchoMeasured(0.06, echo_db, None, noise_dbfs)) is strong


NOTHING, FAR, NEAR = (
    EchoMeasured(0.06, None, None, -70.0),
    EchoMeasured(0.3, -6.0, 0.0, -70.0),
    EchoMeasured(0.06, -6.0, 0.0, -70.0),
)


@pytest.mark.parametrize(
    ("measured", "configured", "in_use", "verdict", "advised"),
    [
        (NEAR, "auto", "speex", Verdict.GOOD, ""),
        (NEAR, "speex", "speex", Verdict.GOOD, ""),
        (NEAR, "none", "none", Verdict.BAD, '`echo = "speex"`'),
        (NEAR, "auto", "none", Verdict.BAD, '`echo = "speex"`'),
        (EchoMeasured(0.06, -6.0, 0.0, -20.0), "none", "none", Verdict.WEAK, '`echo = "speex"`'),
        (NEAR, "webrtc", "webrtc", Verdict.WEAK, '`echo = "speex"`'),
        (FAR, "auto", "speex", Verdict.WEAK, '`echo = "webrtc"`'),
        (FAR, "auto", "webrtc", Verdict.GOOD, ""),
        (NOTHING, "auto", "speex", Verdict.GOOD, ""),
        (NOTHING, "none", "none", Verdict.GOOD, ""),
        (NOTHING, "speex", "speex", Verdict.GOOD, '`echo = "none"`'),
    ],
)
def test_the_doctor_proposes_nothing_that_is_in_use_and_calls_no_echo_that_commands_good(
    monkeypatch: pytest.MonkeyPatch,
    measured: EchoMeasured,
    configured: str,
    in_use: str,
    verdict: Verdict,
    advised: str,
) -> None:
    monkeypatch.setattr("assistant.audio.echo_check.check_echo", lambda *devices: measured)
    monkeypatch.setattr("assistant.audio.echo.canceller_in_use", lambda wanted: in_use)
    config = Config(audio=AudioConfig.model_validate({"echo": configured}))
    (finding,) = _echo(config, pytest.fail)
    assert finding.verdict is verdict
    assert advised in finding.advice
    assert bool(advised) is bool(finding.advice)
    if verdict is Verdict.BAD:
        assert "would take its own voice for yours" in finding.found


def test_what_is_in_use_is_what_would_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    there: set[str] = set()

    def open_canceller(name: str) -> NoEchoCancellation:
        if name not in there:
            raise AudioError("missing", "It is not there.")
        return NoEchoCancellation()

    monkeypatch.setattr(echo, "open_canceller", open_canceller)
    for gone, wanted, used in (
        ((), "auto", "speex"),
        (("speex",), "auto", "webrtc"),
        (("speex", "webrtc"), "auto", "none"),
        (("webrtc",), "webrtc", "none"),
        ((), "none", "none"),
    ):
        there = {"none", "speex", "webrtc"} - set(gone)
        assert canceller_in_use(wanted) == used
