"""The transducer from HMM transitions to words, as OpenFst text.

The phones depend on their place in the word but not on their neighbors, so the transducer (H, C and L
composed) is a prefix tree that is written down directly. `[unk]`, the word for everything else, is a free
loop of phones and a few thousand common words. Pure.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from lexicon import PHONES, Pronunciation, pronunciations
from phones import UNITS, WORD_UNIT_FRAMES, WORD_UNITS

UNKNOWN_WORD = "[unk]"

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
