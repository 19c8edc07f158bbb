"""scripts/measure/run signals: the same words through bad microphones, and how many of them are heard.

Runs on the main thread. The words are spoken by espeak-ng and flite, without a room, so that nothing but the
signal differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from assistant.cli import output
from assistant.core.events import Said
from assistant.core.intents import Intent
from assistant.core.phrases import PhraseTable
from assistant.core.ports import SAMPLE_RATE_HZ
from assistant.errors import HearingError, VoiceError
from assistant.languages.packs import load_language
from assistant.speech.cleaning import Cleaning, SoundFilter
from assistant.speech.engines import HearingModel, open_model, open_voice
from assistant.speech.hearing import HearingPath
from assistant.speech.vosk.model import same_dither
from scripts.measure.clips import active_rms

WORDS = {
    "stop": Intent.STOP,
    "pause": Intent.PAUSE,
    "that hurts": Intent.PAIN,
    "ready": Intent.READY,
    "ten more seconds": Intent.MORE_TIME,
    "yes": Intent.YES,
    "continue": Intent.RESUME,
}
VOICES = ("espeak:en-us", "espeak:en-gb", "espeak:en-us+f3", "flite:slt", "flite:rms")
LEAD_SECONDS = 1.5
"""Of a quiet room before and after each phrase."""
FULL_SCALE = 32768.0

Sound = npt.NDArray[np.float64]
Way = Callable[[Sound], Sound]


class _Untouched:
    def filter(self, block: bytes) -> bytes:
        return block


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("signals")(signals)


def signals(
    bare: Annotated[bool, typer.Option("--bare", help="Without cleaning the sound, to compare.")] = False,
) -> None:
    """Count the phrases that are heard through each bad microphone."""
    table, model = load_language().table, open_model()
    spoken = [(word, sound) for word in WORDS for sound in _spoken(word)]
    if not spoken:
        raise HearingError("voice", "Neither espeak-ng nor flite is installed, so nobody can speak.")
    output.out.print("| signal | heard | stop and pain |\n|---|---|---|")
    for name, way in ways().items():
        heard = [(word, _is_heard(word, way(sound), table, model, bare=bare)) for word, sound in spoken]
        safety = [is_heard for word, is_heard in heard if word in ("stop", "that hurts")]
        whole = f"{sum(is_heard for _, is_heard in heard)} of {len(heard)}"
        output.out.print(f"| {name} | {whole} | {sum(safety)} of {len(safety)} |")


def ways() -> dict[str, Way]:
    """What microphones, sound cards and rooms do to a sound, by name."""
    noise = np.random.default_rng(7)
    return {
        "as it is": lambda sound: sound,
        **{f"offset {level:+d}": _offset(level) for level in (1500, 6000, -12000)},
        **{f"hum {hz} Hz, {db} dBFS": _hum(hz, db) for hz in (50, 60) for db in (-36, -30, -26, -23, -20)},
        "rumble -20 dBFS": lambda sound: sound + _rumble(noise, len(sound), -20),
        "hiss -45 dBFS": lambda sound: sound + noise.normal(0, FULL_SCALE * 10 ** (-45 / 20), len(sound)),
        "noise gate": _gate,
        **{f"{db} dB": _gain(db) for db in (-20, -30, -40)},
        "words at -50 dBFS": _words_at(-50),
        "clipped, +26 dB": _gain(26),
        "gain that pumps": _pumping,
        "8 kHz headset": lambda sound: np.repeat(sound[: len(sound) // 2 * 2].reshape(-1, 2).mean(axis=1), 2),
        "inverted": lambda sound: -sound,
        "10 ms lost of 100": lambda sound: sound * (np.arange(len(sound)) // 160 % 10 != 3),
        "a click every 50 ms": lambda sound: sound + 12000 * (np.arange(len(sound)) % 800 == 0),
        "5 % too fast": lambda sound: np.interp(np.arange(0, len(sound), 1.05), np.arange(len(sound)), sound),
    }


def _spoken(word: str) -> Iterator[Sound]:
    quiet = np.random.default_rng(5)
    for name in VOICES:
        try:
            pieces = open_voice(name).synthesize(word, 1.0)
            sound = np.frombuffer(b"".join(piece.samples for piece in pieces), np.int16)
        except VoiceError as error:
            output.note(f"{name}: {error}")
            continue
        silence = np.zeros(round(LEAD_SECONDS * SAMPLE_RATE_HZ))
        whole = np.concatenate([silence, sound, silence])
        yield whole + quiet.integers(-4, 5, len(whole))


def _is_heard(word: str, sound: Sound, table: PhraseTable, model: HearingModel, *, bare: bool) -> bool:
    """Whether the phrase is all that somebody is taken to have said."""
    same_dither(1)
    cleaning: Callable[[], SoundFilter] = _Untouched if bare else Cleaning
    path = HearingPath(model.new_recognizer(), table, cleaning=cleaning)
    path.listen_for(Intent)
    samples = np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    meant = [*path.accept(samples.tobytes()), *path.accept(bytes(SAMPLE_RATE_HZ)), *path.finish()]
    return [one.intent for one in meant if isinstance(one, Said)] == [WORDS[word]]


def _seconds(sound: Sound) -> Sound:
    return np.arange(len(sound)) / SAMPLE_RATE_HZ


def _offset(level: int) -> Way:
    return lambda sound: sound + level


def _gain(db: float) -> Way:
    return lambda sound: sound * 10 ** (db / 20)


def _words_at(dbfs: float) -> Way:
    """As soft as a microphone with its gain at the least, whatever the voice."""
    return lambda sound: sound * (FULL_SCALE * 10 ** (dbfs / 20) / active_rms(sound))


def _hum(hz: int, dbfs: float) -> Way:
    """The mains and its third harmonic, half as strong."""

    def way(sound: Sound) -> Sound:
        turns = 2 * np.pi * hz * _seconds(sound)
        peak: float = FULL_SCALE * 10 ** (dbfs / 20) * np.sqrt(2 / 1.25)
        return sound + peak * (np.sin(turns) + 0.5 * np.sin(3 * turns))

    return way


def _rumble(noise: np.random.Generator, count: int, dbfs: float) -> Sound:
    """Noise below 40 Hz, as of traffic or steps."""
    spectrum = np.fft.rfft(noise.normal(0, 1, count))
    spectrum[np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ) > 40] = 0
    low: Sound = np.fft.irfft(spectrum, count)
    return low * (FULL_SCALE * 10 ** (dbfs / 20) / float(np.sqrt(np.mean(low**2))))


def _levels(sound: Sound) -> Sound:
    """How loud it is around each sample, over 20 ms."""
    powers: Sound = np.convolve(sound**2, np.ones(320) / 320, mode="same")
    return np.sqrt(powers)


def _gate(sound: Sound) -> Sound:
    """Exact zeros where nobody speaks, and until 20 ms of a word have passed."""
    is_loud = _levels(sound) > 150
    return sound * np.roll(is_loud, 320)


def _pumping(sound: Sound) -> Sound:
    """A gain that follows the level slowly: loud in silence, soft after the beginning of a word."""
    slow = np.exp(-np.arange(SAMPLE_RATE_HZ) / (0.2 * SAMPLE_RATE_HZ))
    level = np.convolve(_levels(sound), slow / slow.sum())[: len(sound)]
    return sound * np.minimum(2500 / np.maximum(level, 25), 30.0)
