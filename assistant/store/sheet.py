"""The sheet on which a clinician reviews stretches, one after the other, as Markdown to print.

Pure functions on any thread. Must not leave out anything that is said of a stretch.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from assistant.core.routine import UPRIGHT, Kind, Side, Stretch

WIDTH = 118
_HEAD = """\
# Stretches, for a clinician to review

`limber routines sheet` prints this page. It has all that Limber says of a stretch, who is told to leave it
out, and where it is known from. Texts are those for the left side. Please strike out what is wrong, write
what is right beside it, and sign each stretch that you have read. Pictures are to come.
"""
_SIGN = (
    "Right as it is: ☐   Name: ____________________   Date: ____________   Signature: ____________________"
)


def sheet(stretches: Iterable[Stretch], words: Mapping[str, str], reviewed_by: str = "nobody") -> str:
    """The page for these stretches, in their order. `words` are a language's words for sides and regions."""
    parts = [_HEAD, f"Reviewed so far by: {reviewed_by}.\n"]
    for region, group in groupby(stretches, key=lambda stretch: stretch.region):
        parts.append(f"## {words[region].capitalize()}\n")
        parts += ["\n".join(_one(stretch, words)) for stretch in group]
    return "\n".join(parts)


def _one(stretch: Stretch, words: Mapping[str, str]) -> Iterator[str]:
    yield f"### {stretch.name} (`{stretch.id}`)\n"
    yield from _item("Where", f"{_where(stretch)}. {_length(stretch)}.")
    if stretch.equipment:
        yield from _item("Needs", ", ".join(sorted(stretch.equipment)) + ".")
    sides = {"side": words[Side.LEFT], "other_side": words[Side.RIGHT]}
    for label, text in (
        ("Said", " ".join((*stretch.enter, stretch.feel, stretch.breath)).strip()),
        *((f"Said first, {position}", start) for position, start in stretch.starts),
        ("Said at the end", stretch.leave),
        ("Easier", stretch.easier),
    ):
        yield from _item(label, text.format(**sides))
    yield from _item("To be left out with", "; ".join(stretch.avoid_if) + ".")
    yield from _item("Source", stretch.source)
    yield f"\n{_SIGN}\n"


def _where(stretch: Stretch) -> str:
    places = " or ".join((stretch.position, *sorted(stretch.also_in)))
    posture = "" if stretch.position in UPRIGHT else f", {stretch.posture.replace('_', ' ')}"
    end = f", and in the end {stretch.ends_in.replace('_', ' ')}" if stretch.ends_in else ""
    return f"{places}{posture}{end}".capitalize()


def _length(stretch: Stretch) -> str:
    sides = " on each side" if stretch.has_sides else ""
    if stretch.kind is Kind.MOVEMENT:
        return f"Moved slowly for {stretch.breaths} breaths{sides}"
    return f"Held for {stretch.hold_seconds} seconds{sides}"


def _item(label: str, text: str) -> Iterator[str]:
    yield textwrap.fill(f"- {label}: {text}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
