"""The wording rules of every sentence that is spoken in English: stretches, routines, prompts.

Pure functions on any thread. Every language has a file with these functions; all but `lint_bearings` get
texts without placeholders. The rules are those of the article the product follows; a clinician's sign-off is
still needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.core.routine import Equipment, Posture
from assistant.core.wording import Bearings

MAX_SENTENCE_WORDS = 20
MAX_GRADE = 8.0
"""Flesch and Kincaid's school grade of a text at most: what somebody of 13 reads with ease."""
MAX_SYLLABLES = 4
_SHORTEST_GRADED = 8  # words; the grade of fewer says more about one word than about the text

_BANNED = re.compile(
    r"\b(?:bounc\w+|puls(?:e|es|ed|ing)|jerk\w*|swing\w*|swung|push\w*|forc(?:e|es|ed|ing|ible|ibly|eful|efully)"
    r"|damag\w+|wear and tear|no pain no gain|hurt (?:isn't|is not) harm|you(?:'re| are) fine)\b"
)
_URGING = re.compile(r"\b(?:deeper|deepen\w*|further|farther|harder)\b")
_COMFORT = re.compile(r"\bonly (?:if|as far as|as long as|while|when)\b.*\bcomfortabl[ey]\b")
_ABBREVIATION = re.compile(
    r"\b(?:(?:[A-Za-z]\.){2,}|[A-Z]{2,}\b|(?:etc|approx|min|mins|sec|secs|rep|reps|vs|deg|cm|kg|lbs?|ft)\b\.?)"
)
_UNSPOKEN = re.compile(r"[^\w\s.,;:?!'\u2019-]|[\d_]")
_RECOMMENDED = {
    "enter": (re.compile(r"\bcomfortabl[ey]\b"), 'never says how far: "only as far as is comfortable"'),
    "feel": (re.compile(r"\b(?:mild|gentle|soft|light)\b"), 'never says how much: "a mild pull"'),
    "leave": (re.compile(r"\b(?:slowly|gently|softly|ease)\b"), 'never says how fast: "slowly"'),
}
_POSTURES = {
    Posture.STANDING: re.compile(r"\bstand\b"),
    Posture.SITTING: re.compile(r"\bsit\b"),
    Posture.BED_EDGE: re.compile(r"\bsit\b.*\bbed\b"),
    Posture.LONG_SITTING: re.compile(r"\bsit\b"),
    Posture.ON_BACK: re.compile(r"\bon your back\b"),
    Posture.ON_SIDE: re.compile(r"\bon your \{other_side\} side\b.*\byour \{side\} side on top\b"),
    Posture.ON_BELLY: re.compile(r"\bon your belly\b"),
    Posture.KNEELING: re.compile(r"\bkneel\b"),
    Posture.HANDS_AND_KNEES: re.compile(r"\bhands and knees\b"),
}
_ON_A_SIDE = re.compile(r"\bon (?:your|one) .*\bside\b")
_EQUIPMENT = {
    Equipment.WALL: re.compile(r"\bwall\b"),
    Equipment.DOORWAY: re.compile(r"\bdoorway\b"),
    Equipment.STRAP: re.compile(r"\bstrap\b"),
    Equipment.PILLOW: re.compile(r"\bpillows?\b"),
    Equipment.TOWEL: re.compile(r"\btowel\b"),
    Equipment.STEP: re.compile(r"\b(?:low|the) step\b"),
    Equipment.CHAIR: re.compile(r"\bchair\b"),
}
_EYES = re.compile(r"\b(?:look(?:s|ing)?|watch(?:ing)?|gaze|stare|see|eyes(?! open))\b")
_BARE_SIDE = re.compile(r"\{(?:other_)?side\}(?! [a-z])|\{side\} side(?! of your | on top)")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.?!]+")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?:(?<=[^aeiouyl])e|(?<=[aeiouy]l)e|(?<=[^td])ed|(?<=[^sczxhg])es)$")


def lint_spoken(text: str) -> list[str]:
    """What is wrong with a text that is to be spoken, a message each."""
    joined = " ".join(_words(text))
    problems = [f'says "{found}", which is never to be said' for found in _BANNED.findall(joined)]
    if (urging := _URGING.search(joined)) and not _COMFORT.search(joined):
        problems.append(f'says "{urging[0]}" without "only as far as is comfortable"')
    for sentence in _sentences(text):
        if (count := len(sentence)) > MAX_SENTENCE_WORDS:
            problems.append(f"has a sentence of {count} words, and {MAX_SENTENCE_WORDS} are the most")
    problems += [f'has the abbreviation "{found}": write it in full' for found in _ABBREVIATION.findall(text)]
    problems += [f'has "{found}", which cannot be spoken: use words' for found in _UNSPOKEN.findall(text)]
    return problems


def lint_reading(text: str) -> list[str]:
    """What makes a text hard to follow when it is heard once: long words, and many of them."""
    words = _words(text)
    long_words = [word for word in words if syllables(word) > MAX_SYLLABLES]
    problems = [
        f'says "{word}", a word of {syllables(word)} syllables: use a shorter one' for word in long_words
    ]
    grade = reading_grade(text)
    if len(words) >= _SHORTEST_GRADED and grade > MAX_GRADE and not long_words:
        word = max(words, key=syllables)
        problems.append(
            f"reads like school grade {grade:.1f}, and {MAX_GRADE:.0f} is the most:"
            f' shorter sentences, or a shorter word than "{word}"'
        )
    return problems


def reading_grade(text: str) -> float:
    """The school grade of Flesch and Kincaid, 1975: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    sentences = _sentences(text)
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """About how many syllables an English word has: its groups of vowels, a silent e at its end aside."""
    plain = word.lower().replace("'", "")
    if plain == "comfortable":  # the rules' own word, which everybody says in three
        return 3
    return max(1, len(_VOWELS.findall(_SILENT_END.sub("", plain) if len(plain) > 3 else plain)))


def lint_part(part: str, text: str) -> list[str]:
    """What is missing in a part of a stretch, `text` being all that the part says."""
    wanted, message = _RECOMMENDED.get(part, (None, ""))
    return [message] if wanted and not wanted.search(text.lower()) else []


def lint_bearings(told: Mapping[str, str], bearings: Bearings) -> list[tuple[str, str]]:
    """What somebody with closed eyes would not know: position, side, head, equipment; each with its part."""
    found = [*_position_problems(told.get("enter", "").lower(), bearings)]
    for part, text in ((part, text.lower()) for part, text in told.items()):
        if seen := _EYES.search(text):
            found.append((part, f'says "{seen[0]}", but eyes may be closed'))
        found += [
            (part, f"needs a {name}, which is not in its equipment")
            for name, words in _EQUIPMENT.items()
            if words.search(text) and name not in bearings.equipment and not _is_own(name, bearings)
        ]
    return found + ([*_side_problems(told)] if bearings.has_sides else [])


def _position_problems(enter: str, bearings: Bearings) -> Iterator[tuple[str, str]]:
    first = enter.split(".", maxsplit=1)[0]
    for posture in bearings.postures:
        wanted = _POSTURES[posture] if bearings.has_sides or posture is not Posture.ON_SIDE else _ON_A_SIDE
        if not wanted.search(first):
            yield "enter", f"does not begin with the position: {posture.replace('_', ' ')}"
    if Posture.STANDING in bearings.postures and "eyes open" not in enter:
        yield "enter", 'never says "eyes open", and one may stand'
    if bearings.turns and not re.search(r"\bhead\b", enter):
        yield "enter", "turns the back and never says where the head is"


def _side_problems(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The side that is told is the one that is stretched, by its part of the body."""
    if "{side}" not in told.get("enter", ""):
        yield "enter", "never names the side that is stretched: write {side}"
    feel = told.get("feel", "")
    if "{side}" not in feel or "{other_side}" in feel:
        yield "feel", "is felt on the side that is stretched: write {side} with its part of the body"
    for part, text in told.items():
        if _BARE_SIDE.search(text.replace("to the {other_side}", "")):
            yield part, 'names a side without its part of the body: write "the {side} side of your …"'


def _is_own(equipment: Equipment, bearings: Bearings) -> bool:
    """Whether the position has it already."""
    return equipment is Equipment.CHAIR and Posture.SITTING in bearings.postures


def _words(text: str) -> list[str]:
    return [word.lower().replace("\u2019", "'") for word in _WORD.findall(text)]


def _sentences(text: str) -> list[list[str]]:
    return [words for part in _SENTENCE_END.split(text) if (words := _words(part))]
