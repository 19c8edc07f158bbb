"""The espeak-ng voice: on nearly every machine, quick and plain. Belongs to one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.core.ports import Speech
from assistant.core.prompts import speakable
from assistant.errors import VoiceError
from assistant.speech.voices.command import run_synthesizer, speak_by_command
from assistant.speech.voices.pieces import pause_after

WORDS_PER_MINUTE = 160  # espeak-ng's own 175 sounds hurried for somebody who is to relax


USUAL = {"en": "en-us"}
"""Where a language's usual voice has another name than the language."""


def open_voice(which: str, *, installed: Sequence[Path], steady: bool) -> EspeakVoice:
    """The voice of this name; there is no chance in any. Raises VoiceError."""
    return EspeakVoice(which)


def speaking(language: str, installed: Sequence[Path]) -> Sequence[str]:
    """espeak-ng speaks more than a hundred languages; whether it speaks this one, opening it tells."""
    return [USUAL.get(language, language)]


class EspeakVoice:
    """Speaks by the command `espeak-ng`.

    `name` is one of espeak-ng's voices with an optional variant, such as "en-us" or "en-us+f3". Raises
    VoiceError when the command or the voice is not there.
    """

    def __init__(self, name: str = "en-us") -> None:
        run_synthesizer(["espeak-ng", "-v", name, "-q", "--stdin"])  # fails for an unknown voice
        _check_variant(name)
        version = run_synthesizer(["espeak-ng", "--version"]).decode(errors="replace")
        self._name = name
        self._id = f"espeak:{name}:{version.partition('text-to-speech: ')[2].partition(' ')[0]}"

    @property
    def id(self) -> str:
        """Engine, voice and version."""
        return self._id

    def synthesize(self, text: str, rate: float) -> Iterator[Speech]:
        """Yield the sentence, in one piece. Raises VoiceError."""
        speed = str(min(max(round(WORDS_PER_MINUTE * rate), 80), 450))  # espeak-ng's own limits
        if sentence := speakable(text):
            yield speak_by_command(
                ["espeak-ng", "-v", self._name, "-s", speed, "--stdin", "--stdout"],
                sentence,
                pause_seconds=pause_after(sentence, rate),
            )


def _check_variant(name: str) -> None:
    """Refuse an unknown variant, for which espeak-ng itself silently takes none."""
    variant = name.partition("+")[2]
    if variant and f" !v/{variant} " not in run_synthesizer(["espeak-ng", "--voices=variant"]).decode():
        message = f'espeak-ng has no variant "{variant}"; "espeak-ng --voices=variant" lists them.'
        raise VoiceError("voice_missing", message)
