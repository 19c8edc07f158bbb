"""The sound check: which word passes it, and what is said about what was measured. Decisions only.

audio/sound_check.py measures. The person answers a question that is only spoken, so an answer proves the
loudspeaker as well as the microphone, whether or not our own voice comes back.
"""

from __future__ import annotations

from assistant.core.events import SoundMeasured
from assistant.core.intents import Intent, PhraseTable
from assistant.core.prompts import Line

SAYS_STOP = Line.SOUND_CHECK
"""The one sentence that may hold a safety phrase: to say "stop" is what it asks for. Its echo only cuts it
short; what was heard over our own voice never passes the check."""

CLEAR_DB = 10.0
"""A voice that rises less over the room is at the edge of what is understood."""
LOUD_DBFS = -45.0
"""A room as loud as that is what makes a voice rise too little; in a softer one the voice is faint."""
FAINT_DBFS = -45.0
"""A voice softer than that is 10 dB from what the endpointer still takes for speech."""
STRONG_ECHO_DB = 10.0
"""An echo so far over the room comes back as clearly as a voice that is understood."""


def is_asked_for(phrase: str, table: PhraseTable) -> bool:
    """Whether a stop phrase is the word of the sound check, with one other at most: "please stop".

    Longer ones, such as "i want to stop", and those without the word mean what they say.
    """
    asked_for = table.phrases[Intent.STOP][0]
    words = phrase.split()
    others = [word for word in words if word != asked_for]
    return len(others) < len(words) and len(others) <= 1


def heard_line(measured: SoundMeasured | None) -> Line:
    """What to say to somebody who was heard: that it is well, or what would make it better."""
    over_db = measured.speech_over_noise_db if measured else None
    if measured is None or over_db is None:
        return Line.SOUND_CHECKED
    if over_db < CLEAR_DB and measured.noise_dbfs > LOUD_DBFS:
        return Line.SOUND_CHECKED_NOISY
    if over_db < CLEAR_DB or measured.noise_dbfs + over_db < FAINT_DBFS:
        return Line.SOUND_CHECKED_FAINT
    return Line.SOUND_CHECKED


def unheard_line(measured: SoundMeasured | None) -> Line:
    """What to say to somebody who was not heard."""
    is_loud = measured is not None and measured.noise_dbfs > LOUD_DBFS
    return Line.SOUND_CHECK_NOISY if is_loud else Line.SOUND_CHECK_AGAIN


def has_strong_echo(measured: SoundMeasured) -> bool:
    """Whether our own voice comes back so clearly that it should be cancelled."""
    return measured.echo_dbfs is not None and measured.echo_dbfs - measured.noise_dbfs >= STRONG_ECHO_DB
