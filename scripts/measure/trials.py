"""What is measured: who says what, in which sound, how far away, and what of our own voice comes back.

Data only. Figures are called by these names, in files that are compared: a changed name is a new figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from assistant.core.states import State
from assistant.errors import HearingError

STOP = "stop"
CLOSED_SET = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "start", "repeat")


class Kind(StrEnum):
    """What is asked of a trial's recordings."""

    STOP = "stop"
    """Each is "stop": how many are missed?"""
    SAFETY = "safety"
    """Each is, or has, a safety phrase: how many are missed?"""
    MEANT = "meant"
    """Each is a command or an answer: how many are understood as what they mean?"""
    SINGLE = "single"
    """Each is one word or phrase, but no safety phrase: how many are taken for one?"""
    SAID = "said"
    """Each says what its text says: how many are heard as just that?"""
    OTHERS = "others"
    """Sound without safety phrases, one recording after the other: how many false pauses, and how many
    commands, in an hour?"""
    ALONE = "alone"
    """Nothing but our own voice: how many false pauses in an hour?"""


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """How our own voice comes back to the microphone, and what is done about it.

    The loudspeaker is so far from the microphone in a box that rings on by its Eyring time; `recorded` takes
    the impulse responses among the recordings instead. `warm_up_seconds` is what a canceller has to learn the
    room before the first word.
    """

    canceller: str
    walls: bool = True
    distorted: bool = False
    drift_ppm: float = 0.0
    meters: float = 0.3
    eyring_seconds: float = 0.25
    recorded: bool = False
    warm_up_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to hear some recordings.

    `folders` are those of the recordings. What sounds all the time is named by `background` ("kitchen",
    "babble", "television" or "room"), `snr_db` below a person at a meter. Without a distance there are no
    walls. `as_recorded` leaves each recording at its own level, else it has the level of a person at a meter.
    With `only`, nothing but these words can be heard; what is listened for is everything, or what `state`
    listens for. The quick form takes every `quick_every`-th recording,
    or none for 0. Between recordings are `gap_seconds`, or what is usual for the kind.
    """

    name: str
    kind: Kind
    folders: tuple[str, ...] = ()
    background: str = ""
    snr_db: float = 0.0
    distance_meters: float | None = None
    as_recorded: bool = False
    own_voice: OwnVoice | None = None
    only: tuple[str, ...] = ()
    state: State | None = None
    quick_every: int = 0
    gap_seconds: float | None = None

    @property
    def pause_seconds(self) -> float:
        """From the end of a recording to the next one."""
        return GAP_SECONDS[self.kind] if self.gap_seconds is None else self.gap_seconds


GAP_SECONDS = {**dict.fromkeys(Kind, 1.6), Kind.OTHERS: 0.3, Kind.ALONE: 0.0}
LONG_GAP_SECONDS = 8.0
"""So far apart "stop" comes once in an utterance, though others talk on; else it comes again and again."""
ALONE_SECONDS = 3600.0
QUICK_ALONE_SECONDS = 180.0
CANCELLERS = ("none", "speex", "webrtc")
STOPS = (f"commands/{STOP}",)
READING = ("negatives/librispeech",)
LEARNERS = ("negatives/speechocean", "negatives/conversation", "negatives/sdap", "negatives/numbers")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ROOM_SNR_DB = 30.0
"""A quiet living room is some 30 dB below a person who speaks at a meter."""

_CLEAN = Trial("clean", Kind.STOP, STOPS, as_recorded=True, quick_every=3)
_WAYS = {
    "direct": OwnVoice("", walls=False),
    "room": OwnVoice(""),
    "distorted": OwnVoice("", distorted=True),
    "drift": OwnVoice("", drift_ppm=50.0),
    "far": OwnVoice("", meters=2.0),
    "recorded": OwnVoice("", recorded=True),
    "first": OwnVoice("", meters=2.0, warm_up_seconds=2.0),
}


def _in_noise() -> list[Trial]:
    loud = [
        *(("kitchen", 20, 0), ("kitchen", 10, 4), ("kitchen", 5, 0)),
        *(("babble", 20, 0), ("babble", 10, 0), ("babble", 5, 0), ("television", 10, 0)),
    ]
    often = [
        Trial(f"{noise} {snr_db} dB", Kind.STOP, STOPS, noise, snr_db, quick_every=quick_every)
        for noise, snr_db, quick_every in loud
    ]
    talk = [trial for trial in often if trial.background in ("babble", "television") and trial.snr_db == 10]
    seldom = [
        replace(one, name=f"{one.name} {LONG_GAP_SECONDS:g} s", gap_seconds=LONG_GAP_SECONDS) for one in talk
    ]
    return [*often, *seldom]


def _far_away() -> list[Trial]:
    return [
        Trial(f"{meters:g} m", Kind.STOP, STOPS, "room", ROOM_SNR_DB, meters, quick_every=6 * (meters == 2))
        for meters in (0.5, 1.0, 2.0, 4.0)
    ]


def _over_own_voice() -> list[Trial]:
    return [
        Trial(
            f"own voice {canceller} {name}",
            Kind.STOP,
            STOPS,
            own_voice=replace(way, canceller=canceller),
            quick_every=4 * ((canceller, name) == ("speex", "room")),
        )
        for canceller in CANCELLERS
        for name, way in _WAYS.items()
    ]


def _natural() -> list[Trial]:
    """What natural synthetic voices say: `scripts/model/natural.py --development` makes it."""
    kinds = {
        "stop": Kind.SAFETY,
        "pain": Kind.SAFETY,
        "red_flag": Kind.SAFETY,
        "pain_sentence": Kind.SAFETY,
        "red_flag_sentence": Kind.SAFETY,
        "command": Kind.MEANT,
        "everyday": Kind.OTHERS,
    }
    return _also_in_a_kitchen(
        Trial(f"natural {name.replace('_', ' ')}", kind, (f"natural/{name}",)) for name, kind in kinds.items()
    )


def _answers() -> list[Trial]:
    """Yes, no and numbers of people, where they are asked for."""
    asked = {"yes no": (State.SCREENING, ("yes", "no")), "numbers": (State.SCORING, DIGITS)}
    return _also_in_a_kitchen(
        Trial(f"answers {name}", Kind.MEANT, tuple(f"commands/{word}" for word in words), state=state)
        for name, (state, words) in asked.items()
    )


def _also_in_a_kitchen(trials: Iterable[Trial]) -> list[Trial]:
    """They, and all of them again in its noise, 10 dB softer than the person."""
    quiet = list(trials)
    return [
        *quiet,
        *(replace(one, name=f"{one.name} kitchen", background="kitchen", snr_db=10.0) for one in quiet),
    ]


def _others() -> list[Trial]:
    rest = ("negatives/an4", "negatives/ljspeech", "negatives/librivox")
    noises = ("noise/ambient", "noise/baby_cry", "noise/room_tone")
    phrases = ("negatives/custom_phrases", "negatives/wakewords", "negatives/precise")
    return [
        Trial("others' reading", Kind.OTHERS, READING, as_recorded=True, quick_every=6),
        Trial("others' reading more", Kind.OTHERS, rest, as_recorded=True),
        Trial("others' reading 3 m", Kind.OTHERS, READING, "room", ROOM_SNR_DB, 3.0),
        Trial("short phrases", Kind.OTHERS, phrases, as_recorded=True),
        Trial("noise", Kind.OTHERS, noises, as_recorded=True, quick_every=4),
        Trial("music", Kind.OTHERS, ("noise/music",), as_recorded=True),
        Trial("learners", Kind.OTHERS, LEARNERS, as_recorded=True),
        Trial("hold others' reading", Kind.OTHERS, READING, as_recorded=True, state=State.HOLDING),
        Trial(
            "hold others' reading 3 m", Kind.OTHERS, READING, "room", ROOM_SNR_DB, 3.0, state=State.HOLDING
        ),
        Trial("hold learners", Kind.OTHERS, LEARNERS, as_recorded=True, state=State.HOLDING),
    ]


TRIALS: tuple[Trial, ...] = (
    _CLEAN,
    *_in_noise(),
    *_far_away(),
    *_over_own_voice(),
    *_others(),
    *_natural(),
    *_answers(),
    Trial("single other commands", Kind.SINGLE, ("commands/*",), as_recorded=True, quick_every=8),
    Trial("single other words", Kind.SINGLE, ("negatives/words",), as_recorded=True, quick_every=4),
    Trial(
        "twelve words",
        Kind.SAID,
        tuple(f"commands/{word}" for word in CLOSED_SET),
        as_recorded=True,
        only=CLOSED_SET,
    ),
    *(
        Trial(
            f"own voice alone {name}", Kind.ALONE, own_voice=OwnVoice(name), quick_every=1 * (name == "speex")
        )
        for name in CANCELLERS
    ),
)


def chosen(patterns: str, *, quick: bool) -> list[Trial]:
    """The trials whose names match one of the patterns, such as "clean,kitchen*"; all for an empty one.

    The quick form has fewer trials. Raises HearingError for a pattern that no name matches.
    """
    there = [trial for trial in TRIALS if trial.quick_every or not quick]
    wanted = [pattern.strip() for pattern in patterns.split(",") if pattern.strip()]
    for pattern in wanted:
        if not any(fnmatchcase(trial.name, pattern) for trial in there):
            names = ", ".join(trial.name for trial in there)
            raise HearingError("conditions", f'There is no condition "{pattern}"; there is: {names}.')
    return [trial for trial in there if not wanted or any(fnmatchcase(trial.name, one) for one in wanted)]
