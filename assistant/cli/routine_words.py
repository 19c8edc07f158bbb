"""How routines are shown by `limber routines`: in a list, one stretch by stretch, and for programs.

Runs on the main thread. Must not look for a routine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.cli import output
from assistant.showing import one_line

if TYPE_CHECKING:
    from assistant.core.routine import Routine, Stretch
    from assistant.store.routines import Listed

OURS = "Limber"


def as_plain(listed: Listed) -> dict[str, object]:
    """All that the list tells of a routine, for programs."""
    from assistant.core.selection import routine_minutes

    routine, pack = listed.routine, listed.pack
    return {
        "id": routine.id,
        "spoken_name": routine.spoken_name,
        "minutes": routine_minutes(routine),
        "stretches": len(routine.stretches),
        "description": routine.description,
        "origin": origin(listed),
        "pack": pack.name if pack else None,
        "author": pack.author if pack else None,
        "reviewed_by": pack.reviewed_by if pack else None,
    }


def origin(listed: Listed) -> str:
    """Whose it is, in words."""
    from assistant.store.library import builtin_folder

    if pack := listed.pack:
        return f"{pack.name} by {pack.author}, reviewed by {pack.reviewed_by}"
    return OURS if listed.path.parent == builtin_folder() else "you"


def print_heading(routine: Routine) -> None:
    """The name in bold, and how long it takes."""
    from rich.text import Text

    from assistant.core.selection import routine_minutes

    count = len(routine.stretches)
    minutes = routine_minutes(routine)
    told = f": {minutes} minute{'s' * (minutes != 1)}, {count} stretch{'es' * (count != 1)}"
    output.out.print(Text(one_line(routine.title), style="bold"), told, sep="")


def show_all(listed: Listed, words: Mapping[str, str]) -> None:
    """Print a routine, stretch by stretch; `words` are those of its language for the sides."""
    from rich.text import Text

    routine = listed.routine
    print_heading(routine)
    output.paragraph(routine.description, indent=0)
    if listed.pack:
        output.paragraph(f"From {origin(listed)}.", indent=0)
    for number, stretch in enumerate(routine.stretches, start=1):
        output.out.print()
        output.out.print(Text(one_line(f"{number}. {stretch.name}"), style="bold"))
        output.paragraph(_particulars(stretch), indent=3)
        enter = " ".join(stretch.entering)
        for label, text in (
            ("Do", f"{enter} {stretch.feel} {stretch.breath} {stretch.leave}".replace("  ", " ")),
            ("Easier", stretch.easier),
            ("Leave it out with", "; ".join(stretch.avoid_if)),
            ("Source", stretch.source),
        ):
            told = text.replace("{side}", words["left"]).replace("{other_side}", words["right"])
            output.paragraph(f"{label}: {told}", indent=3)


def _particulars(stretch: Stretch) -> str:
    times = f"{stretch.repetitions} times " if stretch.repetitions > 1 else ""
    sides = " on each side, told for the left" if stretch.has_sides else ""
    region = stretch.region.value.replace("_", " ")
    length = f"{stretch.breaths} breaths" if stretch.breaths else f"{stretch.hold_seconds} seconds"
    return f"{region.capitalize()}, {stretch.position.value}, {times}{length}{sides}."
