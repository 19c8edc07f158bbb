"""The earcons: loud enough, gentle, distinct, and the holds' measurable."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from assistant.audio.earcons import BREATHING_PEAK_DBFS, PEAK_DBFS, earcon_samples
from assistant.core.actions import Earcon

BREATHING = {Earcon.BREATHE_IN, Earcon.BREATHE_OUT}


@pytest.mark.parametrize("earcon", Earcon)
def test_peak_and_soft_end(earcon: Earcon) -> None:
    samples = earcon_samples(earcon).astype(float) / 32767
    peak_dbfs = 20 * np.log10(np.abs(samples).max())
    assert peak_dbfs == pytest.approx(BREATHING_PEAK_DBFS if earcon in BREATHING else PEAK_DBFS, abs=0.1)
    assert np.abs(samples[-16:]).max() < 0.01
    assert earcon_samples(earcon) is earcon_samples(earcon)


@pytest.mark.parametrize("earcon", [Earcon.HOLD_START, Earcon.HOLD_END])
def test_holds_begin_with_a_sharp_onset(earcon: Earcon) -> None:
    samples = np.abs(earcon_samples(earcon).astype(float))
    assert np.flatnonzero(samples > samples.max() / 2)[0] < 16  # within 1 ms


@pytest.mark.parametrize(("earcon", "rises"), [(Earcon.BREATHE_IN, True), (Earcon.BREATHE_OUT, False)])
def test_breathing_follows_the_breath(earcon: Earcon, rises: bool) -> None:
    samples = earcon_samples(earcon)
    crossings = np.flatnonzero(np.diff(np.signbit(samples)))
    first, last = np.diff(crossings[:8]).mean(), np.diff(crossings[-8:]).mean()
    assert bool(first > last) is rises


@pytest.mark.parametrize(("one", "other"), list(combinations(Earcon, 2)))
def test_no_two_can_be_taken_for_each_other(one: Earcon, other: Earcon) -> None:
    """Their spectra over the first 0.2 s differ."""
    spectra = [np.abs(np.fft.rfft(earcon_samples(e)[:3200].astype(float), 6400)) for e in (one, other)]
    alike = np.dot(*spectra) / (np.linalg.norm(spectra[0]) * np.linalg.norm(spectra[1]))
    assert alike < 0.8


def test_a_tick_is_short() -> None:
    assert len(earcon_samples(Earcon.HEARD)) <= 800
