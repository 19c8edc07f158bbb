"""What a machine can do, by what was measured on it, never by its name; and what it does without. Pure.

Real-time factors are seconds of work for each second of sound: at 1 nothing is left for anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HEARING_MOST = 0.6
"""So much of its core hearing may need all the time: the rest is for bursts, the voice and the page."""
ANIMATION_MOST = 0.35
"""Where hearing alone needs more than this, a browser beside it must not draw eight pictures a second."""
FAST_VOICE = 0.05
"""A voice this fast has the longest part of a sentence, 3.5 s of it, ready in less than 0.2 s."""
SLOW_VOICE = 0.8
"""A voice slower than this falls behind itself, whatever is rendered ahead for it during a session."""
JITTER_MOST_SECONDS = 0.1
"""Callbacks later than this lose sound."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured: real-time factors of hearing alone, of what comes on top, and of the voice.

    `hearing` is the recognizer with its judge, and the canceller; `spotting` and `second` come on top of it.
    `first_word_seconds` is how long a sentence that is not kept takes to begin, `jitter_seconds` how late the
    latest of a hundred callbacks was, counted by a "stream" of the sound card or by a "timer".
    """

    hearing: float
    spotting: float
    second: float
    voice: float
    first_word_seconds: float
    kept_word_seconds: float
    jitter_seconds: float
    jitter_of: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a machine does of what it could do without."""

    second_recognizer: bool = True
    spotting: bool = True
    render_ahead: bool = True
    animation: bool = True


def choose(figures: Figures) -> Choice:
    """What this machine has time for: what hears safety phrases comes first."""
    with_spotting = figures.hearing + figures.spotting
    return Choice(
        second_recognizer=with_spotting + figures.second <= HEARING_MOST,
        spotting=with_spotting <= HEARING_MOST,
        render_ahead=figures.voice >= FAST_VOICE,
        animation=figures.hearing <= ANIMATION_MOST,
    )


def settled(chosen: Choice, wanted: Mapping[str, str]) -> Choice:
    """The choice, where nothing else is `wanted`: for each name "auto", "always" or "never"."""
    names = "second_recognizer", "spotting", "render_ahead", "animation"
    return Choice(
        **{
            name: getattr(chosen, name) if wanted[name] == "auto" else wanted[name] == "always"
            for name in names
        }
    )


def hearing_needs(figures: Figures, choice: Choice) -> float:
    """The real-time factor of hearing, with what was chosen."""
    spotting = figures.spotting if choice.spotting else 0.0
    return figures.hearing + spotting + (figures.second if choice.second_recognizer else 0.0)


def keeps_up(figures: Figures) -> bool:
    """Whether a session can be had: whoever says "stop" is heard in time."""
    return figures.hearing <= HEARING_MOST and figures.jitter_seconds <= JITTER_MOST_SECONDS
