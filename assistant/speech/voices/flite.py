"""The flite voice: softer than espeak-ng, English only. Belongs to one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.core.ports import Speech
from assistant.core.prompts import speakable
from assistant.errors import VoiceError
from assistant.speech.voices.command import run_synthesizer, speak_by_command
from assistant.speech.voices.pieces import pause_after


def open_voice(which: str, *, installed: Sequence[Path], steady: bool) -> FliteVoice:
    """The voice of this name; there is no chance in any. Raises VoiceError."""
    return FliteVoice(which)


def speaking(language: str, installed: Sequence[Path]) -> Sequence[str]:
    """Its usual voice, for the one language that it speaks."""
    return ["slt"] if language == "en" else []


class FliteVoice:
    """Speaks by the command `flite`.

    `name` is one of the voices that `flite -lv` lists. Raises VoiceError when the command or the voice is not
    there; flite itself would silently take another voice.
    """

    def __init__(self, name: str = "slt") -> None:
        listed = run_synthesizer(["flite", "-lv"]).decode(errors="replace")
        if name not in listed.split():
            message = f'flite has no voice "{name}"; "flite -lv" lists those it has.'
            raise VoiceError("voice_missing", message)
        self._name = name

    @property
    def id(self) -> str:
        """Engine and voice; flite has stayed at version 2.2 since 2020."""
        return f"flite:{self._name}"

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the sentence, in one piece. Raises VoiceError."""
        stretch = f"duration_stretch={1 / rate:.3f}"
        if sentence := speakable(text):
            yield speak_by_command(
                ["flite", "-voice", self._name, "--setf", stretch, "-t", sentence, "-o", "/dev/stdout"],
                pause_seconds=pause_after(sentence, rate),
            )
