"""What the synthetic voices say: the language pack's phrases, running text, and words near the safety words.

Pure but for reading texts that every Debian and Python carries; seeded.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from pydoc_data import topics

from lexicon import Pronunciation, known_words, pronunciations

from assistant.core.intents import SAFETY_INTENTS, Intent
from assistant.core.phrases import PhraseTable

SAFETY_WORDS = ("stop", "hurts", "hurt", "ouch", "pain", "help", "pause", "enough")
_SHORT_WORDS = """
yes no up down left right on off go start repeat help next skip back ready pause
zero one two three four five six seven eight nine ten
"""
SHORT_WORDS = tuple(_SHORT_WORDS.split())
"""Words that people say alone; of some of them there are few recordings, or none."""


def phrases(table: PhraseTable) -> tuple[list[str], list[str]]:
    """All phrases of the table, and those of the safety intents."""
    safety = [p for intent in SAFETY_INTENTS for p in table.phrases[intent]]
    return list(table.grammar(Intent)), safety


def running_words() -> list[str]:
    """The words of Python's documentation and of the licences in Debian, in their order."""
    texts = list(topics.topics.values())
    for path in sorted(Path("/usr/share/common-licenses").glob("*")):
        texts.append(path.read_text(errors="ignore"))
    return re.findall(r"[a-z']+", " ".join(texts).lower())


def background_words(count: int) -> list[str]:
    """The most frequent running words: further pronunciations of [unk] in the graph."""
    frequent = Counter(running_words())
    known = (w for w, _ in frequent.most_common() if len(w) > 1 and pronunciations(w))
    return [word for word, _ in zip(known, range(count), strict=False)]


def distance(one: Pronunciation, other: Pronunciation) -> int:
    """How many phones must be put in, taken out or changed to make one pronunciation the other."""
    row = list(range(len(other) + 1))
    for i, phone in enumerate(one, 1):
        corner, row[0] = row[0], i
        for j, wanted in enumerate(other, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (phone != wanted))
    return row[-1]


def neighbors() -> list[str]:
    """Dictionary words that sound almost like a safety word, the nearest twice as often."""
    found: list[str] = []
    targets = [pronunciations(word)[0] for word in SAFETY_WORDS]
    for word in known_words():
        if not re.fullmatch(r"[a-z]{3,8}", word) or word in SAFETY_WORDS:
            continue
        way = pronunciations(word)[0]
        alike = (distance(way, t) / len(t) for t in targets if abs(len(way) - len(t)) <= 1)
        near = min(alike, default=1.0)
        if 0 < near <= 0.5:
            found += [word] * (2 if near <= 0.34 else 1)
    return found


def sentences(table: PhraseTable, count: int, rng: random.Random) -> list[tuple[str, str]]:
    """`count` pairs of kind ("command", "word" or "text") and words to say."""
    every, safety = phrases(table)
    words = running_words()
    known = {w for w in set(words) if pronunciations(w) and (len(w) > 1 or w in "ai")}
    common = sorted(w for w in known if len(w) > 2)
    rare = [w for w in known_words() if re.fullmatch(r"[a-z]{4,9}", w)]
    near = neighbors()

    def running() -> str:
        at, length = rng.randrange(len(words) - 10), rng.randint(2, 8)
        return " ".join(w for w in words[at : at + length] if w in known)

    makers = (
        (0.16, "command", lambda: rng.choice(every)),
        (0.12, "word", lambda: rng.choice(SHORT_WORDS)),
        (0.16, "command", lambda: rng.choice(safety)),
        (0.05, "command", lambda: "stop"),
        (0.08, "command", lambda: ", ".join(rng.sample(every, rng.randint(2, 3)))),
        (0.03, "command", lambda: f"{running()}, {rng.choice(safety)}"),
        (0.14, "text", lambda: rng.choice(near)),
        (0.05, "text", lambda: " ".join(rng.sample(near, 3))),
        (0.15, "text", running),
        (0.06, "text", lambda: " ".join(rng.sample(common, rng.randint(2, 6)))),
        (0.06, "text", lambda: " ".join(rng.sample(rare, rng.randint(2, 4)))),
    )
    drawn = rng.choices(makers, [share for share, _, _ in makers], k=count)
    said = ((kind, make()) for _, kind, make in drawn)
    return [(kind, text) for kind, text in said if text.strip(", ")]
