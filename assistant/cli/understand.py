"""`limber understand`: what a sentence means to a session, for people who write packs and languages.

Runs on the main thread. Must not decide anything itself: that is core/understanding.
"""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli import output
from assistant.core.states import State

MAX_TEXT_LENGTH = 1000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="understand")(understand)


def understand(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT", help="What somebody says, in quotes.")],
    state: Annotated[
        State, typer.Option(metavar="STATE", help="Where it is: choosing, holding, paused …")
    ] = State.HOLDING,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each text.")] = False,
) -> None:
    """Show what a sentence means, as if it were typed."""
    from assistant.core.events import Said, Source
    from assistant.core.listening.listener import meaning_of
    from assistant.core.machine import listened_for
    from assistant.opening import load_content

    if any(len(text) > MAX_TEXT_LENGTH for text in texts):
        raise typer.BadParameter(
            f"nobody says more than {MAX_TEXT_LENGTH} letters at once", param_hint="TEXT"
        )
    pack, _ = load_content(output.configuration(), output.note)
    for text in texts:
        meaning = meaning_of(pack.typed(text), pack.table, listened_for(state), Source.KEYBOARD)
        said = meaning if isinstance(meaning, Said) else None
        slots = said.slots.filled() if said else {}
        if as_json:
            output.emit_json(
                {
                    "text": text,
                    "state": str(state),
                    "intent": str(said.intent) if said else None,
                    "phrase": said.phrase if said else None,
                    "slots": slots,
                    "half_heard": said.is_half_heard if said else False,
                    "source": str(Source.KEYBOARD),
                }
            )
        elif said is None:
            output.out.print(f'"{text}" means nothing here.', markup=False)
        else:
            carried = "".join(f", {name} {value}" for name, value in slots.items())
            unclear = ", but not clearly" if said.is_half_heard else ""
            output.out.print(f'"{text}" means {said.intent}{carried}{unclear}: "{said.phrase}"', markup=False)
