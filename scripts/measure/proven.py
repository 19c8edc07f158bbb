"""Which of our own sayings were proven to do nothing, by their sound, and what had heard them then.

To hear all of them takes a quarter of an hour. What was proven is kept in a file, so that only what is new is
heard again: another sentence, another voice. When anything changes by which they are heard, nothing in the
file counts any more. Must not play anything itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from assistant.core.intents import Intent
from assistant.core.ports import Voice
from assistant.core.prompts import LanguagePack
from scripts.measure.own_sayings import Saying

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "tests/engine/echo-proof.json"
HEARD_BY = (
    "models/limber-en/files.json",
    "assistant/core/listening/*.py",
    "assistant/core/own_voice.py",
    "assistant/core/script.py",
    "assistant/core/intents.py",
    "assistant/core/phrases.py",
    "assistant/core/patterns.py",
    "assistant/core/templates.py",
    "assistant/core/clauses.py",
    "assistant/core/precedence.py",
    "assistant/core/understanding.py",
    "assistant/speech/cleaning.py",
    "assistant/speech/endpointing.py",
    "assistant/speech/hearing.py",
    "assistant/speech/vosk/*.py",
    "scripts/measure/own_sayings.py",
)
"""What decides, besides the phrases, what is heard in a sound; patterns below the checkout's root."""
AGAIN = 60
"""Every so many of what was proven are heard again all the same."""


class Proven:
    """The sayings that did nothing, of a file; one that is not there, or is out of date, holds none."""

    def __init__(self, pack: LanguagePack, file: Path = KEPT) -> None:
        self._pack = pack
        self._file = file
        self._heard_by = _digest(HEARD_BY, sorted(pack.table.grammar(Intent)))
        kept = json.loads(file.read_text("utf-8")) if file.exists() else {}
        self._keys = set(kept["proven"] if kept.get("heard_by") == self._heard_by else ())

    def left(self, sayings: Sequence[Saying], voice: Voice, intents: Iterable[Intent]) -> list[Saying]:
        """Those that are not proven in this voice, with these intents listened for; and some that are."""
        keys = self._keys_of(sayings, voice, intents)
        return [
            saying
            for at, (saying, key) in enumerate(zip(sayings, keys, strict=True))
            if key not in self._keys or at % AGAIN == 0
        ]

    def add(self, sayings: Sequence[Saying], voice: Voice, intents: Iterable[Intent]) -> None:
        """Note that these did nothing."""
        self._keys.update(self._keys_of(sayings, voice, intents))

    def _keys_of(self, sayings: Sequence[Saying], voice: Voice, intents: Iterable[Intent]) -> Iterator[str]:
        listened_for = " ".join(sorted(intents))
        for saying in sayings:
            key = hashlib.sha256(f"{saying.name}\n{saying.text}\n{listened_for}\n".encode())
            for sentence in self._pack.sentences(saying.text):
                for piece in voice.synthesize(sentence, 1.0):
                    key.update(piece.samples)
            yield key.hexdigest()[:12]

    def keep(self) -> None:
        """Write the file."""
        kept = {"heard_by": self._heard_by, "proven": sorted(self._keys)}
        self._file.write_text(json.dumps(kept, indent=0) + "\n", "utf-8")


def _digest(patterns: Iterable[str], phrases: Iterable[str]) -> str:
    digest = hashlib.sha256("\n".join(phrases).encode())
    for pattern in patterns:
        files = sorted(ROOT.glob(pattern))
        if not files:
            raise FileNotFoundError(f"There is no {pattern}: mend HEARD_BY in {__file__}.")
        for file in files:
            digest.update(f"{file.relative_to(ROOT)}\n".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
