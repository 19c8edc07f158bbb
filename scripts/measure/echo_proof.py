"""Play everything that Limber says, in its usual voices, to its own ears, and say what it would do.

    scripts/measure/run echo-proof [--voice flite:slt] [--state releasing] [--draws 1] [TEXT…]

Prints each safety phrase with the saying that triggers it, and each command that the session would not take
for its echo: neither must be. Then comes a table of the commands that it does take for its echo. Exits with 1
when anything was triggered. With TEXTs it tries just those. `--voice piper:FILE.onnx` takes a neural voice;
scripts/measure/piper_voice.py fetches one.
"""

from __future__ import annotations

import argparse
from collections import Counter

from assistant.config import Config
from assistant.core.intents import Intent
from assistant.core.machine import listened_for
from assistant.core.states import State
from assistant.opening import load_content
from assistant.speech.engines import open_model, open_voice
from scripts.measure.own_sayings import Misheard, Saying, everything_said, listen_to_itself


def main() -> int:
    """Run it."""
    options = _options()
    pack, routines = load_content(Config(), print)
    sayings = [Saying("given", text) for text in options.texts] or everything_said(pack, routines)
    model = open_model()
    found: list[Misheard] = []
    for name in options.voice or ("flite:slt", "espeak:en-us"):
        voice = open_voice(name, steady=True)
        for state in options.state or (None,):
            intents = Intent if state is None else listened_for(state)
            found += listen_to_itself(
                sayings, voice, model.new_recognizer(), pack, intents=intents, draws=options.draws
            )
    acting = list(dict.fromkeys(misheard for misheard in found if misheard.acts))
    for misheard in acting:
        print(
            f"{misheard.heard.intent}: “{' '.join(misheard.heard.words)}”, heard in {misheard.saying.name}:"
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
    counts = Counter((misheard.heard.intent, misheard.heard.phrase) for misheard in found)
    examples = {(m.heard.intent, m.heard.phrase): m.saying.text for m in reversed(found)}
    print("| times | intent | phrase | such as |\n|---|---|---|---|")
    for (intent, phrase), count in counts.most_common():
        print(f"| {count} | {intent} | {phrase} | {examples[intent, phrase]} |")
