"""What the facts of a stretch must be: length, posture, precautions, source; and what its texts tell.

Pure functions on any thread, on plain data whose shape may be wrong. Must not judge words itself: that is for
the language pack.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from assistant.core.precautions import Demand, needed
from assistant.core.prompts import LanguagePack
from assistant.core.routine import UPRIGHT, Condition, Equipment, Kind, Position, Posture, Region
from assistant.core.wording import Bearings
from assistant.store.documents import Loc

HOLD_SECONDS = range(20, 31)
BREATHS = range(3, 7)
TOLD = ("enter", "feel", "breath", "leave", "easier")

COMMON_KNOWLEDGE = "Common knowledge in physiotherapy: "
NAMED_SOURCES: Mapping[str, str] = {
    "Mayo Clinic": "Back exercises in 15 minutes a day, mayoclinic.org",
    "American Academy of Orthopaedic Surgeons": "Foot and Ankle Conditioning Program, orthoinfo.org",
    "State Insurance Regulatory Authority of New South Wales": "Whiplash: neck exercises, sira.nsw.gov.au",
    "Robin McKenzie": "Treat Your Own Back, Spinal Publications",
}
"""Whoever a source of the library may name, and where it says so."""

Found = tuple[Loc, str]
_Value = TypeVar("_Value", bound=StrEnum)


def fact_problems(loc: Loc, data: Mapping[str, Any]) -> Iterator[Found]:
    """What is wrong in the facts of a stretch."""
    yield from _length_problems(loc, data)
    if data.get("posture") is None and data.get("position") in (Position.FLOOR, Position.BED):
        yield (*loc, "posture"), "is missing: on the floor and in bed it has to be told"
    yield from _precaution_problems(loc, data)


def hold_problems(loc: Loc, data: Mapping[str, Any]) -> Iterator[Found]:
    """A hold of a length that is not safe."""
    hold = data.get("hold_seconds")
    if isinstance(hold, int) and hold not in HOLD_SECONDS:
        yield (*loc, "hold_seconds"), f"is {hold}, but a hold lasts 20 to 30 seconds"


def source_problems(loc: Loc, data: Mapping[str, Any]) -> Iterator[Found]:
    """A source of the library that is neither common knowledge nor one that is known to exist."""
    source = data.get("source")
    if not isinstance(source, str) or source.startswith(COMMON_KNOWLEDGE):
        return
    if not any(name in source for name in NAMED_SOURCES):
        yield (*loc, "source"), f'begins with "{COMMON_KNOWLEDGE.strip()}", or names one of NAMED_SOURCES'


def bearing_problems(loc: Loc, data: Mapping[str, Any], language: LanguagePack) -> Iterator[Found]:
    """What the texts of a stretch leave somebody in the dark about who only hears them."""
    told = {key: text for key in TOLD if (text := " ".join(_strings(data.get(key))))}
    starts = data.get("starts")
    others = {p: s for p, s in starts.items() if isinstance(s, str)} if isinstance(starts, dict) else {}
    bearings = Bearings(
        postures=tuple(_postures({**data, "also_in": _also_in(data, others)})),
        has_sides=data.get("has_sides") is True,
        turns=Demand.TURNS_BACK in _values(Demand, data.get("demands")),
        equipment=frozenset(_values(Equipment, data.get("equipment"))),
    )
    for part, message in language.wording.lint_bearings(told, bearings):
        yield (*loc, part), message
    for position, start in others.items():
        enter = " ".join((start, *list(_strings(data.get("enter")))[1:]))
        there = replace(bearings, postures=tuple(_postures({"position": position})))
        for part, message in language.wording.lint_bearings({**told, "enter": enter}, there):
            if part == "enter":
                yield (*loc, "starts", position), message


def _length_problems(loc: Loc, data: Mapping[str, Any]) -> Iterator[Found]:
    """A hold has its seconds and a movement its breaths, each within what is safe."""
    yield from hold_problems(loc, data)
    is_movement = data.get("kind") == Kind.MOVEMENT
    wanted, other = ("breaths", "hold_seconds") if is_movement else ("hold_seconds", "breaths")
    if data.get(wanted) is None:
        yield (*loc, wanted), "is missing"
    if data.get(other) is not None:
        yield (*loc, other), f"is not for a {'movement' if is_movement else 'hold'}: give its {wanted}"
    breaths = data.get("breaths")
    if isinstance(breaths, int) and breaths not in BREATHS:
        yield (*loc, "breaths"), f"is {breaths}, but a movement takes 3 to 6 breaths"


def _precaution_problems(loc: Loc, data: Mapping[str, Any]) -> Iterator[Found]:
    """Who should leave it out, by what it asks of the body, and is not named."""
    regions, postures = _values(Region, [data.get("region")]), list(_postures(data))[:1]
    if not regions or not postures:
        return
    demands = _values(Demand, data.get("demands"))
    named = set(_values(Condition, data.get("avoid")))
    wanted = needed(regions[0], postures[0], demands)
    if missing := [f"{condition} ({why})" for condition, why in wanted.items() if condition not in named]:
        yield (*loc, "avoid"), f"lacks {', '.join(missing)}"


def _postures(data: Mapping[str, Any]) -> Iterator[Posture]:
    """The postures that its words have to fit, its own first."""
    own = _values(Position, [data.get("position")])
    yield from _values(Posture, [data.get("posture")]) or [UPRIGHT[p] for p in own if p in UPRIGHT]
    yield from (UPRIGHT[p] for p in _values(Position, data.get("also_in")) if p in UPRIGHT)


def _also_in(data: Mapping[str, Any], starts: Collection[str]) -> list[str]:
    """The other positions that begin with the same sentence."""
    return [position for position in _strings(data.get("also_in")) if position not in starts]


def _values(kind: type[_Value], listed: object) -> list[_Value]:
    """Those of a list that are values of this kind."""
    known: Mapping[str, _Value] = {one.value: one for one in kind}
    return [known[item] for item in _strings(listed) if item in known]


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
