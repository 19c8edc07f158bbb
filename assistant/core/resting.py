"""What a room does between sessions: it rests until somebody wakes it or wants its end.

Of a session's form, so that one loop runs both: events in, actions out, `next_deadline`. Pure. By voice only
a wake phrase that is all that was said counts, and the end, which is asked about: others who talk in the room
must never begin a session, nor end the program. Right after a session whoever speaks is still on the mat: a
warning sign and a call for help are taken up, and one may ask to be reminded tomorrow.

At night it makes no sound of its own accord: a reminder that is due waits for the morning, and who ends a
session is not told that it rests. It still answers; whether a voice can wake it then is for its owner to say.
"""

from __future__ import annotations

from assistant.core.actions import Action, DropReminder, Earcon, Listen, PlayEarcon, Remind
from assistant.core.dialogue.pausing import SILENCE_AFTER_STOP_SECONDS
from assistant.core.events import (
    CutShort,
    DeadlineReached,
    Event,
    NightChanged,
    PromptFinished,
    ReminderDue,
    Said,
    SentenceFinished,
    Source,
    Started,
)
from assistant.core.faults import Faults
from assistant.core.from_afar import counts_at_rest
from assistant.core.heard import Certainty, Heard
from assistant.core.intents import UNKNOWN_WORD, Intent
from assistant.core.own_voice import is_own_voice
from assistant.core.prompts import LanguagePack, Line
from assistant.core.sayable import examples
from assistant.core.script import Script
from assistant.core.states import ONLY_AT_REST, State
from assistant.core.view import PromptView, View

LISTENED_FOR = ONLY_AT_REST | {Intent.START, Intent.END}
"""While it rests; asked something, it listens for an answer as well."""
ANSWER_SECONDS = 8.0
RIGHT_AFTER_SECONDS = 60.0
"""How long after a session what is said may be meant for us; later it is talk."""
UNTOLD = (None, "emergency")
"""After these endings, or without a session before, it is not said that it rests."""
_ASKED_FOR = frozenset((Intent.START, Intent.END, Intent.YES, Intent.NO))
_REFUSABLE = LISTENED_FOR | {Intent.NO}
_ALARMS = frozenset((Intent.RED_FLAG, Intent.DISTRESS))


class Resting:
    """One rest: ASLEEP, asked in FINISHING whether it shall end, and FINISHED when it is over.

    After a session that was `ended_by` something it tells at first that it rests, and how to wake it; after
    one that was completed it offers a reminder, unless it `reminds` already. Without `wakes_at_night` what is
    said at night counts only right after a session.
    """

    def __init__(
        self,
        pack: LanguagePack,
        ended_by: str | None = None,
        *,
        reminds: bool = False,
        wakes_at_night: bool = True,
    ) -> None:
        self._pack = pack
        self._script = Script(pack)
        self._ended_by = ended_by
        self._reminds = reminds
        self._wakes_at_night = wakes_at_night
        self._is_night = self._waits_for_morning = False
        self._may_refuse = False
        self._faults = Faults()
        self._heard: Heard | None = None
        self._now = 0.0
        self._can_say = tuple(
            example
            for intent, example in examples(pack.table).items()
            if intent in (Intent.START, Intent.END)
        )
        self.state = State.ASLEEP
        self.next_deadline: float | None = None
        self.is_woken = False
        """Whether it is over because a session shall begin."""
        self.alarm: Said | None = None
        """What that session is about: a warning sign, or a call for help."""

    def handle(self, event: Event, now: float) -> tuple[Action, ...]:
        """Take in what happened at `now` (seconds, never going back); return what to do, in order."""
        if self.state is State.FINISHED:
            return ()
        self._now = self._script.now = now
        self._faults.note(event)
        match event:
            case Started():
                self._rest()
                self.next_deadline = (
                    now + SILENCE_AFTER_STOP_SECONDS if self._ended_by not in UNTOLD else None
                )
            case Said():
                self._take(event)
            case SentenceFinished(prompt_id):
                self._script.sentence_finished(prompt_id)
            case PromptFinished(prompt_id):
                if self._script.finished(prompt_id) and (self._may_refuse or self.state is State.FINISHING):
                    self.next_deadline = now + ANSWER_SECONDS
            case DeadlineReached():
                self._time_over()
            case ReminderDue():
                self._remind()
            case NightChanged(is_night):
                self._night_changed(is_night)
            case CutShort():
                self._end(is_woken=False)
            case _:
                pass
        return self._script.take()

    @property
    def view(self) -> View:
        """All that may be shown, as the last event left it."""
        return View(
            at=round(self._now, 3),
            state=self.state,
            routine=None,
            step=None,
            hold=None,
            transfer=None,
            faults=self._faults.known,
            sentence=self._script.sentence,
            prompts=tuple(PromptView(*prompt) for prompt in self._script.prompts),
            heard=self._heard,
            can_say=self._can_say,
        )

    def _take(self, said: Said) -> None:
        if said.intent in _ALARMS and self._is_for_us(said):
            self.alarm = said
            self._end(is_woken=True)
        elif said.is_safety:
            self._be_quiet()
        elif self._counts_now(said) and not self._is_own_voice(said):
            self._note_heard(said)
            self._answer(said)

    def _answer(self, said: Said) -> None:
        is_asked = self.state is State.FINISHING
        if said.intent is Intent.START and self._wakes(said):
            self._end(is_woken=True)
        elif is_asked and self._is_yes(said):
            self._end(is_woken=False)
        elif said.intent is Intent.END:
            self._ask()
        elif is_asked and said.intent is Intent.NO:
            self._be_quiet()
        elif self._may_refuse and said.intent is Intent.NO:
            self._drop()
        elif said.intent is Intent.REMIND and self._is_for_us(said) and _is_whole(said):
            self._promise(said.slots.number)

    def _wakes(self, said: Said) -> bool:
        """By voice only what nobody says to others, with nothing beside it."""
        return said.source is not Source.VOICE or (
            _is_whole(said) and self._pack.counts_as(said.phrase, "wake")
        )

    def _is_yes(self, said: Said) -> bool:
        """A clear yes; of who types or touches, that they want the end once more."""
        if said.source is not Source.VOICE and said.intent is Intent.END:
            return True
        is_clear = _is_whole(said) and not self._pack.counts_as(said.phrase, "unclear")
        return said.intent is Intent.YES and is_clear

    def _is_for_us(self, said: Said) -> bool:
        is_right_after = self._ended_by is not None and self._now < RIGHT_AFTER_SECONDS
        return said.source is not Source.VOICE or is_right_after

    def _counts_now(self, said: Said) -> bool:
        may_wake = self._wakes_at_night or not self._is_night or self._is_for_us(said)
        return may_wake and counts_at_rest(said)

    def _promise(self, minute_of_day: int | None) -> None:
        """Remind tomorrow; until it is refused."""
        self._reminds = self._may_refuse = True
        self._script.do(Remind(minute_of_day))
        if minute_of_day is None:
            self._script.say_instead(Line.REMINDER_SET_SAME)
        else:
            self._script.say_instead(Line.REMINDER_SET, time=self._time_in_words(minute_of_day))
        self.next_deadline = self._now + self._script.longest_seconds()
        self._script.do(Listen(_REFUSABLE))

    def _drop(self) -> None:
        self._reminds = False
        self._script.do(DropReminder())
        self._script.say_instead(Line.REMINDER_DROPPED)
        self._rest()

    def _remind(self) -> None:
        """Once, and not in the middle of a question; of the night, in the morning."""
        self._waits_for_morning = self._is_night
        if self._is_night:
            return
        self._reminds = False
        if self.state is State.ASLEEP:
            self._script.do(PlayEarcon(Earcon.REMINDER))
            self._script.say_instead(Line.REMINDER)
            self._rest()

    def _night_changed(self, is_night: bool) -> None:
        self._is_night = is_night
        if self._waits_for_morning and not is_night:
            self._remind()

    def _time_in_words(self, minute_of_day: int) -> str:
        """The last way to say it in the language: the fullest."""
        times = self._pack.table.slots["minute_of_day"]
        return [said for said, minute in times.items() if minute == minute_of_day][-1]

    def _ask(self) -> None:
        """Talk nearby sounds like a goodbye now and then: only an answer ends."""
        self._may_refuse = False
        self._script.say_instead(Line.TURN_OFF_REMINDING if self._reminds else Line.TURN_OFF)
        self.next_deadline = self._now + self._script.longest_seconds()
        if self.state is not State.FINISHING:
            self.state = State.FINISHING
            self._script.do(Listen(_ASKED_FOR))

    def _rest(self) -> None:
        self.state, self.next_deadline, self._may_refuse = State.ASLEEP, None, False
        self._script.do(Listen(LISTENED_FOR))

    def _be_quiet(self) -> None:
        if self._script.speaking:
            self._script.cut()
        self._rest()

    def _time_over(self) -> None:
        """Time to say that it rests; or nobody has answered, which is a no."""
        if self.next_deadline is None or self._now + 1e-6 < self.next_deadline:
            return
        self.next_deadline = None
        if self.state is State.FINISHING:
            self._be_quiet()
        elif self._may_refuse:
            self._rest()
        elif not self._is_night:
            self._script.say(Line.ASLEEP)
            if self._ended_by == "completed" and not self._reminds:
                self._script.say(Line.OFFER_REMINDER)

    def _end(self, *, is_woken: bool) -> None:
        if self._script.speaking:
            self._script.cut()
        self.state, self.next_deadline, self.is_woken = State.FINISHED, None, is_woken

    def _is_own_voice(self, said: Said) -> bool:
        """Whether it may be our own "say wake up" that came back."""
        ended_at = self._now - (said.at_seconds - said.word_end_seconds)
        return said.source is Source.VOICE and is_own_voice(said, ended_at, self._script)

    def _note_heard(self, said: Said) -> None:
        number = self._heard.number + 1 if self._heard else 1
        self._heard = Heard(
            number, round(self._now, 3), Certainty.SURE, said.intent, said.phrase, said.source
        )


def _is_whole(said: Said) -> bool:
    """Whether nothing was lost of it, or beside it."""
    return not said.is_half_heard and UNKNOWN_WORD not in said.words
