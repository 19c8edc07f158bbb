"""What may be shown of the way to another posture. Pure; made anew for each view."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.context import Context
from assistant.core.states import State
from assistant.core.transfers import Transfer


@dataclass(frozen=True, slots=True)
class TransferView:
    """The way to another posture, of which `left` transfers are still to be done, this one included.

    `stretch` is the name of the stretch that it leads to; "" on the way up at the end.
    """

    transfer: Transfer
    text: str
    left: int
    stretch: str


def transfer_view(context: Context) -> TransferView | None:
    """The transfer that is being done; None in a state that is none."""
    if context.state is not State.TRANSFERRING:
        return None
    step, transfer = context.current_course.step, context.way[0].transfer
    (text,) = context.texts_of(step, context.script.pack.transfers[transfer].words)
    return TransferView(transfer, text, len(context.way), "" if context.rises else step.stretch.name)
