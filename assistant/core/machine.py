"""The session's table: the rows of every behavior, safety first, put together with `transitions`.

It holds nothing of any session: all share it. To know what a session does, read the files of `dialogue/`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from transitions import EventData, Machine

from assistant.core.actions import Listen, ReportState
from assistant.core.context import Context
from assistant.core.dialogue import (
    choosing,
    conditions,
    ending,
    going_on,
    helping,
    pain,
    screening,
    sound_check,
)
from assistant.core.dialogue.answering import ANSWERING
from assistant.core.dialogue.asking import Question
from assistant.core.dialogue.choosing import CHOOSING
from assistant.core.dialogue.conditions import TELLING
from assistant.core.dialogue.emergency import EMERGENCY
from assistant.core.dialogue.ending import ENDING
from assistant.core.dialogue.going_on import GOING_ON
from assistant.core.dialogue.helping import HELPING
from assistant.core.dialogue.holding import HOLDING
from assistant.core.dialogue.pain import PAIN
from assistant.core.dialogue.pausing import PAUSING
from assistant.core.dialogue.screening import SCREENING
from assistant.core.dialogue.sides import SIDES
from assistant.core.dialogue.sound_check import SOUND_CHECK
from assistant.core.dialogue.stretching import STRETCHING
from assistant.core.dialogue.table import Guard, Row
from assistant.core.dialogue.transferring import TRANSFERRING
from assistant.core.intents import Intent
from assistant.core.states import State, Trigger

BEHAVIORS = {
    "helping": HELPING,
    "emergency": EMERGENCY,
    "pain": PAIN,
    "sound check": SOUND_CHECK,
    "choosing": CHOOSING,
    "screening": SCREENING,
    "transferring": TRANSFERRING,
    "conditions": TELLING,
    "stretching": STRETCHING,
    "sides": SIDES,
    "holding": HOLDING,
    "pausing": PAUSING,
    "ending": ENDING,
    "going on": GOING_ON,
    "answering": ANSWERING,
}
QUESTIONS: dict[State, Question] = {
    State.GOING_ON: going_on.SHALL_WE_GO_ON,
    State.CHOOSING: choosing.WHAT_TO_STRETCH,
    State.SCREENING: screening.PHYSICIAN,
    State.HISTORY: screening.HISTORY,
    State.CONDITIONS: conditions.WHAT_DO_YOU_HAVE,
    State.SCORE_NOW: screening.SCORE_NOW,
    State.NEWS: screening.NEWS,
    State.SCORE_AFTER: screening.SCORE_NOW,
    **pain.QUESTIONS,
    State.SOUND_CHECK: sound_check.CAN_YOU_BE_HEARD,
    State.HELPING: helping.WHAT_IS_WRONG,
    State.FINISHING: ending.FINISH_OR_REST,
}
"""What the states that ask ask."""
TABLE: tuple[Row, ...] = (
    *(row for behavior in BEHAVIORS.values() for row in behavior.safety),
    *(row for behavior in BEHAVIORS.values() for row in behavior.rows),
)
ENTERING = {state: enter for behavior in BEHAVIORS.values() for state, enter in behavior.entering.items()}
UNANSWERED = {state: names for behavior in BEHAVIORS.values() for state, names in behavior.unanswered.items()}
ANSWERED: dict[State, frozenset[Trigger]] = {
    state: frozenset(row.trigger for row in TABLE if state in row.sources) for state in State
}
"""The triggers that have a row in a state."""
_HEARD_IN = {
    state: frozenset(trigger for trigger in triggers if isinstance(trigger, Intent))
    for state, triggers in ANSWERED.items()
}


def listened_for(state: State) -> frozenset[Intent]:
    """The intents that the table answers in a state."""
    return _HEARD_IN[state]


class Flow:
    """What the machine moves; kept apart so that a session exposes nothing of it."""

    def __init__(self, context: Context) -> None:
        self.state = str(State.ASLEEP)
        self.context = context

    def trigger(self, trigger: Trigger) -> None:
        """Search the table; what it does not answer here means nothing."""
        if trigger in ANSWERED[self.context.state]:
            _machine().events[str(trigger)].trigger(self)


@cache
def _machine() -> Machine:
    machine = Machine(
        model=None,
        states=[str(state) for state in State],
        initial=str(State.ASLEEP),
        auto_transitions=False,
        send_event=True,
    )
    for row in TABLE:
        machine.add_transition(
            str(row.trigger),
            [str(source) for source in row.sources],
            None if row.dest is None else str(row.dest),
            conditions=[_condition(guard) for guard in row.when],
            before=_before(row),
            after=None if row.dest is None else _entering(row.dest),
        )
    return machine


def _context(event: EventData) -> Context:
    assert isinstance(event.model, Flow)
    return event.model.context


def _condition(guard: Guard) -> Callable[[EventData], bool]:
    return lambda event: guard(_context(event))


def _before(row: Row) -> Callable[[EventData], None]:
    def before(event: EventData) -> None:
        context = _context(event)
        if row.dest is not None and context.script.speaking:
            context.script.cut()
        if row.do is not None:
            row.do(context)
        if row.dest is not None:
            context.suspend_hold()

    return before


def _entering(dest: State) -> Callable[[EventData], None]:
    return lambda event: _enter(_context(event), dest)


def _enter(context: Context, state: State) -> None:
    context.came_from, context.state = context.state, state
    context.deadline = None
    before = len(context.script.actions)
    ENTERING[state](context)
    context.script.actions.insert(before, Listen(listened_for(state)))
    context.script.actions.insert(before, ReportState(str(state), context.step))
