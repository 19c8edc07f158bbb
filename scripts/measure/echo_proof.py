"""Play everything that Limber says, in its usual voices, to its own ears, and say what it takes for commands.

    scripts/measure/run echo-proof [--voice flite:slt --voice espeak:en-us] [--draws 1] [TEXT…]

Prints each safety phrase with the saying that triggers it, which must not be, and a table of other
commands, which the session takes for its echo. Exits with 1 when a safety phrase was triggered. With TEXTs
it tries just those.
"""

from __future__ import annotations

import argparse
from collections import Counter

from assistant.config import Config
from assistant.equipment import load_content
from assistant.speech.models import find_speech_model
from assistant.speech.recognizer import VoskRecognizer
from assistant.speech.voice import open_voice
from assistant.speech.vosk_model import VoskModel
from scripts.measure.own_sayings import Misheard, Saying, everything_said, listen_to_itself


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--voice", action="append", help="default: flite:slt and espeak:en-us")
    parser.add_argument("--draws", type=int, default=1, help="hear each so often, with other dither")
    options = parser.parse_args()
    pack, routines = load_content(Config(), print)
    sayings = [Saying("given", text) for text in options.texts] or everything_said(pack, routines)
    model = VoskModel(find_speech_model(None).path)
    found: list[Misheard] = []
    for voice in options.voice or ("flite:slt", "espeak:en-us"):
        opened, recognizer = open_voice(voice), VoskRecognizer(model)
        found += listen_to_itself(sayings, opened, recognizer, pack.table, draws=options.draws)
    safety = [misheard for misheard in found if misheard.is_safety]
    for misheard in safety:
        print(
            f"{misheard.match.intent}: “{' '.join(misheard.words)}”, heard in {misheard.saying.name}:"
            f" “{misheard.saying.text}” ({misheard.voice_id}, noise {misheard.noise_rms:g})"
        )
    print(f"{len(sayings)} sayings; {len({m.saying for m in safety})} sound like a safety phrase.\n")
    _print_others([misheard for misheard in found if not misheard.is_safety])
    return 1 if safety else 0


def _print_others(found: list[Misheard]) -> None:
    """The other commands that our own prompts sound like, with an example each."""
    counts = Counter((misheard.match.intent, misheard.match.phrase) for misheard in found)
    examples = {(m.match.intent, m.match.phrase): m.saying.text for m in reversed(found)}
    print("| times | intent | phrase | such as |\n|---|---|---|---|")
    for (intent, phrase), count in counts.most_common():
        print(f"| {count} | {intent} | {phrase} | {examples[intent, phrase]} |")
