"""Play everything that Limber says, in its usual voices, to its own ears, and say what it would do.

    .venv/bin/python scripts/echo_proof.py [--voice flite:slt] [--state releasing] [--draws 1] [TEXT…]

Prints each safety phrase with the saying that triggers it, and each command that the session would not take
for its echo: neither must be. Then comes a table of the commands that it does take for its echo. Exits with 1
when anything was triggered. With TEXTs it tries just those. `--voice piper:FILE.onnx` takes a neural voice;
scripts/piper_voice.py fetches one.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.config import Config
from assistant.core.flow import State, listened_for
from assistant.core.intents import Intent
from assistant.equipment import load_content
from assistant.simulate.echo_proof import Misheard, Saying, everything_said, listen_to_itself
from assistant.speech.models import find_speech_model
from assistant.speech.recognizer import VoskRecognizer
from assistant.speech.voice import open_voice
from assistant.speech.vosk_model import VoskModel


def main() -> int:
    """Run it."""
    options = _options()
    pack, routines = load_content(Config(), print)
    sayings = [Saying("given", text) for text in options.texts] or everything_said(pack, routines)
    model = VoskModel(find_speech_model(None).path)
    found: list[Misheard] = []
    for name in options.voice or ("flite:slt", "espeak:en-us"):
        voice = open_voice(name, steady=True)
        for state in options.state or (None,):
            intents = Intent if state is None else listened_for(state)
            found += listen_to_itself(
                sayings, voice, VoskRecognizer(model), pack, intents=intents, draws=options.draws
            )
    acting = list(dict.fromkeys(misheard for misheard in found if misheard.acts))
    for misheard in acting:
        print(
            f"{misheard.match.intent}: “{' '.join(misheard.words)}”, heard in {misheard.saying.name}:"
            f" “{misheard.saying.text}” ({misheard.voice_id}, noise {misheard.noise_rms:g})"
        )
    safety = {misheard.saying for misheard in acting if misheard.is_safety}
    commands = {misheard.saying for misheard in acting if not misheard.is_safety}
    print(f"{len(sayings)} sayings; {len(safety)} sound like a safety phrase, {len(commands)} command.\n")
    _print_others([misheard for misheard in found if not misheard.acts])
    return 1 if acting else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="*", metavar="TEXT")
    parser.add_argument("--voice", action="append", help="default: flite:slt and espeak:en-us")
    parser.add_argument("--draws", type=int, default=1, help="hear each so often, with other dither")
    parser.add_argument(
        "--state", action="append", type=State, help="with the phrases of this state; default: all phrases"
    )
    return parser.parse_args()


def _print_others(found: list[Misheard]) -> None:
    """The commands that are taken for our own voice, with an example each."""
    counts = Counter((misheard.match.intent, misheard.match.phrase) for misheard in found)
    examples = {(m.match.intent, m.match.phrase): m.saying.text for m in reversed(found)}
    print("| times | intent | phrase | such as |\n|---|---|---|---|")
    for (intent, phrase), count in counts.most_common():
        print(f"| {count} | {intent} | {phrase} | {examples[intent, phrase]} |")


if __name__ == "__main__":
    sys.exit(main())
