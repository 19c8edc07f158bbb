"""From what came of each recording to figures, each with its 95 % interval and how much it stands on.

Pure arithmetic: Wilson's intervals for shares, Poisson's for what happens in an hour, order statistics for
times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.core.phrases import PhraseTable
from scripts.measure.intervals import Rate, Share, Z
from scripts.measure.measuring import Outcome, Spoken
from scripts.measure.trials import STOP, Kind

MISSED, CONFIRMED = '"stop" missed', '"stop" missed, confirmed'
PAUSES, DUCKS = "false pauses an hour", "suspicions an hour"
OWN_WORDS = 'heard of our own "stop", an hour'
COMMANDS = "commands taken, an hour"
SAFETY_MISSED = "safety phrases missed"
MEANT = "understood as meant"
TAKEN = "taken for a safety phrase"
UNDERSTOOD, ALL_COMMANDS = "understood", "all commands"
DECIDED, DECIDED_LATE = "word end to decision, median", "word end to decision, 95 %"
SILENT, SILENT_LATE = "word end to silence, median", "word end to silence, 95 %"
COST = "cost"
EXACT, EXACT_CONFIRMED = '"stop" missed in final texts', '"stop" missed in final texts, confirmed'
UNSUSPECTED, UNSUSPECTED_CONFIRMED = '"stop" not suspected', '"stop" not suspected, confirmed'
MADE_UP = '"stop" in final texts, an hour'
TAKEN_FOR_STOP = 'taken for "stop" in final texts'
RIGHT, ALL_WORDS, ALL_CONFIRMED = "right, with nothing else to be heard", "all", "all, confirmed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what of which condition, and its 95 % interval.

    `unit` is "share", "an hour", "s", "x" or "MB". It is `count` of `total` (recordings, hours or seconds),
    from so many `recordings` by so many known `speakers`; of our own voice alone, prompts and voices. `worse`
    says which way it gets worse: "up", "down", or "" for what depends on the computer.
    """

    what: str
    condition: str
    value: float
    low: float
    high: float
    unit: str
    count: int
    total: float
    recordings: int
    speakers: int
    worse: str = "up"

    @property
    def key(self) -> tuple[str, str]:
        """What names it in a file."""
        return self.what, self.condition


def figures_of(outcomes: Sequence[Outcome], table: PhraseTable) -> list[Figure]:
    """All figures, in the order of the trials."""
    found: list[Figure] = []
    for _, group in groupby(outcomes, key=lambda outcome: outcome.trial):
        pieces = list(group)
        found += _OF_KIND[pieces[0].kind](pieces)
    return [*found, *_understood(outcomes, table), *_cost(outcomes)]


def _missed(pieces: Sequence[Outcome]) -> list[Figure]:
    name, spoken = pieces[0].trial, _all(pieces)
    sure = [one for one in spoken if one.confirmed]
    found = [_share(MISSED, name, spoken, lambda one: one.decided_seconds is None)]
    if sure:
        found.append(_share(CONFIRMED, name, sure, lambda one: one.decided_seconds is None))
    decided = [(one.decided_seconds, one) for one in spoken if one.decided_seconds is not None]
    silent = [(one.silent_seconds, one) for one in spoken if one.silent_seconds is not None]
    for whats, times in (((DECIDED, DECIDED_LATE), decided), ((SILENT, SILENT_LATE), silent)):
        if times:
            found += [_time(what, name, times, at) for what, at in zip(whats, (0.5, 0.95), strict=True)]
    return found


def _taken(pieces: Sequence[Outcome]) -> list[Figure]:
    return [_share(TAKEN, pieces[0].trial, _all(pieces), lambda one: one.decided_seconds is not None)]


def _right(pieces: Sequence[Outcome]) -> list[Figure]:
    """By word, and of all."""
    spoken = _all(pieces)
    words = {word: [one for one in spoken if one.text == word] for word in sorted({o.text for o in spoken})}
    groups = {**words, ALL_WORDS: spoken, ALL_CONFIRMED: [one for one in spoken if one.confirmed]}
    return [
        _share(RIGHT, name, group, lambda one: one.right, "down") for name, group in groups.items() if group
    ]


def _paused(pieces: Sequence[Outcome]) -> list[Figure]:
    return [
        _rate(PAUSES, pieces, sum(len(piece.made_up) for piece in pieces)),
        _rate(DUCKS, pieces, sum(piece.suspicions for piece in pieces)),
    ]


def _others(pieces: Sequence[Outcome]) -> list[Figure]:
    return [*_paused(pieces), _rate(COMMANDS, pieces, sum(len(piece.commands) for piece in pieces))]


def _safety_missed(pieces: Sequence[Outcome]) -> list[Figure]:
    return [_share(SAFETY_MISSED, pieces[0].trial, _all(pieces), lambda one: one.decided_seconds is None)]


def _meant(pieces: Sequence[Outcome]) -> list[Figure]:
    return [_share(MEANT, pieces[0].trial, _all(pieces), lambda one: one.understood, "down")]


def _alone(pieces: Sequence[Outcome]) -> list[Figure]:
    return [*_paused(pieces), _rate(OWN_WORDS, pieces, sum(piece.own_words for piece in pieces))]


_OF_KIND: dict[Kind, Callable[[Sequence[Outcome]], list[Figure]]] = {
    Kind.STOP: _missed,
    Kind.SINGLE: _taken,
    Kind.SAID: _right,
    Kind.OTHERS: _others,
    Kind.SAFETY: _safety_missed,
    Kind.MEANT: _meant,
    Kind.ALONE: _alone,
}


def of_recognizer(outcomes: Sequence[Outcome]) -> list[Figure]:
    """What the recognizer itself said and suspected, whatever was believed of it."""
    found: list[Figure] = []
    for name, group in groupby(outcomes, key=lambda outcome: outcome.trial):
        pieces = list(group)
        spoken = _all(pieces)
        if pieces[0].kind is Kind.STOP:
            sure = [one for one in spoken if one.confirmed]
            found.append(_share(EXACT, name, spoken, lambda one: not one.exact))
            found.append(_share(UNSUSPECTED, name, spoken, lambda one: not one.suspected))
            if sure:
                found.append(_share(EXACT_CONFIRMED, name, sure, lambda one: not one.exact))
                found.append(_share(UNSUSPECTED_CONFIRMED, name, sure, lambda one: not one.suspected))
        elif pieces[0].kind is Kind.SINGLE:
            found.append(_share(TAKEN_FOR_STOP, name, spoken, lambda one: STOP in one.finals))
        elif pieces[0].kind is Kind.OTHERS:
            found.append(_rate(MADE_UP, pieces, sum(one.finals.count(STOP) for one in spoken)))
    return found


def _understood(outcomes: Sequence[Outcome], table: PhraseTable) -> list[Figure]:
    """How many of each command are understood exactly, of those in the phrase table, in quiet; and of all."""
    known = [
        one
        for piece in outcomes
        if piece.trial in ("clean", "single other commands")
        for one in piece.spoken
        if table.match(tuple(one.text.split()))
    ]
    by_word = {
        word: [one for one in known if one.text == word] for word in sorted({one.text for one in known})
    }
    if len(by_word) > 1:
        by_word[ALL_COMMANDS] = known
    return [
        _share(UNDERSTOOD, name, spoken, lambda one: one.understood, "down")
        for name, spoken in by_word.items()
    ]


def _cost(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Of everything: how much of the time one core is busy, and the most memory a process had."""
    spoken = _all(outcomes)
    seconds = sum(piece.seconds for piece in outcomes)
    factors = sorted(piece.busy_seconds / piece.seconds for piece in outcomes)
    factor = sum(piece.busy_seconds for piece in outcomes) / seconds
    most = max(piece.peak_megabytes for piece in outcomes)
    counted = (len(outcomes), seconds, len(spoken), _speakers(spoken), "")
    return [
        Figure(COST, "real-time factor on one core", factor, factors[0], factors[-1], "x", *counted),
        Figure(COST, "peak memory of a process", most, most, most, "MB", *counted),
    ]


def _all(pieces: Iterable[Outcome]) -> list[Spoken]:
    return [one for piece in pieces for one in piece.spoken]


def _speakers(spoken: Iterable[Spoken]) -> int:
    return len({one.speaker for one in spoken if one.speaker not in ("", "unknown")})


def _share(
    what: str, name: str, spoken: Sequence[Spoken], is_so: Callable[[Spoken], bool], worse: str = "up"
) -> Figure:
    share = Share(sum(map(is_so, spoken)), len(spoken), _speakers(spoken))
    low, high = share.interval()
    counted = (share.count, float(share.total), share.total, share.speakers)
    return Figure(what, name, share.count / share.total, low, high, "share", *counted, worse)


def _rate(what: str, pieces: Sequence[Outcome], count: int) -> Figure:
    spoken = _all(pieces)
    rate = Rate(count, sum(piece.seconds for piece in pieces) / 3600)
    counted = (count, rate.hours, len(spoken), _speakers(spoken))
    if pieces[0].kind is Kind.ALONE:
        counted = (count, rate.hours, sum(piece.prompts for piece in pieces), pieces[0].voices)
    low, high = rate.interval()
    return Figure(what, pieces[0].trial, count / rate.hours, low, high, "an hour", *counted)


def _time(what: str, name: str, times: Sequence[tuple[float, Spoken]], at: float) -> Figure:
    seconds = sorted(time for time, _ in times)
    value, low, high = quantile(seconds, at)
    counted = (len(seconds), sum(seconds), len(seconds), _speakers(spoken for _, spoken in times))
    return Figure(what, name, value, low, high, "s", *counted)


def quantile(ordered: Sequence[float], at: float) -> tuple[float, float, float]:
    """The quantile of at least one number in order, and its 95 % interval by their ranks.

    With few numbers the interval ends at the least or the greatest, and is narrower than it should be.
    """
    last = len(ordered) - 1
    half = Z * math.sqrt(len(ordered) * at * (1 - at))
    ranks = (round(at * last), math.floor(at * last - half), math.ceil(at * last + half))
    value, low, high = (ordered[min(last, max(0, rank))] for rank in ranks)
    return value, low, high
