"""What somebody means: from words to one meaning, for voice, keyboard, touch and network alike.

Pure functions; the words of a language are data of its pack. No black box decides about safety: a safety
phrase anywhere counts, unless the same words deny it, or it stands in a sentence about something else. Where
several phrases stand in one utterance, `core/precedence.py` tells which one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.core.clauses import (
    Reading,
    as_said,
    denied_places,
    ends_of_asides,
    match_half,
    phrases_of,
    pieces_of,
    readings,
    without_decoys,
)
from assistant.core.intents import (
    ABOUT_THE_BODY,
    BREAK,
    SAFETY_INTENTS,
    UNKNOWN_WORD,
    WHOLE_ANSWERS,
    Intent,
    Match,
    Slots,
    Words,
    asks_score,
)
from assistant.core.phrases import Found, PhraseTable
from assistant.core.precedence import ANSWERS, REFUSALS, leads_on, match_of, takes_back

I = Intent  # noqa: E741 - the rules are read by the names of the intents

SHORT_WORDS = 3
"""Of so few words written, a safety phrase among them is no aside."""
MOST_WORDS_AFTER = 2
"""So many words may be written after a stop that comes first: "stop the music"."""
MOST_PASSED = 3
"""So many words with a meaning of their own may be written around a phrase that counts among others."""
MOST_WORDS_WITHOUT_SUBJECT = 6
"""In so many words the subject may be left out: "can't breathe"."""
MOST_HEAVY_WORDS = 4
"""So many words with a meaning of their own may be written around a report that somebody makes of himself."""


def understand(
    words: Words, table: PhraseTable, intents: Iterable[Intent], *, is_text: bool = False
) -> Match | None:
    """What an utterance that is over means, where these intents are listened for; None for nothing.

    A safety phrase comes first, whatever is listened for; an answer about the body where that is asked. Of
    what was heard only numbers may be made of several phrases, "four, no, six": in the talk of others there
    are two commands side by side now and then.
    """
    table = table if is_text else table.heard
    wanted = frozenset(intents)
    plain = wanted - frozenset(SAFETY_INTENTS)
    clauses = _clauses(words)
    words = tuple(word for word in words if word != BREAK)
    whole = table.match(words, plain)
    return (
        find_answer(words, table, wanted, is_text=is_text)
        or _without_longer(
            find_safety(words, table, is_text=is_text) or _safety_among(clauses, table, wanted), whole
        )
        or whole
        or match_half(words, table, plain)
        or (_made_of(words, table, wanted) if is_text else _whole(words, table, wanted & {I.NUMBER}))
        or (_of_clauses(clauses, table, wanted) if len(clauses) > 1 else None)
        or (_gist(words, table, wanted) if is_text and table.match(words) is None else None)
    )


def _clauses(words: Words) -> list[Words]:
    """What stands between the signs that were written."""
    ends = [at for at, word in enumerate(words) if word == BREAK]
    return [words[a + 1 : b] for a, b in zip((-1, *ends), (*ends, len(words)), strict=True)]


def _safety_among(clauses: list[Words], table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """The safety phrase of a clause that is no answer, the most serious; none of others."""
    if len(clauses) == 1 or _speaks_of_others(clauses, table):
        return None
    told = [clause for clause in clauses if not find_answer(clause, table, wanted, is_text=True)]
    found = [match for clause in told if (match := find_safety(clause, table, is_text=True))]
    return min(found, key=lambda match: SAFETY_INTENTS.index(match.intent), default=None)


def _speaks_of_others(clauses: Iterable[Words], table: PhraseTable) -> bool:
    return any(table.markers["others"].intersection(table.in_full(clause)[0]) for clause in clauses)


def _of_clauses(clauses: list[Words], table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What is meant where each clause is looked at alone, and those not understood speak of nobody else.

    Beside such a clause a polite word means nothing, and an answer, or what leads on, may be none.
    """
    matches = [understand(clause, table, wanted, is_text=True) for clause in clauses]
    unknown = [clause for clause, match in zip(clauses, matches, strict=True) if not match]
    if _speaks_of_others(unknown, table):
        return None
    found = [
        match
        for at, (clause, match) in enumerate(zip(clauses, matches, strict=True))
        if match and (not unknown or _says_something(match, at, clause, table))
    ]
    if not found:
        return None
    meant = match_of(found)
    is_doubtful = len(found) < len(clauses) and (
        meant.intent in WHOLE_ANSWERS or leads_on(meant.intent, wanted)
    )
    return replace(meant, is_half_heard=meant.is_half_heard or is_doubtful)


def _says_something(match: Match, at: int, clause: Words, table: PhraseTable) -> bool:
    """Whether a clause counts beside others that are not understood."""
    tokens = table.in_full(clause)[0]
    is_aside = len(tokens) in {
        end for side in ("before", "after") for end in ends_of_asides(tokens, 0, table, side)
    }
    return not is_aside and match.intent is not I.START and (not at or match.intent not in ANSWERS)


def _without_longer(safety: Match | None, whole: Match | None) -> Match | None:
    """The safety phrase; none where it is a part of a longer phrase that is all that was said.

    That is so for a stop, and for pain in the answer to how much it is: "my pain is at four".
    """
    if safety is None or whole is None or whole.is_half_heard:
        return safety
    is_part = safety.intent is I.STOP or (safety.intent is I.PAIN and whole.slots.number is not None)
    return None if is_part else safety


def _made_of(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What several phrases and asides mean together; a phrase that is not listened for here is not cut up."""
    safety = frozenset(SAFETY_INTENTS)
    if table.match(words) is not None:
        return _whole(words, table, safety)
    found = _whole(words, table, wanted | safety) or _whole(words, table, wanted | safety | ANSWERS)
    return found if found and found.intent in wanted | safety else None


def _gist(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What is meant among words that are not known: the more is understood, the less it takes.

    Only of somebody who does not speak of others. A score of pain may be a word at the beginning or the end.
    What would lead on is half heard.
    """
    spelled = table.spelled(words)
    reading = readings(Reading(*table.in_full(spelled)), table)[-1]
    scores = frozenset((I.NUMBER,)) if asks_score(wanted) else frozenset[Intent]()
    for intents in (scores, wanted - {I.NUMBER}):
        found = phrases_of(pieces_of(reading, table, intents, among_others=True)) if intents else []
        if not found:
            continue
        said = {at for one in found for at in range(one.start, one.end)}
        around = {token for at, token in enumerate(reading.tokens) if at not in said}
        heavy = [at for at, token in enumerate(reading.tokens) if token not in table.light_words]
        meant = _meant(found, spelled, reading, table)
        most = min(MOST_PASSED, (len(said) + len(said.intersection(heavy))) // 2 - 1)
        if meant.intent in ABOUT_THE_BODY:  # it is what was asked for
            most = MOST_PASSED
        is_refused = around & table.markers["refusing"] and meant.intent not in REFUSALS
        if is_refused or around & table.markers["others"] or len(set(heavy) - said) > most:
            continue
        if most or intents is scores:
            is_limited = meant.intent in ANSWERS and around & table.markers["limiting"]
            return _half(meant, is_half=leads_on(meant.intent, wanted) or bool(is_limited))
    return None


def find_answer(
    words: Words, table: PhraseTable, intents: Iterable[Intent], *, is_text: bool = False
) -> Match | None:
    """What somebody says of his body where that is the answer to a question; None elsewhere.

    Asked what to stretch, he says what is sore; asked whether it has spread, where it went, which is a yes;
    asked what is new, what is not there, which is a no. Where all is listened for, nothing is asked.
    """
    asked = frozenset(intents).intersection(ABOUT_THE_BODY)
    if not words or not asked or len(asked) == len(ABOUT_THE_BODY):
        return None
    table = table if is_text else table.heard
    found = _whole(words, table, asked | {I.YES, I.NO}) or (_gist(words, table, asked) if is_text else None)
    if not found or found.intent not in asked or found.is_half_heard:
        return None
    if find_safety(words, table, (I.RED_FLAG,), is_text=is_text):
        return None
    means = {I.SPREAD: I.YES, I.DENIAL: I.NO}
    return replace(found, intent=means.get(found.intent, found.intent))


def find_safety(
    words: Words,
    table: PhraseTable,
    intents: Iterable[Intent] = SAFETY_INTENTS,
    *,
    is_text: bool = False,
) -> Match | None:
    """The longest safety phrase anywhere in the words, of the first of `intents`.

    None counts within a decoy, or where the same words deny it. A recognizer knows few words, and leaves out
    the others: of what it listens for a phrase counts anywhere. What `is_text` is known to the letter: there
    is more to find, and a phrase in a sentence about something else is none.
    """
    table = table if is_text else table.heard
    spelled = table.spelled(words)
    full = Reading(*table.in_full(spelled))
    full = replace(full, tokens=without_decoys(full.tokens, table))
    as_told = readings(full, table)
    denied = {place for reading in as_told for place in denied_places(reading, table)}
    undenied = [reading.blanked(denied) for reading in as_told]
    if is_text:  # "can't breathe"
        undenied += [
            reading.with_subject(subject, at)
            for reading in undenied
            for at in ends_of_asides(reading.tokens, 0, table, "before")
            for subject in table.markers["subject"]
            if at < len(reading.tokens) <= at + MOST_WORDS_WITHOUT_SUBJECT
        ]
    wanted = frozenset(intents)
    found: dict[Intent, tuple[int, str]] = {}
    for reading in undenied:
        for at in range(len(reading.tokens)):
            for one in table.found_at(reading.tokens, at, wanted):
                length = one.end - one.start
                if (
                    length > found.get(one.kind.intent, (0, ""))[0]
                    and not one.kind.is_alone
                    and not (is_text and not _is_meant(one, reading.tokens, table))
                ):
                    found[one.kind.intent] = length, as_said(spelled, reading, one)
    return next((Match(intent, found[intent][1]) for intent in intents if intent in found), None)


def _is_meant(found: Found, tokens: Words, table: PhraseTable) -> bool:
    """Whether somebody writes it of himself, or of what goes on: not in a sentence about something else."""
    rest = (*tokens[: found.start], *tokens[found.end :])
    heavy = sum(token not in table.light_words for token in rest)
    own = set(tokens[max(0, found.start - 1) : found.end]) & table.markers["own"]
    if found.kind.intent in (I.PAIN, I.RED_FLAG, I.DISTRESS):
        is_told = table.markers["told"] & set(rest) or (table.markers["others"] & set(rest) and not own)
        return heavy <= (0 if is_told else MOST_HEAVY_WORDS if own else 1)
    if len(tokens) <= SHORT_WORDS:
        return True
    before = found.start - max(
        end for end in ends_of_asides(tokens, 0, table, "before") if end <= found.start
    )
    after = len(tokens) - max(ends_of_asides(tokens, found.end, table, "after"))
    return before + after <= (MOST_WORDS_AFTER if not before else 1 if own else 0)


def _whole(words: Words, table: PhraseTable, wanted: frozenset[Intent]) -> Match | None:
    """What an utterance means that is made of phrases and asides, in any order."""
    spelled = table.spelled(words)
    lost_before, lost_after = spelled[:1] == (UNKNOWN_WORD,), spelled[-1:] == (UNKNOWN_WORD,)
    full = Reading(*table.in_full(spelled))
    full = full.without({i for i in (0, len(full.tokens) - 1) if full.tokens[i : i + 1] == (UNKNOWN_WORD,)})
    ways = [(reading, pieces_of(reading, table, wanted)) for reading in readings(full, table)]
    whole = [(reading, pieces) for reading, pieces in ways if pieces]
    if not whole:
        return None
    reading, pieces = min(whole, key=lambda way: len(phrases_of(way[1])))
    found = phrases_of(pieces)
    if len(found) > 1:  # of a cry only what is said beside it is meant
        found = [
            one for one in found if not (one.kind.is_alone and one.kind.intent in SAFETY_INTENTS)
        ] or found
    meant = _meant(found, spelled, reading, table)
    vague = any(reading.tokens[one.start : one.end] in table.unclear_words for one in found)
    is_half = (
        (vague and len(found) > 1 and meant.intent in WHOLE_ANSWERS)
        or (lost_before and table.is_half(found[0], True, False))
        or (lost_after and table.is_half(found[-1], False, True))
    )
    return _half(meant, is_half=is_half)


def _meant(found: list[Found], spelled: Words, reading: Reading, table: PhraseTable) -> Match:
    """What the phrases of one reading mean together."""
    said = [Match(one.kind.intent, as_said(spelled, reading, one), one.slots) for one in found]
    return match_of(said, corrected=takes_back(found, reading, table))


def _half(meant: Match, *, is_half: bool) -> Match:
    """Without what it carries, if it is half heard, or was so already."""
    return replace(meant, slots=Slots(), is_half_heard=True) if is_half or meant.is_half_heard else meant
