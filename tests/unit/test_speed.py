"""What a machine does without, by what was measured on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.config import Config
from assistant.core.speed import FAST_VOICE, Choice, Figures, choose, hearing_needs, keeps_up, settled
from assistant.speed_figures import kind_of_machine, read_figures, write_figures

FAST = Figures(0.1, 0.02, 0.07, 0.2, 0.3, 0.001, 0.003, "stream")


@pytest.mark.parametrize(
    ("times_slower", "choice"),
    [
        (1, Choice()),
        (3, Choice()),
        (4, Choice(second_recognizer=False, animation=False)),
        (5.5, Choice(second_recognizer=False, spotting=False, animation=False)),
    ],
)
def test_a_slower_machine_does_without_more(times_slower: float, choice: Choice) -> None:
    slower = replace(
        FAST,
        hearing=FAST.hearing * times_slower,
        spotting=FAST.spotting * times_slower,
        second=FAST.second * times_slower,
    )
    assert choose(slower) == choice
    assert hearing_needs(slower, choice) <= 0.6
    assert keeps_up(slower)


def test_a_machine_that_hears_too_slowly_or_too_late_does_not_keep_up() -> None:
    assert not keeps_up(replace(FAST, hearing=0.7))
    assert not keeps_up(replace(FAST, jitter_seconds=0.2))


def test_a_fast_voice_needs_nothing_rendered_ahead() -> None:
    assert not choose(replace(FAST, voice=FAST_VOICE / 2)).render_ahead


def test_what_is_configured_comes_before_what_was_measured() -> None:
    wanted = {"second_recognizer": "never", "spotting": "always", "render_ahead": "auto", "animation": "auto"}
    chosen = Choice(second_recognizer=True, spotting=False, render_ahead=False, animation=True)
    settled_choice = settled(chosen, wanted)
    assert settled_choice == Choice(second_recognizer=False, render_ahead=False)


def test_figures_count_for_what_was_measured_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "speed.json"
    kind = kind_of_machine(Config(), "flite:slt")
    assert read_figures(kind, path) is None
    write_figures(kind, FAST, path)
    assert read_figures(kind, path) == FAST
    assert read_figures(kind_of_machine(Config(), "flite:slt:steady"), path) == FAST
    assert read_figures(kind_of_machine(Config(), "piper:joe:1234"), path) is None
    path.write_text(path.read_text().replace("0.1", "-1"))
    assert read_figures(kind, path) is None
    path.write_bytes(b"[" * 100)
    assert read_figures(kind, path) is None
